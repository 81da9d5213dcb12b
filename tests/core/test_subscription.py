"""One connection in one room, against every way in which replay and live events can interleave."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.core.actors import SYSTEM_ACTOR
from jupyter_realtime.core.batch import Batch
from jupyter_realtime.core.log import Page, StoredEvent
from jupyter_realtime.core.messages import MAX_EVENTS_A_REPLY, Since
from jupyter_realtime.core.recovery import resume
from jupyter_realtime.core.subscription import Phase, Subscription

ROOM = "project:p"
MUCH = 2**20


def event(seq: int) -> StoredEvent:
    return StoredEvent(ROOM, seq, "custom:x", f"id{seq}", 0, SYSTEM_ACTOR, msgspec.Raw(b"null"))


def batch(first: int, last: int | None = None) -> Batch:
    return Batch([event(seq) for seq in range(first, (last or first) + 1)])


def delivered(due: Batch | None) -> list[int]:
    return [e.seq for e in due.events] if due else []


def page(head: int, after: int, *, pruned: int = 0, limit: int = MAX_EVENTS_A_REPLY) -> Page:
    events = [event(seq) for seq in range(after + 1, min(head, after + limit) + 1)]
    after_id = f"id{after}" if after > pruned or after == head > 0 else None
    return Page("e", head, pruned, after, after_id, events)


def since(seq: int, event_id: str | None = None, epoch: str = "e") -> Since:
    return Since(epoch=epoch, seq=seq, id=event_id)


def test_R2_no_since_begins_at_the_head() -> None:
    answer = resume(None, page(7, 7))
    assert (answer.position.seq, answer.recovered, answer.events) == (7, True, [])


def test_R2_earliest_gives_all_that_is_kept() -> None:
    answer = resume("earliest", page(7, 3, pruned=3))
    assert [e.seq for e in answer.events] == [4, 5, 6, 7]
    assert answer.recovered and not answer.more


def test_R3_a_reply_is_a_page() -> None:
    answer = resume(since(0), page(501, 0))
    assert (len(answer.events), answer.more, answer.position.seq) == (500, True, 500)


@pytest.mark.parametrize(
    ("wanted", "log"),
    [
        (since(5, epoch="before the restore"), page(7, 5)),
        (since(8), page(7, 8)),
        (since(2), page(7, 2, pruned=3)),
        (since(5, "another event"), page(7, 5)),
        (since(7, "another event"), page(7, 7)),
    ],
)
def test_R4_without_proof_of_continuity_there_are_no_events(wanted: Since, log: Page) -> None:
    answer = resume(wanted, log)
    assert (answer.recovered, answer.events, answer.position.seq) == (False, [], 7)


def test_R4_a_client_that_missed_nothing_resumes_though_everything_was_pruned() -> None:
    answer = resume(since(7, "id7"), page(7, 7, pruned=7))
    assert answer.recovered and answer.events == [] and not answer.more


def test_R3_nothing_live_is_delivered_while_there_is_more_to_replay() -> None:
    subscription = Subscription(ROOM, MUCH)
    _, more = subscription.settle(resume(since(0), page(600, 0)))
    assert more and subscription.phase is Phase.PAGING
    assert not subscription.offer(batch(601))


def test_R1_a_hole_is_never_delivered() -> None:
    subscription = Subscription(ROOM, MUCH)
    subscription.settle(resume(since(0), page(3, 0)))
    assert delivered(subscription.offer(batch(4))) == [4]
    assert not subscription.offer(batch(4)), "twice"
    assert delivered(subscription.offer(batch(3, 6))) == [5, 6], "what it has is left out"
    assert not subscription.offer(batch(8, 9)), "a hole"
    assert subscription.phase is Phase.LAGGING
    assert not subscription.offer(batch(10)), "nothing more until it asks again"


def test_R5_lagging_is_told_once() -> None:
    subscription = Subscription(ROOM, MUCH)
    subscription.settle(resume(since(0), page(0, 0)))
    assert subscription.lag()
    assert not subscription.lag()


def test_R1_a_flood_during_the_read_makes_the_client_ask_again() -> None:
    subscription = Subscription(ROOM, 3 * len(batch(1).wire))
    for seq in range(1, 10):
        subscription.offer(batch(seq))
    events, more = subscription.settle(resume(since(0), page(0, 0)))
    assert more and [e.seq for e in events] == [1, 2, 3]


def test_R3_a_reply_has_no_more_events_for_those_that_came_meanwhile() -> None:
    subscription = Subscription(ROOM, MUCH)
    subscription.offer(batch(500, 510))
    events, more = subscription.settle(resume(since(0), page(499, 0)))
    assert more and len(events) == subscription.seq == MAX_EVENTS_A_REPLY


def test_R4_what_came_while_continuity_was_refused_is_in_the_snapshot() -> None:
    subscription = Subscription(ROOM, MUCH)
    subscription.offer(batch(7, 9))
    events, more = subscription.settle(resume(since(2), page(7, 2, pruned=3)))
    assert (events, more, subscription.seq) == ([], False, 9)
    assert delivered(subscription.offer(batch(10))) == [10]


def test_R5_a_log_that_breaks_off_while_it_is_read_makes_the_client_ask_again() -> None:
    subscription = Subscription(ROOM, MUCH)
    assert not subscription.lag(), "the reply says it"
    _, more = subscription.settle(resume(since(0), page(3, 0)))
    assert more and subscription.phase is Phase.PAGING


@given(
    total=st.integers(0, 40),
    start=st.integers(0, 40),
    heard_from=st.integers(0, 40),
    read_at=st.integers(0, 40),
    limit=st.integers(1, 10),
)
def test_R1_each_event_once_in_order_without_a_hole(
    total: int, start: int, heard_from: int, read_at: int, limit: int
) -> None:
    """Commits go from 1 to `total`; it listens from one of them on, and the log is read at another."""
    start, read_at = min(start, total), min(read_at, total)
    heard_from = min(heard_from, read_at)
    start = min(start, read_at)
    subscription, got = Subscription(ROOM, MUCH), []
    for seq in range(heard_from + 1, read_at + 1):
        subscription.offer(batch(seq))
    answer = resume(since(start), page(read_at, start, limit=limit))
    late = range(read_at + 1, total + 1)
    early, rest = list(late)[: len(late) // 2], list(late)[len(late) // 2 :]
    for seq in early:
        subscription.offer(batch(seq))
    events, more = subscription.settle(answer)
    got += [e.seq for e in events]
    while more:
        again = Subscription(ROOM, MUCH)
        events, more = again.settle(
            resume(
                since(subscription.seq), page(read_at + len(early), subscription.seq, limit=limit)
            )
        )
        got += [e.seq for e in events]
        subscription = again
    for seq in rest:
        got += delivered(subscription.offer(batch(seq)))
    assert got == list(range(start + 1, total + 1))
