from jupyter_realtime.core.board import Board
from jupyter_realtime.core.messages import StateEntry
from tests.builders import actor


def entry(key: str, data: object = 1, *, time: str = "2026-01-01T00:00:00.000Z") -> StateEntry:
    return StateEntry(event="progress:x", key=key, time=time, actor=actor(), data=data)


def board(*entries: StateEntry) -> Board:
    made = Board()
    for each in entries:
        made.pin(each, None)
    return made


def test_F3_equal_boards_have_equal_versions() -> None:
    one = board(entry("a"), entry("b"))
    later = board(entry("b", time="2026-01-01T00:00:01.000Z"), entry("a"))
    assert one.version == later.version
    later.unpin("progress:x", "b")
    assert later.version == board(entry("a")).version


def test_F3_other_boards_have_other_versions() -> None:
    boards = [
        board(),
        board(entry("a")),
        board(entry("b")),
        board(entry("a", 2)),
        board(entry("a"), entry("b")),
    ]
    assert len({each.version for each in boards}) == len(boards)
