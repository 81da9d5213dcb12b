"""`jupyter realtime digest`, as somebody types it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_realtime.cli import main
from jupyter_realtime.core.preferences import Preferences
from jupyter_realtime.ports import Posting
from jupyter_realtime.stores.sqlite import SqliteStore
from tests.builders import notice


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mail.html"


def typed(tmp_path: Path, *words: str) -> int:
    url = f"sqlite:///{tmp_path / 'realtime.sqlite'}"
    return main(["digest", "--store-url", url, "--for", "ana", *words])


async def tell(path: Path) -> None:
    store = await SqliteStore.open(path)
    about = notice("Ben <b>replied</b>", group="one", message="Look at line 3.")
    await store.inbox.post([Posting("ana", about, listed=True, rule="")], 1_790_000_000_000)
    await store.preferences.put("ana", Preferences(zone="Asia/Kathmandu"), 1)
    await store.close()


def test_D8_a_preview_shows_what_somebody_has_not_read(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(tell(tmp_path / "realtime.sqlite"))
    assert typed(tmp_path, "--preview", str(file)) == 0
    html = file.read_text()
    assert "Ben &lt;b&gt;replied&lt;/b&gt;" in html
    assert "You get replies by mail in a digest." in html
    assert "Mon 21 Sep, 19:58" in html
    assert "with what is unread" in capsys.readouterr().out
    assert typed(tmp_path, "--preview", str(file), "--text") == 0
    assert "* Ben <b>replied</b>" in file.read_text()


def test_D8_where_nothing_is_unread_a_preview_shows_examples(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(tmp_path, "--preview", str(file)) == 0
    assert "with examples" in capsys.readouterr().out
    assert not (tmp_path / "realtime.sqlite").exists()
    for title in ("Mentions", "Replies", "Issues found", "Quotas", "Analyses", "Messages"):
        assert title in file.read_text()


def test_D8_a_preview_that_can_not_be_written_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "no" / "such" / "folder.html"
    assert typed(tmp_path, "--sample", "--preview", str(nowhere)) == 2
    assert "There is no preview" in capsys.readouterr().err
