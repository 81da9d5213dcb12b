"""The team's timeline, read from the logs of projects.

Rules
-----
1. Access is checked when it is read, for each page: of the projects that somebody may read now, and of no
   others. What was announced to everybody stands among it.
2. A page begins where the one before ended, however much has happened meanwhile: its cursor says up to
   which event of each project it has come.
3. A page looks at `MAX_LOOKED_AT` events at most; one without a match may be followed by others.
4. A document is called by its name of now; the name in an event is that of then.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

import msgspec

from ..core.access import Verb, verbs
from ..core.activity import (
    ACTIVE_EVENTS,
    Activity,
    ActivityObject,
    Together,
    activity_of,
    activity_of_announcement,
)
from ..core.actors import Principal
from ..core.codec import MAX_INTEGER
from ..core.errors import BadRequest
from ..core.rooms import SYSTEM, project_room
from ..core.times import unix_seconds
from ..ports import Document, Store
from .projects import Projects
from .visits import Visits

MAX_LOOKED_AT = 5_000
EVENTS_A_READ = 200
LINES_A_READ = 500
MAX_CURSOR_CHARACTERS = 16_384
# Events stand in the order of their commits, and say when they began; clocks of servers differ, too.
SLACK_SECONDS = 60.0


Place = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]


class _Cursor(msgspec.Struct, frozen=True):
    """Where a page has ended: before which `seq` of each project, and before which announcement."""

    projects: dict[str, Place]
    announcement: tuple[Place, str] | None = None

    def written(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")

    @classmethod
    def read(cls, text: str | None) -> _Cursor:
        if text is None:
            return cls({})
        try:
            if len(text) > MAX_CURSOR_CHARACTERS:
                raise ValueError
            return msgspec.json.decode(base64.b64decode(text + "==", b"-_", True), type=cls)
        except (ValueError, msgspec.MsgspecError):
            raise BadRequest("cursor is the `next` of the page before.") from None


@dataclass(frozen=True)
class ActivitySearch:
    """What somebody wants to read.

    Parameters
    ----------
    project
        None: of all that they may read.
    user
        Whose, also by their programs.
    kinds
        Words for what is wanted: a kind, a verb, or the kind of an object. None: everything.
    since, until
        Unix seconds.
    document
        What was done to it, and to what belongs to it.
    not_by
        A person whose own doing is left out.
    """

    project: str | None = None
    user: str | None = None
    kinds: frozenset[str] | None = None
    since: float | None = None
    until: float | None = None
    document: str | None = None
    not_by: str | None = None

    def takes(self, activity: Activity) -> bool:
        """Whether it is wanted."""
        at = unix_seconds(activity.time)
        return (
            (self.user is None or activity.actor.name == self.user)
            and (self.kinds is None or not self.kinds.isdisjoint(activity.names))
            and (self.since is None or at >= self.since)
            and (self.until is None or at <= self.until)
            and (self.document is None or activity.is_about(self.document))
            and (self.not_by is None or activity.actor.name != self.not_by)
        )


class Away(NamedTuple):
    """What somebody has missed at a document; `since` in Unix seconds, None if they were never there."""

    items: list[Activity]
    next: str | None
    since: float | None


@dataclass
class _Source:
    """Lines of one log from the newest on; `before` is where the next one is looked for."""

    project: str | None
    before: int | tuple[int, str] | None
    lines: list[tuple[int | tuple[int, str], float, Activity | None]] = field(default_factory=list)
    is_over: bool = False


class ActivityFeed:
    """Reads what was done."""

    def __init__(self, store: Store, projects: Projects, visits: Visits) -> None:
        self._store = store
        self._projects = projects
        self._visits = visits

    async def page(
        self, principal: Principal, search: ActivitySearch, cursor: str | None, limit: int
    ) -> tuple[list[Activity], str | None]:
        """Read a page, the newest first, with what belongs together as one; and the next cursor.

        Raises
        ------
        BadRequest, Forbidden, NotFound
        """
        sources = await self._sources(principal, search.project, _Cursor.read(cursor))
        together = Together(limit)
        looked_at = 0
        while looked_at < MAX_LOOKED_AT:
            source = await self._newest(sources, search)
            if source is None:
                return await self._named(together.lines), None
            place, _, activity = source.lines[0]
            if activity is not None and search.takes(activity) and not together.add(activity):
                break
            source.lines.pop(0)
            source.before = place
            looked_at += 1
        return await self._named(together.lines), _cursor_of(sources).written()

    async def away(
        self, principal: Principal, document: str, cursor: str | None, limit: int
    ) -> Away:
        """Read what others have done to a document since somebody was last there.

        Raises
        ------
        BadRequest, Forbidden, NotFound
        """
        found = await self._projects.known_document(principal, document)
        since = await self._visits.until(document, principal.name)
        if since is None:
            return Away([], None, None)
        search = ActivitySearch(
            found.project, document=document, not_by=principal.name, since=since
        )
        lines, following = await self.page(principal, search, cursor, limit)
        return Away(lines, following, since)

    async def export(self, principal: Principal, project: str) -> AsyncIterator[list[Activity]]:
        """Read all of a project, the newest first, each event for itself.

        Raises
        ------
        Forbidden, NotFound
            Also in the middle, where somebody may no longer read it.
        """
        source = _Source(project, None)
        while True:
            await self._projects.check_project(principal, Verb.READ, project)
            await self._read(source, ActivitySearch(project))
            if not source.lines:
                return
            lines = [activity for _, _, activity in source.lines if activity is not None]
            source.before = source.lines[-1][0]
            source.lines.clear()
            yield await self._named(lines)

    # -- where it stands ----------------------------------------------------------------------------

    async def _sources(
        self, principal: Principal, project: str | None, cursor: _Cursor
    ) -> list[_Source]:
        if project is None:
            standings = await self._projects.list(principal)
            readable = [standing.id for standing in standings if standing.off is None]
        else:
            await self._projects.check_project(principal, Verb.READ, project)
            readable = [project]
        sources = [_Source(one, cursor.projects.get(one)) for one in readable]
        if Verb.READ in verbs(principal, SYSTEM, None):
            sources.append(_Source(None, cursor.announcement))
        return sources

    async def _newest(self, sources: list[_Source], search: ActivitySearch) -> _Source | None:
        """Find the source that goes on with the newest line; None where all are over."""
        for source in sources:
            if not source.lines and not source.is_over:
                await self._read(source, search)
        going_on = [source for source in sources if source.lines]
        return max(going_on, key=lambda source: source.lines[0][1], default=None)

    async def _read(self, source: _Source, search: ActivitySearch) -> None:
        if source.project is None:
            await self._read_announcements(source)
        else:
            await self._read_log(source, source.project)
        if search.since is not None:
            oldest = search.since - SLACK_SECONDS
            if source.lines and source.lines[-1][1] < oldest:
                source.is_over = True
            source.lines = [line for line in source.lines if line[1] >= oldest]

    async def _read_log(self, source: _Source, project: str) -> None:
        before = source.before if isinstance(source.before, int) else None
        events = await self._store.log.back(
            project_room(project), before, ACTIVE_EVENTS, EVENTS_A_READ
        )
        source.is_over = len(events) < EVENTS_A_READ
        source.lines = [
            (event.seq, event.time_ms / 1000, activity_of(event, project)) for event in events
        ]
        if source.before is None:
            # What comes later than the first page is on none of those behind it.
            source.before = events[0].seq + 1 if events else 1

    async def _read_announcements(self, source: _Source) -> None:
        before = source.before if isinstance(source.before, tuple) else None
        found = await self._store.announcements.page(before, EVENTS_A_READ)
        source.is_over = len(found) < EVENTS_A_READ
        source.lines = [
            ((round(at * 1000), one.id), at, activity_of_announcement(one))
            for one in found
            for at in (unix_seconds(one.created_at),)
        ]
        if source.before is None:
            source.before = (round(source.lines[0][1] * 1000) + 1, "") if found else (0, "")

    # -- names of now -------------------------------------------------------------------------------

    async def _named(self, lines: list[Activity]) -> list[Activity]:
        wanted = {
            thing.id
            for line in lines
            for thing in (line.object, line.target)
            if thing is not None and thing.kind == "document" and thing.id is not None
        }
        documents = await self._store.projects.documents(wanted) if wanted else {}
        return [_with_names(line, documents) for line in lines]


def _cursor_of(sources: list[_Source]) -> _Cursor:
    places = {source.project: source.before for source in sources}
    announcement = places.pop(None, None)
    return _Cursor(
        {
            project: place
            for project, place in places.items()
            if project is not None and isinstance(place, int)
        },
        announcement if isinstance(announcement, tuple) else None,
    )


def _with_names(line: Activity, documents: dict[str, Document]) -> Activity:
    found = _with_name(line.object, documents)
    target = line.target and _with_name(line.target, documents)
    if target is not None and target.kind == "document" and found.path is None:
        # A comment is where its document is.
        found = msgspec.structs.replace(found, path=target.path)
    return msgspec.structs.replace(line, object=found, target=target)


def _with_name(thing: ActivityObject, documents: dict[str, Document]) -> ActivityObject:
    known = documents.get(thing.id or "") if thing.kind == "document" else None
    if known is None:
        return thing
    name = known.path.rpartition("/")[2]
    return msgspec.structs.replace(thing, name=name, path=known.path)
