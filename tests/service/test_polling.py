import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.core.errors import BadRequest, Forbidden, LimitReached, RealtimeError
from jupyter_realtime.core.messages import MAX_EVENTS_A_REPLY, Position, Since
from jupyter_realtime.core.recovery import Origin
from jupyter_realtime.ports import RunReporter
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import polling
from jupyter_realtime.service.polling import News, Wanted
from tests.builders import draft, eventually, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices, on_each_store

FOR_EVER = 60.0
ANA = principal("ana")
Answers = dict[str, News | RealtimeError]


async def idle(_reporter: RunReporter, _cancel: asyncio.Event) -> None:
    """Run nothing."""


async def project_of(services: Services) -> str:
    [project] = await services.projects.list(principal())
    return f"project:{project.id}"


async def poll(
    services: Services,
    rooms: dict[str, Origin],
    *,
    wait: float = FOR_EVER,
    boards: dict[str, str] | None = None,
) -> Answers:
    """Ask as ana; an answer that does not come fails the test."""
    boards = boards or {}
    wanted = {room: Wanted(since, boards.get(room)) for room, since in rooms.items()}
    return await asyncio.wait_for(services.polling.poll(ANA, wanted, wait), 10)


def news(answers: Answers, room: str) -> News:
    """What is told of a room that was not refused."""
    told = answers[room]
    assert isinstance(told, News), told
    return told


def seqs(told: News) -> list[int]:
    return [event.seq for event in told.resumption.events]


def behind(position: Position) -> Since:
    return Since(epoch=position.epoch, seq=position.seq)


async def waiting(services: Services, rooms: dict[str, Origin]) -> "asyncio.Task[Answers]":
    """Begin a poll that has nothing to say yet; gives it when it has read its rooms and waits."""
    task = asyncio.create_task(poll(services, rooms))
    before = services.figures.replays.total()

    async def has_read() -> bool:
        return services.figures.replays.total() >= before + len(rooms)

    await eventually(has_read)
    assert not task.done()
    return task


async def is_empty(services: Services) -> None:
    """Wait until no room is open: nobody is in one any more."""

    async def nobody() -> bool:
        return services.rooms.open_count == 0

    await eventually(nobody)


async def test_F1_a_first_poll_gives_the_position_and_the_board_at_once(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        await services.store.log.append(draft(room))
        bo = Client(services, principal("bo"))
        await bo.ask("state", room=room, event="progress:x", key="k", data=1)
        told = news(await poll(services, {room: None}), room)
        assert (told.resumption.position.seq, seqs(told)) == (1, [])
        assert [entry.data for entry in told.states] == [1]


async def test_F1_what_was_missed_is_told_at_once_and_in_pages(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        total = MAX_EVENTS_A_REPLY + 3
        await asyncio.gather(*(services.store.log.append(draft(room)) for _ in range(total)))
        first = news(await poll(services, {room: "earliest"}), room)
        assert (first.resumption.more, first.resumption.position.seq) == (True, MAX_EVENTS_A_REPLY)
        rest = news(await poll(services, {room: behind(first.resumption.position)}), room)
        assert seqs(first) + seqs(rest) == list(range(1, total + 1))
        assert rest.resumption.more is False


async def test_F1_an_answer_is_bounded_in_bytes_over_all_rooms(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "MAX_REPLAYED_BYTES", 25)
    async with open_services(idle) as services:
        one = await project_of(services)
        (services.projects.root / "sub" / ".git").mkdir(parents=True)
        other = f"project:{(await services.projects.of_path('sub'))[0].id}"
        for room in (one, other):
            for _ in range(3):
                await services.store.log.append(draft(room, "12345678"))
        answers = await poll(services, {one: "earliest", other: "earliest"})
        assert seqs(news(answers, one)) == [1, 2], "ten bytes each, with quotes"
        assert seqs(news(answers, other)) == [1], "each room comes forward"
        for room in (one, other):
            resumption = news(answers, room).resumption
            assert (resumption.more, resumption.recovered) == (True, True)
            assert resumption.position.seq == seqs(news(answers, room))[-1]


async def test_F2_a_poll_waits_for_an_event_and_leaves_its_rooms(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        position = await services.store.log.append(draft(room))
        task = await waiting(services, {room: behind(position), "system": "earliest"})
        await services.store.log.append(draft(room, "news"))
        answers = await task
        assert seqs(news(answers, room)) == [2]
        assert seqs(news(answers, "system")) == []
        await is_empty(services)


async def test_F2_a_poll_waits_for_a_state(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        task = await waiting(services, {room: behind(await services.store.log.position(room))})
        bo = Client(services, principal("bo"))
        await bo.ask("state", room=room, event="progress:x", key="k", data=7)
        told = news(await task, room)
        assert [entry.data for entry in told.states] == [7]
        assert told.resumption.events == []


async def test_F2_without_news_a_poll_is_answered_when_its_time_is_over(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        position = await services.store.log.append(draft(room))
        began = time.monotonic()
        told = news(await poll(services, {room: behind(position)}, wait=0.1), room)
        assert time.monotonic() - began >= 0.1
        assert (seqs(told), told.resumption.position) == ([], position)


async def test_F3_another_board_than_the_one_seen_is_answered_at_once(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        bo = Client(services, principal("bo"))
        pin: dict[str, Any] = {"room": room, "event": "progress:x", "key": "k"}
        await bo.ask("state", **pin, data=1)
        seen = news(await poll(services, {room: None}), room)
        since = behind(seen.resumption.position)
        same = news(await poll(services, {room: since}, boards={room: seen.board}, wait=0), room)
        assert same.board == seen.board
        await bo.ask("state", **pin, data=2)
        other = news(await poll(services, {room: since}, boards={room: seen.board}), room)
        assert [entry.data for entry in other.states] == [2]
        await bo.ask("state", **pin, data=1)
        back = news(await poll(services, {room: since}, wait=0), room)
        assert back.board == seen.board, "the same board, whenever it was pinned"


async def test_F1_what_can_not_be_recovered_is_said_at_once(
    open_services: OpenServices, tmp_path: Path
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        for _ in range(3):
            position = await services.store.log.append(draft(room))
        with sqlite3.connect(tmp_path / "realtime.sqlite") as database:
            database.execute("UPDATE room SET pruned = 2 WHERE name = ?", (room,))
            database.execute("DELETE FROM event WHERE room = ? AND seq <= 2", (room,))
        database.close()
        for lost in (
            Since(epoch=position.epoch, seq=1),
            Since(epoch="another", seq=3),
            Since(epoch=position.epoch, seq=4),
            Since(epoch=position.epoch, seq=3, id="another"),
        ):
            told = news(await poll(services, {room: lost}), room)
            assert (told.resumption.recovered, seqs(told)) == (False, [])
            assert told.resumption.position == position
        told = news(await poll(services, {room: Since(epoch=position.epoch, seq=2)}), room)
        assert (told.resumption.recovered, seqs(told)) == (True, [3])


async def test_F4_a_refused_room_says_so_in_its_place_and_the_others_are_answered(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        position = await services.store.log.append(draft(room))
        answers = await poll(
            services, {room: behind(position), "user:bo": "earliest", "galaxy:far": None}
        )
        assert news(answers, room).resumption.position == position
        assert isinstance(answers["user:bo"], Forbidden)
        assert isinstance(answers["galaxy:far"], BadRequest)
        only = await poll(services, {"user:bo": None})
        assert isinstance(only["user:bo"], Forbidden)
        for nonsense in ({}, {"galaxy:far": None}, {room: Since(epoch="e", seq=-1)}):
            with pytest.raises(BadRequest):
                await poll(services, nonsense)
        await is_empty(services)


async def test_F4_who_is_thrown_out_during_the_wait_hears_nothing(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        position = await services.store.log.append(draft(room))
        task = await waiting(services, {room: behind(position)})

        async def refuse(*_: Any) -> None:
            raise Forbidden("Not any more.")

        monkeypatch.setattr(services.projects, "check", refuse)
        await services.store.log.append(draft(room, "secret"))
        assert isinstance((await task)[room], Forbidden)


async def test_F5_a_poll_that_is_given_up_leaves_its_rooms(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        task = await waiting(services, {room: behind(await services.store.log.position(room))})
        assert services.rooms.open_count == 1
        task.cancel()
        await asyncio.wait([task])
        await is_empty(services)


async def test_F6_polls_and_their_rooms_are_limited(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        since = behind(await services.store.log.position(room))
        limits = services.connections.limits
        tasks = [await waiting(services, {room: since}) for _ in range(limits.connections_per_user)]
        with pytest.raises(LimitReached):
            await poll(services, {room: since})
        somebody_else = services.polling.poll(principal("bo"), {room: Wanted(None, None)}, 0)
        assert room in await somebody_else
        await services.store.log.append(draft(room))
        await asyncio.gather(*tasks)
        assert seqs(news(await poll(services, {room: since}), room)) == [1]
        too_many: dict[str, Origin] = {
            f"project:{number}": None for number in range(limits.rooms_per_connection + 1)
        }
        with pytest.raises(LimitReached):
            await poll(services, too_many)


async def test_F7_a_server_that_stops_answers_those_who_wait_with_what_they_have(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        position = await services.store.log.append(draft(room))
        task = await waiting(services, {room: behind(position)})
        await services.polling.close()
        told = news(await task, room)
        assert (told.resumption.position, seqs(told)) == (position, [])
        await is_empty(services)
        late = news(await poll(services, {room: behind(position)}), room)
        assert seqs(late) == []


@on_each_store
async def test_L5_a_poll_hears_of_what_another_server_of_the_store_has_committed(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        room = await project_of(here)
        task = await waiting(here, {room: behind(await here.store.log.position(room))})
        committed = time.monotonic()
        await there.store.log.append(draft(room))
        assert seqs(news(await task, room)) == [1]
        assert time.monotonic() - committed < 1.0
