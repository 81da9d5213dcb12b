"""A server as anybody sees it: an address and a token, HTTP and WebSockets. Nothing of ours is imported.

Everything that it says is checked against the OpenAPI and the AsyncAPI document, whatever a test asks for.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.asyncapi import check_sent
from tests.openapi import check_answer

SUBPROTOCOL = "v1.jupyter-realtime"
WITHIN_SECONDS = 30.0
Frame = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a call was answered; `body` is None where there is none."""

    status: int
    body: Any
    headers: httpx.Headers


class Socket:
    """One socket: asks, and keeps what comes meanwhile."""

    def __init__(self, connection: ClientConnection, *, is_alive: bool = True) -> None:
        self.connection = connection
        self.is_alive = is_alive
        self.heard: list[Frame] = []
        self.welcome: Frame = {}
        self._ids = itertools.count(1)
        self._rooms: dict[Any, str | None] = {}
        # Nobody waits for their answers.
        self._signs_of_life: set[int] = set()

    def send(self, type_: str, **fields: Any) -> int:
        """Send a request; gives its id."""
        request_id = next(self._ids)
        self._rooms[request_id] = fields.get("room")
        self.connection.send(json.dumps({"type": type_, "id": request_id, **fields}))
        return request_id

    def ask(self, type_: str, **fields: Any) -> Frame:
        """Send a request and wait for its answer."""
        request_id = self.send(type_, **fields)
        return self.next(lambda frame: frame.get("id") == request_id)

    def next(self, wanted: Callable[[Frame], bool]) -> Frame:
        """Take the next frame that is wanted; the others wait."""
        deadline = time.monotonic() + WITHIN_SECONDS
        number = 0
        while True:
            for frame in self.heard[number:]:
                if wanted(frame):
                    self.heard.remove(frame)
                    return frame
            number = len(self.heard)
            self._read(deadline - time.monotonic())

    def next_event(self, room: str) -> Frame:
        """Take the next event of a room."""
        return self.next(lambda frame: frame["type"] == "event" and frame["room"] == room)

    def next_state(self, room: str) -> Frame:
        """Take the next state of a room."""
        return self.next(lambda frame: frame["type"] == "state" and frame["room"] == room)

    def hear_all(self) -> list[Frame]:
        """Take all that was said before the answer to a ping, which comes last."""
        self.ask("ping")
        heard, self.heard = self.heard, []
        return [frame for frame in heard if frame["type"] != "heartbeat"]

    def until_closed(self, within_seconds: float = WITHIN_SECONDS) -> int | None:
        """Wait for the end; gives the close code."""
        deadline = time.monotonic() + within_seconds
        with contextlib.suppress(ConnectionClosed):
            while True:
                self._read(deadline - time.monotonic(), is_checked=False)
        return self.connection.close_code

    def _read(self, seconds: float, *, is_checked: bool = True) -> None:
        frame: Frame = json.loads(self.connection.recv(timeout=max(0.0, seconds)))
        if is_checked:
            check_sent(frame, frame.get("room") or self._rooms.get(frame.get("id")))
        if frame["type"] == "heartbeat" and self.is_alive and self.welcome.get("answer"):
            self._signs_of_life.add(self.send("ping"))
        if frame.get("id") not in self._signs_of_life:
            self.heard.append(frame)


class Target:
    """A server under test.

    Parameters
    ----------
    url
        Where the extension answers, like `http://localhost:8888/realtime/`.
    token
        The Jupyter server's, or another that is a person's.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/") + "/"
        self.token = token
        self._http = httpx.Client(timeout=60)

    def close(self) -> None:
        """End."""
        self._http.close()

    # -- HTTP ---------------------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> Answer:
        """Call a route; what is answered has to be documented."""
        sent = {"Authorization": f"Bearer {token or self.token}"} if headers is None else headers
        # Each call by itself: Jupyter logs in whoever shows its token.
        self._http.cookies.clear()
        is_text = isinstance(body, bytes)
        answer = self._http.request(
            method,
            f"{self.url}api/v1/{path}",
            headers=sent,
            params=query,
            content=body if is_text else None if body is None else json.dumps(body),
        )
        told = answer.json() if answer.content else None
        check_answer(method, path, answer.status_code, told)
        return Answer(answer.status_code, told, answer.headers)

    def get(self, path: str, **query: Any) -> Any:
        """Read what has to be there."""
        answer = self.call("GET", path, **query)
        assert answer.status == 200, answer
        return answer.body

    def make(self, method: str, path: str, body: Any) -> Any:
        """Change what has to be possible."""
        answer = self.call(method, path, body)
        assert answer.status in (200, 201, 202), answer
        return answer.body

    def pages(self, path: str, limit: int, **query: Any) -> Iterator[list[Any]]:
        """Read a list, page by page."""
        page = self.get(path, limit=limit, **query)
        yield page["items"]
        while page["next"] is not None:
            page = self.get(path, limit=limit, cursor=page["next"], **query)
            yield page["items"]

    # -- sockets ------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def raw_socket(
        self,
        *,
        headers: dict[str, str] | None = None,
        subprotocols: tuple[str, ...] = (SUBPROTOCOL,),
        is_alive: bool = True,
    ) -> Iterator[Socket]:
        """Open a socket, without a word."""
        own = {"Authorization": f"Bearer {self.token}"}
        connection = connect(
            f"ws{self.url.removeprefix('http')}ws",
            additional_headers=own if headers is None else headers,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            max_size=None,
        )
        with connection:
            yield Socket(connection, is_alive=is_alive)

    @contextlib.contextmanager
    def socket(self, *, is_alive: bool = True, token: str | None = None) -> Iterator[Socket]:
        """Open a socket and wait for the welcome."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        with self.raw_socket(headers=headers, is_alive=is_alive) as socket:
            socket.welcome = socket.next(lambda frame: frame["type"] == "welcome")
            yield socket
