"""Typed settings, read once from the environment; every problem is named at once."""

import hashlib
import re
import tempfile
from email.utils import parseaddr
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from helpbutton.errors import SettingsError

MIN_SECRET_BYTES = 32
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MIN_TOKEN_LETTERS = 16
VIRTUAL_CANARY = "+358500009999"
UNIX_SOCKET_PATH_LIMIT = 100


class Settings(BaseSettings):
    """Environment variables with the prefix `HELPBUTTON_`; `docs/settings.md` lists them."""

    model_config = SettingsConfigDict(
        env_prefix="HELPBUTTON_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    data_dir: Path = Path(".data")
    port: int = Field(default=8080, ge=1, le=65535)
    bind: str = "127.0.0.1"
    base_url: str = ""
    database_url: str = ""
    redis_url: str = ""
    secret_key_file: Path | None = None
    kek_file: Path | None = None
    demo: bool | None = None
    sms: Literal["demo", "console", "twilio"] | None = None
    twilio_account_sid: str = ""
    twilio_auth_token_file: Path | None = None
    twilio_from: str = ""
    twilio_api_base: str = ""
    smtp_url: str = Field(default="", repr=False)
    smtp_password_file: Path | None = None
    email_from: str = ""
    sms_countries: str = Field(default="+358", pattern=r"^ *\+[1-9]\d{0,3} *(, *\+[1-9]\d{0,3} *)*$")
    sms_segment_price: float | None = Field(default=None, ge=0, le=1000)
    metrics_token_file: Path | None = None
    canary_number: str = Field(default="", pattern=r"^\+[1-9]\d{6,14}$|^$")
    deadman_url: str = Field(default="", repr=False)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    oidc_acr: str = ""
    oidc_amr: str = ""
    flood_limit: int = Field(default=6000, ge=1)
    web_workers: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=4, ge=1, le=64)
    worker_processes: int = Field(default=2, ge=1, le=64)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("database_url")
    @classmethod
    def _with_driver(cls, value: str) -> str:
        for scheme in ("postgres://", "postgresql://"):
            if value.startswith(scheme):
                return "postgresql+psycopg://" + value.removeprefix(scheme)
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must start with postgresql:// or sqlite:///")
        return value

    @model_validator(mode="after")
    def _twilio_is_whole(self) -> Self:
        if self.sms == "twilio":
            missing = [
                f"HELPBUTTON_{name.upper()}"
                for name in ("twilio_account_sid", "twilio_auth_token_file", "twilio_from")
                if not getattr(self, name)
            ]
            if missing:
                raise ValueError(f"HELPBUTTON_SMS=twilio also needs {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if self.smtp_url:
            url = urlsplit(self.smtp_url)
            if url.scheme not in ("smtp", "smtps") or not url.hostname:
                raise ValueError("HELPBUTTON_SMTP_URL must be like smtp://name@mail.example.fi:587")
            address = parseaddr(self.email_from)[1]
            if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address) or not self.email_from.isprintable():
                raise ValueError("HELPBUTTON_SMTP_URL also needs HELPBUTTON_EMAIL_FROM, an e-mail address")
        return self

    @model_validator(mode="after")
    def _single_sign_on_is_whole(self) -> Self:
        if not self.oidc_issuer:
            return self
        if not self.oidc_client_id or not _has_content(self.oidc_client_secret_file):
            raise ValueError(
                "HELPBUTTON_OIDC_ISSUER also needs HELPBUTTON_OIDC_CLIENT_ID and a readable "
                "HELPBUTTON_OIDC_CLIENT_SECRET_FILE"
            )
        parts = urlsplit(self.oidc_issuer)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("HELPBUTTON_OIDC_ISSUER must start with https://")
        return self

    @model_validator(mode="after")
    def _metrics_have_a_real_token(self) -> Self:
        path = self.metrics_token_file
        if path is None:
            return self
        if not _has_content(path) or len(path.read_text().strip()) < MIN_TOKEN_LETTERS:
            raise ValueError(
                f"HELPBUTTON_METRICS_TOKEN_FILE must name a readable file with at least {MIN_TOKEN_LETTERS} random "
                "letters in it (for example: openssl rand -hex 32)"
            )
        return self

    @model_validator(mode="after")
    def _deadman_is_private(self) -> Self:
        parts = urlsplit(self.deadman_url)
        local = parts.scheme == "http" and parts.hostname in LOOPBACK
        if self.deadman_url and not (parts.hostname and (parts.scheme == "https" or local)):
            raise ValueError("HELPBUTTON_DEADMAN_URL must start with https://")
        return self

    @property
    def canary_to(self) -> str:
        """The number (E.164) that canaries reach, the virtual phone's own in the demo; empty: there are none."""
        return self.canary_number or (VIRTUAL_CANARY if self.demo and self.sms == "demo" else "")

    @property
    def metrics_token(self) -> str | None:
        """What a reader of `/metrics` shows; None when none is set and only this machine may read."""
        if self.metrics_token_file is None:
            return None
        return self.metrics_token_file.read_text().strip()

    @property
    def database(self) -> str:
        """SQLAlchemy URL: the given one, else SQLite in the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir / 'helpbutton.sqlite'}"

    @property
    def valkey_socket(self) -> Path:
        """Where the embedded broker listens; moved to the temporary directory when the path would be too long."""
        wanted = self.data_dir / "valkey.sock"
        if len(str(wanted)) <= UNIX_SOCKET_PATH_LIMIT:
            return wanted
        name = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"helpbutton-{name}.sock"

    @property
    def broker(self) -> str | None:
        """Celery broker URL, or None when the product runs without one (`HELPBUTTON_REDIS_URL=none`)."""
        if self.redis_url == "none":
            return None
        return self.redis_url or f"redis+socket://{self.valkey_socket}?virtual_host=0"

    @property
    def sms_prefixes(self) -> tuple[str, ...]:
        """How numbers begin that get SMS without a human."""
        return tuple(prefix.strip() for prefix in self.sms_countries.split(","))

    @property
    def public_url(self) -> str:
        """Address of the product as people see it, without a trailing slash."""
        return (self.base_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def secret_key_path(self) -> Path:
        return self.secret_key_file or self.data_dir / "secrets" / "secret-key"

    @property
    def key_store_path(self) -> Path:
        return self.kek_file or self.data_dir / "secrets" / "key-store.json"

    def for_mode(self, *, demo: bool) -> "Settings":
        """These settings with the mode decided, checked for it.

        Raises SettingsError naming everything that the mode does not allow: demo mode stays on this machine,
        and nothing but demo mode starts without its own strong secrets and a chosen SMS channel.
        """
        problems = self._demo_problems() if demo else self._production_problems()
        if problems:
            raise SettingsError(problems)
        return self.model_copy(update={"demo": demo, "sms": self.sms or "demo"})

    def _demo_problems(self) -> list[str]:
        problems = []
        if self.demo is False:
            problems.append("this database is marked as demo for ever; use another one")
        if self.bind not in LOOPBACK:
            problems.append("demo mode listens on this machine only: leave HELPBUTTON_BIND unset")
        if self.sms == "twilio" and urlsplit(self.twilio_api_base).hostname not in LOOPBACK:
            problems.append("demo mode sends no real SMS: leave HELPBUTTON_SMS unset")
        if self.smtp_url and urlsplit(self.smtp_url).hostname not in LOOPBACK:
            problems.append("demo mode sends no real e-mail: leave HELPBUTTON_SMTP_URL unset")
        return problems

    def _production_problems(self) -> list[str]:
        problems = []
        if self.demo:
            problems.append("this database is not a demo database; use another one")
        for name, path in (("SECRET_KEY_FILE", self.secret_key_file), ("KEK_FILE", self.kek_file)):
            if path is None:
                problems.append(f"HELPBUTTON_{name} must name a file with the secret")
            elif not path.is_file():
                problems.append(f"HELPBUTTON_{name}: there is no readable file {path}")
        if self.secret_key_file and self.secret_key_file.is_file():
            secret = self.secret_key_file.read_bytes().strip()
            if len(secret) < MIN_SECRET_BYTES or len(set(secret)) < 8:
                problems.append(
                    f"HELPBUTTON_SECRET_KEY_FILE must hold at least {MIN_SECRET_BYTES} random bytes "
                    "(for example: openssl rand -hex 32)"
                )
        if self.sms == "twilio" and not _has_content(self.twilio_auth_token_file):
            problems.append(
                "HELPBUTTON_TWILIO_AUTH_TOKEN_FILE must name a readable file with the token in it"
            )
        mail = urlsplit(self.smtp_url)
        if mail.username and not mail.password and not _has_content(self.smtp_password_file):
            problems.append("HELPBUTTON_SMTP_PASSWORD_FILE must name a readable file with the password in it")
        if self.sms in (None, "demo"):
            problems.append("HELPBUTTON_SMS must be console or twilio")
        if not self.base_url:
            problems.append(
                "HELPBUTTON_BASE_URL must be the public address, for example https://apua.example.fi"
            )
        return problems


def _has_content(path: Path | None) -> bool:
    try:
        return path is not None and bool(path.read_text().strip())
    except OSError:
        return False


def load(**overrides: object) -> Settings:
    """Read the environment once; keyword arguments that are not None win. Raises SettingsError with all problems."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError([_in_words(dict(problem)) for problem in error.errors()]) from None


def _in_words(problem: dict[str, object]) -> str:
    location = problem["loc"]
    assert isinstance(location, tuple)
    name = f"HELPBUTTON_{str(location[0]).upper()}: " if location else ""
    return name + str(problem["msg"]).removeprefix("Value error, ")


_current: Settings | None = None


def activate(settings: Settings) -> None:
    """Make these the settings of this process."""
    global _current
    _current = settings


def current() -> Settings:
    """The settings of this process; wiring activates them before any room is used."""
    if _current is None:
        raise RuntimeError("settings are not active: create the application first")
    return _current
