"""What earlier runs found out, by content: a file that nobody has changed is not looked at again.

Rules
-----
1. A key names everything that a result depends on: the detector's version and options, the path, and the
   digest of the file; for a detector of whole projects, those of all files and manifests.
2. Losing the cache costs time and nothing else: whatever is wrong with its file, the run goes on without.
3. What is kept is decoded strictly, and only its owner can enter its folder.

Theory of operation
-------------------
One SQLite file for each project. Results are issues as they were made, before the project's ratings are
applied, so that a changed setting costs nothing. What was not used for a month goes; so does the file
when it is too large.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import platformdirs

from ..core.issues import Issue
from .detector import Detector, ProjectDetector
from .shadow.copies import Copy
from .shadow.model import ShadowFile
from .shadow.reading import LeftOut, read_inside

# Raised whenever the same findings turn into other issues than before.
REVISION = 1
MAX_BYTES = 256_000_000
MAX_MANIFEST_BYTES = 1_000_000
KEEP_DAYS = 30
KEYS_A_QUERY = 500
BUSY_SECONDS = 1.0
_FILE = "results.sqlite3"
_SCHEMA = """CREATE TABLE IF NOT EXISTS entry
    (key TEXT PRIMARY KEY, value BLOB NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID"""

_encode = msgspec.msgpack.Encoder().encode
_decode_copy = msgspec.msgpack.Decoder(Copy).decode
_decode_issues = msgspec.msgpack.Decoder(list[Issue]).decode


def user_cache() -> Path:
    """Name the folder in which a person's caches are."""
    return platformdirs.user_cache_path("jupyter_realtime") / "analysis"


def engine_cache() -> Path:
    """Name, and make, the folder in which engines keep what they need for all projects."""
    folder = platformdirs.user_cache_path("jupyter_realtime") / "engines"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def project_cache(base: Path, root: Path) -> Path:
    """Name a project's own folder below `base`."""
    return base / hashlib.sha256(str(root).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def file_keys(detector: Detector, files: Iterable[ShadowFile]) -> dict[str, str]:
    """Name all that a detector's findings in files depend on, by path."""
    base = _base(detector)
    return {file.path: _digest([*base, file.path, file.digest]) for file in files}


def project_key(
    detector: ProjectDetector, files: Iterable[ShadowFile], root: Path, *, is_whole: bool
) -> str:
    """Name all that a detector's findings in a project, or in some of its files, depend on."""
    parts = ["whole" if is_whole else "part"]
    parts += [f"{file.path} {file.digest}" for file in files]
    for manifest in detector.manifests(root):
        with contextlib.suppress(LeftOut):
            content = read_inside(root, manifest, MAX_MANIFEST_BYTES)
            parts.append(f"{manifest} {hashlib.sha256(content).hexdigest()}")
    return _digest([*_base(detector), *parts])


def _base(detector: Detector) -> list[str]:
    options = msgspec.json.encode(detector.options).decode()
    return [str(REVISION), detector.version(), options]


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Cache:
    """One project's cache; safe to use from several threads.

    Parameters
    ----------
    folder
        The project's own, made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / _FILE
        self._lock = threading.Lock()
        self._today = int(time.time() // 86_400)
        self._connection: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open the file; until then, and if that fails, nothing is known and nothing is kept."""
        for _ in range(2):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._connection = self._connect()
            except sqlite3.DatabaseError:
                # Not a database, or a torn one: begin anew.
                with contextlib.suppress(OSError):
                    self._path.unlink(missing_ok=True)
            except OSError:
                return
            else:
                return

    def _connect(self) -> sqlite3.Connection:
        if self._path.exists() and self._path.stat().st_size > MAX_BYTES:
            self._path.unlink()
        connection = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            # Nothing here is worth a wait for the disk.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(_SCHEMA)
            connection.execute("DELETE FROM entry WHERE day < ?", [self._today - KEEP_DAYS])
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    # -- the port Copies -----------------------------------------------------------------------------

    def find(self, key: str) -> Copy | None:
        """Find the copy of a file."""
        with contextlib.suppress(msgspec.MsgspecError):
            for value in self._read([key]).values():
                return _decode_copy(value)
        return None

    def keep(self, key: str, copy: Copy) -> None:
        """Keep the copy of a file."""
        self._write([(key, _encode(copy))])

    # -- results -------------------------------------------------------------------------------------

    def results(self, keys: Sequence[str]) -> dict[str, list[Issue]]:
        """Find what is known, by key."""
        found = {}
        for key, value in self._read(keys).items():
            with contextlib.suppress(msgspec.MsgspecError):
                found[key] = _decode_issues(value)
        return found

    def keep_results(self, results: Mapping[str, Sequence[Issue]]) -> None:
        """Keep what was found, by key."""
        self._write([(key, _encode(issues)) for key, issues in results.items()])

    def _read(self, keys: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        with self._lock, contextlib.suppress(sqlite3.Error):
            for begin in range(0, len(keys) if self._connection else 0, KEYS_A_QUERY):
                found |= self._read_some(keys[begin : begin + KEYS_A_QUERY])
        return found

    def _read_some(self, keys: Sequence[str]) -> dict[str, bytes]:
        if self._connection is None:
            return {}
        marks = ",".join("?" * len(keys))
        rows = self._connection.execute(
            f"SELECT key, value, day FROM entry WHERE key IN ({marks})", keys
        ).fetchall()
        stale = [(self._today, key) for key, _, day in rows if day != self._today]
        if stale:
            self._connection.executemany("UPDATE entry SET day = ? WHERE key = ?", stale)
        return {key: value for key, value, _ in rows}

    def _write(self, entries: Sequence[tuple[str, bytes]]) -> None:
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._connection is not None:
                rows = [(key, value, self._today) for key, value in entries]
                self._connection.execute("BEGIN")
                self._connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", rows)
                self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
