"""The Python client, held to the transcripts that the JavaScript client is held to as well."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from jupyter_realtime.client.backoff import Backoff
from jupyter_realtime.client.conversation import Conversation, Phase
from jupyter_realtime.client.effects import (
    Acknowledged,
    Effect,
    HangUp,
    Reconnect,
    Refused,
    Returned,
    Send,
    Tell,
)
from jupyter_realtime.client.outbox import Letter
from jupyter_realtime.client.room import Entered, Missed, as_origin
from jupyter_realtime.core.messages import EventFrame
from tests.asyncapi import check_received, check_sent

from .reading import Frame, Placeholders, Step, filled, transcripts

TRANSCRIPTS = transcripts("client")
TICK_SECONDS = 1.0


class Replay:
    """The user, the server and the socket of a client, as a transcript has them."""

    def __init__(self, token: str | None) -> None:
        self.conversation = Conversation(token, Backoff(lambda: 1.0))
        self.now = 0.0
        self.sent: list[Frame] = []
        self.names = Placeholders()
        self.rooms: dict[str, int] = {}
        self.letters: dict[str, int] = {}
        self.delivered: dict[str, list[int]] = {}
        self.boards: dict[str, dict[str, Any]] = {}
        self.missed: list[str] = []
        self.acknowledged: dict[int, Any] = {}
        self.refused: dict[tuple[str, int], str] = {}
        self.hung_up = False
        self.wait: float | None = None

    def step(self, step: Step) -> None:
        [(kind, value)] = step.items()
        getattr(self, kind)(value)

    def finish(self) -> None:
        """Nothing more was said than the transcript has."""
        self.client_is_silent(True)

    # -- what happens -------------------------------------------------------------------------------

    def do(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                frame = json.loads(effect.frame)
                check_received(frame, frame.get("room"))
                self.sent.append(frame)
            elif isinstance(effect, Tell):
                self.tell(effect)
            elif isinstance(effect, Acknowledged):
                self.acknowledged[effect.ticket] = effect.position
            elif isinstance(effect, Returned):
                self.refused["publish", effect.ticket] = effect.error.code
            elif isinstance(effect, Reconnect):
                self.wait = effect.after_seconds
            elif isinstance(effect, HangUp):
                self.hung_up = True

    def tell(self, told: Tell) -> None:
        [room] = [name for name, listener in self.rooms.items() if listener == told.listener]
        item, board = told.item, self.boards.setdefault(room, {})
        if isinstance(item, EventFrame):
            self.delivered.setdefault(room, []).append(item.seq)
        elif isinstance(item, Missed):
            self.missed.append(room)
        elif isinstance(item, Refused):
            self.refused["room", told.listener] = item.error.code
        elif isinstance(item, Entered):
            board.clear()
            board |= {f"{state.event} {state.key}": state.data for state in item.states}
        else:
            board[f"{item.event} {item.key}"] = item.data

    def connection_opened(self, _: bool) -> None:
        self.client_is_silent(True)
        self.hung_up = False
        self.do(self.conversation.opened(self.now))

    def server_sends(self, frame: Frame) -> None:
        whole = self.names.put_in(filled(frame))
        if "novelty" not in json.dumps(whole):
            check_sent(whole, room_of(whole))
        self.do(self.conversation.received(json.dumps(whole), self.now))

    def cut(self, code: int) -> None:
        self.do(self.conversation.lost(code, self.now))

    def after_seconds(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, self.now + TICK_SECONDS)
            self.do(self.conversation.tick(self.now))

    def user(self, wish: dict[str, dict[str, Any]]) -> None:
        [(kind, said)] = wish.items()
        getattr(self, f"user_{kind}")(**said)

    def user_subscribe(self, room: str, since: Any = None) -> None:
        self.rooms[room] = len(self.rooms)
        self.do(self.conversation.subscribe(self.rooms[room], room, as_origin(since)))

    def user_unsubscribe(self, room: str) -> None:
        self.do(self.conversation.unsubscribe(self.rooms[room], room))

    def user_publish(self, room: str, event: str, data: Any, **more: str) -> None:
        ticket = self.letters[more["as"]] = len(self.letters)
        letter = Letter(ticket, room, event, data, f"key-{ticket}")
        self.do(self.conversation.publish(letter, self.now))

    def user_state(self, room: str, event: str, key: str, data: Any) -> None:
        self.do(self.conversation.pin(room, event, key, data, self.now))

    # -- what has to have come of it ----------------------------------------------------------------

    def client_sends(self, frames: Frame | list[Frame]) -> None:
        for frame in frames if isinstance(frames, list) else [frames]:
            window = self.sent if isinstance(frames, list) else self.sent[:1]
            found = [sent for sent in window if self.names.match(frame, plain(sent))]
            assert found, f"{frame} is not sent; waiting: {self.sent}"
            self.sent.remove(found[0])

    def client_may_send(self, frame: Frame) -> None:
        if self.sent and self.names.match(frame, plain(self.sent[0])):
            del self.sent[0]

    def client_is_silent(self, _: bool) -> None:
        assert self.sent == []

    def client_hangs_up(self, expected: bool) -> None:
        assert self.hung_up is expected

    def reconnects_after(self, bounds: dict[str, float]) -> None:
        assert self.wait is not None
        assert bounds["at_least"] <= self.wait <= bounds["at_most"]

    def gives_up(self, expected: bool) -> None:
        assert (self.conversation.phase is Phase.OVER) is expected

    def was_delivered(self, expected: dict[str, Any]) -> None:
        assert self.delivered.pop(expected["room"], []) == expected["seqs"]

    def was_missed(self, room: str | None) -> None:
        assert self.missed == ([] if room is None else [room])
        self.missed.clear()

    def shows_board(self, expected: dict[str, Any]) -> None:
        shown = self.boards.get(expected["room"], {})
        assert {k: data for k, data in shown.items() if data is not None} == expected["states"]

    def was_acknowledged(self, expected: dict[str, Any] | None) -> None:
        if expected is None:
            assert self.acknowledged == {}
        else:
            position = self.acknowledged[self.letters[expected["as"]]]
            assert msgspec.to_builtins(position) == expected["position"]

    def was_refused(self, expected: dict[str, str]) -> None:
        known = self.rooms if "room" in expected else self.letters
        what = "room" if "room" in expected else "publish"
        assert self.refused.pop((what, known[expected[what]])) == expected["code"]


@pytest.mark.parametrize(
    "transcript", [t for _, t in TRANSCRIPTS], ids=[name for name, _ in TRANSCRIPTS]
)
def test_the_client_says_and_tells_what_the_transcript_has(transcript: dict[str, Any]) -> None:
    replay = Replay(transcript.get("token"))
    for number, step in enumerate(transcript["steps"], 1):
        try:
            replay.step(step)
        except AssertionError as error:
            raise AssertionError(f"Step {number}, {step}: {error}") from error
    replay.finish()


def plain(frame: Frame) -> Frame:
    """A client may leave an optional field out, or say null."""
    told = {name: value for name, value in frame.items() if value is not None or name == "data"}
    if isinstance(told.get("since"), dict):
        told["since"] = plain(told["since"])
    return told


def room_of(frame: Frame) -> str | None:
    """In which channel it is said; what answers a request says its room by the request."""
    room: str | None = frame.get("room")
    return "project:p" if room is None and frame["type"] in ("reply", "error") else room
