"""The widgets of notifications, without a page: what they share with it, and what they ask for it."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import pytest
from ipywidgets.widgets.widget import Widget

from jupyter_realtime.client.blocking import Realtime
from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.widgets import NotificationCenter, NotificationPreferences, bundles, starting
from jupyter_realtime.widgets.bridge import NO_SERVER, PROGRAM, Bridge
from tests.client.live import TOKEN, Served, served

ANA = {"name": "ana", "display_name": "Ana"}
ROOM = "user:ana"


@pytest.fixture
def server() -> Iterator[Served]:
    with served() as running:
        running.live.answers["GET me"] = {"user": ANA, "kind": "human"}
        yield running


@pytest.fixture
def rt(server: Served) -> Iterator[Realtime]:
    with Realtime.connect(server.live.url, TOKEN) as connected:
        yield connected


class Page:
    """The other end of a widget's comm."""

    def __init__(self, find: Any) -> None:
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self.bridge = Bridge(find, self.heard.put)

    def ask(self, **content: Any) -> dict[str, Any]:
        self.bridge.take(content)
        return self.heard.get(timeout=20)


@pytest.fixture
def page(rt: Realtime) -> Iterator[Page]:
    made = Page(lambda: rt)
    yield made
    made.bridge.close()


def test_the_page_asks_the_kernels_server_through_it(server: Served, page: Page) -> None:
    asked: list[bytes] = []

    def settle(call: Any) -> dict[str, str]:
        asked.append(call.request.body)
        return {"digest": "daily"}

    server.live.answers["GET preferences"] = {"digest": "off"}
    server.live.answers["PATCH preferences"] = settle
    said = page.ask(type="connect")
    assert (said["status"], said["user"]["name"]) == ("online", "ana")
    answer = page.ask(type="request", id=1, method="GET", path="preferences", body=None)
    assert answer == {"type": "answer", "id": 1, "body": {"digest": "off"}}
    change = {"digest": "daily"}
    answer = page.ask(type="request", id=2, method="PATCH", path="preferences", body=change)
    assert (answer["id"], answer["body"]) == (2, change)
    assert asked == [b'{"digest":"daily"}']
    server.live.answers["DELETE preferences"] = {"digest": "off"}
    answer = page.ask(type="request", id=3, method="DELETE", path="preferences")
    assert answer == {"type": "answer", "id": 3, "body": {"digest": "off"}}


def test_a_refusal_comes_as_the_server_said_it(server: Served, page: Page) -> None:
    refusal = {"code": "forbidden", "message": "No.", "retryable": False, "retry_after": None}
    server.live.answers["GET notifications"] = (403, refusal)
    answer = page.ask(type="request", id="a", method="GET", path="notifications?box=unread")
    assert answer == {"type": "answer", "id": "a", "error": refusal, "status": 403}


@pytest.mark.parametrize(
    "wanted",
    [
        {"method": "GET", "path": "tokens"},
        {"method": "POST", "path": "notifications/../tokens"},
        {"method": "GET", "path": "preferences-of-others"},
        {"method": "DELETE", "path": "projects/p"},
        {"method": "GET", "path": 1},
        {},
    ],
)
def test_nothing_else_is_asked_for(server: Served, page: Page, wanted: dict[str, Any]) -> None:
    before = len(server.live.requests)
    answer = page.ask(type="request", id=1, **wanted)
    assert answer["error"]["code"] == "bad_request"
    assert len(server.live.requests) == before


def test_what_happens_in_the_persons_room_follows(server: Served, page: Page) -> None:
    assert page.ask(type="subscribe") == {"type": "ready"}
    server.do(lambda: server.live.append(ROOM, "notification:changed", {"unread": 3}))
    told = page.heard.get(timeout=20)
    assert told["type"] == "event"
    assert told["event"]["data"] == {"unread": 3} and told["event"]["seq"] == 1
    # A second view on the same widget hears the same, once.
    assert page.ask(type="subscribe") == {"type": "ready"}
    server.do(lambda: server.live.append(ROOM, "notification:changed", {"unread": 2}))
    assert page.heard.get(timeout=20)["event"]["seq"] == 2
    assert page.heard.empty()


def test_a_program_is_told_that_it_reads_no_inbox(server: Served) -> None:
    server.live.answers["GET me"] = {"user": ANA, "kind": "program"}
    with Realtime.connect(server.live.url, TOKEN) as rt:
        said = Page(lambda: rt).ask(type="connect")
    assert (said["status"], said["reason"]) == ("absent", PROGRAM)


def test_without_a_server_it_says_so() -> None:
    page = Page(lambda: None)
    assert page.ask(type="connect")["reason"] == NO_SERVER
    assert page.ask(type="subscribe")["error"]["message"] == NO_SERVER
    assert page.ask(type="request", id=1, method="GET", path="preferences")["error"] is not None

    def away() -> Realtime:
        raise Unavailable("It starts again.")

    said = Page(away).ask(type="connect")
    assert (said["status"], said["reason"]) == ("offline", "It starts again.")


@pytest.mark.parametrize("kind", [NotificationCenter, NotificationPreferences])
def test_a_widget_shares_nothing_but_where_the_server_is(
    kind: Any, rt: Realtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "realtime", lambda: rt)
    widget = kind()
    shared = {name for name in widget.keys if not name.startswith("_")}
    assert shared - {"layout", "tabbable", "tooltip"} == {"prefix", "version", "mode"}
    assert widget.prefix == "/realtime/"
    widget.close()
    Widget.close_all()


def test_each_has_a_bundle_of_its_own() -> None:
    assert NotificationPreferences._esm == bundles.script("notification-preferences")
    assert NotificationCenter._esm == bundles.script("notification-center")
