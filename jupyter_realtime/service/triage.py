"""What people decide about issues: dismissals with a reason, baselines with a name; and what runs remember.

Each decision is one commit with the `project:update` about it, so that every page of the project shows it.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..core.access import Verb
from ..core.actors import Principal
from ..core.errors import BadRequest, NotFound
from ..core.events import ProjectUpdate
from ..core.log import Draft
from ..core.rooms import project_room
from ..core.times import rfc3339
from ..core.triage import (
    MAX_BASELINE_NAME_CHARACTERS,
    MAX_REASON_CHARACTERS,
    Baseline,
    Dismissal,
    Memory,
)
from ..ports import Run, Store
from .projects import Projects
from .publishing import draft
from .run_history import RunHistory
from .run_recorder import now_ms


class Triage:
    """Dismissals and baselines of projects."""

    def __init__(self, store: Store, projects: Projects, history: RunHistory) -> None:
        self._store = store
        self._projects = projects
        self._history = history

    async def dismissals(
        self, principal: Principal, project: str, after: tuple[str, str], limit: int
    ) -> list[Dismissal]:
        """List a project's dismissals."""
        await self._check(principal, Verb.READ, project)
        return await self._store.triage.dismissals(project, after, limit)

    async def dismiss(
        self, principal: Principal, project: str, fingerprint: str, path: str, reason: str
    ) -> Dismissal:
        """Dismiss an issue that some run has found."""
        await self._check(principal, Verb.RUN, project)
        reason = reason.strip()
        if not 1 <= len(reason) <= MAX_REASON_CHARACTERS:
            raise BadRequest(f"Say why, in 1 to {MAX_REASON_CHARACTERS} characters.")
        told = _told(principal, project, "dismissal", path=path, fingerprint=fingerprint)
        return await self._store.triage.dismiss(
            project, fingerprint, path, reason, principal.actor, now_ms(), told
        )

    async def restore(
        self, principal: Principal, project: str, fingerprint: str, path: str | None
    ) -> None:
        """Take a dismissal back, in one file or wherever it is."""
        await self._check(principal, Verb.RUN, project)
        told = _told(
            principal, project, "dismissal", path=path or "", fingerprint=fingerprint, removed=True
        )
        if not await self._store.triage.restore(project, fingerprint, path, told):
            raise NotFound("This issue was not dismissed.")

    async def baselines(
        self, principal: Principal, project: str, after: str, limit: int
    ) -> list[Baseline]:
        """List a project's baselines, by name."""
        await self._check(principal, Verb.READ, project)
        return await self._store.triage.baselines(project, after, limit)

    async def keep_baseline(
        self, principal: Principal, project: str, name: str, run: str
    ) -> Baseline:
        """Keep what a finished run has found under a name; the same name again replaces it."""
        await self._check(principal, Verb.RUN, project)
        if not 1 <= len(name) <= MAX_BASELINE_NAME_CHARACTERS or not name.isprintable():
            raise BadRequest(
                f"A name has 1 to {MAX_BASELINE_NAME_CHARACTERS} printable characters."
            )
        kept = await self._history.find(principal, Verb.READ, run)
        if kept.analysis.project != project or not kept.analysis.is_finished:
            raise BadRequest("A baseline is made of a finished analysis of this project.")
        new = Baseline(
            name=name,
            analysis=run,
            count=0,
            actor=principal.actor,
            created_at=rfc3339(now_ms() / 1000),
        )
        told = _told(principal, project, "baseline", name=name)
        return await self._store.triage.keep_baseline(project, new, told)

    async def drop_baseline(self, principal: Principal, project: str, name: str) -> None:
        """Forget a baseline."""
        await self._check(principal, Verb.RUN, project)
        told = _told(principal, project, "baseline", name=name, removed=True)
        if not await self._store.triage.drop_baseline(project, name, told):
            raise NotFound(f"There is no baseline {name[:100]!r}.")

    async def baseline(
        self, principal: Principal, project: str, name: str
    ) -> list[tuple[str, str]]:
        """Give fingerprint and path of a baseline's issues."""
        await self._check(principal, Verb.READ, project)
        return await self._baseline(project, name)

    async def _baseline(self, project: str, name: str) -> list[tuple[str, str]]:
        found = await self._store.triage.baseline_issues(project, name)
        if found is None:
            raise NotFound(f"There is no baseline {name[:100]!r}.")
        return found

    async def check_baseline(self, project: str, name: str | None) -> None:
        """Refuse a baseline that is not there."""
        if name is not None:
            await self._baseline(project, name)

    async def memory(self, run: Run, root: Path) -> Memory:
        """Recall what is known of the issues of a run's project."""
        project, name = run.analysis.project, run.analysis.baseline
        store = self._store.triage
        return Memory(
            await store.standing(project),
            await store.dismissed(project),
            None if name is None else await store.baseline_issues(project, name) or [],
            GoneFiles(root).holds,
        )

    async def _check(self, principal: Principal, verb: Verb, project: str) -> None:
        await self._projects.visible(principal, project)
        await self._projects.check_project(principal, verb, project)


class GoneFiles:
    """Which files of a project are no longer there, each looked up once.

    Without the folder itself nothing is gone: it may be on another machine. What lies outside of it
    is nobody's to ask about.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve() if root.is_dir() else None
        self._known: dict[str, bool] = {}

    def holds(self, path: str) -> bool:
        """Whether a file is gone."""
        if path not in self._known:
            self._known[path] = self._is_gone(path)
        return self._known[path]

    def _is_gone(self, path: str) -> bool:
        if self._root is None or not Path(os.path.normpath(self._root / path)).is_relative_to(
            self._root
        ):
            return False
        return not os.path.lexists(self._root / path)


def _told(
    principal: Principal,
    project: str,
    changed: str,
    *,
    path: str = "",
    fingerprint: str | None = None,
    name: str | None = None,
    removed: bool = False,
) -> Draft:
    update = ProjectUpdate(
        kind="triage",
        path=path,
        old_path=None,
        changed="dismissal" if changed == "dismissal" else "baseline",
        fingerprint=fingerprint,
        name=name,
        removed=removed,
    )
    return draft(project_room(project), "project:update", update, principal.actor)
