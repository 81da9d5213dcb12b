"""Several listeners of one client share one subscription, each with a cursor of its own."""

from __future__ import annotations

from jupyter_realtime.client.effects import Send
from jupyter_realtime.client.room import Entered, Missed
from jupyter_realtime.core import messages as m

from .talking import ROOM, Client, connected


def append(client: Client, count: int) -> None:
    for _ in range(count):
        client.server.append(ROOM, "custom:x")


def missed(client: Client, listener: int) -> list[int]:
    return [item.position.seq for item in client.told(listener) if isinstance(item, Missed)]


def test_K7_who_waits_for_the_past_is_not_told_of_the_present_before_it() -> None:
    client = connected()
    append(client, 3)
    client.subscribe(1, None)
    client.pump()
    append(client, 1)  # On its way when the second one asks.
    client.subscribe(2, m.Since(epoch="e1", seq=1))
    client.pump()
    assert (client.seqs(1), client.seqs(2)) == ([4], [2, 3, 4])


def test_K7_who_begins_now_is_let_in_only_when_each_new_event_is_told() -> None:
    client = connected(page=2)
    append(client, 5)
    client.subscribe(1, "earliest")
    client.subscribe(2, None)
    client.pump(1)
    client.pump(1)
    assert not [item for item in client.told(2) if isinstance(item, Entered)]
    client.pump()
    assert [item for item in client.told(2) if isinstance(item, Entered)]
    append(client, 1)
    client.pump()
    assert client.seqs(2) == [6]


def test_K7_the_wish_of_one_for_what_is_gone_costs_the_others_nothing() -> None:
    client = connected()
    append(client, 3)
    client.subscribe(1, "earliest")
    client.pump()
    client.server.prune(ROOM)
    client.subscribe(2, m.Since(epoch="e1", seq=1))
    client.cut()
    append(client, 2)
    client.connect()
    client.pump()
    assert (missed(client, 1), client.seqs(1)) == ([], [1, 2, 3, 4, 5])
    assert (missed(client, 2), client.seqs(2)) == ([3], [4, 5])


def test_K7_who_is_further_than_the_room_goes_on_though_the_room_has_missed_something() -> None:
    client = connected()
    append(client, 1)
    client.subscribe(1, "earliest")
    client.pump()
    client.cut()
    append(client, 2)
    client.server.prune(ROOM)
    append(client, 2)
    client.subscribe(2, m.Since(epoch="e1", seq=4))
    client.connect()
    client.pump()
    assert (missed(client, 1), client.seqs(1)) == ([4], [1, 5])
    assert (missed(client, 2), client.seqs(2)) == ([], [5])


def test_K7_earliest_for_one_is_a_hole_for_another_and_it_is_told_so() -> None:
    client = connected()
    append(client, 1)
    client.subscribe(1, "earliest")
    client.pump()
    client.cut()
    append(client, 2)
    client.server.prune(ROOM)
    append(client, 2)
    client.subscribe(2, "earliest")
    client.connect()
    client.pump()
    append(client, 1)
    client.pump()
    assert (missed(client, 1), client.seqs(1)) == ([5], [1, 6])
    assert (missed(client, 2), client.seqs(2)) == ([], [4, 5, 6])


def test_K7_paging_through_the_past_for_one_does_not_send_the_others_back() -> None:
    client = connected(page=2)
    append(client, 6)
    client.subscribe(1, "earliest")
    client.pump()
    client.subscribe(2, m.Since(epoch="e1", seq=0))
    client.pump(1)
    client.cut()
    client.server.prune(ROOM)
    append(client, 1)
    client.connect()
    client.pump()
    assert (missed(client, 1), client.seqs(1)) == ([], [1, 2, 3, 4, 5, 6, 7])
    assert (missed(client, 2), client.seqs(2)) == ([6], [1, 2, 7])


def test_K7_who_wants_all_of_an_empty_log_is_told_what_comes_meanwhile_once() -> None:
    client = connected()
    client.subscribe(1, "earliest")
    client.pump()
    append(client, 2)  # On their way when the second one asks.
    client.subscribe(2, "earliest")
    client.pump()
    assert client.seqs(1) == client.seqs(2) == [1, 2]


def test_K10_a_room_that_was_left_and_entered_anew_pages_on_once() -> None:
    client = connected(page=2)
    append(client, 9)
    client.subscribe(1, "earliest")
    client.pump(1)
    client.do(client.conversation.unsubscribe(1, ROOM))
    # The answers to the former listener's questions are on their way still.
    client.subscribe(2, "earliest")
    client.pump()
    assert client.seqs(2) == list(range(1, 10))
    sent = [effect.frame for effect in client.effects if isinstance(effect, Send)]
    asked = [frame for frame in sent if '"subscribe"' in frame]
    assert len(asked) == 2 + 5
