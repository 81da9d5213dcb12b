"""What people of a project do together, without `await`: comments, activity, presence."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any

from .portal import Portal
from .records import Record
from .team import AsyncTeam
from .threads import CellName, FormatName, StateName, ThreadName


class Team(ABC):
    """What of a server's live side is a team's; part of `Realtime`."""

    _portal: Portal

    @abstractmethod
    def _here(self) -> AsyncTeam:
        """Give what does the work, on the portal's loop."""

    # -- comments ---------------------------------------------------------------------------------

    def threads(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        state: StateName = "all",
        room: str | None = None,
    ) -> list[Record]:
        """List threads of comments; see `AsyncRealtime.threads`."""
        here = self._here()
        return self._portal.call(here.threads(path, state=state, room=room))

    def comment(
        self,
        path: str | os.PathLike[str],
        cell: CellName,
        text: str,
        *,
        quote: str | None = None,
        issue: str | None = None,
        key: str | None = None,
    ) -> Record:
        """Begin a thread of comments on code; see `AsyncRealtime.comment`."""
        here = self._here()
        begun = here.comment(path, cell, text, quote=quote, issue=issue, key=key)
        return self._portal.call(begun)

    def reply(self, thread: ThreadName, text: str, *, key: str | None = None) -> Record:
        """Write one more comment into a thread; see `AsyncRealtime.reply`."""
        here = self._here()
        return self._portal.call(here.reply(thread, text, key=key))

    def resolve(self, thread: ThreadName) -> Record:
        """Resolve a thread; see `AsyncRealtime.resolve`."""
        here = self._here()
        return self._portal.call(here.resolve(thread))

    def reopen(self, thread: ThreadName) -> Record:
        """Open a thread again; see `AsyncRealtime.reopen`."""
        here = self._here()
        return self._portal.call(here.reopen(thread))

    def export_comments(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        format: FormatName = "jsonld",
        room: str | None = None,
    ) -> str:
        """Write comments as a file would have them; see `AsyncRealtime.export_comments`."""
        here = self._here()
        return self._portal.call(here.export_comments(path, format=format, room=room))

    def import_comments(
        self,
        annotations: Any,
        path: str | os.PathLike[str] | None = None,
        *,
        room: str | None = None,
    ) -> Record:
        """Take W3C Web Annotations in; see `AsyncRealtime.import_comments`."""
        here = self._here()
        return self._portal.call(here.import_comments(annotations, path, room=room))

    # -- what happens, and who is there -----------------------------------------------------------

    def activity(
        self,
        *,
        room: str | None = None,
        user: str | None = None,
        kind: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> list[Record]:
        """List what was done in a project, the newest first; see `AsyncRealtime.activity`."""
        here = self._here()
        return self._portal.call(
            here.activity(room=room, user=user, kind=kind, since=since, until=until, limit=limit)
        )

    def export_activity(self, *, room: str | None = None) -> str:
        """Write all that happened in a project as JSON lines, the newest first."""
        here = self._here()
        return self._portal.call(here.export_activity(room=room))

    def presence(self, *, room: str | None = None) -> list[Record]:
        """List who is in a project, and who was; see `AsyncRealtime.presence`."""
        here = self._here()
        return self._portal.call(here.presence(room=room))

    def open_documents(self, *, room: str | None = None) -> list[Record]:
        """List the documents that people have open just now; see `AsyncRealtime.open_documents`."""
        here = self._here()
        return self._portal.call(here.open_documents(room=room))

    # -- projects ---------------------------------------------------------------------------------

    def projects(self) -> list[Record]:
        """List the projects on the server: `id`, `name`, `root`, `role`."""
        here = self._here()
        return self._portal.call(here.projects())

    def project(self) -> Record:
        """Find the project that the current folder belongs to; see `AsyncRealtime.project`."""
        here = self._here()
        return self._portal.call(here.project())
