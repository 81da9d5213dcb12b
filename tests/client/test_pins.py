"""States of one's own: pinned on every connection, only the latest value, never a flood."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_realtime.client.effects import Send
from jupyter_realtime.core.errors import Forbidden, LimitReached, RateLimited, RealtimeError

from .fakes import LIMITS, FakeServer
from .talking import ROOM, Client, connected


def test_B1_the_latest_value_hangs_and_none_takes_it_down() -> None:
    client = connected()
    client.pin(1)
    client.pump()
    client.pin(2)
    client.pump()
    assert client.board == {"k": 2}
    client.pin(None)
    client.pump()
    assert client.board == {} and client.conversation.is_settled


def test_K4_after_a_reconnect_all_of_it_is_pinned_again() -> None:
    client = connected()
    client.pin(1)
    client.pin(2, "other")
    client.pump()
    client.cut()
    assert client.board == {}
    client.connect()
    client.pump()
    assert client.board == {"k": 1, "other": 2}


def test_what_is_pinned_while_apart_is_there_when_the_server_is() -> None:
    client = Client()
    client.pin(1)
    client.pin(None, "gone")
    client.pin(2)
    client.connect()
    client.pump()
    assert client.board == {"k": 2} and len(client.of_kind(Send)) == 1


def test_K5_while_one_value_is_on_its_way_only_the_last_of_the_others_waits() -> None:
    client = connected()
    for value in range(1000):
        client.pin(value)
    assert len(client.of_kind(Send)) == 1
    client.pump()
    assert client.board == {"k": 999} and len(client.of_kind(Send)) == 2


def test_what_was_taken_down_is_not_pinned_again() -> None:
    client = connected()
    client.pin(1)
    client.pump()
    client.pin(None)
    client.cut()
    client.connect()
    client.pump()
    assert client.board == {} and len(client.of_kind(Send)) == 2


@pytest.mark.parametrize(
    "error", [RateLimited("Slower.", retry_after=2.0), LimitReached("Too many.", retry_after=2.0)]
)
def test_what_is_refused_for_now_is_sent_later_and_then_as_it_is_by_then(
    error: RealtimeError,
) -> None:
    client = connected()
    client.server.refuse_next = error
    client.pin(1)
    client.pump()
    client.pin(2)
    client.tick(1.9)
    assert client.board == {} and not client.conversation.is_settled
    client.tick(0.2)
    client.pump()
    assert client.board == {"k": 2}


def test_what_is_refused_for_good_is_said_once_and_tried_on_the_next_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = connected()
    client.server.refuse_next = Forbidden("You are a viewer.")
    client.pin(1)
    client.pump()
    client.pin(2)
    client.tick(100)
    assert client.board == {} and client.conversation.is_settled
    assert [record.message for record in caplog.records] == [
        "progress:x is not shown in project:p: You are a viewer."
    ]
    client.cut()
    client.connect()
    client.pump()
    assert client.board == {"k": 2}


def test_a_value_that_hangs_can_be_taken_down_though_a_later_one_was_refused() -> None:
    client = connected()
    client.pin(1)
    client.pump()
    client.server.refuse_next = Forbidden("No more.")
    client.pin(2)
    client.pump()
    client.pin(None)
    client.pump()
    assert client.board == {}


def test_what_is_too_large_is_not_sent_because_it_would_end_every_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = connected()
    client.pin("x" * LIMITS.message_bytes)
    assert client.of_kind(Send) == [] and "too large" in caplog.text


def test_a_client_that_is_over_pins_nothing() -> None:
    client = connected()
    client.pin(1)
    client.cut(4504)
    assert client.pin(2) == [] and client.conversation.is_settled


STEPS = st.lists(
    st.sampled_from(["pin", "pin other", "unpin", "cut", "connect", "frame", "refuse", "tick"]),
    max_size=60,
)


@given(STEPS)
@settings(max_examples=300, deadline=None)
def test_whatever_happens_in_the_end_the_latest_hangs_and_nothing_else(steps: list[str]) -> None:
    client = Client(FakeServer())
    expected: dict[str, object] = {}
    for number, step in enumerate(steps, 1):
        if step == "refuse":
            client.server.refuse_next = RateLimited("Slower.", retry_after=0.1)
        elif step == "connect" and client.peer is None:
            client.connect()
        elif "pin" in step:
            _pin(client, expected, step, number)
        elif client.peer is not None:
            _disturb(client, step)
    client.server.refuse_next = None
    if client.peer is None:
        client.connect()
    for _ in range(3):
        client.pump()
        client.tick(1.0)
    assert client.board == expected and client.conversation.is_settled
    assert all(key.startswith(f"{client.peer.connection}/") for key in client.server.pinned(ROOM))  # type: ignore[union-attr]


def _pin(client: Client, expected: dict[str, object], step: str, number: int) -> None:
    key = "other" if step == "pin other" else "k"
    expected.pop(key, None)
    if step != "unpin":
        expected[key] = number
    client.pin(expected.get(key), key)


def _disturb(client: Client, step: str) -> None:
    if step == "cut":
        client.cut()
    elif step == "frame":
        client.pump(1)
    elif step == "tick":
        client.tick(0.2)
