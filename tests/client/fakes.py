"""A server that is true to protocol 1 and lives in memory, so that a test can do anything to it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import msgspec

from jupyter_realtime.core import messages as m
from jupyter_realtime.core.actors import SYSTEM_ACTOR
from jupyter_realtime.core.codec import decode_client_frame, encode
from jupyter_realtime.core.errors import RealtimeError
from jupyter_realtime.core.log import Page, StoredEvent
from jupyter_realtime.core.recovery import resume
from jupyter_realtime.core.session import error_frame

LIMITS = m.Limits(
    message_bytes=65536,
    rooms_per_connection=128,
    requests_per_second=100,
    connections_per_user=20,
    queue_bytes=2**20,
    auth_seconds=10,
)


@dataclass
class FakeLog:
    """One room's log."""

    events: list[StoredEvent] = field(default_factory=list)
    pruned: int = 0

    @property
    def head(self) -> int:
        return self.pruned + len(self.events)

    def page(self, epoch: str, after: int, limit: int) -> Page:
        kept = {event.seq: event for event in self.events}
        events = [event for event in self.events if event.seq > after][:limit]
        after_id = kept[after].id if after in kept else None
        return Page(epoch, self.head, self.pruned, after, after_id, events)


class FakeServer:
    """Logs, boards, and who is connected."""

    def __init__(self, *, page: int = 500, heartbeat: float = 15.0) -> None:
        self.epoch = "e1"
        self.logs: dict[str, FakeLog] = {}
        self.boards: dict[str, dict[tuple[str, str], m.StateEntry]] = {}
        self.positions: dict[tuple[str, str], m.Position] = {}
        self.peers: list[Peer] = []
        self.refuse_next: RealtimeError | None = None
        self.heartbeat = heartbeat
        self._page = page
        self.ids = itertools.count(1)

    def log(self, room: str) -> FakeLog:
        return self.logs.setdefault(room, FakeLog())

    def append(self, room: str, event: str, data: Any = None) -> m.Position:
        log = self.log(room)
        raw = msgspec.Raw(encode(data))
        stored = StoredEvent(room, log.head + 1, event, f"i{next(self.ids)}", 0, SYSTEM_ACTOR, raw)
        log.events.append(stored)
        for peer in self.peers:
            peer.offer(stored)
        return m.Position(epoch=self.epoch, seq=stored.seq)

    def pin(self, room: str, event: str, key: str, data: Any) -> None:
        state = m.StateEntry(
            event=event, key=key, time="2026-11-23T09:30:00.000Z", actor=SYSTEM_ACTOR, data=data
        )
        board = self.boards.setdefault(room, {})
        if data is None:
            board.pop((event, key), None)
        else:
            board[event, key] = state
        for peer in self.peers:
            if room in peer.rooms:
                peer.say(m.StateFrame(room=room, **msgspec.structs.asdict(state)))

    def pinned(self, room: str) -> dict[str, Any]:
        """What hangs in a room, by key."""
        return {key: state.data for (_, key), state in self.boards.get(room, {}).items()}

    def take_pin(self, request: m.StateRequest, connection: str) -> None:
        if self.refuse_next is not None:
            error, self.refuse_next = self.refuse_next, None
            raise error
        self.pin(request.room, request.event, f"{connection}/{request.key}", request.data)

    def prune(self, room: str) -> None:
        log = self.log(room)
        log.pruned = log.head
        log.events.clear()

    def lose_everything(self) -> None:
        """A database that is gone: the logs begin anew."""
        self.epoch += "'"
        self.logs.clear()
        self.positions.clear()

    def connect(self, *, known: bool = True) -> Peer:
        peer = Peer(self)
        self.peers.append(peer)
        if known:
            peer.welcome()
        return peer

    def publish(self, request: m.PublishRequest) -> m.Position:
        if self.refuse_next is not None:
            error, self.refuse_next = self.refuse_next, None
            raise error
        key = (request.room, request.key or f"none{next(self.ids)}")
        if key not in self.positions:
            self.positions[key] = self.append(request.room, request.event, request.data)
        return self.positions[key]

    def resume(self, request: m.SubscribeRequest) -> tuple[FakeLog, Any]:
        if self.refuse_next is not None:
            error, self.refuse_next = self.refuse_next, None
            raise error
        log = self.log(request.room)
        after = log.head if request.since is None else log.pruned
        if isinstance(request.since, m.Since):
            after = request.since.seq
        return log, resume(request.since, log.page(self.epoch, after, self._page))


class Peer:
    """The server's end of one connection; `sent` is on its way to the client."""

    def __init__(self, server: FakeServer) -> None:
        self.sent: list[str] = []
        self.heard: list[m.ClientFrame] = []
        self.rooms: dict[str, bool] = {}
        self.connection = f"c{next(server.ids)}"
        self._server = server

    def welcome(self, *, answer: bool = True) -> None:
        self.say(
            m.Welcome(
                protocol=m.PROTOCOL,
                features=list(m.FEATURES),
                connection=self.connection,
                user=SYSTEM_ACTOR,
                server_time="2026-11-23T09:30:00.000Z",
                heartbeat=self._server.heartbeat,
                answer=answer,
                limits=LIMITS,
                expires=None,
            )
        )

    def say(self, frame: msgspec.Struct) -> None:
        self.sent.append(encode(frame).decode())

    def offer(self, event: StoredEvent) -> None:
        if self.rooms.get(event.room):
            self.sent.append(event.frame.decode())

    def leave(self) -> None:
        self._server.peers.remove(self)
        for room, board in self._server.boards.items():
            for event, key in [name for name in board if name[1].startswith(f"{self.connection}/")]:
                self._server.pin(room, event, key, None)

    def heartbeat(self) -> None:
        heads = {room: self._server.log(room).head for room in self.rooms}
        self.say(m.Heartbeat(heads=heads))

    def receive(self, frame: str) -> None:
        request = decode_client_frame(frame)
        self.heard.append(request)
        try:
            self._answer(request)
        except RealtimeError as error:
            self.sent.append(error_frame(error, request.id).decode())

    def _answer(self, request: m.ClientFrame) -> None:
        if isinstance(request, m.SubscribeRequest):
            self._subscribe(request)
        elif isinstance(request, m.PublishRequest):
            position = self._server.publish(request)
            self.say(m.PublishReply(id=request.id, position=position))
        elif isinstance(request, m.AuthRequest):
            self.say(m.Reply(id=request.id))
            self.welcome()
        else:
            if isinstance(request, m.StateRequest):
                self._server.take_pin(request, self.connection)
            if isinstance(request, m.UnsubscribeRequest):
                self.rooms.pop(request.room, None)
            self.say(m.Reply(id=request.id))

    def _subscribe(self, request: m.SubscribeRequest) -> None:
        _, found = self._server.resume(request)
        self.rooms[request.room] = not found.more
        self.say(
            m.SubscribeReply(
                id=request.id,
                position=found.position,
                recovered=found.recovered,
                states=list(self._server.boards.get(request.room, {}).values()),
                events=[event.logged for event in found.events],
                more=found.more,
            )
        )
