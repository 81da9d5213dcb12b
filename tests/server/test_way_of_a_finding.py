"""Walks `docs/way-of-a-finding.md`: a real analysis, a real server, each station in its order."""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from jupyter_realtime.core.messages import SUBPROTOCOL

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "way-of-a-finding.md").read_text()
STATIONS = re.findall(r"^\| \d+ \| `([a-z_.]+:[A-Za-z_.]+)` ", PAGE, re.MULTILINE)
FRAMING = STATIONS[9]
WAITING, SENDING = STATIONS[-2:]
ANSWERING = STATIONS[6]
SOURCES = re.findall(r"^\| \d+ \| `(js/[^`]+)` ", PAGE, re.MULTILINE)


def code_of(station: str) -> CodeType:
    """Find the function that a station names."""
    module, _, path = station.partition(":")
    found: Any = importlib.import_module(f"jupyter_realtime.{module}")
    for name in path.split("."):
        found = vars(found)[name]
    found = getattr(found, "func", found)
    code: CodeType = getattr(found, "__func__", found).__code__
    return code


def _holds_issues(outcomes: list[Any]) -> bool:
    events = [event for o in outcomes if o.written for event in o.written.events]
    return any(event.event == "analysis:issues" for event in events)


@pytest.fixture
def noted() -> Iterator[list[str]]:
    """Note when each station is entered for the first time, in any thread that starts from now on."""
    wanted = {code_of(station): station for station in STATIONS}
    entered: list[str] = []

    def look(frame: FrameType, event: str, _argument: object) -> None:
        station = wanted.get(frame.f_code) if event == "call" else None
        # Progress and replies leave by the same door.
        if station == FRAMING and b"analysis:issues" not in frame.f_locals["payload"]:
            return
        if station == SENDING and WAITING not in entered:
            return
        # Other commits are answered, too.
        if station == ANSWERING and not _holds_issues(frame.f_locals["outcomes"]):
            return
        # What was stored and sent before there was a finding is another story.
        if station and station not in entered and (entered or station == STATIONS[0]):
            entered.append(station)

    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield entered
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@asynccontextmanager
async def work_held_back(serverapp: Any) -> AsyncIterator[None]:
    """Let runs start, but do no work yet: so that a follower can be there first."""
    services = await serverapp.web_app.settings["jupyter_realtime"].services()
    runner = services.analyses._engine._runner
    for _ in range(runner._max_processes):
        await runner._slots.acquire()
    yield
    for _ in range(runner._max_processes):
        runner._slots.release()


async def first_finding(
    socket: Any, api: Callable[..., Any], folder: Path, serverapp: Any
) -> dict[str, Any]:
    """Follow a new run until its first issues arrive."""
    (folder / "a.py").write_text("print(never_defined)\n")
    _, listing = await api("GET", "projects")
    project = listing["items"][0]["id"]
    body = {"paths": ["a.py"], "project": project, "detectors": ["correctness"]}
    async with work_held_back(serverapp):
        _, run = await api("POST", "analyses", body)
        request = {"type": "subscribe", "id": 1, "room": run["room"], "since": None}
        await socket.send(json.dumps(request))
        while json.loads(await socket.recv())["type"] != "reply":
            pass
    async for message in socket:
        frame = json.loads(message)
        if frame["type"] == "event" and frame["event"] == "analysis:issues":
            return dict(frame)
    raise AssertionError("The socket was closed.")


async def test_a_finding_takes_the_way_that_the_page_describes(
    noted: list[str],
    api: Callable[..., Any],
    http_server: Any,
    jp_base_url: str,
    jp_http_port: int,
    jp_auth_header: dict[str, str],
    jp_root_dir: Path,
    jp_serverapp: Any,
) -> None:
    await api("GET", "me")
    url = f"ws://127.0.0.1:{jp_http_port}{jp_base_url}realtime/ws"
    async with connect(
        url, additional_headers=jp_auth_header, subprotocols=[Subprotocol(SUBPROTOCOL)]
    ) as socket:
        finding = await asyncio.wait_for(first_finding(socket, api, jp_root_dir, jp_serverapp), 30)
    [issue] = finding["data"]["issues"]
    assert (issue["rule"], issue["path"], issue["line"]) == ("F821", "a.py", 1)
    assert noted == STATIONS


@pytest.mark.parametrize("source", SOURCES)
def test_the_page_names_sources_that_exist(source: str) -> None:
    assert (ROOT / source).is_file()


def test_the_page_names_every_layer_once_in_the_order_of_the_architecture() -> None:
    assert len(STATIONS) == 14 and len(SOURCES) == 3
    layers = list(dict.fromkeys(station.split(".")[0] for station in STATIONS))
    assert layers == ["analysis", "service", "stores", "core", "server"]
