"""Runs, issues and what past runs cost, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import BigInteger, bindparam, func, select, tuple_, update

from ..core.actors import Actor
from ..core.codec import encode
from ..core.errors import Conflict
from ..core.issues import Analysis, Issue, Timing
from ..core.log import Draft
from ..core.triage import IssueKey
from ..ports import Run
from . import log, triage
from .dialects import insert
from .tables import analysis, issue, report, timing
from .units import Executor, Row, Unit, Written

_saved = insert(analysis)
SAVE = _saved.on_conflict_do_update(
    index_elements=[analysis.c.id],
    set_={
        column: _saved.excluded[column]
        for column in ("state", "finished", "lease_until_ms", "snapshot")
    },
    # A finished run stays as it ended, whatever a late report says.
    where=analysis.c.finished == 0,
).returning(analysis.c.id)
GET = select(analysis).where(analysis.c.id == bindparam("wanted"))
EXPIRED = select(analysis).where(
    analysis.c.finished == 0, analysis.c.lease_until_ms < bindparam("now_ms")
)
NOTE_TOLD = update(analysis).where(analysis.c.id == bindparam("of")).values(told=1)
FIND_REPORT = select(report.c.key).where(
    report.c.analysis == bindparam("of"), report.c.key == bindparam("with_key")
)
ADD_REPORT = insert(report)
LAST_ORDINAL = select(func.coalesce(func.max(issue.c.ordinal), 0)).where(
    issue.c.analysis == bindparam("of")
)
ADD_ISSUE = insert(issue)
ISSUES = (
    select(issue.c.ordinal, issue.c.body)
    .where(
        issue.c.analysis == bindparam("of"), issue.c.ordinal > bindparam("after", type_=BigInteger)
    )
    .order_by(issue.c.ordinal)
    .limit(bindparam("most"))
)
_timed = insert(timing)
# Older runs weigh less and less, so that a faster machine is noticed.
ADD_TIMING = _timed.on_conflict_do_update(
    index_elements=[timing.c.project, timing.c.detector],
    set_={
        "kilobytes": timing.c.kilobytes / 2 + _timed.excluded.kilobytes,
        "milliseconds": timing.c.milliseconds / 2 + _timed.excluded.milliseconds,
    },
)
COSTS = select(timing.c.detector, timing.c.kilobytes, timing.c.milliseconds).where(
    timing.c.project == bindparam("in_project")
)

_decode_actor = msgspec.json.Decoder(Actor).decode
_decode_analysis = msgspec.json.Decoder(Analysis).decode
_decode_issue = msgspec.json.Decoder(Issue).decode


def save(
    run: Run,
    issues: Sequence[Issue],
    moved: Sequence[IssueKey],
    spent: Timing | None,
    drafts: Sequence[Draft],
    report_key: str | None,
) -> Unit[Written[bool]]:
    """Keep a run's new standing, its new issues and the events about them."""
    snapshot = run.analysis
    if report_key is not None:
        known = yield FIND_REPORT, {"of": snapshot.id, "with_key": report_key}
        if known:
            return Written(False)
    kept = yield (
        SAVE,
        {
            "id": snapshot.id,
            "project": snapshot.project,
            "state": snapshot.state,
            "finished": int(snapshot.is_finished),
            "outside": int(run.outside),
            "created_ms": run.created_ms,
            "lease_until_ms": run.lease_until_ms,
            "actor": encode(run.actor).decode(),
            "snapshot": encode(snapshot).decode(),
            "told": 0,
            "quiet": int(run.quiet),
        },
    )
    if not kept:
        raise Conflict("This analysis is over; start a new one.")
    if report_key is not None:
        yield ADD_REPORT, {"analysis": snapshot.id, "key": report_key}
    yield from _add_issues(snapshot.id, issues)
    yield from triage.stand(snapshot.project, issues, moved)
    if spent is not None:
        yield from _add_timing(snapshot.project, spent)
    return Written(True, (yield from log.append_all(drafts)))


def _add_issues(run: str, issues: Sequence[Issue]) -> Unit[None]:
    if not issues:
        return
    rows = yield LAST_ORDINAL, {"of": run}
    for ordinal, found in enumerate(issues, int(rows[0][0]) + 1):
        yield (
            ADD_ISSUE,
            {
                "analysis": run,
                "ordinal": ordinal,
                "fingerprint": found.fingerprint,
                "body": encode(found).decode(),
            },
        )


def _add_timing(project: str, spent: Timing) -> Unit[None]:
    yield (
        ADD_TIMING,
        {
            "project": project,
            "detector": spent.detector,
            "kilobytes": max(1, round(spent.kilobytes)),
            "milliseconds": max(1, round(spent.seconds * 1000)),
        },
    )


def _get(run: str) -> Unit[Run | None]:
    rows = yield GET, {"wanted": run}
    return _run(rows[0]) if rows else None


def _expired(now_ms: int) -> Unit[list[Run]]:
    rows = yield EXPIRED, {"now_ms": now_ms}
    return [_run(row) for row in rows]


def _recent(projects: Sequence[str], before: tuple[int, str] | None, limit: int) -> Unit[list[Run]]:
    statement = (
        select(analysis)
        .where(analysis.c.project.in_(projects))
        .order_by(analysis.c.created_ms.desc(), analysis.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        # With the id, so that no page ends between two runs of one millisecond.
        statement = statement.where(tuple_(analysis.c.created_ms, analysis.c.id) < before)
    rows = yield statement, {}
    return [_run(row) for row in rows]


def _untold(projects: Sequence[str], limit: int) -> Unit[list[Run]]:
    rows = yield (
        select(analysis)
        .where(analysis.c.finished == 1, analysis.c.told == 0, analysis.c.project.in_(projects))
        .order_by(analysis.c.created_ms)
        .limit(limit),
        {},
    )
    return [_run(row) for row in rows]


def note_told(runs: Sequence[str]) -> Unit[Written[None]]:
    """Note that whom they concern was told."""
    for run in runs:
        yield NOTE_TOLD, {"of": run}
    return Written(None)


def _issues(run: str, after: int, limit: int) -> Unit[list[tuple[int, Issue]]]:
    rows = yield ISSUES, {"of": run, "after": after, "most": limit}
    return [(int(ordinal), _decode_issue(body)) for ordinal, body in rows]


def _costs(project: str) -> Unit[dict[str, float]]:
    rows = yield COSTS, {"in_project": project}
    return {name: milliseconds / 1000 / kilobytes for name, kilobytes, milliseconds in rows}


def _run(row: Row) -> Run:
    (
        _id,
        _project,
        _state,
        _finished,
        outside,
        created_ms,
        lease_until_ms,
        actor,
        snapshot,
        _told,
        quiet,
    ) = row
    return Run(
        analysis=_decode_analysis(snapshot),
        actor=_decode_actor(actor),
        outside=bool(outside),
        created_ms=created_ms,
        lease_until_ms=lease_until_ms,
        quiet=bool(quiet),
    )


class SqlAnalyses:
    """The port `Analyses` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def save(
        self,
        run: Run,
        *,
        issues: Sequence[Issue] = (),
        moved: Sequence[IssueKey] = (),
        timing: Timing | None = None,
        drafts: Sequence[Draft] = (),
        report_key: str | None = None,
    ) -> bool:
        """Keep a run's new standing in one commit."""
        return await self._executor.write(save(run, issues, moved, timing, drafts, report_key))

    async def get(self, run: str) -> Run | None:
        """Find a run."""
        return await self._executor.read(_get(run))

    async def recent(
        self, projects: Sequence[str], before: tuple[int, str] | None, limit: int
    ) -> list[Run]:
        """List runs, the newest first."""
        return await self._executor.read(_recent(projects, before, limit))

    async def issues(self, run: str, after: int, limit: int) -> list[tuple[int, Issue]]:
        """List a run's issues in the order found."""
        return await self._executor.read(_issues(run, after, limit))

    async def expired(self, now_ms: int) -> list[Run]:
        """List the unfinished runs whose lease is over."""
        return await self._executor.read(_expired(now_ms))

    async def untold(self, projects: Sequence[str], limit: int) -> list[Run]:
        """List runs of whose end nobody was told yet."""
        return await self._executor.read(_untold(projects, limit))

    async def note_told(self, runs: Sequence[str]) -> None:
        """Note that whom they concern was told."""
        await self._executor.write(note_told(runs))

    async def costs(self, project: str) -> dict[str, float]:
        """Past seconds a kilobyte, by detector."""
        return await self._executor.read(_costs(project))
