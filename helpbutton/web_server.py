"""The web server: gunicorn around the application; on this machine alone it answers on both loopbacks."""

import os
import socket
import sys
from contextlib import suppress
from typing import NoReturn

from helpbutton import children
from helpbutton.config_dir import CONFIG_DIR
from helpbutton.settings import LOOPBACK, Settings

APPLICATION = "helpbutton.web.application:wsgi()"
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def serve(settings: Settings) -> NoReturn:
    """Become gunicorn, serving with these settings."""
    children.hand_down(settings)
    os.execv(sys.executable, command())  # noqa: S606


def command() -> list[str]:
    """The command line of gunicorn; `config/gunicorn.conf.py` reads the settings that were handed down."""
    config = str(CONFIG_DIR / "gunicorn.conf.py")
    return [sys.executable, "-P", "-m", "gunicorn", "--config", config, APPLICATION]


def addresses(settings: Settings) -> list[str]:
    """What to listen on, as gunicorn writes it.

    `localhost` may mean 127.0.0.1 or ::1, so loopback is both of them where both exist.
    """
    return [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in _endpoints(settings)]


def reached_at(settings: Settings) -> tuple[str, int]:
    """Host and port under which this machine itself reaches the web server."""
    host, port = _endpoints(settings)[0]
    return EVERYWHERE.get(host, host), port


def port_is_free(settings: Settings) -> bool:
    """Whether nobody else listens where we want to."""
    return all(_can_listen(host, port) for host, port in _endpoints(settings))


def _endpoints(settings: Settings) -> list[tuple[str, int]]:
    if settings.bind not in LOOPBACK:
        return [(settings.bind, settings.port)]
    hosts = ["127.0.0.1", "::1"] if _can_listen("::1", 0) else ["127.0.0.1"]
    return [(host, settings.port) for host in hosts]


def _can_listen(host: str, port: int) -> bool:
    with suppress(OSError):
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            return True
    return False
