"""The widget of comments, without a page: what it asks the kernel for, and what the kernel lets through."""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ipywidgets.widgets.widget import Widget

from jupyter_realtime.client.address import Server
from jupyter_realtime.client.blocking import Realtime
from jupyter_realtime.core.errors import NotFound
from jupyter_realtime.widgets import CodeComments, bundles, starting
from jupyter_realtime.widgets.bridge import Bridge
from jupyter_realtime.widgets.comments import read_code, review
from tests.client.live import TOKEN, Served, served

DOCUMENT = {"id": "d1", "project": "p1", "path": "sub/eda.ipynb"}
CELLS = [
    {"cell_type": "markdown", "id": "m", "source": ["# A\n", "b"], "metadata": {}},
    {"cell_type": "code", "id": "c", "source": "x = 1", "metadata": {}, "outputs": []},
]
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """What the server shows."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "eda.ipynb").write_text(json.dumps({"cells": CELLS, "nbformat": 4}))
    (tmp_path / "tools.py").write_text("x = 1\ny = 2\n")
    return tmp_path


@pytest.fixture
def server() -> Iterator[Served]:
    with served() as running:
        running.live.answers["PUT documents"] = DOCUMENT
        yield running


@pytest.fixture
def rt(server: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realtime]:
    with Realtime.connect(server.live.url, TOKEN) as connected:
        monkeypatch.setattr(starting, "realtime", lambda: connected)
        yield connected


@pytest.fixture
def heard() -> queue.Queue[dict[str, Any]]:
    """What the page is told."""
    return queue.Queue()


@pytest.fixture
def bridge(rt: Realtime, heard: queue.Queue[dict[str, Any]]) -> Iterator[Bridge]:
    made = Bridge(lambda: rt, heard.put, review("sub/eda.ipynb"))
    yield made
    made.close()


@pytest.fixture
def ask(bridge: Bridge, heard: queue.Queue[dict[str, Any]]) -> Ask:
    def ask(method: str, path: str, body: Any = None) -> dict[str, Any]:
        bridge.take({"type": "request", "id": 1, "method": method, "path": path, "body": body})
        return heard.get(timeout=20)

    return ask


@pytest.fixture(autouse=True)
def no_widgets_left() -> Iterator[None]:
    yield
    Widget.close_all()


def at(root: Path | None) -> Server:
    return Server.at(
        "http://127.0.0.1:1/realtime/", None, None if root is None else str(root), "in a test"
    )


def test_the_code_is_read_from_this_machine(root: Path) -> None:
    assert read_code(at(root), "sub/eda.ipynb") == [
        {"id": "m", "kind": "markdown", "text": "# A\nb"},
        {"id": "c", "kind": "code", "text": "x = 1"},
    ]
    assert read_code(at(root), "tools.py") == [
        {"id": None, "kind": "file", "text": "x = 1\ny = 2\n"}
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": [{}]}', '{"cells": 1}'])
def test_code_that_cannot_be_read_is_said_not_to_be_there(root: Path, text: str) -> None:
    (root / "broken.ipynb").write_text(text)
    with pytest.raises(NotFound, match="can't read broken"):
        read_code(at(root), "broken.ipynb")
    with pytest.raises(NotFound, match="gone"):
        read_code(at(root), "gone.py")
    with pytest.raises(NotFound, match="does not know which folder"):
        read_code(at(None), "tools.py")


def test_Z7_threads_are_read_and_written_through_the_kernel(server: Served, ask: Ask) -> None:
    threads = {"items": [{"id": "t1"}], "next": None}
    server.live.answers |= {
        "GET threads": threads,
        "POST threads/t1/comments": {"id": "c1"},
        "PATCH threads/t1/comments/c1": {"id": "c1"},
    }
    assert ask("GET", "threads?document=d1&state=all&limit=200")["body"] == threads
    assert ask("POST", "threads/t1/comments", {"body": "Why?"})["body"] == {"id": "c1"}
    assert ask("PATCH", "threads/t1/comments/c1", {"body": "Why then?"})["body"] == {"id": "c1"}
    assert ask("PUT", "documents", {"path": "sub/eda.ipynb"})["body"] == DOCUMENT


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "notifications"),
        ("GET", "threads?project=p1"),
        ("GET", "threads/../notifications"),
        ("POST", "threads/t1/read"),
        ("PUT", "threads/t1/subscription"),
        ("DELETE", "threads/t1"),
        ("GET", "export/comments?project=p1"),
        ("POST", "code"),
        ("GET", None),
    ],
)
def test_Z7_nothing_else_gets_through(server: Served, ask: Ask, method: str, path: str) -> None:
    assert ask(method, path)["status"] == 400
    assert [it.request.path for it in server.live.requests if "me" not in it.request.path] == []


def test_what_happens_in_the_documents_project_reaches_the_page(
    server: Served, bridge: Bridge, heard: queue.Queue[dict[str, Any]]
) -> None:
    bridge.take({"type": "subscribe"})
    assert heard.get(timeout=20) == {"type": "ready"}
    server.do(lambda: server.live.append("project:p1", "thread:resolved", {"thread": "t1"}))
    told = heard.get(timeout=20)
    assert (told["type"], told["event"]["event"]) == ("event", "thread:resolved")


def test_neither_code_nor_comments_are_traits(rt: Realtime) -> None:
    widget = CodeComments("/sub/eda.ipynb")
    assert widget.path == "sub/eda.ipynb"
    synced = {name for name in widget.keys if not name.startswith("_")}
    assert synced <= {"path", "prefix", "version", "mode", "layout", "tabbable", "tooltip"}
    assert "export" in bundles.script("code-comments")
