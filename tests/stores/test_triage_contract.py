"""The contract of the port `Triage`: decisions about issues, each with its event in one commit."""

from __future__ import annotations

import msgspec
import pytest

from jupyter_realtime.core.errors import NotFound
from jupyter_realtime.core.log import Draft
from jupyter_realtime.core.rooms import project_room
from jupyter_realtime.core.triage import Baseline
from jupyter_realtime.service.publishing import draft
from tests.builders import principal
from tests.databases import OpenStore
from tests.stores.test_analyses_contract import issue, run

ANA = principal("ana").actor
AT = "2026-11-23T09:00:00.000Z"


def told(project: str) -> Draft:
    return draft(project_room(project), "project:update", {}, ANA)


async def test_A12_a_dismissal_is_kept_with_its_event_and_can_be_taken_back(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    known = issue("one")
    await store.analyses.save(run(project), issues=[known])
    for reason in ("first", "second"):
        kept = await store.triage.dismiss(
            project, known.fingerprint, known.path, reason, ANA, 1_700_000_000_000, told(project)
        )
        assert (kept.rule, kept.detector, kept.reason) == (known.rule, known.detector, reason)
    assert await store.triage.dismissals(project, ("", ""), 10) == [kept]
    assert await store.triage.dismissed(project) == [(known.fingerprint, known.path)]
    assert (await store.log.position(project_room(project))).seq == 2
    assert await store.triage.restore(project, known.fingerprint, known.path, told(project))
    assert not await store.triage.restore(project, known.fingerprint, known.path, told(project))
    assert await store.triage.dismissed(project) == []
    assert (await store.log.position(project_room(project))).seq == 3
    await store.close()


async def test_A12_what_no_run_has_found_can_not_be_dismissed(open_store: OpenStore) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    with pytest.raises(NotFound):
        await store.triage.dismiss(project, "f", "a.py", "why", ANA, 1, told(project))
    assert (await store.log.position(project_room(project))).seq == 0
    await store.close()


async def test_A12_lists_are_paged(open_store: OpenStore) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    found = [issue(f"f{n}") for n in range(5)]
    await store.analyses.save(run(project), issues=found)
    for one in found:
        await store.triage.dismiss(project, one.fingerprint, one.path, "x", ANA, 1, told(project))
    seen, after = [], ("", "")
    while page := await store.triage.dismissals(project, after, 2):
        seen += [row.fingerprint for row in page]
        after = (page[-1].fingerprint, page[-1].path)
    assert seen == sorted(one.fingerprint for one in found)
    await store.close()


async def test_A13_a_baseline_holds_what_a_run_has_found_open(open_store: OpenStore) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    mine = run(project)
    old = msgspec.structs.replace(issue("gone"), status="fixed")
    await store.analyses.save(mine, issues=[issue("one"), issue("two"), old])
    new = Baseline(name="v1", analysis=mine.analysis.id, count=0, actor=ANA, created_at=AT)
    for _ in range(2):
        kept = await store.triage.keep_baseline(project, new, told(project))
        assert kept.count == 2
    assert await store.triage.baselines(project, "", 10) == [kept]
    names = await store.triage.baseline_issues(project, "v1")
    assert names is not None and {f for f, _ in names} == {"one", "two"}
    assert await store.triage.drop_baseline(project, "v1", told(project))
    assert not await store.triage.drop_baseline(project, "v1", told(project))
    assert await store.triage.baseline_issues(project, "v1") is None
    await store.close()
