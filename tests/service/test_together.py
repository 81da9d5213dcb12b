"""Who asks while an answer is under way shares the next one, and never gets one from before they asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.service.together import Together
from tests.builders import eventually

MOST = 3


class Asked:
    """Answers, each held up until a test lets it go on."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.go_on = asyncio.Semaphore(0)
        self.error: Exception | None = None
        self.together = Together(self._answer, MOST, self._weight)

    def _weight(self, one: int) -> int:
        return 9 if one > 100 else 1

    async def _answer(self, some: Sequence[int]) -> list[int]:
        self.rounds.append(list(some))
        await self.go_on.acquire()
        if self.error is not None:
            raise self.error
        return [10 // one for one in some]

    async def until(self, count: int) -> None:
        async def have_asked() -> bool:
            return len(self.rounds) >= count

        await eventually(have_asked)

    def let_all_go_on(self) -> None:
        for _ in range(100):
            self.go_on.release()


async def test_who_asks_meanwhile_shares_the_next_answer_and_who_goes_away_takes_none_from_others() -> (
    None
):
    asked = Asked()
    first = asyncio.create_task(asked.together.ask(1))
    await asked.until(1)
    others = [asyncio.create_task(asked.together.ask(one)) for one in (2, 5, 10)]
    await asyncio.sleep(0)
    others[1].cancel()
    asked.let_all_go_on()
    assert await first == 10
    assert [await others[0], await others[2]] == [5, 1]
    assert asked.rounds == [[1], [2, 5, 10]]


async def test_no_more_than_so_many_share_an_answer_and_they_keep_their_order() -> None:
    asked = Asked()
    asked.let_all_go_on()
    assert await asyncio.gather(*(asked.together.ask(one) for one in range(1, 8))) == [
        10 // one for one in range(1, 8)
    ]
    assert asked.rounds == [[1, 2, 3], [4, 5, 6], [7]]


async def test_what_weighs_more_than_a_round_is_asked_for_alone() -> None:
    asked = Asked()
    asked.let_all_go_on()
    await asyncio.gather(*(asked.together.ask(one) for one in (1, 200, 2, 3)))
    assert asked.rounds == [[1], [200], [2, 3]]


async def test_an_outage_is_told_to_all_of_a_round_at_once_and_to_nobody_after_it() -> None:
    asked = Asked()
    asked.let_all_go_on()
    asked.error = Unavailable("The disk is gone.")
    failed = await asyncio.gather(
        *(asked.together.ask(one) for one in (1, 2)), return_exceptions=True
    )
    assert [type(error) for error in failed] == [Unavailable, Unavailable]
    assert asked.rounds == [[1, 2]]
    asked.error = None
    assert await asked.together.ask(5) == 2


async def test_one_that_fails_by_itself_fails_alone() -> None:
    asked = Asked()
    asked.let_all_go_on()
    found = await asyncio.gather(
        *(asked.together.ask(one) for one in (1, 0, 2)), return_exceptions=True
    )
    assert found[0] == 10
    assert isinstance(found[1], ZeroDivisionError)
    assert found[2] == 5
    with pytest.raises(ZeroDivisionError):
        await asked.together.ask(0)
