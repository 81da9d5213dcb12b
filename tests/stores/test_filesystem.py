"""Where a database may have a write-ahead log, and where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_realtime.stores import sqlite
from jupyter_realtime.stores.filesystem import is_on_network
from tests.builders import draft
from tests.databases import OpenSqlite

MOUNTS = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /home rw,relatime shared:7 - nfs4 server:/home rw
41 40 0:41 / /home/ana/local\\040disk rw - xfs /dev/vdb rw
42 27 0:42 / /mnt/covered rw - cifs //server/share rw
43 27 0:43 / /mnt/covered rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/var/lib/realtime.sqlite", False),
        ("/home/ana/.local/realtime.sqlite", True),
        ("/homeless/realtime.sqlite", False),
        ("/home/ana/local disk/realtime.sqlite", False),
        ("/mnt/covered/realtime.sqlite", False),
    ],
)
def test_O4_the_innermost_mount_says_what_a_file_lies_on(
    tmp_path: Path, path: str, expected: bool
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert is_on_network(Path(path), mounts) is expected


def test_O4_where_mounts_can_not_be_read_a_disk_is_taken_for_a_local_one(tmp_path: Path) -> None:
    assert is_on_network(tmp_path, tmp_path / "none") is False


@pytest.mark.parametrize(("kind", "journal"), [("ext4", "wal"), ("nfs4", "delete")])
async def test_O4_on_a_network_file_system_there_is_no_write_ahead_log(
    tmp_path: Path,
    open_sqlite: OpenSqlite,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    journal: str,
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"27 1 254:0 / / rw,relatime - {kind} source rw\n")
    monkeypatch.setattr(sqlite, "is_on_network", lambda path: is_on_network(path, mounts))
    store = await open_sqlite()
    try:
        assert (await store.log.append(draft())).seq == 1
        assert (store.weakness is None) is (journal == "wal")
        kept = store._writer._connection.execute("PRAGMA journal_mode").fetchone()[0]
        assert kept == journal
    finally:
        await store.close()
