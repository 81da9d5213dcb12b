"""Projects and documents on one server, and who is a member of them.

A path comes from a client and proves nothing: it is resolved, links and all, and has to lie inside the
folder that this server shows. The project of a path is the nearest ancestor with a marker file or a git
work tree, else the server's root.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..core.access import Verb, check, verbs
from ..core.actors import Principal
from ..core.errors import BadRequest, Conflict, Forbidden, NotFound
from ..core.members import Grant, Role, role_of
from ..core.rooms import RoomKind, RoomName, project_room
from ..ports import Document, Project, Store
from .standings import Standing, Standings
from .switches import MARKER

MAX_PATH_CHARACTERS = 4096
_IN_PROJECT = (RoomKind.PROJECT, RoomKind.DOCUMENT, RoomKind.ANALYSIS)


def resolve_within(root: Path, path: str) -> Path:
    """Find the file that a client means, inside `root`.

    Raises
    ------
    BadRequest
        If the path leaves the root, by `..`, by being absolute, or through a link.
    """
    if len(path) > MAX_PATH_CHARACTERS or "\0" in path:
        raise BadRequest("This path is too long or has a U+0000 character.")
    parts = PurePosixPath(path.strip("/")).parts
    if ".." in parts:
        raise BadRequest(f"The path {path!r} leaves the project.")
    try:
        found = root.joinpath(*parts).resolve()
        # A name that no file can have, or a folder that nobody may enter, is told here and not later.
        found.exists()
    except OSError as error:
        # Its words without the path, which strangers to the machine need not know as a whole.
        raise BadRequest(f"The path {path[:80]!r} can't be followed: {error.strerror}.") from None
    except RuntimeError:
        raise BadRequest(f"The path {path[:80]!r} can't be followed: its links go round.") from None
    if not found.is_relative_to(root):
        raise BadRequest(f"The path {path!r} leaves the project through a link.")
    return found


def relative(root: Path, path: Path) -> str:
    """Write a path below a root as the wire does: with `/`, and empty for the root itself."""
    text = path.relative_to(root).as_posix()
    return "" if text == "." else text


def project_folder(root: Path, path: Path) -> Path:
    """Find the folder of the project that a path belongs to."""
    folder = path if path.is_dir() else path.parent
    while folder != root and root in folder.parents:
        if begins_project(folder):
            return folder
        folder = folder.parent
    return root


def begins_project(folder: Path) -> bool:
    """Whether a project of its own begins in a folder."""
    try:
        return (folder / MARKER).is_file() or (folder / ".git").exists()
    except OSError:
        return False  # Nobody may look into it.


def own_file(root: Path, path: str) -> Path:
    """Find a file of the project at `root` that belongs to no project below it.

    Raises
    ------
    BadRequest
        Also where another project begins in between: its members and its switch count there.
    """
    file = resolve_within(root, path)
    if project_folder(root, file) != root:
        raise BadRequest(f"The path {path!r} belongs to another project; leave `project` out.")
    return file


def file_of(root: Path, path: str) -> Path | None:
    """Find the file of a document; None where its path leads elsewhere by now.

    What was a file of the project when it got its document may be a link by now, or lie in a project of its
    own: what is read there is not for those who may read in this one.
    """
    try:
        return own_file(root, path)
    except BadRequest:
        return None


class Place(NamedTuple):
    """Where a file or a folder is: the folder of its project, and its path in there."""

    folder: Path
    path: str
    is_folder: bool

    @property
    def file(self) -> Path:
        """Where it is on the machine."""
        return self.folder / self.path


def place_of(root: Path, path: str) -> Place | None:
    """Find out where a file or a folder is, or was: around it, also where it begins a project.

    None where no project has it, as it lies behind a link that leaves the root.
    """
    try:
        file = resolve_within(root, path)
    except BadRequest:
        return None
    folder = project_folder(root, root if file == root else file.parent)
    return Place(folder, relative(folder, file), file.is_dir())


class Origin(NamedTuple):
    """Where a room comes from: its project, and for a run's room who started the run."""

    project: str
    starter: str | None


class Projects:
    """The projects below one server's root folder.

    Parameters
    ----------
    root
        The folder that the server shows.
    grant
        What this server lets people do where no member row says otherwise.
    """

    def __init__(self, store: Store, root: Path, grant: Grant) -> None:
        self._store = store
        self.root = root.resolve()
        self.grant = grant
        self.standings = Standings(store, self.root)
        # A run or a document never changes its project, nor a run who started it: what was looked up once
        # stays true.
        self._origins: dict[RoomName, Origin] = {}
        self._caught_up: Callable[[], Awaitable[None]] | None = None
        self._adopt: Callable[[Project, str], Awaitable[None]] | None = None

    def wait_for(self, caught_up: Callable[[], Awaitable[None]]) -> None:
        """Have each question for a file's document wait until renames that have happened are known."""
        self._caught_up = caught_up

    def adopt_with(self, adopt: Callable[[Project, str], Awaitable[None]]) -> None:
        """Have it asked, before a path gets a document, whether it is one that has moved."""
        self._adopt = adopt

    async def list(self, principal: Principal) -> list[Standing]:
        """List the projects that a principal may read, those that are off too."""
        await self.of_path("")
        found = await self._store.projects.within(str(self.root))
        standings = [await self.get(project.id) for project in found]
        return [standing for standing in standings if self._shows(principal, standing)]

    async def visible(self, principal: Principal, project: str) -> Standing:
        """Find a project that a principal may know of, also while it is off.

        Raises
        ------
        NotFound
            If there is none on this server, or they have no part in it.
        """
        standing = await self.get(project)
        if not self._shows(principal, standing):
            raise _no_project(project)
        return standing

    def _shows(self, principal: Principal, standing: Standing) -> bool:
        room = RoomName(RoomKind.PROJECT, standing.id)
        return Verb.READ in verbs(principal, room, self.role(principal, standing))

    async def of_path(self, path: str) -> tuple[Project, Path]:
        """Find the project of a path below the server's root, and the file itself."""
        file = await asyncio.to_thread(resolve_within, self.root, path)
        folder = await asyncio.to_thread(project_folder, self.root, file)
        return await self.of_folder(folder), file

    async def of_folder(self, folder: Path) -> Project:
        """Find the project that begins in a folder, or make it."""
        return await self._store.projects.ensure(str(folder), folder.name or "/")

    async def get(self, project: str) -> Standing:
        """Tell how a project of this server stands.

        Raises
        ------
        NotFound
            If there is none, or it lies outside this server's root.
        """
        standing = await self.standings.of(project)
        if standing is None:
            raise _no_project(project)
        return standing

    def relative_root(self, standing: Standing) -> str:
        """Where a project lies below the server's root."""
        return relative(self.root, Path(standing.project.root))

    async def document(
        self, principal: Principal, project: str | None, path: str
    ) -> tuple[Project, Document]:
        """Find or make the document at a path: of a project, or of the server's root.

        Raises
        ------
        BadRequest, Forbidden, NotFound
        """
        if self._caught_up is not None:
            await self._caught_up()
        if project is None:
            owner, file = await self.of_path(path)
        else:
            owner = (await self.get(project)).project
            file = await asyncio.to_thread(own_file, Path(owner.root), path)
        name = relative(Path(owner.root), file)
        if not name:
            raise BadRequest("A document is a file, not the project's folder.")
        await self.check_project(principal, Verb.READ, owner.id)
        found = await self._store.projects.find_document(owner.id, name)
        if found is None:
            if self._adopt is not None:
                await self._adopt(owner, name)
            found = await self._store.projects.ensure_document(owner.id, name)
        return owner, found

    async def known_document(self, principal: Principal, document: str) -> Document:
        """Find a document by its id.

        Raises
        ------
        Forbidden, NotFound
        """
        await self.check(principal, Verb.READ, RoomName(RoomKind.DOCUMENT, document))
        found = await self._store.projects.document(document)
        if found is None:
            raise NotFound(f"There is no document {document[:64]!r}.")
        return found

    # -- who may what -------------------------------------------------------------------------------

    def role(self, principal: Principal, standing: Standing) -> Role | None:
        """Tell a principal's role in a project."""
        return role_of(principal, standing.roster, self.grant)

    async def check(self, principal: Principal, verb: Verb, room: RoomName) -> None:
        """Refuse what a principal may not do in a room.

        Raises
        ------
        Forbidden, NotFound
        """
        standing = None
        if room.kind in _IN_PROJECT:
            standing = await self.get((await self._origin(room)).project)
        self._check(principal, verb, room, standing)

    def check_known(self, principal: Principal, verb: Verb, room: RoomName) -> bool:
        """Refuse what a principal may not do, as far as it is known; False if it has to be looked up.

        Raises
        ------
        Forbidden
        """
        standing = None
        if room.kind in _IN_PROJECT:
            standing = self._known_standing(room)
            if standing is None:
                return False
        self._check(principal, verb, room, standing)
        return True

    async def check_project(self, principal: Principal, verb: Verb, project: str) -> None:
        """Refuse what a principal may not do in a project."""
        await self.check(principal, verb, RoomName.parse(project_room(project)))

    async def check_manages(self, principal: Principal, project: str) -> Standing:
        """Refuse whoever may not settle a project's affairs; an owner may, also while it is off."""
        standing = await self.visible(principal, project)
        room = RoomName(RoomKind.PROJECT, project)
        check(principal, Verb.MANAGE, room, self.role(principal, standing))
        return standing

    async def enable(self, principal: Principal, project: str, enabled: bool) -> Standing:
        """Turn everything of a project on or off.

        Raises
        ------
        Conflict
            If the project's own file keeps it off.
        """
        standing = await self.check_manages(principal, project)
        if enabled and standing.marker is not None:
            raise Conflict(standing.marker)
        return await self.standings.enable(standing, enabled)

    def refusal(self, principal: Principal, verb: Verb, room: RoomName) -> Forbidden | None:
        """Tell why a principal may no longer do something in a room that was checked before."""
        standing = None
        if room.kind in _IN_PROJECT:
            standing = self._known_standing(room)
        try:
            self._check(principal, verb, room, standing)
        except Forbidden as refused:
            return refused
        return None

    def _check(
        self, principal: Principal, verb: Verb, room: RoomName, standing: Standing | None
    ) -> None:
        role = self.role(principal, standing) if standing else None
        origin = self._origins.get(room)
        check(principal, verb, room, role, starter=origin.starter if origin else None)
        # Last, so that only those who have a part in the project are told about it.
        if standing is not None and standing.off is not None:
            raise Forbidden(standing.off)

    def _known_standing(self, room: RoomName) -> Standing | None:
        # The id of a run or a document says nothing of its project, and may be that of another one.
        if room.kind is RoomKind.PROJECT:
            return self.standings.known(room.id)
        origin = self._origins.get(room)
        return None if origin is None else self.standings.known(origin.project)

    async def _origin(self, room: RoomName) -> Origin:
        if room.kind is RoomKind.PROJECT:
            return Origin(room.id, None)
        known = self._origins.get(room)
        if known is None:
            known = self._origins[room] = await self._look_up(room)
        return known

    async def _look_up(self, room: RoomName) -> Origin:
        if room.kind is RoomKind.DOCUMENT:
            document = await self._store.projects.document(room.id)
            if document is not None:
                return Origin(document.project, None)
        else:
            run = await self._store.analyses.get(room.id)
            if run is not None:
                return Origin(run.analysis.project, run.actor.name)
        raise NotFound(f"There is no room {room}.")


def _no_project(project: str) -> NotFound:
    return NotFound(f"There is no project {project[:64]!r} on this server.")
