"""Threads follow their code: on a save, from the disk, and by hand."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.core.anchors import Cell
from jupyter_realtime.core.errors import BadRequest, Forbidden
from jupyter_realtime.core.notebooks import cells_of
from jupyter_realtime.core.rooms import project_room
from jupyter_realtime.core.threads import OwnThread
from jupyter_realtime.ports import Anchored
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service.comments import following
from jupyter_realtime.service.comments.contents import read_cells
from jupyter_realtime.service.comments.following import CellChange
from jupyter_realtime.service.comments.range import Range
from jupyter_realtime.service.comments.threads import NewThread
from tests.builders import eventually, principal
from tests.service.conftest import OpenServices
from tests.service.telling import ANA, BEN, give, idle

FIRST = "import pandas as pd\nframe = pd.read_csv('rides.csv')\n"
SECOND = "model.fit(train[features], train['count'])\nmodel.score(test[features], test['count'])\n"
CELLS = [Cell("a", FIRST), Cell("b", SECOND)]


def write(root: Path, *cells: Cell) -> None:
    content = {"cells": [{"id": c.id, "source": c.source, "cell_type": "code"} for c in cells]}
    (root / "eda.ipynb").write_text(json.dumps(content))


async def begin(services: Services, path: str = "eda.ipynb") -> OwnThread:
    """Begin a thread at the second cell's first line."""
    _, document = await services.projects.document(ANA, None, path)
    at = Range("b", SECOND, 0, SECOND.index("\n"), 1)
    return await services.comments.threads.open(ANA, NewThread(document.id, at, "Why?"))


async def place(services: Services, thread: OwnThread) -> tuple[Any, ...]:
    """Where it stands, and whether that is sure: how sure is a matter of `core.anchors`."""
    anchor = (await services.comments.reading.get(ANA, thread.id)).anchor
    is_there = anchor.status in ("exact", "moved")
    return "there" if is_there else anchor.status, anchor.cell_id, anchor.cell_index, anchor.start


async def anchored(services: Services, thread: OwnThread) -> list[Anchored]:
    return await services.store.threads.anchored(thread.document)


async def updates(services: Services, thread: OwnThread) -> list[dict[str, Any]]:
    page = await services.store.log.page(project_room(thread.project), None, 1000)
    told = [json.loads(bytes(one.data)) for one in page.events if one.event == "project:update"]
    return [one for one in told if one["kind"] == "anchors"]


async def test_I20_a_thread_follows_its_code_and_tells_only_of_moves(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services)
        follow = services.comments.following.follow
        assert await follow(thread.document, CELLS, BEN.actor) == 0
        assert await updates(services, thread) == []
        grown = [CELLS[0], Cell("b", f"# Fit\n{SECOND}")]
        assert await follow(thread.document, grown, BEN.actor) == 1
        assert await place(services, thread) == ("there", "b", 1, 6)
        [told] = await updates(services, thread)
        assert (told["path"], told["document"]) == ("eda.ipynb", thread.document)
        gone = [Cell("a", FIRST), Cell("b", "print('nothing here')\n")]
        assert await follow(thread.document, gone, BEN.actor) == 1
        assert (await place(services, thread))[:2] == ("orphaned", "b")
        assert await follow(thread.document, gone, BEN.actor) == 0
        back = [Cell("z", SECOND), Cell("a", FIRST)]
        assert await follow(thread.document, back, BEN.actor) == 1
        assert await place(services, thread) == ("there", "z", 0, 0)
        assert len(await updates(services, thread)) == 3


async def test_I20_what_has_not_changed_is_not_looked_at_again(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services)
        looks: list[int] = []
        find = following._found

        def counted(*asked: Any) -> Any:
            looks.append(1)
            return find(*asked)

        monkeypatch.setattr(following, "_found", counted)
        mine = services.comments.following
        for _ in range(5):
            await mine.follow(thread.document, list(CELLS), ANA.actor)
        # Once to take it down with what stands around it, once to see that this is all.
        assert len(looks) == 2
        other = await begin(services)
        await mine.put(ANA, thread.id, Range("a", FIRST, 0, 6, 0))
        for _ in range(5):
            await mine.follow(thread.document, list(CELLS), ANA.actor)
        assert len(looks) == 4
        assert await place(services, other) == ("there", "b", 1, 0)


async def test_I20_of_many_saves_the_last_counts(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        thread = await begin(services)
        for number in range(50):
            cells = [CELLS[0], Cell("b", "#\n" * number + SECOND)]
            services.comments.following.saved(thread.document, cells)

        async def is_there() -> bool:
            return await place(services, thread) == ("there", "b", 1, 98)

        await eventually(is_there)
        assert len(await updates(services, thread)) <= 2


async def test_I20_what_lies_on_the_disk_is_looked_at_and_what_can_not_be_read_moves_nothing(
    open_services: OpenServices, tmp_path: Path
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services)
        before = await place(services, thread)
        look = services.comments.following.look
        for content in (None, b"{", b'{"cells": 1}', b"\xff\xfe"):
            if content is not None:
                (tmp_path / "root" / "eda.ipynb").write_bytes(content)
            await look(thread.document)
            assert await place(services, thread) == before
        write(tmp_path / "root", Cell("n", "x = 1\n" + SECOND))
        await look(thread.document)
        assert await place(services, thread) == ("there", "n", 0, 6)
        await look("nonsense")


async def test_I20_who_puts_a_thread_somewhere_is_right(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services)
        mine = services.comments.following
        anchored = services.store.threads.anchored

        async def slow(document: str) -> Any:
            found = await anchored(document)
            # Somebody's word comes between the question and the answer.
            await mine.put(BEN, thread.id, Range("a", FIRST, 0, 6, 0))
            return found

        monkeypatch.setattr(services.store.threads, "anchored", slow)
        await mine.follow(thread.document, [CELLS[0], Cell("b", f"#\n{SECOND}")], ANA.actor)
        assert await place(services, thread) == ("there", "a", 0, 0)
        found = (await services.comments.reading.get(ANA, thread.id)).anchor
        assert (found.quote, found.original) == ("import", thread.anchor.original)


async def test_I20_candidates_are_found_in_the_file(
    open_services: OpenServices, tmp_path: Path
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services)
        assert await services.comments.following.candidates(ANA, thread.id) == []
        write(tmp_path / "root", CELLS[0], Cell("c", SECOND), Cell("d", SECOND))
        found = await services.comments.following.candidates(ANA, thread.id)
        assert {one.cell_id for one in found[:2]} == {"c", "d"}
        assert all(one.quote == thread.anchor.quote for one in found[:2])


async def test_I13_lineage_leads_to_the_right_one_of_two(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        thread = await begin(services)
        mine = services.comments.following
        await mine.descend(ANA, thread.document, [CellChange("move", ["b"], ["n"])])
        twins = [Cell("m", SECOND), Cell("x", FIRST), Cell("n", SECOND)]
        await mine.follow(thread.document, twins, ANA.actor)
        assert (await place(services, thread))[1] == "n"


async def test_I13_lineage_is_kept_only_where_a_thread_may_need_it(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        _, document = await services.projects.document(ANA, None, "eda.ipynb")
        mine = services.comments.following
        change = CellChange("split", ["a"], ["b", "c", "a"])
        await mine.descend(ANA, document.id, [change])
        assert await services.store.threads.descents(document.id) == []
        thread = await begin(services)
        await mine.descend(ANA, document.id, [change])
        assert len(await services.store.threads.descents(document.id)) == 2
        for wrong in (
            CellChange("split", ["a"], ["x" * 300]),
            CellChange("split", [str(n) for n in range(40)], [f"c{n}" for n in range(40)]),
        ):
            with pytest.raises(BadRequest):
                await mine.descend(ANA, document.id, [wrong])
        await give(services, thread.project, "viewer", "ben")
        with pytest.raises(Forbidden):
            await mine.descend(BEN, document.id, [change])
        with pytest.raises(Forbidden):
            await mine.put(BEN, thread.id, Range("a", FIRST, 0, 6))


async def test_I20_a_thousand_threads_are_looked_for_beside_the_loop(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services)
        started, go_on = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def slow(*_: Any) -> tuple[list[Any], frozenset[str]]:
            loop.call_soon_threadsafe(started.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
            return [], frozenset()

        monkeypatch.setattr(following, "_found", slow)
        task = asyncio.create_task(
            services.comments.following.follow(thread.document, CELLS, ANA.actor)
        )
        await started.wait()
        # The loop goes on while threads are looked for.
        await services.comments.reading.get(principal("ana"), thread.id)
        go_on.set()
        assert await task == 0


def test_I20_a_notebook_is_its_cells_and_a_file_is_one(tmp_path: Path) -> None:
    old = {"cells": [{"source": ["a\n", "b"], "outputs": [{"data": "x" * 1000}]}], "nbformat": 4}
    assert cells_of("x.ipynb", json.dumps(old).encode()) == [Cell(None, "a\nb")]
    assert cells_of("x.py", b"x = '\xff'\n") == [Cell(None, "x = '\ufffd'\n")]
    assert read_cells(tmp_path, "") is None and read_cells(tmp_path, "nothing.py") is None


async def test_I20_what_is_no_code_of_anybody_moves_nothing(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        thread = await begin(services)
        before = await place(services, thread)
        follow = services.comments.following.follow
        long = Cell("z", "a" * 1_000_000)
        assert await follow(thread.document, [long, CELLS[1]], ANA.actor) == 0
        write(services.projects.root, long, CELLS[1])
        assert await services.comments.following.candidates(ANA, thread.id) == []
        assert await place(services, thread) == before


async def test_I20_for_whom_there_was_no_time_is_looked_for_when_others_had_their_turn(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        mine = services.comments.following
        threads = [await begin(services) for _ in range(3)]
        # The time is over when one was looked for.
        monkeypatch.setattr(following, "LOOKING_SECONDS", -1.0)
        rounds: list[list[str]] = []
        find = following._found

        def counted(some: Any, *more: Any) -> Any:
            rounds.append([one.thread for one in some])
            return find(some, *more)

        monkeypatch.setattr(following, "_found", counted)
        first, second, third = [one.thread for one in await anchored(services, threads[0])]
        assert await mine.follow(threads[0].document, [Cell("n", FIRST + SECOND)], ANA.actor) == 3
        assert rounds == [[first, second, third], [second, third], [third]]
        for thread in threads:
            assert (await place(services, thread))[1] == "n"


async def test_I20_who_was_left_when_a_document_changed_again_comes_first(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        mine = services.comments.following
        threads = [await begin(services) for _ in range(3)]
        first, second, third = [one.thread for one in await anchored(services, threads[0])]
        rounds: list[list[str]] = []
        find = following._found
        document, loop = threads[0].document, asyncio.get_running_loop()
        newer = [Cell("m", SECOND)]

        def interrupted(some: Any, *more: Any) -> Any:
            rounds.append([one.thread for one in some])
            if len(rounds) == 1:
                monkeypatch.setattr(following, "LOOKING_SECONDS", -1.0)

                async def say() -> None:
                    mine.saved(document, newer)

                asyncio.run_coroutine_threadsafe(say(), loop).result()
            else:
                monkeypatch.setattr(following, "LOOKING_SECONDS", 20.0)
            return find(some, *more)

        monkeypatch.setattr(following, "_found", interrupted)
        mine.saved(document, [Cell("n", FIRST + SECOND)])

        async def are_there() -> bool:
            return {(await place(services, one))[1] for one in threads} == {"m"}

        await eventually(are_there)
        assert rounds[:2] == [[first, second, third], [second, third, first]]
