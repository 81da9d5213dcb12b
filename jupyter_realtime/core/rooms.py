"""Room names: `project:<id>`, `document:<id>`, `analysis:<run>`, `user:<name>`, `system`."""

from __future__ import annotations

import enum
import functools
from typing import NamedTuple

from .errors import BadRequest

MAX_ROOM_CHARACTERS = 256


class RoomKind(str, enum.Enum):
    """What a room is about; it decides who may enter and what may be said there."""

    PROJECT = "project"
    DOCUMENT = "document"
    ANALYSIS = "analysis"
    USER = "user"
    SYSTEM = "system"

    @property
    def has_log(self) -> bool:
        """Whether events are kept; a document's room is a board only."""
        return self is not RoomKind.DOCUMENT


class RoomName(NamedTuple):
    """A room's name taken apart; `str()` puts it together again."""

    kind: RoomKind
    id: str

    def __str__(self) -> str:
        return self.kind.value if self.kind is RoomKind.SYSTEM else f"{self.kind.value}:{self.id}"

    @classmethod
    @functools.lru_cache(maxsize=4096)
    def parse(cls, name: str) -> RoomName:
        """Take a name apart.

        Raises
        ------
        BadRequest
            If there is no such kind of room, or the name is no name.
        """
        kind, colon, rest = name.partition(":")
        if name == RoomKind.SYSTEM.value:
            return cls(RoomKind.SYSTEM, "")
        if not colon or not rest or len(name) > MAX_ROOM_CHARACTERS or not rest.isprintable():
            raise BadRequest(f"{name[:80]!r} is no room; rooms look like 'project:<id>'.")
        try:
            parsed = RoomKind(kind)
        except ValueError:
            known = ", ".join(k.value for k in RoomKind)
            raise BadRequest(
                f"There is no kind of room {kind[:40]!r}; there are {known}."
            ) from None
        if parsed is RoomKind.SYSTEM:
            raise BadRequest("The room 'system' has no id.")
        return cls(parsed, rest)


SYSTEM = RoomName(RoomKind.SYSTEM, "")


def project_room(project: str) -> str:
    """The room of a project, whose log is the project's activity in one order."""
    return f"project:{project}"


def document_room(document: str) -> str:
    """The room of a document: cursors and typing."""
    return f"document:{document}"


def analysis_room(run: str) -> str:
    """The room of one run: its issues and its progress."""
    return f"analysis:{run}"


def user_room(user: str) -> str:
    """The inbox of one person."""
    return f"user:{user}"
