"""What a page that has no server of its own asks of the kernel's: what its widget shows, and nothing else.

Theory of operation
-------------------
The page sends `connect`, then `request`s (with an `id`, answered by one `answer`) and at most one
`subscribe`; events and states of that room follow as they come. All of it happens on a thread, since a
comm's message arrives on the one that runs cells. A program reads no inbox, whoever's it is: where the
server knows the kernel as one, the page is told so at once. Of the projects of its person it may read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ..client.address import Server
from ..client.blocking import Realtime, Subscription
from ..client.portal import portal
from ..client.rest import Rest
from ..core.errors import BadRequest, RealtimeError
from ..core.rooms import project_room, user_room

REQUEST_SECONDS = 60.0
NO_SERVER = "The kernel found no server with jupyter_realtime."
PROGRAM = (
    "A program reads no inbox, and the server knows this kernel as one. Open the notebook in a JupyterLab "
    "whose server has jupyter_realtime: there the page shows it by itself."
)


@dataclass(frozen=True)
class Scope:
    """What a kind of widget may ask for.

    Parameters
    ----------
    requests
        Method and path.
    room
        To which it may listen.
    humans_only
        Whether a program is not told of it.
    own
        What the kernel itself answers, by method and path.
    """

    requests: re.Pattern[str]
    room: Callable[[Realtime], str]
    humans_only: bool
    own: Mapping[str, Callable[[Server], Any]] = field(default_factory=dict)


# Ids have no dots: none of these leads up and out again.
INBOX = Scope(
    re.compile(
        r"(?:GET|POST|PUT|PATCH) (?:notifications|preferences|projects)(?:/[A-Za-z0-9_-]+)*(?:\?.*)?"
        r"|DELETE preferences"
    ),
    lambda connection: user_room(connection.me["user"]["name"]),
    humans_only=True,
)


def team(project: str) -> Scope:
    """Let a widget read who is in a project, and what they have done."""
    return Scope(
        re.compile(r"GET (?:presence|activity)\?.*"),
        lambda _connection: project_room(project),
        humans_only=False,
    )


Send = Callable[[dict[str, Any]], None]


class Bridge:
    """Carries requests and events between a page and the kernel's server.

    Parameters
    ----------
    find
        Gives the kernel's connection; None where there is no server.
    send
        Sends something to the page.
    scope
        What it may be asked for.
    """

    def __init__(
        self, find: Callable[[], Realtime | None], send: Send, scope: Scope = INBOX
    ) -> None:
        self._find = find
        self._send = send
        self._scope = scope
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="jupyter_realtime bridge")
        self._rest: Rest | None = None
        self._subscription: Subscription | None = None
        self._is_closed = False

    def take(self, content: Any) -> None:
        """Do what the page has asked for; the answer comes later."""
        is_request = isinstance(content, dict) and isinstance(content.get("type"), str)
        if is_request and not self._is_closed:
            self._worker.submit(self._take, content)

    def close(self) -> None:
        """Ask for nothing more, and listen to nothing."""
        if not self._is_closed:
            self._is_closed = True
            self._worker.submit(self._leave)
            self._worker.shutdown(wait=False)

    def _take(self, content: dict[str, Any]) -> None:
        kind = content["type"]
        if kind == "connect":
            self._send(self._connect())
        elif kind == "request":
            self._send({"type": "answer", "id": content.get("id"), **self._answer(content)})
        elif kind == "subscribe":
            self._send(self._subscribe())

    def _connect(self) -> dict[str, Any]:
        try:
            connection = self._find()
        except RealtimeError as error:
            return _status("offline", error.message)
        if connection is None:
            return _status("absent", NO_SERVER)
        if self._scope.humans_only and connection.me["kind"] != "human":
            return _status("absent", PROGRAM)
        return _status("online", None, connection.me["user"])

    def _answer(self, content: dict[str, Any]) -> dict[str, Any]:
        method, path = content.get("method"), content.get("path")
        try:
            if not isinstance(method, str) or not isinstance(path, str):
                raise BadRequest("A request has a method and a path.")
            if (own := self._scope.own.get(f"{method} {path}")) is not None:
                return {"body": own(self._server())}
            if not self._scope.requests.fullmatch(f"{method} {path}"):
                raise BadRequest("This widget asks for nothing else.")
            work = self._own_rest().request(method, path, content.get("body"))
            return {"body": portal().call(work, REQUEST_SECONDS)}
        except RealtimeError as error:
            return {"error": msgspec.to_builtins(error.body), "status": error.status}
        except TimeoutError:
            return {"error": None}

    def _own_rest(self) -> Rest:
        if self._rest is None:
            self._rest = Rest(self._server())
        return self._rest

    def _server(self) -> Server:
        connection = self._find()
        if connection is None:
            raise BadRequest(NO_SERVER)
        return connection.server

    def _subscribe(self) -> dict[str, Any]:
        try:
            connection = self._find()
            if connection is None:
                raise BadRequest(NO_SERVER)
            if self._subscription is None:
                self._subscription = connection.subscribe(
                    self._scope.room(connection), self._on_event, on_state=self._on_state
                )
            return {"type": "ready"}
        except RealtimeError as error:
            return {"type": "refused", "error": msgspec.to_builtins(error.body)}

    def _on_event(self, event: Any) -> None:
        self._send({"type": "event", "event": dict(event)})

    def _on_state(self, state: Any) -> None:
        self._send({"type": "state", "state": dict(state)})

    def _leave(self) -> None:
        if self._subscription is not None:
            self._subscription.close()
        if self._rest is not None:
            portal().call(self._rest.close(), REQUEST_SECONDS)


def _status(status: str, reason: str | None, user: Any = None) -> dict[str, Any]:
    return {"type": "connection", "status": status, "reason": reason, "user": user}
