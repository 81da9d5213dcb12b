"""Issues from run to run, with the real engine: what is new, ongoing, fixed, dismissed, back again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jupyter_realtime.core.errors import NotFound
from jupyter_realtime.core.issues import Analysis, Issue
from jupyter_realtime.server.config import RealtimeConfig
from jupyter_realtime.server.engine import LocalEngine
from jupyter_realtime.server.runtime import Services, assemble, listen
from jupyter_realtime.server.tokens import Tokens
from jupyter_realtime.service.figures import Figures
from jupyter_realtime.service.triage import GoneFiles
from jupyter_realtime.stores.sqlite import SqliteStore
from tests.analysis.hostile import code, notebook
from tests.builders import eventually, principal

ANA = principal("ana")
FAULT = "print(x is 'a')\n"
WITHIN_SECONDS = 60


class World:
    """A server's services on one folder."""

    def __init__(self, services: Services, root: Path) -> None:
        self.services = services
        self.root = root

    async def start(self, *paths: str, **options: str) -> Analysis:
        return await self.services.analyses.start(
            ANA, list(paths) or ["."], ["correctness"], None, outside=False, **options
        )

    async def run(self, *paths: str, **options: str) -> dict[str, list[str]]:
        """Analyse, and give the paths of issues by status."""
        run = await self.start(*paths, **options)
        return self.by_status(await self.issues(run))

    async def issues(self, run: Analysis) -> list[Issue]:
        await self.end(run)
        found, _ = await self.services.history.issues(ANA, run.id, 0, 1000)
        return found

    async def end(self, run: Analysis) -> Analysis:
        async def is_over() -> bool:
            return (await self.services.store.analyses.get(run.id)).analysis.is_finished  # type: ignore[union-attr]

        await eventually(is_over, within_seconds=WITHIN_SECONDS)
        kept = await self.services.store.analyses.get(run.id)
        assert kept is not None
        return kept.analysis

    @staticmethod
    def by_status(found: list[Issue]) -> dict[str, list[str]]:
        statuses: dict[str, list[str]] = {}
        for issue in found:
            statuses.setdefault(issue.status, []).append(issue.path)
        return {status: sorted(paths) for status, paths in statuses.items()}


@asynccontextmanager
async def world(tmp_path: Path) -> AsyncIterator[World]:
    root = tmp_path / "root"
    root.mkdir()
    store = await SqliteStore.open(tmp_path / "realtime.sqlite")
    services = assemble(
        RealtimeConfig(),
        root,
        store,
        Tokens(b"k" * 32),
        LocalEngine(),
        Figures(),
        replaced=lambda: None,
    )
    listen(services)
    try:
        yield World(services, root)
    finally:
        await services.analyses.close()
        await services.rooms.close()
        await services.store.close()


async def test_A11_an_issue_is_new_ongoing_fixed_and_regressed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        (here.root / "a.py").write_text("x = 1\n" + FAULT)
        (here.root / "b.py").write_text("x = 1\n" + FAULT)
        assert await here.run() == {"new": ["a.py", "b.py"]}
        (here.root / "a.py").write_text("import os\nprint(os)\nx = 1\n" + FAULT)
        assert await here.run() == {"ongoing": ["a.py", "b.py"]}
        (here.root / "a.py").write_text("x = 1\n")
        assert await here.run() == {"fixed": ["a.py"], "ongoing": ["b.py"]}
        assert await here.run() == {"ongoing": ["b.py"]}
        (here.root / "a.py").write_text("x = 1\n" + FAULT)
        assert await here.run() == {"ongoing": ["b.py"], "regressed": ["a.py"]}


async def test_A11_fixed_is_not_said_of_what_was_not_looked_at(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        (here.root / "a.py").write_text("x = 1\n" + FAULT)
        (here.root / "b.ipynb").write_text(notebook([code("x = 1\n" + FAULT)]))
        await here.run()
        assert await here.run("a.py") == {"ongoing": ["a.py"]}
        (here.root / "b.ipynb").write_text("{broken")
        found = await here.issues(await here.start())
        assert not [issue for issue in found if issue.status == "fixed"]
        (here.root / "pyproject.toml").write_text(
            "[tool.jupyter-realtime]\nexclude = ['a.py', 'b.ipynb']\n"
        )
        found = await here.issues(await here.start())
        assert not [issue for issue in found if issue.status == "fixed" and issue.rule == "F632"]


async def test_A12_a_dismissal_survives_new_ids_moved_cells_and_a_new_name(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        old, new = here.root / "old.ipynb", here.root / "new.ipynb"
        old.write_text(notebook([code("x = 1"), code(FAULT)]))
        run = await here.start()
        [issue] = await here.issues(run)
        await here.services.triage.dismiss(
            ANA, run.project, issue.fingerprint, issue.path, "It is a test."
        )
        assert await here.run() == {"dismissed": ["old.ipynb"]}
        book = json.loads(
            notebook([code("import os"), code("print(os)"), code(FAULT), code("x = 1")])
        )
        for number, cell in enumerate(book["cells"]):
            cell["id"] = f"other-{number}"
        book["nbformat_minor"] = 5
        old.unlink()
        new.write_text(json.dumps(book))
        again = await here.start()
        assert here.by_status(await here.issues(again)) == {"dismissed": ["new.ipynb"]}
        assert (await here.end(again)).counts.total == 0, "nobody has to do anything about it"
        assert await here.run() == {"dismissed": ["new.ipynb"]}, "and nothing is called fixed later"
        triage, project = here.services.triage, run.project
        reasons = {d.path: d.reason for d in await triage.dismissals(ANA, project, ("", ""), 10)}
        assert reasons["new.ipynb"] == "It is a test."
        await triage.restore(ANA, project, issue.fingerprint, "new.ipynb")
        assert await here.run() == {"ongoing": ["new.ipynb"]}, "taken back where it is now"
        await triage.dismiss(ANA, project, issue.fingerprint, "new.ipynb", "It still is.")
        new.rename(old)
        assert await here.run() == {"dismissed": ["old.ipynb"]}, "under its old name again"


async def test_A12_to_delete_a_copy_that_was_dismissed_dismisses_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for name in ("a.py", "a-Copy1.py"):
            (here.root / name).write_text("x = 1\n" + FAULT)
        run = await here.start()
        [copy] = [issue for issue in await here.issues(run) if issue.path == "a-Copy1.py"]
        await here.services.triage.dismiss(
            ANA, run.project, copy.fingerprint, copy.path, "Only a copy."
        )
        (here.root / "a-Copy1.py").unlink()
        assert await here.run() == {"ongoing": ["a.py"]}


@pytest.mark.parametrize("path", ["../outside.py", "x" * 5000, "a\0b", "/etc/passwd"])
async def test_A11_nobody_learns_what_lies_outside_of_the_project(
    tmp_path: Path, path: str
) -> None:
    (tmp_path / "project").mkdir()
    is_gone = GoneFiles(tmp_path / "project").holds(path)
    # A name that no file can have is gone; what lies outside never is.
    assert is_gone == (not path.startswith((".", "/")))
    assert GoneFiles(tmp_path / "project").holds("not-there.py")
    assert not GoneFiles(tmp_path / "no-such-folder").holds("not-there.py")


async def test_A13_new_since_a_baseline(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        (here.root / "a.py").write_text("x = 1\n" + FAULT)
        first = await here.end(await here.start())
        kept = await here.services.triage.keep_baseline(ANA, first.project, "v1", first.id)
        assert kept.count == 1
        (here.root / "b.py").write_text("x = 1\n" + FAULT)
        compared = await here.start(baseline="v1")
        found = await here.issues(compared)
        assert {issue.path: issue.since_baseline for issue in found} == {
            "a.py": "known",
            "b.py": "new",
        }
        assert (await here.end(compared)).baseline == "v1"
        with pytest.raises(NotFound, match="no baseline 'v2'"):
            await here.start(baseline="v2")


async def test_A14_a_newer_run_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        (here.root / "a.py").write_text(FAULT)
        older, newer = await here.start(), await here.start()
        other = await here.start("a.py")
        ended = [await here.end(run) for run in (older, newer, other)]
        assert [run.state for run in ended] == ["cancelled", "succeeded", "succeeded"]


async def test_A14_twelve_people_start_at_once_and_all_finish(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for number in range(12):
            (here.root / f"p{number}").mkdir()
            for name in "abc":
                (here.root / f"p{number}" / f"{name}.py").write_text("x = 1\n" + FAULT)
        runs = await asyncio.gather(
            *(
                here.services.analyses.start(
                    principal(f"user{n}"),
                    [f"p{n}"],
                    ["correctness", "security"],
                    None,
                    outside=False,
                )
                for n in range(12)
            )
        )
        ended = [await here.end(run) for run in runs]
        assert {run.state for run in ended} == {"succeeded"}
        assert all(run.counts.total == 3 for run in ended)
