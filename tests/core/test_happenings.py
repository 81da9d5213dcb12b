"""Bursts of saves, and what may not pass what."""

from __future__ import annotations

from jupyter_realtime.core.happenings import Bursts, Happening, HappeningKind
from tests.builders import actor


def happening(kind: HappeningKind = "saved", path: str = "a.py", by: str = "ana") -> Happening:
    return Happening(kind=kind, path=path, actor=actor(by))


def test_Y3_a_burst_of_saves_is_told_at_its_beginning_and_at_the_end_of_each_window() -> None:
    bursts, save = Bursts[Happening](1.0), happening()
    told = [bursts.take(save, moment / 10) for moment in range(10)]
    assert told == [[save], *[[]] * 9]
    assert bursts.next_due() == 1.0
    assert bursts.due(0.99) == []
    assert bursts.due(1.0) == [save]
    assert bursts.next_due() is None
    # The one that was told begins a window of its own.
    assert bursts.take(save, 1.5) == []
    assert bursts.due(2.0) == [save]
    assert bursts.take(save, 4.0) == [save]


def test_Y3_others_and_other_files_do_not_wait() -> None:
    bursts = Bursts[Happening](1.0)
    for one in (happening(), happening(by="bo"), happening(path="b.py")):
        assert bursts.take(one, 0.0) == [one]


def test_Y3_a_file_is_created_once_and_saved_later() -> None:
    bursts, created, saved = Bursts[Happening](1.0), happening("created"), happening("saved")
    assert bursts.take(created, 0.0) == [created]
    assert bursts.take(created, 0.1) == []
    assert bursts.take(saved, 0.2) == []
    assert bursts.due(1.0) == [saved]


def test_Y2_nothing_passes_what_happened_before_it() -> None:
    bursts, saved, gone = Bursts[Happening](1.0), happening("saved"), happening("deleted")
    assert bursts.take(saved, 0.0) == [saved]
    assert bursts.take(saved, 0.1) == []
    assert bursts.take(gone, 0.2) == [saved, gone]
    # What comes back is told anew.
    created = happening("created")
    assert bursts.take(created, 0.3) == [created]
    assert bursts.rest() == []


def test_Y3_what_is_over_is_forgotten() -> None:
    bursts = Bursts[Happening](1.0)
    for number in range(1000):
        bursts.take(happening(path=f"{number}.py"), 0.0)
    assert bursts.due(1.0) == []
    assert not bursts._until
