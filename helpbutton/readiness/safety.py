"""What is unsafe or missing about the machine and its settings: what no page can set right."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from helpbutton import heartbeat
from helpbutton.errors import SettingsError
from helpbutton.settings import LOOPBACK, Settings
from helpbutton.triage import meaning


@dataclass(frozen=True)
class Finding:
    """One thing that holds (`ok`) or does not. `id` is stable, `what` and `to_do` are English for whoever runs it."""

    id: str
    mark: Literal["ok", "missing", "unsafe"]
    what: str
    to_do: str = ""


def findings(config: Settings, *, demo: bool) -> Iterator[Finding]:
    """All of it, for these settings and this mode."""
    yield from _settings(config, demo)
    yield from _keys(config)
    public = urlsplit(config.public_url)
    if public.scheme != "https" and public.hostname not in LOOPBACK:
        what = "families reach it over https"
        yield Finding("https", "unsafe", what, "set HELPBUTTON_BASE_URL to an https address")
    if not demo:
        yield from _channels(config)
    if meaning.present():
        yield Finding("meaning", "ok", "triage reads words and meaning")
    else:
        to_do = "install the extra semantic; until then it reads words alone and misses more dangers"
        yield Finding("meaning", "missing", "triage reads words and meaning", to_do)
    if heartbeat.alive("sweeper"):
        yield Finding("sweeper", "ok", "the sweeper is alive")
    else:
        to_do = "start helpbutton run, or helpbutton sweep beside the web server"
        yield Finding("sweeper", "missing", "the sweeper is alive", to_do)


def _settings(config: Settings, demo: bool) -> Iterator[Finding]:
    try:
        config.for_mode(demo=demo)
        yield Finding("settings", "ok", "settings")
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("settings", "unsafe", "settings", problem)


def _keys(config: Settings) -> Iterator[Finding]:
    for path in (config.secret_key_path, config.key_store_path):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            what = f"{path.name} is for the service alone"
            yield Finding("private_keys", "unsafe", what, f"chmod 600 {path}")
    if config.kek_file and config.kek_file.resolve().is_relative_to(config.data_dir):
        to_do = "move HELPBUTTON_KEK_FILE out of the data directory, so that one backup never holds both"
        yield Finding("keys_apart", "unsafe", "the keys lie apart from the data", to_do)


def _channels(config: Settings) -> Iterator[Finding]:
    if config.sms == "console":
        yield Finding("sms", "missing", "text messages reach people", "set HELPBUTTON_SMS=twilio")
    if not config.smtp_url:
        yield Finding("email", "missing", "a second channel for alerts", "set HELPBUTTON_SMTP_URL")
    if not config.deadman_url:
        what = "an alarm when everything stands still"
        yield Finding("deadman", "missing", what, "set HELPBUTTON_DEADMAN_URL")
