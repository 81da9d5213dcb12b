"""A job as its program holds it: cheap, without a socket, and never a reason to fail."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import numpy
import pytest

from jupyter_realtime import Cancelled
from jupyter_realtime.client.progress import Progress
from jupyter_realtime.client.track import length_of, track
from jupyter_realtime.core.errors import BadRequest


class Loop:
    """Counts how often it was told that something is new."""

    def __init__(self) -> None:
        self.told = 0

    def watch(self, job: Progress) -> Callable[[], None]:
        job.look()
        return self.tell

    def tell(self) -> None:
        self.told += 1

    def job(self, total: object = None, **given: object) -> Progress:
        return Progress("train", total, watch=self.watch, **given)  # type: ignore[arg-type]


def test_J1_the_loop_is_told_once_until_it_has_looked() -> None:
    loop = Loop()
    with loop.job() as job:
        for _ in range(1000):
            job.advance()
        job.set(7)
        job.message("seven")
        assert loop.told == 1
        assert (job.look().done, job.look().message) == (7, "seven")
        job.advance()
        assert (loop.told, job.done) == (2, 8)


def test_many_threads_lose_no_step() -> None:
    with Loop().job() as job:
        threads = [
            threading.Thread(target=lambda: [job.advance() for _ in range(20_000)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert job.done == 80_000


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (None, "succeeded", None),
        (ValueError("password=hunter2"), "failed", "ValueError"),
        (SystemExit(1), "failed", "SystemExit"),
        (KeyboardInterrupt(), "cancelled", None),
        (asyncio.CancelledError(), "cancelled", None),
        (Cancelled(), "cancelled", None),
    ],
)
def test_J3_the_end_says_how_it_ended_and_of_an_error_only_the_type(
    error: BaseException | None, status: str, message: str | None
) -> None:
    def work() -> None:
        with job:
            if error is not None:
                raise error

    job = Loop().job()
    if error is None:
        work()
    else:
        with pytest.raises(type(error)):
            work()
    state = job.look()
    assert (state.status, state.message) == (status, message)
    assert "hunter2" not in repr(state)


def test_a_cancelled_job_that_ends_early_was_cancelled_and_one_that_is_complete_was_not() -> None:
    with Loop().job(2) as early:
        early.cancel()
    with Loop().job(2) as complete:
        complete.set(2)
        complete.cancel()
    assert (early.status, complete.status) == ("cancelled", "succeeded")


def test_a_job_asks_whether_it_was_cancelled() -> None:
    with pytest.raises(Cancelled, match="train was cancelled"), Loop().job() as job:
        job.raise_if_cancelled()
        assert job.cancel() and not job.cancel()
        assert job.cancelled and job.look().cancelling
        job.raise_if_cancelled()
    assert not job.look().cancelling and not job.cancel()


def test_a_job_begins_once() -> None:
    with Loop().job() as job, pytest.raises(RuntimeError, match="has begun already"):
        job.__enter__()


@pytest.mark.parametrize("name", ["", "  ", None, 7])
def test_a_job_needs_a_name(name: object) -> None:
    with pytest.raises(BadRequest, match="has a name"):
        Progress(name, watch=Loop().watch)  # type: ignore[arg-type]


@pytest.mark.parametrize("total", [-1, float("nan"), float("inf"), "many"])
def test_a_total_is_a_number(total: object) -> None:
    with pytest.raises(BadRequest, match="total is a number"):
        Loop().job(total)


@pytest.mark.parametrize(
    ("done", "shown"),
    [
        (3, 3),
        (0.5, 0.5),
        (numpy.int64(3), 3),
        (numpy.float32(0.5), 0.5),
        (Fraction(1, 2), 0.5),
        (Decimal("0.5"), 0.5),
        (2**70, 2.0**70),
        (10**400, 0),
        (float("nan"), 0),
        ("three", 0),
    ],
)
def test_any_librarys_number_is_shown_and_what_is_none_does_not_end_the_job(
    done: object, shown: float
) -> None:
    with Loop().job() as job:
        job.set(done)  # type: ignore[arg-type]
        assert job.look().done == shown


def test_what_a_person_writes_can_always_be_sent() -> None:
    with Loop().job(message="a\0b\ud800" + "x" * 1000) as job:
        message = job.look().message
    assert message is not None and message.startswith("ab?x") and len(message) == 500


def test_the_time_to_go_is_hidden_while_a_guess_and_never_negative(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("jupyter_realtime.client.progress.time.monotonic", lambda: now)
    with Loop().job(100) as job:
        now += 10
        job.set(9)
        assert job.look().eta_seconds is None
        job.set(10)
        assert job.look().eta_seconds == 90
        job.set(120)
        assert job.look().eta_seconds == 0
        job.set(120, total=240)
        assert (job.look().eta_seconds, job.look().total) == (10, 240)
    assert job.look().eta_seconds is None


def test_a_tracked_loop_counts_what_is_done() -> None:
    job = Loop().job(3)
    assert [(item, job.done) for item in track("abc", job)] == [("a", 0), ("b", 1), ("c", 2)]
    assert (job.done, job.status) == (3, "succeeded")


def test_a_tracked_loop_ends_behind_the_item_during_which_it_was_cancelled() -> None:
    job, seen = Loop().job(3), []
    for item in track("abc", job):
        seen.append(item)
        job.cancel()
    assert (seen, job.done, job.status) == (["a"], 1, "cancelled")


def test_a_tracked_loop_that_is_left_has_ended() -> None:
    job = Loop().job(3)
    for _ in track("abc", job):
        break
    assert job.status == "cancelled"


def test_the_length_of_what_has_none_is_not_known() -> None:
    assert (length_of([1, 2]), length_of(iter([1, 2]))) == (2, None)
