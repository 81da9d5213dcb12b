"""What every store guarantees about runs (`ports.Analyses`)."""

from dataclasses import replace

import msgspec
import pytest

from jupyter_realtime.core.errors import Conflict
from jupyter_realtime.core.issues import Timing
from tests.builders import draft, issue, run
from tests.databases import OpenStore


async def test_A2_a_report_is_one_commit(open_store: OpenStore) -> None:
    store = await open_store()
    project = await store.projects.ensure("/p", "p")
    mine = run(project.id)
    issues = [issue("f1"), issue("f2")]
    await store.analyses.save(mine, issues=issues, drafts=[draft(mine.analysis.room)])
    await store.analyses.save(mine, issues=[issue("f3")])
    assert await store.analyses.get(mine.analysis.id) == mine
    found = await store.analyses.issues(mine.analysis.id, 0, 10)
    assert [(ordinal, i.fingerprint) for ordinal, i in found] == [(1, "f1"), (2, "f2"), (3, "f3")]
    assert [i.fingerprint for _, i in await store.analyses.issues(mine.analysis.id, 1, 1)] == ["f2"]
    assert (await store.log.position(mine.analysis.room)).seq == 1
    await store.close()


async def test_A1_what_is_over_stays_over(open_store: OpenStore) -> None:
    store = await open_store()
    project = await store.projects.ensure("/p", "p")
    mine = run(project.id)
    over = replace(mine, analysis=msgspec.structs.replace(mine.analysis, state="failed"))
    await store.analyses.save(over)
    with pytest.raises(Conflict):
        await store.analyses.save(mine, issues=[issue()], drafts=[draft(mine.analysis.room)])
    assert await store.analyses.get(mine.analysis.id) == over
    assert await store.analyses.issues(mine.analysis.id, 0, 10) == []
    assert (await store.log.position(mine.analysis.room)).seq == 0
    await store.close()


async def test_A6_a_repeated_report_changes_nothing(open_store: OpenStore) -> None:
    store = await open_store()
    project = await store.projects.ensure("/p", "p")
    mine = run(project.id)
    assert await store.analyses.save(mine, issues=[issue()], report_key="k")
    assert not await store.analyses.save(mine, issues=[issue()], report_key="k")
    assert len(await store.analyses.issues(mine.analysis.id, 0, 10)) == 1
    await store.close()


async def test_A4_runs_whose_lease_is_over_are_found(open_store: OpenStore) -> None:
    store = await open_store()
    project = await store.projects.ensure("/p", "p")
    late, fresh = run(project.id, lease_ms=100), run(project.id, lease_ms=900)
    for one in (late, fresh):
        await store.analyses.save(one)
    assert await store.analyses.expired(500) == [late]
    await store.analyses.save(replace(late, lease_until_ms=1000))
    assert await store.analyses.expired(500) == []
    await store.close()


async def test_A1_runs_are_listed_newest_first_in_pages(open_store: OpenStore) -> None:
    store = await open_store()
    projects = [await store.projects.ensure(root, "p") for root in ("/p", "/q")]
    runs = [run(projects[n % 2].id, created_ms=n) for n in range(1, 6)]
    for one in runs:
        await store.analyses.save(one)
    both = [p.id for p in projects]
    assert await store.analyses.recent(both, None, 2) == [runs[4], runs[3]]
    before = (runs[3].created_ms, runs[3].analysis.id)
    assert await store.analyses.recent(both, before, 10) == [runs[2], runs[1], runs[0]]
    assert await store.analyses.recent([projects[1].id], None, 10) == runs[::-2]
    await store.close()


async def test_E4_no_page_ends_between_runs_of_one_millisecond(open_store: OpenStore) -> None:
    store = await open_store()
    project = await store.projects.ensure("/p", "p")
    runs = [run(project.id, created_ms=7) for _ in range(5)]
    for one in runs:
        await store.analyses.save(one)
    found: list[str] = []
    before = None
    while page := await store.analyses.recent([project.id], before, 2):
        found += [one.analysis.id for one in page]
        before = (page[-1].created_ms, page[-1].analysis.id)
    assert sorted(found) == sorted(one.analysis.id for one in runs)
    await store.close()


async def test_A3_costs_are_learned_and_newer_runs_weigh_more(open_store: OpenStore) -> None:
    store = await open_store()
    project = await store.projects.ensure("/p", "p")
    mine = run(project.id)
    for seconds in (1.0, 4.0):
        spent = Timing(detector="types", kilobytes=100.0, seconds=seconds)
        await store.analyses.save(mine, timing=spent)
    cost = (await store.analyses.costs(project.id))["types"]
    assert 0.025 < cost < 0.04
    await store.close()


async def test_A11_how_issues_stand_is_kept_with_them(open_store: OpenStore) -> None:
    store = await open_store()
    project = await store.projects.ensure("/p", "p")
    mine = run(project.id)
    first, second = issue("one"), issue("two")
    await store.analyses.save(mine, issues=[first, second])
    gone = msgspec.structs.replace(second, status="fixed")
    await store.analyses.save(mine, issues=[gone])
    keys = {name: (i.detector, i.fingerprint, i.path) for name, i in (("a", first), ("b", second))}
    assert await store.triage.standing(project.id) == {keys["a"]: True, keys["b"]: False}
    assert await store.triage.last_seen(project.id, [keys["b"]]) == [gone]
    await store.close()


async def test_Q3_what_has_ended_is_untold_until_it_is_noted(open_store: OpenStore) -> None:
    store = await open_store()
    project, other = [await store.projects.ensure(f"/{name}", name) for name in ("p", "q")]
    runs = [run(project.id), run(project.id), run(other.id)]
    for one in runs:
        await store.analyses.save(one)
    assert await store.analyses.untold([project.id, other.id], 10) == []
    for one in runs[1:]:
        over = replace(one, analysis=msgspec.structs.replace(one.analysis, state="succeeded"))
        await store.analyses.save(over)
    names = [one.analysis.id for one in await store.analyses.untold([project.id], 10)]
    assert names == [runs[1].analysis.id]
    assert len(await store.analyses.untold([project.id, other.id], 1)) == 1
    await store.analyses.note_told(names)
    assert await store.analyses.untold([project.id], 10) == []
    assert len(await store.analyses.untold([other.id], 10)) == 1
    await store.close()
