"""What is known of issues from run to run, dismissals and baselines, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Text, bindparam, delete, func, select

from ..core.actors import Actor
from ..core.codec import encode
from ..core.errors import NotFound
from ..core.issues import Issue
from ..core.log import Draft
from ..core.times import rfc3339, unix_seconds
from ..core.triage import Baseline, Dismissal, IssueKey
from . import log
from .dialects import insert
from .tables import baseline, baseline_issue, dismissal, issue, standing_issue
from .units import Executor, Row, Unit, Written

_stood = insert(standing_issue)
PUT_STANDING = _stood.on_conflict_do_update(
    index_elements=[
        standing_issue.c.project,
        standing_issue.c.detector,
        standing_issue.c.fingerprint,
        standing_issue.c.path,
    ],
    set_={"open": _stood.excluded.open, "body": _stood.excluded.body},
)
STANDING = select(
    standing_issue.c.detector,
    standing_issue.c.fingerprint,
    standing_issue.c.path,
    standing_issue.c.open,
).where(standing_issue.c.project == bindparam("of"))
ONE_STANDING = select(standing_issue.c.body).where(
    standing_issue.c.project == bindparam("of"),
    standing_issue.c.detector == bindparam("by"),
    standing_issue.c.fingerprint == bindparam("known_by"),
    standing_issue.c.path == bindparam("at"),
)
FORGET_STANDING = delete(standing_issue).where(
    standing_issue.c.project == bindparam("of"),
    standing_issue.c.detector == bindparam("by"),
    standing_issue.c.fingerprint == bindparam("known_by"),
    standing_issue.c.path == bindparam("at"),
)
ANY_STANDING = select(standing_issue.c.body).where(
    standing_issue.c.project == bindparam("of"),
    standing_issue.c.fingerprint == bindparam("known_by"),
    standing_issue.c.path == bindparam("at"),
)
_dismissed = insert(dismissal)
PUT_DISMISSAL = _dismissed.on_conflict_do_update(
    index_elements=[dismissal.c.project, dismissal.c.fingerprint, dismissal.c.path],
    set_={name: _dismissed.excluded[name] for name in ("reason", "actor", "created_ms")},
)
# The same decision at another path; what is there already stays.
COPY_DISMISSAL = (
    insert(dismissal)
    .from_select(
        [column.name for column in dismissal.c],
        select(
            *(
                bindparam("at", type_=Text).label("path") if column is dismissal.c.path else column
                for column in dismissal.c
            )
        )
        .where(
            dismissal.c.project == bindparam("of"), dismissal.c.fingerprint == bindparam("known_by")
        )
        .order_by(dismissal.c.created_ms.desc())
        .limit(1),
    )
    .on_conflict_do_nothing()
)
REMOVE_DISMISSAL = (
    delete(dismissal)
    .where(
        dismissal.c.project == bindparam("of"),
        dismissal.c.fingerprint == bindparam("known_by"),
        func.coalesce(bindparam("at", type_=Text), dismissal.c.path) == dismissal.c.path,
    )
    .returning(dismissal.c.path)
)
DISMISSED = select(dismissal.c.fingerprint, dismissal.c.path).where(
    dismissal.c.project == bindparam("of")
)
DISMISSALS = (
    select(dismissal)
    .where(
        dismissal.c.project == bindparam("of"),
        (dismissal.c.fingerprint > bindparam("after_print"))
        | (
            (dismissal.c.fingerprint == bindparam("after_print"))
            & (dismissal.c.path > bindparam("after_path"))
        ),
    )
    .order_by(dismissal.c.fingerprint, dismissal.c.path)
    .limit(bindparam("most"))
)
_named = insert(baseline)
PUT_BASELINE = _named.on_conflict_do_update(
    index_elements=[baseline.c.project, baseline.c.name],
    set_={name: _named.excluded[name] for name in ("analysis", "count", "actor", "created_ms")},
)
FORGET_BASELINE = (
    delete(baseline)
    .where(baseline.c.project == bindparam("of"), baseline.c.name == bindparam("named"))
    .returning(baseline.c.name)
)
FORGET_BASELINE_ISSUES = delete(baseline_issue).where(
    baseline_issue.c.project == bindparam("of"), baseline_issue.c.name == bindparam("named")
)
ADD_BASELINE_ISSUES = insert(baseline_issue)
BASELINES = (
    select(baseline)
    .where(baseline.c.project == bindparam("of"), baseline.c.name > bindparam("after"))
    .order_by(baseline.c.name)
    .limit(bindparam("most"))
)
BASELINE = select(baseline.c.name).where(
    baseline.c.project == bindparam("of"), baseline.c.name == bindparam("named")
)
BASELINE_ISSUES = select(baseline_issue.c.fingerprint, baseline_issue.c.path).where(
    baseline_issue.c.project == bindparam("of"), baseline_issue.c.name == bindparam("named")
)
RUN_ISSUES = select(issue.c.body).where(issue.c.analysis == bindparam("of_run"))

_decode_actor = msgspec.json.Decoder(Actor).decode
_decode_issue = msgspec.json.Decoder(Issue).decode


def stand(project: str, found: Sequence[Issue], moved: Sequence[IssueKey] = ()) -> Unit[None]:
    """Note how issues stand now, as part of the commit that tells them, and forget where they were."""
    for one in found:
        yield (
            PUT_STANDING,
            {
                "project": project,
                "detector": one.detector,
                "fingerprint": one.fingerprint,
                "path": one.path,
                "open": int(one.status != "fixed"),
                "body": encode(one).decode(),
            },
        )
        if one.status == "dismissed":
            # Its file may have another name now: the reason is shown there, and taken back there.
            yield COPY_DISMISSAL, {"of": project, "known_by": one.fingerprint, "at": one.path}
    for detector, known_by, path in moved:
        yield FORGET_STANDING, {"of": project, "by": detector, "known_by": known_by, "at": path}
        yield REMOVE_DISMISSAL, {"of": project, "known_by": known_by, "at": path}


def _standing(project: str) -> Unit[dict[IssueKey, bool]]:
    rows = yield STANDING, {"of": project}
    return {(detector, known_by, path): bool(is_open) for detector, known_by, path, is_open in rows}


def _last_seen(project: str, keys: Sequence[IssueKey]) -> Unit[list[Issue]]:
    found = []
    for detector, known_by, path in keys:
        rows = yield ONE_STANDING, {"of": project, "by": detector, "known_by": known_by, "at": path}
        found += [_decode_issue(row[0]) for row in rows]
    return found


def _dismiss(
    project: str, fingerprint: str, path: str, reason: str, actor: Actor, now_ms: int, told: Draft
) -> Unit[Written[Dismissal]]:
    rows = yield ANY_STANDING, {"of": project, "known_by": fingerprint, "at": path}
    if not rows:
        raise NotFound(f"No run has found such an issue in {path[:200]!r}.")
    known = _decode_issue(rows[0][0])
    yield (
        PUT_DISMISSAL,
        {
            "project": project,
            "fingerprint": fingerprint,
            "path": path,
            "rule": known.rule,
            "detector": known.detector,
            "reason": reason,
            "actor": encode(actor).decode(),
            "created_ms": now_ms,
        },
    )
    kept = Dismissal(
        fingerprint=fingerprint,
        path=path,
        rule=known.rule,
        detector=known.detector,
        reason=reason,
        actor=actor,
        created_at=rfc3339(now_ms / 1000),
    )
    return Written(kept, (yield from log.append_all([told])))


def _restore(project: str, fingerprint: str, path: str | None, told: Draft) -> Unit[Written[bool]]:
    rows = yield REMOVE_DISMISSAL, {"of": project, "known_by": fingerprint, "at": path}
    if not rows:
        return Written(False)
    return Written(True, (yield from log.append_all([told])))


def _dismissed_in(project: str) -> Unit[list[tuple[str, str]]]:
    rows = yield DISMISSED, {"of": project}
    return [(known_by, path) for known_by, path in rows]


def _dismissals(project: str, after: tuple[str, str], limit: int) -> Unit[list[Dismissal]]:
    rows = yield (
        DISMISSALS,
        {"of": project, "after_print": after[0], "after_path": after[1], "most": limit},
    )
    return [_dismissal(row) for row in rows]


def _dismissal(row: Row) -> Dismissal:
    _project, known_by, path, rule, detector, reason, actor, created_ms = row
    return Dismissal(
        fingerprint=known_by,
        path=path,
        rule=rule,
        detector=detector,
        reason=reason,
        actor=_decode_actor(actor),
        created_at=rfc3339(created_ms / 1000),
    )


def _keep_baseline(project: str, new: Baseline, told: Draft) -> Unit[Written[Baseline]]:
    bodies = yield RUN_ISSUES, {"of_run": new.analysis}
    found = [_decode_issue(row[0]) for row in bodies]
    pairs = sorted({(one.fingerprint, one.path) for one in found if one.status != "fixed"})
    kept = msgspec.structs.replace(new, count=len(pairs))
    named = {"of": project, "named": new.name}
    yield FORGET_BASELINE_ISSUES, named
    if pairs:
        yield (
            ADD_BASELINE_ISSUES,
            [
                {"project": project, "name": new.name, "fingerprint": known_by, "path": path}
                for known_by, path in pairs
            ],
        )
    yield (
        PUT_BASELINE,
        {
            "project": project,
            "name": kept.name,
            "analysis": kept.analysis,
            "count": kept.count,
            "actor": encode(kept.actor).decode(),
            "created_ms": round(unix_seconds(kept.created_at) * 1000),
        },
    )
    return Written(kept, (yield from log.append_all([told])))


def _drop_baseline(project: str, name: str, told: Draft) -> Unit[Written[bool]]:
    rows = yield FORGET_BASELINE, {"of": project, "named": name}
    yield FORGET_BASELINE_ISSUES, {"of": project, "named": name}
    if not rows:
        return Written(False)
    return Written(True, (yield from log.append_all([told])))


def _baselines(project: str, after: str, limit: int) -> Unit[list[Baseline]]:
    rows = yield BASELINES, {"of": project, "after": after, "most": limit}
    return [
        Baseline(
            name=name,
            analysis=run,
            count=count,
            actor=_decode_actor(actor),
            created_at=rfc3339(created_ms / 1000),
        )
        for _project, name, run, count, actor, created_ms in rows
    ]


def _baseline_issues(project: str, name: str) -> Unit[list[tuple[str, str]] | None]:
    there = yield BASELINE, {"of": project, "named": name}
    if not there:
        return None
    rows = yield BASELINE_ISSUES, {"of": project, "named": name}
    return [(known_by, path) for known_by, path in rows]


class SqlTriage:
    """The port `Triage` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def standing(self, project: str) -> dict[IssueKey, bool]:
        """Tell which issues are known, and whether each is still open."""
        return await self._executor.read(_standing(project))

    async def last_seen(self, project: str, keys: Sequence[IssueKey]) -> list[Issue]:
        """Give known issues as they were found last."""
        return await self._executor.read(_last_seen(project, keys))

    async def dismiss(
        self,
        project: str,
        fingerprint: str,
        path: str,
        reason: str,
        actor: Actor,
        now_ms: int,
        told: Draft,
    ) -> Dismissal:
        """Keep a dismissal, and the event about it."""
        unit = _dismiss(project, fingerprint, path, reason, actor, now_ms, told)
        return await self._executor.write(unit)

    async def restore(self, project: str, fingerprint: str, path: str | None, told: Draft) -> bool:
        """Take a dismissal back."""
        return await self._executor.write(_restore(project, fingerprint, path, told))

    async def dismissed(self, project: str) -> list[tuple[str, str]]:
        """Give fingerprint and path of all that is dismissed."""
        return await self._executor.read(_dismissed_in(project))

    async def dismissals(self, project: str, after: tuple[str, str], limit: int) -> list[Dismissal]:
        """List dismissals behind a fingerprint and path."""
        return await self._executor.read(_dismissals(project, after, limit))

    async def keep_baseline(self, project: str, new: Baseline, told: Draft) -> Baseline:
        """Keep a run's issues under a name."""
        return await self._executor.write(_keep_baseline(project, new, told))

    async def drop_baseline(self, project: str, name: str, told: Draft) -> bool:
        """Forget a baseline."""
        return await self._executor.write(_drop_baseline(project, name, told))

    async def baselines(self, project: str, after: str, limit: int) -> list[Baseline]:
        """List baselines behind a name."""
        return await self._executor.read(_baselines(project, after, limit))

    async def baseline_issues(self, project: str, name: str) -> list[tuple[str, str]] | None:
        """Give fingerprint and path of a baseline's issues; None if there is no such baseline."""
        return await self._executor.read(_baseline_issues(project, name))
