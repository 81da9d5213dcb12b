"""Runs as other programs want to read them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from ..core.access import Verb
from ..core.actors import Principal
from ..core.issues import Issue
from ..core.triage import Dismissal
from ..ports import AnalysisEngine, Store
from .projects import Projects
from .run_history import RunHistory

PAGE = 1000


class Exports:
    """Puts together what a format wants to have."""

    def __init__(
        self, store: Store, projects: Projects, history: RunHistory, engine: AnalysisEngine
    ) -> None:
        self._store = store
        self._projects = projects
        self._history = history
        self._engine = engine

    async def sarif(self, principal: Principal, run: str) -> dict[str, Any]:
        """Write a run as a SARIF 2.1.0 log, with what it has found until now."""
        kept = await self._history.find(principal, Verb.READ, run)
        project = kept.analysis.project
        root = Path((await self._projects.get(project)).project.root)
        issues = [issue async for issue in self._issues(run)]
        reasons = {(d.fingerprint, d.path): d.reason async for d in self._dismissals(project)}
        return await asyncio.to_thread(self._engine.sarif, root, kept.analysis, issues, reasons)

    async def _issues(self, run: str) -> AsyncIterator[Issue]:
        page = await self._store.analyses.issues(run, 0, PAGE)
        while page:
            for _, issue in page:
                yield issue
            page = await self._store.analyses.issues(run, page[-1][0], PAGE)

    async def _dismissals(self, project: str) -> AsyncIterator[Dismissal]:
        page = await self._store.triage.dismissals(project, ("", ""), PAGE)
        while page:
            for dismissal in page:
                yield dismissal
            last = page[-1].fingerprint, page[-1].path
            page = await self._store.triage.dismissals(project, last, PAGE)
