"""Who is told of a comment: decided before it is kept, and kept with it in one commit."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ...core.actors import Actor
from ...core.comment_notices import Place, Why, comment_notice, concerned
from ...core.notifications import Notice
from ...core.threads import Comment
from ...ports import Audience, Posting, Project
from ..directory import Directory
from ..notifier import Notifier
from ..projects import Projects, relative
from .rendering import Rendering


class CommentTelling:
    """Finds whom a comment concerns, and how each of them learns of it."""

    def __init__(
        self, projects: Projects, directory: Directory, notifier: Notifier, rendering: Rendering
    ) -> None:
        self._rendering = rendering
        self._projects = projects
        self._directory = directory
        self._notifier = notifier

    async def mentioned(self, body: str, project: str) -> list[str]:
        """Find whom a text mentions of those who may see it."""
        named = await self._rendering.named_in(body)
        return sorted(await self._directory.who_may_read(named, project)) if named else []

    def place(self, project: Project, document: str, path: str, thread: str) -> Place:
        """Say where a thread is."""
        folder = relative(self._projects.root, Path(project.root))
        return Place(project.id, document, path, folder, thread)

    async def of_comment(
        self,
        place: Place,
        audience: Audience,
        mentioned: Collection[str],
        by: Actor,
        comment: str,
        body: str,
        now_ms: int,
    ) -> list[Posting]:
        """Tell whom a new comment concerns; the first of a thread where it has no comment yet."""
        people = concerned(audience.participants, audience.subscriptions, mentioned, by)
        opens = audience.count == 0
        return [
            posting
            for why, some in _by_reason(people).items()
            for posting in await self._decide(
                comment_notice(place, why, by, comment, body, opens=opens), some, now_ms
            )
        ]

    async def of_edit(
        self,
        place: Place,
        audience: Audience,
        newly: Collection[str],
        before: Comment,
        body: str,
        now_ms: int,
    ) -> list[Posting]:
        """Tell whom a comment mentions since it was edited, if they were not told of it before."""
        people = concerned((), audience.subscriptions, newly, before.author)
        mentioned = [who for who, why in people.items() if why == "mention"]
        notice = comment_notice(place, "mention", before.author, before.id, body, opens=False)
        return await self._decide(notice, mentioned, now_ms)

    async def of_issue(self, notice: Notice, audience: Audience, now_ms: int) -> list[Posting]:
        """Tell those who follow a thread what became of its issue."""
        people = concerned(audience.participants, audience.subscriptions, (), None)
        return await self._decide(notice, people, now_ms)

    async def notify(self, notice: Notice, audience: Audience) -> None:
        """Tell those who follow a thread something that is kept nowhere else."""
        people = concerned(audience.participants, audience.subscriptions, (), None)
        await self._notifier.notify(notice, sorted(people))

    async def _decide(self, notice: Notice, people: Collection[str], now_ms: int) -> list[Posting]:
        assert notice.project is not None
        allowed = await self._directory.who_may_read(people, notice.project)
        return await self._notifier.decide(notice, sorted(allowed), now_ms) if allowed else []

    def roles(self, project: str) -> object:
        """Give something that is another one when others may see a project; see `kept`."""
        return self._directory.roles(project)

    def kept(self, project: str, postings: Collection[Posting], roles: object) -> None:
        """Have sent what was kept, and taken back what somebody may not see who could before."""
        self._notifier.kept(postings)
        if postings and self._directory.roles(project) is not roles:
            self._notifier.late(project)


def _by_reason(people: dict[str, Why]) -> dict[Why, list[str]]:
    found: dict[Why, list[str]] = {}
    for person, why in people.items():
        found.setdefault(why, []).append(person)
    return found
