"""Threads as people see them: lists, what one has read and follows, whom one can mention."""

from __future__ import annotations

from ...core.access import Verb
from ...core.actors import Actor, Principal
from ...core.errors import BadRequest, NotFound
from ...core.rooms import RoomName, document_room
from ...core.threads import MAX_BODY_CHARACTERS, Comment, OwnThread, Subscription
from ...ports import Document, Store, ThreadSearch
from ..directory import Directory
from ..projects import Projects
from .checks import check_person, person_of
from .rendering import Rendering

Moment = tuple[int, str]


class ThreadReading:
    """Gives threads to those who may read them."""

    def __init__(
        self, store: Store, projects: Projects, directory: Directory, rendering: Rendering
    ) -> None:
        self._store = store
        self._projects = projects
        self._directory = directory
        self._rendering = rendering

    async def page(
        self, principal: Principal, search: ThreadSearch, after: Moment | None, limit: int
    ) -> tuple[list[OwnThread], Moment | None]:
        """List the threads of a document or of a project."""
        if search.document is not None and search.project is None:
            await self.document(principal, search.document)
        elif search.project is not None and search.document is None:
            await self._projects.check_project(principal, Verb.READ, search.project)
        else:
            raise BadRequest("Name either a document or a project.")
        person = person_of(principal)
        found, following = await self._store.threads.page(search, person, after, limit)
        return await self._rendering.shown(found), following

    async def get(self, principal: Principal, thread: str, verb: Verb = Verb.READ) -> OwnThread:
        """Find one that somebody may read, or do more with.

        Raises
        ------
        Forbidden, NotFound
        """
        found = await self._store.threads.get(thread, person_of(principal))
        if found is None:
            raise NotFound("There is no such thread.")
        await self._projects.check_project(principal, verb, found.project)
        [shown] = await self._rendering.shown([found])
        return shown

    async def comment(
        self, principal: Principal, thread: str, comment: str, verb: Verb = Verb.PUBLISH
    ) -> tuple[OwnThread, Comment]:
        """Find a comment, and its thread."""
        found = await self.get(principal, thread, verb)
        for one in found.comments:
            if one.id == comment:
                return found, one
        raise NotFound("There is no such comment in this thread.")

    async def document(
        self, principal: Principal, document: str, verb: Verb = Verb.READ
    ) -> Document:
        """Find a document that somebody may read, or do more in.

        Raises
        ------
        Forbidden, NotFound
        """
        found = await self._store.projects.document(document)
        if found is None:
            raise NotFound(f"There is no document {document[:64]!r}.")
        if verb is Verb.READ:
            await self._projects.check(principal, verb, RoomName.parse(document_room(document)))
        else:
            await self._projects.check_project(principal, verb, found.project)
        return found

    async def read(self, principal: Principal, thread: str, up_to: str | None) -> int:
        """Note that somebody has read up to a comment; gives what is unread from then on."""
        person = check_person(principal)
        await self.get(principal, thread)
        return await self._store.threads.read(thread, person, up_to)

    async def read_document(self, principal: Principal, document: str, up_to: str | None) -> int:
        """Note that somebody has read a document's threads, as they were when a comment was written."""
        person = check_person(principal)
        await self.document(principal, document)
        return await self._store.threads.read_document(document, person, up_to)

    async def subscribe(
        self, principal: Principal, thread: str, subscription: Subscription
    ) -> None:
        """Note what somebody wants to be told of a thread."""
        person = check_person(principal)
        await self.get(principal, thread)
        await self._store.threads.subscribe(thread, person, subscription)

    async def subscription(self, principal: Principal, document: str) -> Subscription:
        """Tell of what in a document's threads somebody wants to be told."""
        person = check_person(principal)
        await self.document(principal, document)
        audience = await self._store.threads.audience(document, None)
        return audience.subscriptions.get(person, "participating")

    async def subscribe_document(
        self, principal: Principal, document: str, subscription: Subscription
    ) -> None:
        """Note what somebody wants to be told of a document's threads."""
        person = check_person(principal)
        await self.document(principal, document)
        await self._store.threads.subscribe_document(document, person, subscription)

    async def mentionable(
        self, principal: Principal, document: str, query: str, limit: int
    ) -> list[Actor]:
        """List whom somebody can mention: members who may read the document, the best matches first."""
        found = await self.document(principal, document)
        members = await self._directory.members(found.project)
        wanted = query.casefold()
        ranked = sorted(
            (rank, actor.display_name.casefold(), actor.name, actor)
            for actor in members
            if (rank := _rank(actor, wanted)) is not None
        )
        return [actor for *_, actor in ranked[:limit]]

    async def preview(self, principal: Principal, document: str | None, body: str) -> str:
        """Make of a text what a comment would show of it."""
        if len(body) > MAX_BODY_CHARACTERS:
            raise BadRequest(f"A comment has at most {MAX_BODY_CHARACTERS:,} characters.")
        named = await self._rendering.named_in(body)
        if document is None or not named:
            return await self._rendering.rendered(body)
        project = (await self.document(principal, document)).project
        people = await self._directory.who_may_read(named, project)
        return await self._rendering.rendered(body, people)


def _rank(actor: Actor, wanted: str) -> int | None:
    """Tell how well somebody fits what was written of their name; None: not at all."""
    names = [name.casefold() for name in (actor.name, actor.display_name)]
    words = [word for name in names for word in name.split()]
    if any(name.startswith(wanted) for name in names):
        return 0
    if any(word.startswith(wanted) for word in words):
        return 1
    return 2 if any(wanted in name for name in names) else None
