"""A client's conversation with the server in memory, frame by frame."""

from __future__ import annotations

from jupyter_realtime.client.backoff import Backoff
from jupyter_realtime.client.conversation import Conversation
from jupyter_realtime.client.effects import Effect, Send, Tell
from jupyter_realtime.client.outbox import Letter
from jupyter_realtime.core import messages as m

from .fakes import FakeServer, Peer

ROOM = "project:p"


class Client:
    """A conversation, the peer that it talks to, and what came of it."""

    def __init__(self, server: FakeServer | None = None, token: str | None = "t") -> None:
        self.server = server or FakeServer()
        self.conversation = Conversation(token, Backoff(lambda: 1.0))
        self.peer: Peer | None = None
        self.now = 0.0
        self.effects: list[Effect] = []

    def do(self, effects: list[Effect]) -> list[Effect]:
        self.effects += effects
        for effect in effects:
            if isinstance(effect, Send):
                assert self.peer is not None
                self.peer.receive(effect.frame)
        return effects

    def connect(self, *, known: bool = True) -> None:
        self.do(self.conversation.opened(self.now))
        self.peer = self.server.connect(known=known)
        self.pump()

    def pump(self, frames: int = 1_000_000) -> None:
        assert self.peer is not None
        while self.peer.sent and frames:
            frames -= 1
            self.do(self.conversation.received(self.peer.sent.pop(0), self.now))

    def cut(self, code: int | None = 1006) -> list[Effect]:
        if self.peer is not None:
            self.peer.leave()
            self.peer = None
        return self.do(self.conversation.lost(code, self.now))

    def subscribe(self, listener: int, origin: object = "earliest", room: str = ROOM) -> None:
        self.do(self.conversation.subscribe(listener, room, origin))  # type: ignore[arg-type]

    def publish(self, ticket: int, data: object = None) -> list[Effect]:
        letter = Letter(ticket, ROOM, "custom:x", data, f"key{ticket}")
        return self.do(self.conversation.publish(letter, self.now))

    def pin(self, data: object, key: str = "k") -> list[Effect]:
        return self.do(self.conversation.pin(ROOM, "progress:x", key, data, self.now))

    @property
    def board(self) -> dict[str, object]:
        """What hangs in the room, without the connection before each key."""
        return {key.split("/")[1]: data for key, data in self.server.pinned(ROOM).items()}

    def tick(self, seconds: float = 0.0) -> list[Effect]:
        self.now += seconds
        return self.do(self.conversation.tick(self.now))

    def told(self, listener: int) -> list[object]:
        return [e.item for e in self.effects if isinstance(e, Tell) and e.listener == listener]

    def seqs(self, listener: int) -> list[int]:
        return [item.seq for item in self.told(listener) if isinstance(item, m.EventFrame)]

    def of_kind(self, kind: type) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]


def connected(**server: int) -> Client:
    client = Client(FakeServer(**server))
    client.connect()
    return client
