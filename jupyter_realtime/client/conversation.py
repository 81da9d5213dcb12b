"""The client's half of protocol 1, as a state machine that can't open a socket.

Rules
-----
1. Whoever owns the socket feeds `opened`, `received`, `lost` and `tick`, and carries out the effects that
   they return, in order. Nothing in here waits; the time is an argument, in monotonic seconds.
2. A publish is kept, and sent again with the same key, until it was acknowledged or refused for good.
3. After a reconnect every room is asked for what came behind the last event of it (see `room`).
4. What was pinned is pinned again on every connection (see `pins`).
5. Silence for 2.5 heartbeats means that the connection is dead, whatever TCP believes.
6. Nothing is sent that `welcome.features` doesn't name; who asked for it is told to update the server.
7. Close codes 4500–4999 are final, others are not. A server that thrice in a row sends what can't be
   read, or breaks off because of a frame's size (1009), will do so for ever: that is final too.

Theory of operation
-------------------
::

    APART ── opened ──▶ GREETING ── welcome ──▶ OPEN
      ▲                    │ lost                │ lost
      └────────────────────┴─────────────────────┘         any ── final ──▶ OVER
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from ..core import messages as m
from ..core.errors import BadRequest, Forbidden, LimitReached, RealtimeError, Unauthenticated
from .backoff import Backoff
from .effects import Effect, HangUp, Over, Reconnect, Refused, Returned, Tell
from .following import Following
from .frames import AnyReply, BadFrame, OtherProtocol, ServerFrame, decode
from .outbox import Letter, Outbox
from .pins import Pin, Pins
from .requests import Requests
from .room import Origin, Room

MISSED_HEARTBEATS = 2.5
# A server that knows us from the handshake says welcome at once; after this we show the token again.
SHOW_TOKEN_AFTER_SECONDS = 2.0
GREETING_SECONDS = 15.0
PATIENCE_WITH_NONSENSE = 3

CLOSE_TOO_BIG = 1009
CLOSE_HEARTBEAT_LOST = 4004
CLOSE_PROTOCOL = 4501
_FINAL: dict[int, Callable[[str], RealtimeError]] = {
    4500: Unauthenticated,
    4501: BadRequest,
    4503: LimitReached,
    4504: Forbidden,
}


class Phase(enum.Enum):
    """How far the conversation has come; see the picture above."""

    APART = "apart"
    GREETING = "greeting"
    OPEN = "open"
    OVER = "over"


class Conversation:
    """What a client says, hears and remembers, over all its connections.

    Parameters
    ----------
    token
        What it shows where the handshake alone did not do.
    backoff
        How long to wait before each reconnect.
    """

    def __init__(self, token: str | None, backoff: Backoff) -> None:
        self.phase = Phase.APART
        self.welcome: m.Welcome | None = None
        self._token = token
        self._backoff = backoff
        self._requests = Requests()
        self._following = Following(self._requests)
        self._outbox = Outbox(self._requests)
        self._pins = Pins(self._requests)
        self._opened_at = self._heard_at = 0.0
        self._token_shown = False
        self._goodbye: m.Goodbye | None = None
        self._nonsense = 0
        self._hung_up = False
        self._error: RealtimeError | None = None

    # -- what the people want --------------------------------------------------------------------

    def subscribe(self, listener: int, room: str, origin: Origin) -> list[Effect]:
        """Let a listener into a room; it is told `Entered`, or `Refused`, when the server answered."""
        if self._error is not None:
            return [Tell(listener, Refused(self._error))]
        return self._following.subscribe(listener, room, origin)

    def unsubscribe(self, listener: int, room: str) -> list[Effect]:
        """Let a listener go, and leave the room behind the last one."""
        return self._following.unsubscribe(listener, room)

    def publish(self, letter: Letter, now: float) -> list[Effect]:
        """Post a letter; its ticket is `Acknowledged` or `Returned` in the end."""
        if self._error is not None:
            return [Returned(letter.ticket, self._error)]
        self._outbox.add(letter)
        return self._outbox.send_due(now)

    def withdraw(self, ticket: int) -> None:
        """Don't send a letter (again)."""
        self._outbox.remove(ticket)

    def pin(self, room: str, event: str, key: str, data: Any, now: float) -> list[Effect]:
        """Pin a state, here and on every connection to come; None unpins it."""
        if self._error is not None:
            return []
        return self._pins.pin(room, event, key, data, now)

    @property
    def is_settled(self) -> bool:
        """Whether nothing that was pinned has still to arrive."""
        return self._pins.are_settled

    # -- what the socket says --------------------------------------------------------------------

    def opened(self, now: float) -> list[Effect]:
        """The handshake succeeded."""
        self.phase = Phase.GREETING
        self._opened_at = self._heard_at = now
        self._token_shown = self._hung_up = False
        self._goodbye = None
        return []

    def received(self, frame: str | bytes, now: float) -> list[Effect]:
        """Take a frame."""
        if self.phase in (Phase.APART, Phase.OVER) or self._hung_up:
            return []
        self._heard_at = now
        try:
            message = decode(frame)
            return [] if message is None else self._hear(message, now)
        except OtherProtocol as error:
            return self.give_up(BadRequest(f"{error} Install the same version on both sides."))
        except BadFrame as error:
            self._nonsense += 1
            return self._hang_up(CLOSE_PROTOCOL, f"Unreadable frame: {error}")

    def lost(self, code: int | None, now: float) -> list[Effect]:
        """The socket is gone, or was never there (`code` None)."""
        if self.phase is Phase.OVER:
            return []
        goodbye, self._goodbye = self._goodbye, None
        self._part()
        # The code of a close that we began is only the echo of our own.
        code = None if self._hung_up else goodbye.code if goodbye else code
        reason = goodbye.reason if goodbye else ""
        if code == CLOSE_TOO_BIG:
            self._nonsense += 1
        if code is not None and 4500 <= code <= 4999:
            kind = _FINAL.get(code, BadRequest)
            return self.give_up(
                kind(f"The server closed the connection for good ({code}). {reason}")
            )
        if self._nonsense >= PATIENCE_WITH_NONSENSE:
            return self.give_up(
                BadRequest("The server and this client don't understand each other.")
            )
        return [Reconnect(self._backoff.next(goodbye.retry_after if goodbye else None))]

    def _hang_up(self, code: int, reason: str) -> list[Effect]:
        self._hung_up = True
        return [HangUp(code, reason[:100])]

    def turned_away(self, retry_after: float | None) -> list[Effect]:
        """The handshake was answered with "not now"."""
        return [Reconnect(self._backoff.next(retry_after))]

    def give_up(self, error: RealtimeError) -> list[Effect]:
        """Tell everybody that there is nothing to wait for."""
        self._part()
        self.phase, self._error = Phase.OVER, error
        effects: list[Effect] = [Over(error)]
        self._pins.give_up()
        return effects + self._outbox.give_up(error) + self._following.give_up(error)

    def _part(self) -> None:
        self.phase = Phase.APART
        self._requests.connection_lost()
        self._outbox.connection_lost()
        self._pins.connection_lost()
        self._following.connection_lost()

    # -- time ------------------------------------------------------------------------------------

    def tick(self, now: float) -> list[Effect]:
        """Let time pass; called about once a second."""
        if self.phase is Phase.GREETING:
            return self._await_greeting(now)
        if self.phase is not Phase.OPEN or self.welcome is None:
            return []
        if now - self._heard_at > MISSED_HEARTBEATS * self.welcome.heartbeat:
            return self._hang_up(CLOSE_HEARTBEAT_LOST, "The server is silent.")
        effects = self._outbox.send_due(now) + self._pins.send_due(now)
        return effects + self._following.ask_due(now)

    def _await_greeting(self, now: float) -> list[Effect]:
        waited = now - self._opened_at
        if waited > GREETING_SECONDS:
            return self._hang_up(CLOSE_HEARTBEAT_LOST, "No welcome came.")
        if self._token is None or self._token_shown or waited < SHOW_TOKEN_AFTER_SECONDS:
            return []
        return self._show_token(self._token)

    def _show_token(self, token: str) -> list[Effect]:
        self._token_shown = True
        return [self._requests.make(None, lambda i: m.AuthRequest(id=i, token=token))]

    # -- what the server says --------------------------------------------------------------------

    def _hear(self, message: ServerFrame | AnyReply, now: float) -> list[Effect]:
        if isinstance(message, m.EventFrame):
            self._nonsense = 0
            return self._following.hear_event(message)
        if isinstance(message, AnyReply):
            return self._hear_reply(message, now)
        if isinstance(message, m.StateFrame):
            return self._following.hear_state(message)
        if isinstance(message, m.ErrorFrame):
            return self._hear_error(message, now)
        if isinstance(message, m.Heartbeat):
            return self._hear_heartbeat(message)
        return self._hear_about_connection(message, now)

    def _hear_about_connection(
        self, message: m.Welcome | m.Resync | m.Renew | m.Goodbye, now: float
    ) -> list[Effect]:
        if isinstance(message, m.Welcome):
            return self._hear_welcome(message, now)
        if isinstance(message, m.Resync):
            return self._following.hear_resync(message)
        if isinstance(message, m.Renew):
            return self._show_token(self._token) if self._token else []
        self._goodbye = message
        return []

    def _hear_welcome(self, message: m.Welcome, now: float) -> list[Effect]:
        self.phase, self.welcome = Phase.OPEN, message
        self._requests.opened(message, now)
        effects = self._following.ask_all() + self._pins.send_due(now)
        return effects + self._outbox.send_due(now)

    def _hear_heartbeat(self, beat: m.Heartbeat) -> list[Effect]:
        effects: list[Effect] = []
        if self.welcome and self.welcome.answer:
            effects.append(self._requests.make(None, lambda i: m.PingRequest(id=i)))
        return effects + self._following.hear_heads(beat.heads)

    def _hear_reply(self, reply: AnyReply, now: float) -> list[Effect]:
        # A welcome alone proves little: what answers nothing must not be asked again and again at once.
        if not self._nonsense:
            self._backoff.reset()
        about = self._requests.answered(reply.id)
        if isinstance(about, Letter):
            return self._outbox.acknowledged(about, reply, now)
        if isinstance(about, Room):
            return self._following.entered(about, reply, now)
        if isinstance(about, Pin):
            return self._pins.acknowledged(about, now)
        return []

    def _hear_error(self, message: m.ErrorFrame, now: float) -> list[Effect]:
        if isinstance(message.room, str):
            return self._following.ended(message.room, message)
        about = self._requests.answered(message.id)
        if isinstance(about, Letter):
            return self._outbox.refused(about, message, now)
        if isinstance(about, Room):
            return self._following.refused(about, message, now)
        if isinstance(about, Pin):
            return self._pins.refused(about, message, now)
        return []
