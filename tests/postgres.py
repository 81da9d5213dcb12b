"""A real PostgreSQL server in processes of its own, which a test can stop, kill and start again."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil

from jupyter_realtime.stores.postgres import SCHEMA, SESSION
from tests.jupyter import free_port

START_WITHIN_SECONDS = 30.0
READY = "database system is ready to accept connections"
# Debian has only what clients need in everybody's PATH.
DEBIAN = "usr/lib/postgresql/*/bin"


def program(name: str) -> str:
    """Find one of PostgreSQL's programs."""
    there = sorted(Path("/").glob(f"{DEBIAN}/{name}"))
    found = str(there[-1]) if there else shutil.which(name)
    assert found, f"{name} is needed: install PostgreSQL (Debian: postgresql)."
    return found


class Postgres:
    """A server over a folder, with one database; nothing of it outlives `remove`.

    Parameters
    ----------
    fsync
        Whether its files would outlive their machine; few tests need to wait for that.
    """

    def __init__(self, *, fsync: bool = False) -> None:
        self.fsync = fsync
        # Not below pytest's folder, which only its owner may enter: the server refuses to be root.
        self.folder = Path(tempfile.mkdtemp(prefix="jrt-pg-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._as: dict[str, object] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.data = self.folder / "data"
        subprocess.run(
            [
                program("initdb"),
                *("--no-sync", "--username=realtime", "--auth=trust", "--encoding=UTF8"),
                *("--no-instructions", f"--pgdata={self.data}"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **self._as,  # type: ignore[call-overload]  # keywords of Popen
        )

    def url(self, database: str = "postgres") -> str:
        """Where it is reached."""
        return f"postgresql://realtime:secret@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = {
            "fsync": "on" if self.fsync else "off",
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "max_connections": 200,
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        journal = self.folder / "log"
        with journal.open("wb") as log:
            self.process = subprocess.Popen(
                [program("postgres"), "-D", str(self.data), *arguments],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._as,  # type: ignore[call-overload]  # keywords of Popen
            )
        deadline = time.monotonic() + START_WITHIN_SECONDS
        while READY not in journal.read_text():
            assert self.process.poll() is None, journal.read_text()
            assert time.monotonic() < deadline, "PostgreSQL does not answer."
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT cuts its clients off; SIGQUIT is as if the machine went down."""
        if self.process is not None:
            self.thaw()
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """Let all of its processes stand still: it takes connections, and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        mother = psutil.Process(self.process.pid)
        for process in (mother, *mother.children(recursive=True)):
            # Its children come and go.
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def remove(self) -> None:
        """Stop it and take its files away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


async def emptied(url: str) -> None:
    """Take everything out of a database, and cut off whoever has it open."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
            SESSION["application_name"],
        )
        rows = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = $1", SCHEMA
        )
        tables = [f"{SCHEMA}.{row[0]}" for row in rows if row[0] != "alembic_version"]
        if tables:
            await connection.execute(f"TRUNCATE {', '.join(tables)}")
    finally:
        await connection.close()


@contextmanager
def postgres(*, fsync: bool = False) -> Iterator[Postgres]:
    """Have a server."""
    server = Postgres(fsync=fsync)
    try:
        server.start()
        yield server
    finally:
        server.remove()
