"""The checker itself: each planted violation is found, and a history without one passes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.history import (
    Began,
    BoardView,
    Delivered,
    History,
    Reset,
    Sent,
    Subscriber,
    Violation,
)

ROOM = "project:p"


def history() -> History:
    """Three events, two subscribers (one was reset over what was pruned), one board: all is well."""
    bodies = {1: "a", 2: "b", 3: "c"}
    everything = [Delivered(seq, body) for seq, body in bodies.items()]
    return History(
        sent=[Sent(ROOM, f"key-{body}", body) for body in bodies.values()],
        acknowledged=[("a", 1), ("b", 2), ("c", 3), ("b", 2)],
        logs={ROOM: dict(bodies)},
        subscribers=[
            Subscriber("ana", ROOM, told=[Began(1), *everything]),
            Subscriber(
                "ben", ROOM, told=[Began(1), everything[0], Reset(2, pruned=2), everything[2]]
            ),
            Subscriber("cem", ROOM, stayed=False, told=[Began(1), everything[0]]),
            Subscriber("dot", ROOM, told=[Began(4)]),
        ],
        boards=[BoardView("ana", {"x": 1}, {"x": 1})],
        faults=[(1.5, "cut ana in the payload")],
    )


def test_a_history_without_fault_passes() -> None:
    history().check()


def lose_an_acknowledged(h: History) -> None:
    del h.logs[ROOM][3]


def tell_another_position(h: History) -> None:
    h.acknowledged.append(("a", 2))


def deliver_twice(h: History) -> None:
    h.subscribers[0].told.insert(2, Delivered(1, "a"))


def swap_two(h: History) -> None:
    told = h.subscribers[0].told
    told[2], told[3] = told[3], told[2]


def skip_one(h: History) -> None:
    del h.subscribers[0].told[2]


def deliver_before_letting_in(h: History) -> None:
    del h.subscribers[0].told[0]


def begin_late(h: History) -> None:
    del h.subscribers[0].told[1]


def stop_early(h: History) -> None:
    del h.subscribers[0].told[3]


def never_let_in(h: History) -> None:
    h.subscribers[3].told.clear()


def deliver_what_was_never_kept(h: History) -> None:
    h.subscribers[2].told[1] = Delivered(1, "z")


def deliver_beyond_the_log(h: History) -> None:
    h.subscribers[0].told.append(Delivered(4, "d"))


def keep_what_was_never_sent(h: History) -> None:
    h.logs[ROOM][4] = "d"
    for one in h.subscribers:
        one.stayed = False


def keep_it_in_the_wrong_room(h: History) -> None:
    h.logs["project:q"] = {1: "a"}


def keep_what_was_refused(h: History) -> None:
    h.refused["c"] = "conflict"


def keep_a_key_twice(h: History) -> None:
    h.sent[2] = Sent(ROOM, "key-b", "c")


def leave_a_hole_in_the_log(h: History) -> None:
    h.logs[ROOM][5] = h.logs[ROOM].pop(3)


def reset_for_nothing(h: History) -> None:
    h.subscribers[1].told[2] = Reset(2, pruned=1)


def send_back(h: History) -> None:
    told = h.subscribers[0].told
    told[2:2] = [Delivered(2, "b"), Reset(1, pruned=3)]


def leave_unanswered(h: History) -> None:
    h.acknowledged = [ack for ack in h.acknowledged if ack[0] != "c"]


def leave_a_ghost(h: History) -> None:
    h.boards.append(BoardView("ben", {"x": 1, "y": 2}, {"x": 1}))


def forget_a_state(h: History) -> None:
    h.boards.append(BoardView("ben", {}, {"x": 1}))


def show_an_old_state(h: History) -> None:
    h.boards.append(BoardView("ben", {"x": 0}, {"x": 1}))


def list_a_dead_connection(h: History) -> None:
    h.complaints.append("still listed: connection c1 in project:p")


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (lose_an_acknowledged, "acknowledged, but lost: 'c' at 3"),
        (tell_another_position, "acknowledged, but lost: 'a' at 2, where 'b'"),
        (deliver_twice, "told 1 twice or out of order"),
        (swap_two, "a hole: told 3 after 1"),
        (skip_one, "a hole: told 3 after 1"),
        (deliver_before_letting_in, "told 1 before it was let in"),
        (begin_late, "a hole: told 2 after 0"),
        (stop_early, "never told what is behind 2, the head is 3"),
        (never_let_in, "never told what is behind None"),
        (deliver_what_was_never_kept, "told 1 'z', where the log has 'a'"),
        (deliver_beyond_the_log, "told 4 'd', which the log never held"),
        (keep_what_was_never_sent, "never sent: project:p 4 is 'd'"),
        (keep_it_in_the_wrong_room, "never sent: project:q 1 is 'a'"),
        (keep_what_was_refused, r"refused \(conflict\) but kept"),
        (keep_a_key_twice, "one key at two positions: project:p has 'key-b' at 2 and 3"),
        (leave_a_hole_in_the_log, "hole in the log: project:p has 5 where 3 belongs"),
        (reset_for_nothing, r"reset to 2 though nothing behind 1 was pruned \(to 1\)"),
        (send_back, "sent back from 2 to 1"),
        (leave_unanswered, "never answered: 'c'"),
        (leave_a_ghost, "ghost: ben shows y = 2"),
        (forget_a_state, "missing on a board: ben does not show x"),
        (show_an_old_state, "stale: ben shows x = 0, not 1"),
        (list_a_dead_connection, "still listed: connection c1"),
    ],
)
def test_a_planted_violation_is_found(plant: Callable[[History], None], words: str) -> None:
    planted = history()
    plant(planted)
    with pytest.raises(Violation, match=words):
        planted.check()


def test_the_account_names_the_faults_and_what_was_told_before() -> None:
    planted = history()
    skip_one(planted)
    with pytest.raises(Violation) as caught:
        planted.check()
    account = str(caught.value)
    assert "1 violations" in account
    assert "told before: in by 1 1" in account
    assert "1.500 s  cut ana in the payload" in account
