"""The organisation's OpenID provider: code flow with PKCE and a nonce, and an identity token that is checked.

Authlib speaks the protocol; what must hold is said here: issuer, audience, signature by a key of the provider, the
nonce of this attempt, and the strength (acr, amr) that the settings demand.
"""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpbutton import clock, settings
from helpbutton.errors import HelpButtonError

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

TIMEOUT_S = 5
LEEWAY_S = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by a key that only the provider has; never none, never the client's secret."""


class ProviderProblem(HelpButtonError):
    """The provider does not answer, or what it says cannot be believed. `code`: away, refused, weak."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Attempt:
    """One visit to the provider: where it begins, and what its answer must fit."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Person:
    """Who came back. `strong`: the settings demand a strength and the provider vouches for it."""

    issuer: str
    subject: str
    strong: bool


def begin(redirect_uri: str) -> Attempt:
    """A new attempt. Raises ProviderProblem."""
    active, nonce, verifier = settings.current(), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    further = {"acr_values": " ".join(_listed(active.oidc_acr))} if active.oidc_acr else {}
    with _client(redirect_uri) as client:
        metadata = _metadata(client)
        address, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **further
        )
    return Attempt(address, state, nonce, verifier)


def finish(*, code: str, nonce: str, verifier: str, redirect_uri: str) -> Person:
    """Exchange the code and check who it stands for. Raises ProviderProblem."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet
    from joserfc.jws import JWSRegistry

    active = settings.current()
    with _client(redirect_uri) as client:
        metadata = _metadata(client)
        given = _answer(
            lambda: client.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                redirect_uri=redirect_uri,
                timeout=TIMEOUT_S,
            )
        )
        keys = _json(client, metadata["jwks_uri"])
    try:
        token = jwt.decode(
            str(given["id_token"]),
            KeySet.import_key_set({"keys": keys["keys"]}),
            registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False),
        )
        demanded = {
            "iss": {"essential": True, "value": active.oidc_issuer},
            "aud": {"essential": True, "value": active.oidc_client_id},
        }
        known = {
            "nonce": nonce,
            "client_id": active.oidc_client_id,
            "access_token": given.get("access_token"),
        }
        claims = CodeIDToken(token.claims, token.header, demanded, known)
        claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY_S)
        subject = str(claims["sub"])
    except (JoseError, ValueError, KeyError, TypeError):
        raise ProviderProblem("refused") from None
    return Person(active.oidc_issuer, subject, _strong(claims.get("acr"), claims.get("amr") or []))


def _strong(acr: object, amr: list[object]) -> bool:
    """Whether the provider vouches for what is demanded; False when nothing is. Raises ProviderProblem."""
    active = settings.current()
    accepted_acr, accepted_amr = _listed(active.oidc_acr), _listed(active.oidc_amr)
    if (accepted_acr and acr not in accepted_acr) or (accepted_amr and not set(accepted_amr) & set(amr)):
        raise ProviderProblem("weak")
    return bool(accepted_acr or accepted_amr)


def _client(redirect_uri: str) -> "OAuth2Session":
    """Authlib's client; imported only where it is used, because it is heavy."""
    from authlib.integrations.requests_client import OAuth2Session

    active = settings.current()
    assert active.oidc_client_secret_file is not None
    return OAuth2Session(
        client_id=active.oidc_client_id,
        client_secret=active.oidc_client_secret_file.read_text(encoding="utf-8").strip(),
        scope="openid",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )


def _metadata(client: "OAuth2Session") -> dict[str, Any]:
    issuer = settings.current().oidc_issuer
    found = _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ProviderProblem("refused")
    return found


def _json(client: "OAuth2Session", address: str) -> dict[str, Any]:
    def fetch() -> Any:
        answer = client.get(address, withhold_token=True, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    return _answer(fetch)


def _answer(ask: Any) -> dict[str, Any]:
    """What the provider says. Raises ProviderProblem."""
    from authlib.common.errors import AuthlibBaseError

    try:
        found = ask()
    except AuthlibBaseError:
        raise ProviderProblem("refused") from None
    except (OSError, ValueError):
        raise ProviderProblem("away") from None
    if not isinstance(found, dict):
        raise ProviderProblem("refused")
    return found


def _listed(values: str) -> list[str]:
    return [value.strip() for value in values.split(",") if value.strip()]
