"""Runs that somebody has started, and what they have decided about issues."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import bindparam, select, tuple_, update

from ...core.actors import former, is_persons
from ...core.codec import encode
from ..tables import analysis, baseline, dismissal
from ..units import Unit
from .section import MAX_RUNS_A_STEP, Found, Key, Section, behind, decode_actor, end_of, quoted

LOOK_AT_RUNS = (
    select(analysis.c.id, analysis.c.actor, analysis.c.snapshot)
    .where(analysis.c.id > bindparam("after_id"))
    .order_by(analysis.c.id)
    .limit(MAX_RUNS_A_STEP)
)
CHANGE_RUN = (
    update(analysis).where(analysis.c.id == bindparam("wanted")).values(actor=bindparam("by"))
)

LOOK_AT_DISMISSALS = (
    select(
        dismissal.c.project,
        dismissal.c.fingerprint,
        dismissal.c.path,
        dismissal.c.reason,
        dismissal.c.actor,
    )
    .where(
        tuple_(dismissal.c.project, dismissal.c.fingerprint, dismissal.c.path)
        > behind("after_project", "after_print", "after_path")
    )
    .order_by(dismissal.c.project, dismissal.c.fingerprint, dismissal.c.path)
    .limit(MAX_RUNS_A_STEP)
)
CHANGE_DISMISSAL = (
    update(dismissal)
    .where(
        dismissal.c.project == bindparam("of"),
        dismissal.c.fingerprint == bindparam("known_by"),
        dismissal.c.path == bindparam("at"),
    )
    .values(actor=bindparam("by"))
)
LOOK_AT_BASELINES = (
    select(baseline.c.project, baseline.c.name, baseline.c.analysis, baseline.c.actor)
    .where(tuple_(baseline.c.project, baseline.c.name) > behind("after_project", "after_name"))
    .order_by(baseline.c.project, baseline.c.name)
    .limit(MAX_RUNS_A_STEP)
)
CHANGE_BASELINE = (
    update(baseline)
    .where(baseline.c.project == bindparam("of"), baseline.c.name == bindparam("named"))
    .values(actor=bindparam("by"))
)


def _find_runs(person: str, after: Key | None) -> Unit[Found]:
    looked_at = yield LOOK_AT_RUNS, {"after_id": after[0] if after else ""}
    named = quoted(person)
    rows: list[tuple[Key, dict[str, Any]]] = [
        ((run_id, actor), {"actor": msgspec.Raw(actor.encode()), **msgspec.json.decode(snapshot)})
        for run_id, actor, snapshot in looked_at
        if named in actor and is_persons(decode_actor(actor), person)
    ]
    return Found(rows, end_of(looked_at, MAX_RUNS_A_STEP, 1))


def _erase_runs(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (run_id, actor), _ in found.rows:
        by = encode(former(decode_actor(actor))).decode()
        yield CHANGE_RUN, {"wanted": run_id, "by": by}


def _find_dismissals(person: str, after: Key | None) -> Unit[Found]:
    of, known_by, path = after or ("", "", "")
    looked_at = yield (
        LOOK_AT_DISMISSALS,
        {"after_project": of, "after_print": known_by, "after_path": path},
    )
    rows: list[tuple[Key, dict[str, Any]]] = [
        (
            (project, fingerprint, at, actor),
            {"project": project, "fingerprint": fingerprint, "path": at, "reason": reason},
        )
        for project, fingerprint, at, reason, actor in looked_at
        if is_persons(decode_actor(actor), person)
    ]
    return Found(rows, end_of(looked_at, MAX_RUNS_A_STEP, 3))


def _erase_dismissals(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (of, known_by, path, actor), _ in found.rows:
        by = encode(former(decode_actor(actor))).decode()
        yield CHANGE_DISMISSAL, {"of": of, "known_by": known_by, "at": path, "by": by}


def _find_baselines(person: str, after: Key | None) -> Unit[Found]:
    of, name = after or ("", "")
    looked_at = yield LOOK_AT_BASELINES, {"after_project": of, "after_name": name}
    rows: list[tuple[Key, dict[str, Any]]] = [
        ((project, named, actor), {"project": project, "name": named, "analysis": run})
        for project, named, run, actor in looked_at
        if is_persons(decode_actor(actor), person)
    ]
    return Found(rows, end_of(looked_at, MAX_RUNS_A_STEP, 2))


def _erase_baselines(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (of, name, actor), _ in found.rows:
        by = encode(former(decode_actor(actor))).decode()
        yield CHANGE_BASELINE, {"of": of, "named": name, "by": by}


SECTIONS = (
    Section("analyses", _find_runs, _erase_runs),
    Section("dismissals", _find_dismissals, _erase_dismissals),
    Section("baselines", _find_baselines, _erase_baselines),
)
