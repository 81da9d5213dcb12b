"""Threads about issues: what an analysis has found of them, when it has ended.

Rules
-----
1. Where an issue is back (`regressed`), a thread about it that was resolved before the run began is opened
   again, and whoever follows it is told.
2. Where it is `fixed`, whoever follows an open thread about it is told that it can be resolved. Nobody but
   people resolves.
3. An issue is that of the thread's own file, where the run has found it there; else that of any file.
4. It happens before the run counts as told (`run_news`): so nothing of it is lost with a server, and what
   is done a second time changes nothing.
"""

from __future__ import annotations

import time

from ...core.actors import SYSTEM_ACTOR
from ...core.comment_notices import Place, fixed_notice, regressed_notice
from ...core.issues import Issue
from ...core.times import unix_seconds
from ...ports import Project, Run, Store, ThreadSubject
from .telling import CommentTelling

ISSUES_A_PAGE = 1000

Found = dict[str, dict[str, Issue]]


class IssueThreads:
    """Ties threads to what becomes of their issues."""

    def __init__(self, store: Store, telling: CommentTelling) -> None:
        self._store = store
        self._telling = telling

    async def ended(self, run: Run, project: Project) -> None:
        """Look at what a run that has ended says of issues that threads are about."""
        subjects = await self._store.threads.about_issues(project.id)
        if not subjects:
            return
        found = await self._found(run, {one.issue for one in subjects})
        for subject in subjects:
            by_path = found.get(subject.issue)
            if by_path:
                issue = by_path.get(subject.path) or next(iter(by_path.values()))
                await self._turn(run, project, subject, issue)

    async def _found(self, run: Run, wanted: set[str]) -> Found:
        """Find what the run says of some issues, by fingerprint and path."""
        found: Found = {}
        after = 0
        while page := await self._store.analyses.issues(run.analysis.id, after, ISSUES_A_PAGE):
            for _, issue in page:
                if issue.fingerprint in wanted:
                    found.setdefault(issue.fingerprint, {})[issue.path] = issue
            after = page[-1][0]
        return found

    async def _turn(self, run: Run, project: Project, of: ThreadSubject, issue: Issue) -> None:
        place = self._telling.place(project, of.document, of.path, of.id)
        if issue.status == "regressed" and of.state == "resolved":
            await self._reopen(run, of, issue, place)
        elif issue.status == "fixed" and of.state == "open":
            audience = await self._store.threads.audience(of.document, of.id)
            await self._telling.notify(
                fixed_notice(place, run.analysis.id, issue.message), audience
            )

    async def _reopen(self, run: Run, of: ThreadSubject, issue: Issue, place: Place) -> None:
        thread = await self._store.threads.get(of.id, None)
        if thread is None or thread.resolved is None:
            return
        if unix_seconds(thread.resolved.at) * 1000 >= run.created_ms:
            return  # Who resolved it knew better than a run that had begun before.
        now_ms = time.time_ns() // 1_000_000
        audience = await self._store.threads.audience(of.document, of.id)
        notice = regressed_notice(place, run.analysis.id, issue.message)
        roles = self._telling.roles(place.project)
        postings = await self._telling.of_issue(notice, audience, now_ms)
        await self._store.threads.turn(of.id, None, "issue", SYSTEM_ACTOR, postings, now_ms)
        self._telling.kept(place.project, postings, roles)
