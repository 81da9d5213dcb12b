"""Who is there: what tabs say with `user:status`, kept, and shown as one entry a person.

Rules
-----
1. Only people are there. What a program says about itself shows nobody.
2. A person's entry is on the board when a word of theirs is answered, and says who they are as the server
   knows them.
3. Who has gone is `offline` on the board for a moment, so that everybody hears when; then nothing hangs
   there. Of whoever may no longer be in the project, or doesn't want to be seen, nothing is said at all.
4. What was said counts again when they may, or want to be seen, again: nobody has to say it twice.

Theory of operation
-------------------
A word belongs to a connection, and the connections say when it goes (`left`), after their grace. Entries
hang on the board as if a connection of the person's had pinned them: so a room with people in it stays
open, and what people can put on a board is bounded together.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec

from ..core.access import Verb
from ..core.actors import Actor, Principal
from ..core.codec import convert, decode_json
from ..core.errors import BadRequest, NotFound, RealtimeError
from ..core.events import WHEREABOUTS, ProjectUpdate
from ..core.log import StoredEvent
from ..core.presence import (
    OpenDocument,
    Presence,
    Running,
    UserStatus,
    Word,
    key_of,
    minute,
    offline,
    opened,
    says_the_same,
    together,
)
from ..core.rooms import RoomKind, RoomName, document_room
from ..core.times import rfc3339, unix_seconds
from ..ports import Store
from .background import Background
from .journal import Journal
from .last_seen import LastSeen
from .people_there import Person, Said
from .projects import Projects
from .rooms import Rooms
from .still_running import StillRunning
from .visibility import Visibility

journal = Journal(__name__)

EVENT = "user:status"
# A tab has one word; what else it would say about somebody has no meaning.
KEY = "self"
# How long somebody who has gone is said to be offline; whoever looks later reads when they were seen last.
FAREWELL_SECONDS = 2.0


class Presences:
    """Everybody who is there, on this node."""

    def __init__(
        self,
        store: Store,
        rooms: Rooms,
        projects: Projects,
        visibility: Visibility,
        last_seen: LastSeen,
    ) -> None:
        self._store = store
        self._projects = projects
        self._last_seen = last_seen
        self.still_running = StillRunning(projects, self._show)
        self._rooms = rooms
        self._visibility = visibility
        self._in_project: defaultdict[str, dict[str, Person]] = defaultdict(dict)
        # In which projects a connection has a word, and whose it is there.
        self._by_connection: defaultdict[str, dict[str, Person]] = defaultdict(dict)
        self._order = itertools.count(1)
        self._background = Background()
        self._farewells: set[asyncio.TimerHandle] = set()
        visibility.on_change(self._visibility_changed)

    # -- what tabs say ------------------------------------------------------------------------------

    async def say(
        self,
        principal: Principal,
        room: RoomName,
        key: str,
        said: UserStatus | None,
        connection: str,
    ) -> None:
        """Take what a tab says about its person; None, and `offline`, take it back.

        Raises
        ------
        BadRequest, LimitReached
        """
        if key != KEY:
            raise BadRequest(f"What a tab says with {EVENT} has the key {KEY!r}.")
        if principal.actor.kind != "human":
            return
        if said is None or said.status == "offline":
            await self._take_back(room, connection)
            return
        said = msgspec.structs.replace(said, running=_stamped(said.running))
        path = await self._path_of(room, said, connection)
        is_hidden = await self._visibility.look_up(principal.name)
        person = self._person(room.id, principal)
        person.is_hidden = is_hidden
        before = person.words.get(connection)
        person.words[connection] = Said(Word(said, path, next(self._order)))
        self._by_connection[connection][room.id] = person
        try:
            await self._show(person)
        except BaseException:
            self._put_back(person, connection, before)
            raise

    def _person(self, project: str, principal: Principal) -> Person:
        people = self._in_project[project]
        person = people.setdefault(key_of(principal.actor), Person(project, principal))
        person.principal = principal
        return person

    def _put_back(self, person: Person, connection: str, before: Said | None) -> None:
        """Have nothing said that the board could not take."""
        if before is not None:
            person.words[connection] = before
        else:
            self._remove(person, connection)
            self._forget_if_gone(person)

    async def _path_of(self, room: RoomName, said: UserStatus, connection: str) -> str | None:
        """Tell where a document lies; who goes from cell to cell costs no SQL."""
        if self.has(room, connection):
            before = self._by_connection[connection][room.id].words[connection].word
            if before.path is not None and before.said.document == said.document:
                return before.path
        return await self._path(room.id, said.document)

    async def _path(self, project: str, document: str | None) -> str | None:
        if document is None:
            return None
        found = await self._store.projects.document(document)
        # The id of another project's document leads nobody there.
        return found.path if found is not None and found.project == project else None

    async def _take_back(self, room: RoomName, connection: str) -> None:
        person = self._by_connection.get(connection, {}).get(room.id)
        if person is not None:
            self._remove(person, connection)
            await self._show(person)

    # -- how connections fare -----------------------------------------------------------------------

    def has(self, room: RoomName, connection: str) -> bool:
        """Whether a connection has said something in a room."""
        return room.kind is RoomKind.PROJECT and room.id in self._by_connection.get(connection, {})

    def leaving(self, connection: str) -> None:
        """Note that a connection is gone, and its grace begins."""
        for person in self._by_connection.get(connection, {}).values():
            said = person.words[connection]
            said.word = replace(said.word, is_live=False)
            self._show_later(person)

    def left(self, room: RoomName, connection: str) -> None:
        """Note that a connection's grace is over, or its session."""
        if self.has(room, connection):
            person = self._by_connection[connection][room.id]
            word = person.words[connection].word
            self._remove(person, connection)
            self._background.begin(self._without(person, word))

    async def _without(self, person: Person, word: Word) -> None:
        """Show somebody without a tab that is gone, and what its kernel is still at."""
        if word.said.running is not None and word.path is not None:
            await self.still_running.take_over(person, word)
        await self._show(person)

    def review(self, principal: Principal, room: RoomName, connection: str, *, may: bool) -> None:
        """Show or hide what a connection has said, now that its person may something else."""
        if not self.has(room, connection):
            return
        person = self._by_connection[connection][room.id]
        said = person.words[connection]
        if said.may != may or person.actor != principal.actor:
            said.may = may
            person.principal = principal
            self._show_later(person)

    def _remove(self, person: Person, connection: str) -> None:
        person.words.pop(connection, None)
        mine = self._by_connection[connection]
        mine.pop(person.project, None)
        if not mine:
            del self._by_connection[connection]

    def committed(self, events: Sequence[StoredEvent]) -> None:
        """Notice that files have other names now."""
        moved = {
            event.room for event in events if event.event == "project:update" and _moves(event)
        }
        for name in moved:
            room = RoomName.parse(name)
            if room.id in self._in_project:
                self._background.begin(self._look_up_paths(room.id))

    async def _look_up_paths(self, project: str) -> None:
        people = list(self._in_project.get(project, {}).values())
        said = [said for person in people for said in person.words.values()]
        documents = {one.word.said.document for one in said}
        try:
            paths = {document: await self._path(project, document) for document in documents}
        except RealtimeError as error:
            journal.warn("presence.unread", reason=error.message)
            return
        for one in said:
            path = paths[one.word.said.document]
            if path != one.word.path:
                one.word = replace(one.word, path=path)
        for person in people:
            await self._show(person)

    # -- the board ----------------------------------------------------------------------------------

    def _show_later(self, person: Person) -> None:
        self._background.begin(self._show(person))

    async def _show(self, person: Person) -> None:
        """Hang up how somebody is now, if that is another thing than before."""
        person.entry = together(
            person.actor, person.project, person.shown_words, person.entry, time.time()
        )
        before, wanted = person.shown, person.showable()
        if before != wanted and not (before and wanted and says_the_same(before, wanted)):
            person.shown = wanted
            if wanted is not None and "online" in (wanted.status, before and before.status):
                self._note(person)
            try:
                await self._pin(person, wanted)
            except BaseException:
                person.shown = before
                raise
            if wanted is not None and not person.words:
                self._say_farewell(person, wanted)
        self._forget_if_gone(person)

    def _note(self, person: Person) -> None:
        # A visitor's name is another's here.
        if person.actor.via != "server":
            self._last_seen.note(person.project, person.actor.name)

    def online(self) -> Iterator[tuple[str, str]]:
        """Tell who is where, for those who can be seen: the project, and the name."""
        for project, people in self._in_project.items():
            for person in people.values():
                shown = person.shown
                if shown and shown.status == "online" and shown.user.via != "server":
                    yield project, shown.user.name

    def readers(self) -> Iterator[tuple[str, str]]:
        """Tell who has which document before them, for themselves alone: also of whoever is invisible."""
        for people in self._in_project.values():
            for person in people.values():
                for said in person.shown_words:
                    at = said.told.document
                    if at is not None and said.told.status == "online":
                        yield at, person.actor.name

    async def _pin(self, person: Person, wanted: Presence | None) -> None:
        key = key_of(person.actor)
        room = RoomName(RoomKind.PROJECT, person.project)
        await self._rooms.pin(room, EVENT, key, wanted, person.actor, owner=f"presence/{key}")

    def _say_farewell(self, person: Person, last: Presence) -> None:
        def take_down() -> None:
            self._farewells.discard(handle)
            if person.shown is last:
                self._take_down(person)

        handle = asyncio.get_running_loop().call_later(FAREWELL_SECONDS, take_down)
        self._farewells.add(handle)

    def _take_down(self, person: Person) -> None:
        person.shown = None
        self._background.begin(self._pin(person, None))
        self._forget_if_gone(person)

    def _forget_if_gone(self, person: Person) -> None:
        people = self._in_project[person.project]
        key = key_of(person.actor)
        if not person.words and person.shown is None and people.get(key) is person:
            del people[key]
        if not people:
            del self._in_project[person.project]

    # -- who may know of it -------------------------------------------------------------------------

    def _visibility_changed(self, name: str) -> None:
        if self._visibility.is_hidden(name):
            self._rooms.hide(name, WHEREABOUTS)
        for person in self._all_of(name):
            person.is_hidden = self._visibility.is_hidden(name)
            self._show_later(person)

    def _all_of(self, name: str) -> list[Person]:
        return [
            person
            for people in self._in_project.values()
            for person in people.values()
            if person.actor.name == name
        ]

    def forget(self, name: str) -> None:
        """Have nothing here say any more that somebody was there; their data is being erased."""
        self._last_seen.forget(name)
        for person in self._all_of(name):
            for connection in list(person.words):
                self._remove(person, connection)
            self._take_down(person)

    async def present(
        self, asker: Principal, project: str | None, document: str | None
    ) -> list[Presence]:
        """Tell who is in a project, or in all that somebody may read, or in a document of one.

        Raises
        ------
        Forbidden, NotFound
        """
        if document is not None:
            return await self._in_document(asker, project, document)
        if project is not None:
            await self._projects.check_project(asker, Verb.READ, project)
            return await self._team(asker, project)
        standings = await self._projects.list(asker)
        return [
            entry
            for standing in standings
            if standing.off is None
            for entry in await self._team(asker, standing.id)
        ]

    async def _team(self, asker: Principal, project: str) -> list[Presence]:
        """Tell who is in a project, and who was."""
        there = self._seen_by(asker, project)
        names = {entry.user.name for entry in there if entry.user.via != "server"}
        gone = await self._last_seen.seen_in(project, asker.name, names)
        return [*there, *(offline(one.actor, project, one.seen_ms / 1000) for one in gone)]

    async def _in_document(
        self, asker: Principal, project: str | None, document: str
    ) -> list[Presence]:
        await self._projects.check(asker, Verb.READ, RoomName.parse(document_room(document)))
        found = await self._store.projects.document(document)
        if found is None or project not in (None, found.project):
            raise NotFound(f"There is no document {document[:64]!r} in this project.")
        return [
            entry for entry in self._seen_by(asker, found.project) if entry.document == document
        ]

    async def documents(self, asker: Principal, project: str) -> list[OpenDocument]:
        """Tell which documents of a project people have open.

        Raises
        ------
        Forbidden, NotFound
        """
        await self._projects.check_project(asker, Verb.READ, project)
        there = self._people_seen_by(asker, project)
        return opened(
            project, [(person.actor, word) for person in there for word in person.shown_words]
        )

    def _seen_by(self, asker: Principal, project: str) -> list[Presence]:
        now = minute(time.time())
        return [
            msgspec.structs.replace(person.entry, last_seen=now)
            if person.entry.status == "online"
            else person.entry
            for person in self._people_seen_by(asker, project)
            if person.entry is not None
        ]

    def _people_seen_by(self, asker: Principal, project: str) -> list[Person]:
        """Tell who is in a project: who can be seen, and who asks."""
        return [
            person
            for person in self._in_project.get(project, {}).values()
            if person.shown_words and (not person.is_hidden or _is_self(asker.actor, person.actor))
        ]

    async def close(self) -> None:
        """End what is under way; the boards go with the server."""
        for farewell in self._farewells:
            farewell.cancel()
        await self.still_running.close()
        await self._background.close()
        for at in self.online():
            self._last_seen.note(*at)


def _moves(event: StoredEvent) -> bool:
    return convert(decode_json(bytes(event.data)), ProjectUpdate).kind in ("renamed", "deleted")


def _is_self(one: Actor, other: Actor) -> bool:
    # Their programs, too, see what is theirs.
    return key_of(one) == key_of(other)


def _stamped(running: Running | None) -> Running | None:
    """Check since when a cell is said to run: never since tomorrow."""
    if running is None:
        return None
    try:
        since = rfc3339(min(unix_seconds(running.since), time.time()))
    except (ValueError, OverflowError):  # Also a year that there was not where UTC is.
        raise BadRequest(f"{running.since!r} is no time like 2026-11-23T09:30:00.125Z.") from None
    return msgspec.structs.replace(running, since=since)
