"""What people of a project do together, for programs with an event loop: comments, activity, presence."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from ..core.errors import NotFound
from ..core.rooms import RoomName, project_room
from ..core.times import rfc3339
from .address import Server
from .records import Record, as_json, record
from .rest import Rest
from .threads import CellName, FormatName, StateName, ThreadName, ThreadsClient


class AsyncTeam:
    """What of a server's live side is a team's; part of `AsyncRealtime`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._rest = Rest(server)
        self._threads = ThreadsClient(server, self._rest)

    # -- comments ---------------------------------------------------------------------------------

    async def threads(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        state: StateName = "all",
        room: str | None = None,
    ) -> list[Record]:
        """List the threads of comments in a file, or in a project.

        Parameters
        ----------
        path
            A file, relative to the current folder of this program; None: all of the project.
        state
            `open`, `resolved` or `all`.
        room
            Without a path: the project, as `project:<id>`; None: that of the current folder.

        Returns
        -------
        list of Record
            Each with `anchor` (where its code is), `comments`, `state` and more.
        """
        if path is not None:
            return await self._threads.of_document(path, state)
        return await self._threads.of_project(await self._project_id(room), state)

    async def comment(
        self,
        path: str | os.PathLike[str],
        cell: CellName,
        text: str,
        *,
        quote: str | None = None,
        issue: str | None = None,
        key: str | None = None,
    ) -> Record:
        """Begin a thread of comments on code, as the program of the person whose program this is.

        Parameters
        ----------
        path
            The file, relative to the current folder of this program.
        cell
            Which cell of a notebook: its place, counted from 0, or its id; None: the file as a whole.
        text
            What to say, in Markdown; `@name` tells somebody.
        quote
            The code that is meant, as it stands once in the cell or the file; None: all of it.
        issue
            The fingerprint of the issue that it is about.
        key
            Under the same key there is one thread, however often this is repeated.
        """
        return await self._threads.open(path, cell, text, quote=quote, issue=issue, key=key)

    async def reply(self, thread: ThreadName, text: str, *, key: str | None = None) -> Record:
        """Write one more comment into a thread, which is named by its record or its id."""
        return await self._threads.reply(thread, text, key)

    async def resolve(self, thread: ThreadName) -> Record:
        """Resolve a thread, and give it as it is then."""
        return await self._threads.turn(thread, "resolve")

    async def reopen(self, thread: ThreadName) -> Record:
        """Open a thread again, and give it as it is then."""
        return await self._threads.turn(thread, "reopen")

    async def export_comments(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        format: FormatName = "jsonld",
        room: str | None = None,
    ) -> str:
        """Write the comments on a file, or in a project, as a file would have them.

        Parameters
        ----------
        path
            The file, relative to the current folder of this program; None: all of the project.
        format
            `jsonld` (W3C Web Annotations) or `markdown`.
        room
            Without a path: the project, as `project:<id>`; None: that of the current folder.
        """
        if path is not None:
            return await self._threads.export(await self._threads.document_of(path), format)
        return await self._threads.export({"project": await self._project_id(room)}, format)

    async def import_comments(
        self,
        annotations: Any,
        path: str | os.PathLike[str] | None = None,
        *,
        room: str | None = None,
    ) -> Record:
        """Take W3C Web Annotations in as one's own comments; each is there once.

        Parameters
        ----------
        annotations
            A list of them, a page or a collection, as decoded JSON.
        path
            The file that all of them are about; None: those that they name.
        room
            The project, as `project:<id>`; None: that of the current folder.

        Returns
        -------
        Record
            How many `threads` they are, and how many of them are `new`.
        """
        project = await self._project_id(room)
        return await self._threads.take_in(as_json(annotations), project, path)

    # -- what happens, and who is there -----------------------------------------------------------

    async def activity(
        self,
        *,
        room: str | None = None,
        user: str | None = None,
        kind: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> list[Record]:
        """List what was done in a project, the newest first: `actor`, `verb`, `object`, `target`, `count`.

        Parameters
        ----------
        room
            As `project:<id>`; None: the project that the current folder belongs to.
        user
            Whose doing, also by their programs.
        kind
            `file`, `kernel`, `analysis`, `comment`, `issue`, `member`, `announcement`, or a verb; several
            with commas between them.
        since, until
            None: from the beginning of what is kept, or until now.
        limit
            How many lines at most.
        """
        project = await self._project_id(room)
        moments = {"since": since, "until": until}
        times = {name: rfc3339(at.timestamp()) for name, at in moments.items() if at is not None}
        words = {name: word for name, word in (("user", user), ("kind", kind)) if word is not None}
        query = {"project": project, **words, **times}
        return [record(line) async for line in self._rest.first(limit, "activity", **query)]

    async def export_activity(self, *, room: str | None = None) -> str:
        """Write all that happened in a project as JSON lines, the newest first."""
        return await self._rest.text("export/activity", project=await self._project_id(room))

    async def presence(self, *, room: str | None = None) -> list[Record]:
        """List who is in a project, and who was: `user`, `status`, `path`, `cell`, `last_seen` and more.

        Parameters
        ----------
        room
            As `project:<id>`; None: the project that the current folder belongs to.
        """
        project = await self._project_id(room)
        return [record(item) async for item in self._rest.items("presence", project=project)]

    async def open_documents(self, *, room: str | None = None) -> list[Record]:
        """List the documents that people have open just now: `path`, `document` and `people`.

        Parameters
        ----------
        room
            As `project:<id>`; None: the project that the current folder belongs to.
        """
        project = await self._project_id(room)
        path = f"projects/{project}/open-documents"
        return [record(item) async for item in self._rest.items(path)]

    # -- projects ---------------------------------------------------------------------------------

    async def projects(self) -> list[Record]:
        """List the projects on the server: `id`, `name`, `root`, `role`."""
        return [record(project) async for project in self._rest.items("projects")]

    async def project(self) -> Record:
        """Find the project that the current folder belongs to: `id`, `name`, `root`, `role`.

        Raises
        ------
        NotFound
            If it belongs to none yet.
        """
        return record(await self._project(Path.cwd()))

    async def _project_id(self, room: str | None) -> str:
        return RoomName.parse(room or await self._project_room(Path.cwd())).id

    async def _project_room(self, folder: Path) -> str:
        return project_room((await self._project(folder))["id"])

    async def _project(self, folder: Path) -> dict[str, Any]:
        here = self.server.server_paths(folder)[0] if self.server.root else "."
        holding = [
            project
            async for project in self._rest.items("projects", path=here)
            if Path(here).is_relative_to(project["root"] or ".")
        ]
        if not holding:
            raise NotFound("The current folder belongs to no project yet; say which room.")
        return max(holding, key=lambda project: len(Path(project["root"]).parts))
