"""Comments from a program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_realtime.client.blocking import Realtime
from jupyter_realtime.core.errors import BadRequest, NotFound
from tests.client.test_with_server import NOTEBOOK
from tests.jupyter_process import TOKEN, JupyterProcess, jupyter


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterProcess]:
    root = tmp_path_factory.mktemp("root")
    (root / "a.ipynb").write_text(json.dumps(NOTEBOOK))
    (root / "twice.py").write_text("x = 1\nx = 1\ny = 2\n")
    with jupyter(tmp_path_factory.mktemp("jupyter"), root) as running:
        yield running


@pytest.fixture
def rt(server: JupyterProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realtime]:
    monkeypatch.chdir(server.root)
    monkeypatch.setenv("JUPYTER_REALTIME_URL", server.realtime_url)
    monkeypatch.setenv("JUPYTER_REALTIME_TOKEN", TOKEN)
    monkeypatch.setenv("JUPYTER_REALTIME_ROOT", str(server.root))
    with Realtime.connect() as connected:
        yield connected


@pytest.mark.parametrize("cell", [0, "first"])
def test_I17_a_program_comments_on_a_cell_and_on_what_stands_in_it(
    rt: Realtime, cell: int | str
) -> None:
    thread = rt.comment("a.ipynb", cell, "Why?", key=f"cell {cell}")
    assert thread.anchor.scope == "cell" and thread.anchor.cell_id == "first"
    again = rt.comment("a.ipynb", cell, "Why?", key=f"cell {cell}")
    assert again == thread
    at = rt.comment("a.ipynb", cell, "Why?", quote="'always true'")
    assert (at.anchor.quote, at.anchor.start, at.anchor.cell_index) == ("'always true'", 11, 0)


def test_I17_a_program_comments_on_a_file_and_on_what_stands_in_it(rt: Realtime) -> None:
    assert rt.comment("twice.py", None, "Why?").anchor.scope == "document"
    at = rt.comment("twice.py", None, "Why?", quote="y = 2", issue="f")
    assert (at.anchor.start, at.anchor.cell_id, at.issue) == (12, None, "f")
    assert {thread.path for thread in rt.threads("twice.py")} == {"twice.py"}


def test_I1_a_program_replies_and_resolves(rt: Realtime) -> None:
    thread = rt.comment("a.ipynb", None, "Why?")
    reply = rt.reply(thread, "So.")
    assert rt.reply(thread.id, "So.", key="k") == rt.reply(thread.id, "So.", key="k")
    assert reply.html == "<p>So.</p>"
    assert rt.resolve(thread).state == "resolved"
    assert thread.id not in {one.id for one in rt.threads("a.ipynb", state="open")}
    assert thread.id in {one.id for one in rt.threads(state="resolved")}
    assert rt.reopen(thread.id).state == "open"


def test_I17_what_is_not_there_is_said(rt: Realtime) -> None:
    for path, cell, quote, error in (
        ("a.ipynb", 7, None, NotFound),
        ("a.ipynb", "other", None, NotFound),
        ("a.ipynb", 0, "nothing", NotFound),
        ("nothing.ipynb", 0, None, NotFound),
        ("twice.py", 0, None, BadRequest),
        ("twice.py", None, "x = 1", BadRequest),
    ):
        with pytest.raises(error):
            rt.comment(path, cell, "Why?", quote=quote)
    Path("broken.ipynb").write_text("{")
    with pytest.raises(NotFound, match="no cells"):
        rt.comment("broken.ipynb", 0, "Why?")
