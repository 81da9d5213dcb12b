"""A hundred people with moving cursors in one notebook: whoever types in it does not notice."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_realtime.core.messages import SUBPROTOCOL
from tests.browser.busy import type_in
from tests.browser.team import Team, team_server
from tests.browser.test_presence import (
    ask,
    cell,
    open_notebook,
    open_team,
    panel,
    person,
    write_in,
)
from tests.jupyter import Jupyter

PEOPLE = 100
CURSORS_A_SECOND = 10


@pytest.fixture
def jupyter(tmp_path: Path) -> Iterator[Jupyter]:
    """A server for all of them."""
    with team_server(tmp_path) as server:
        yield server


async def signed_in(server: Jupyter, name: str) -> str:
    """Sign in as a browser does; gives the cookies."""
    client = AsyncHTTPClient()
    page = await client.fetch(f"{server.url}login")
    cookies = {found[0]: found[1] for found in map(_cookie, page.headers.get_list("Set-Cookie"))}
    answer = await client.fetch(
        HTTPRequest(
            f"{server.url}login",
            method="POST",
            headers={"Cookie": _written(cookies)},
            body=f"_xsrf={cookies['_xsrf']}&password={name}-knows",
            follow_redirects=False,
        ),
        raise_error=False,
    )
    assert answer.code == 302, answer.body
    return _written(cookies | dict(map(_cookie, answer.headers.get_list("Set-Cookie"))))


def _cookie(header: str) -> tuple[str, str]:
    found = re.match(r"([^=]+)=([^;]*)", header)
    assert found is not None
    return found[1], found[2]


def _written(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


class Somebody:
    """A page without a browser: it says where its person is, and hears what others hear."""

    def __init__(self, wire: WebSocketClientConnection) -> None:
        self._wire = wire
        self._ids = itertools.count()

    async def say(self, **frame: object) -> None:
        await self._wire.write_message(json.dumps({"id": next(self._ids), **frame}))

    async def pin(self, room: str, event: str, data: object) -> None:
        await self.say(type="state", room=room, event=event, key="self", data=data)

    async def listen(self) -> None:
        while (frame := await self._wire.read_message()) is not None:
            if '"heartbeat"' in str(frame):
                await self.say(type="ping")


@contextmanager
def crowd(server: Jupyter, project: str, document: str, cell_id: str) -> Iterator[None]:
    """Have a hundred people move their cursors in a cell, ten times a second each."""
    everybody, done = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def somebody(number: int) -> Somebody:
        cookies = await signed_in(server, f"p{number:03}")
        address = f"{server.url.replace('http', 'ws')}realtime/ws"
        headers = {"Cookie": cookies, "Origin": server.url.rstrip("/")}
        wire = await websocket_connect(
            HTTPRequest(address, headers=headers), subprotocols=[SUBPROTOCOL]
        )
        await wire.read_message()
        one = Somebody(wire)
        place = {"status": "online", "document": document, "cell": cell_id, "mode": "edit"}
        await one.pin(f"project:{project}", "user:status", place)
        return one

    async def move(one: Somebody, number: int) -> None:
        for step in itertools.count(number):
            at = step % 20
            cursor = {"cell": cell_id, "anchor": at, "head": at + number % 3}
            await one.pin(f"document:{document}", "user:cursor", cursor)
            await asyncio.sleep(1 / CURSORS_A_SECOND)

    async def all_of_them() -> None:
        people = [await somebody(number) for number in range(PEOPLE)]
        tasks = [asyncio.create_task(one.listen()) for one in people]
        tasks += [asyncio.create_task(move(one, at)) for at, one in enumerate(people)]
        everybody.set()
        await done.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    failures: list[BaseException] = []

    def run() -> None:
        try:
            loop.run_until_complete(all_of_them())
        except BaseException as failure:
            failures.append(failure)
            everybody.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        everybody.wait()
        if failures:
            raise failures[0]
        yield
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


def test_X12_typing_beside_a_hundred_moving_cursors_stays_fast(
    team: Team, jupyter: Jupyter
) -> None:
    ana = team.open_lab("ana")
    open_notebook(ana)
    open_team(ana, jupyter)
    write_in(ana, 3)
    alone = type_in(ana)
    [here] = [one for one in ask(ana, "presence")[1]["items"] if one["cell"]]
    with crowd(jupyter, here["project"], here["document"], here["cell"]):
        expect(cell(ana, 3).locator(".jrt-caret")).to_have_count(PEOPLE)
        expect(person(ana, "p099")).to_be_visible()
        expect(panel(ana).locator("[data-jrt-status='online']")).to_have_count(PEOPLE)
        typing = type_in(ana)
    print(f"{PEOPLE} cursors: {typing}; alone {alone}")
    typing.check(alone)
