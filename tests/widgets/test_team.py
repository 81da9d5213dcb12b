"""The widgets of a team, without a page: which project they show, and what they ask for it."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import pytest
from ipywidgets.widgets.widget import Widget

from jupyter_realtime.client.blocking import Realtime
from jupyter_realtime.widgets import ActivityFeed, PresenceBar, bundles, starting
from jupyter_realtime.widgets.bridge import Bridge, team
from tests.client.live import TOKEN, Served, served

ANA = {"name": "ana", "display_name": "Ana"}
PROJECT = {"id": "p1", "name": "forecast", "root": "", "role": "member"}


@pytest.fixture
def server() -> Iterator[Served]:
    with served() as running:
        # A kernel: a program of its person.
        running.live.answers["GET me"] = {"user": ANA, "kind": "program"}
        running.live.answers["GET projects"] = {"items": [PROJECT], "next": None}
        yield running


@pytest.fixture
def rt(server: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realtime]:
    with Realtime.connect(server.live.url, TOKEN) as connected:
        monkeypatch.setattr(starting, "realtime", lambda: connected)
        yield connected


@pytest.fixture(autouse=True)
def no_widgets_left() -> Iterator[None]:
    yield
    Widget.close_all()


def test_they_show_the_project_of_the_current_folder(rt: Realtime) -> None:
    assert rt.project()["name"] == "forecast"
    for widget in (PresenceBar(), ActivityFeed(user="ana", kind="comment")):
        assert widget.project == "p1"
        widget.close()
    other = PresenceBar("project:p2")
    assert other.project == "p2"
    other.close()


def test_without_a_server_they_know_of_no_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "realtime", lambda: None)
    widget = ActivityFeed()
    assert (widget.project, widget.prefix) == ("", "")
    widget.close()


def test_a_kernel_may_ask_who_is_there_and_what_happened_and_nothing_else(
    server: Served, rt: Realtime
) -> None:
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    bridge = Bridge(lambda: rt, heard.put, team("p1"))
    people = {"items": [{"user": ANA, "status": "online"}], "next": None}
    server.live.answers["GET presence"] = people

    def ask(**content: Any) -> dict[str, Any]:
        bridge.take(content)
        return heard.get(timeout=20)

    assert ask(type="connect")["status"] == "online"
    path = "presence?project=p1"
    answer = ask(type="request", id=1, method="GET", path=path)
    assert answer == {"type": "answer", "id": 1, "body": people}
    for method, elsewhere in (
        ("GET", "notifications"),
        ("POST", path),
        ("GET", "presence/../notifications?x"),
        ("GET", "projects?limit=1"),
    ):
        refused = ask(type="request", id=2, method=method, path=elsewhere)
        assert refused["status"] == 400, elsewhere
    bridge.close()


def test_events_and_states_of_the_project_reach_the_page(server: Served, rt: Realtime) -> None:
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    bridge = Bridge(lambda: rt, heard.put, team("p1"))
    bridge.take({"type": "subscribe"})
    assert heard.get(timeout=20) == {"type": "ready"}
    server.do(lambda: server.live.append("project:p1", "project:update", {"path": "a.py"}))
    told = heard.get(timeout=20)
    assert (told["type"], told["event"]["event"]) == ("event", "project:update")
    status = {"user": ANA, "status": "online"}
    server.do(lambda: server.live.fake.pin("project:p1", "user:status", "ana", status))
    server.do(server.live.push_out)
    told = heard.get(timeout=20)
    assert (told["type"], told["state"]["key"], told["state"]["data"]) == ("state", "ana", status)
    bridge.close()


@pytest.mark.parametrize("name", ["presence-bar", "activity-feed"])
def test_the_scripts_are_built(name: str) -> None:
    assert "export" in bundles.script(name)
