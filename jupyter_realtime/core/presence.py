"""Who is there: what each tab says, and the one entry a person that is made of it.

Rules
-----
1. A tab says how its person is; a person is `online` while one of their tabs is, else `away`, and `offline`
   once all are gone.
2. They are where the tab is that spoke last, of those that are online if there are any.
3. A tab whose connection is gone counts for its person until the grace is over, so that a page that is
   loaded again changes nothing; but it is not one of their `sessions` any more.
4. Who they are is what the server knows, never what a tab says.
5. Where a tab says that its person is, is a document of the project, or nowhere: what leads to none is not
   told on.
6. What somebody has running is told on, as long as its kernel is busy, when all their tabs are gone.

When somebody was seen is told to the minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from .actors import Actor
from .times import rfc3339

Status = Literal["online", "away", "offline"]
Mode = Literal["command", "edit"]
# What a tab may call a document or a cell; everybody in the project gets it.
Name = Annotated[str, msgspec.Meta(max_length=256)]
MINUTE_SECONDS = 60


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that somebody has running, and since when; the cell is null where nobody can tell which."""

    cell: Name | None
    since: Annotated[str, msgspec.Meta(max_length=64)]


class UserStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a tab says about its person: a client sends it as `user:status`, with the key `self`.

    What a client leaves out here, in a cursor or in `user:typing`, it does not know.
    """

    status: Status
    document: Name | None = None
    cell: Name | None = None
    mode: Mode | None = None
    running: Running | None = None


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a project, made of what all their tabs say: `user:status` on its board, key: their name.

    `path` is that of `document` within the project, `since` when they came there, or became as they are;
    `last_seen` is told to the minute, and `sessions` counts their tabs. Who goes is `offline` for a moment,
    then the entry is gone.
    """

    user: Actor
    status: Status
    project: str
    document: str | None
    path: str | None
    cell: str | None
    last_seen: str
    sessions: int
    since: str
    mode: Mode | None
    running: Running | None


class OpenDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that somebody has open, in whichever tab, and who."""

    project: str
    document: str
    path: str
    people: list[Actor]


@dataclass(frozen=True)
class Word:
    """What one tab has said last.

    Parameters
    ----------
    path
        That of its document; None where that is none of the project.
    order
        Grows with each word that somebody says.
    is_live
        Whether its connection is there; else its grace goes on.
    """

    said: UserStatus
    path: str | None
    order: int
    is_live: bool = True

    @property
    def told(self) -> UserStatus:
        """What of it is told on."""
        if self.path is not None or self.said.document is None:
            return self.said
        running = self.said.running
        if running is not None:
            running = msgspec.structs.replace(running, cell=None)
        return UserStatus(status=self.said.status, running=running)

    @property
    def is_there(self) -> bool:
        """Whether it is a tab's; a kernel that runs on without one is nobody's presence."""
        return self.said.status != "offline"


def minute(unix_seconds: float) -> str:
    """Write a moment to the minute, so that nobody's steps can be counted."""
    return rfc3339(unix_seconds - unix_seconds % MINUTE_SECONDS)


def together(
    user: Actor, project: str, words: Sequence[Word], before: Presence | None, now: float
) -> Presence:
    """Make one entry of what somebody's tabs have said; of none, that they have gone.

    Parameters
    ----------
    before
        Their entry until now.
    now
        In Unix seconds.
    """
    online = [word for word in words if word.said.status == "online"]
    there = [word for word in words if word.is_there]
    place = max(online or there or words, key=lambda word: word.order, default=_NOWHERE)
    said = place.told
    is_same = before is not None and _place(before) == (said.status, said.document)
    was_online = before is None or before.status == "online" or said.status == "online"
    return Presence(
        user=user,
        status=said.status,
        project=project,
        document=said.document,
        path=place.path,
        cell=said.cell,
        last_seen=minute(now) if before is None or was_online else before.last_seen,
        sessions=_sessions(there),
        since=before.since if before is not None and is_same else rfc3339(now),
        mode=said.mode,
        running=said.running or _earliest(words),
    )


def offline(user: Actor, project: str, seen: float) -> Presence:
    """Tell of somebody who is not there when they were, in Unix seconds."""
    return msgspec.structs.replace(
        together(user, project, [], None, seen), since=minute(seen), last_seen=minute(seen)
    )


_NOWHERE = Word(UserStatus(status="offline"), None, 0)


def _place(presence: Presence) -> tuple[Status, str | None]:
    return presence.status, presence.document


def _sessions(words: Sequence[Word]) -> int:
    # Somebody whose only tab is being loaded again has one.
    return max(sum(word.is_live for word in words), 1 if words else 0)


def opened(project: str, tabs: Iterable[tuple[Actor, Word]]) -> list[OpenDocument]:
    """Tell which documents of a project people have open, by path; what leads nowhere isn't one."""
    people: dict[tuple[str, str], dict[str, Actor]] = {}
    for user, word in tabs:
        document = word.said.document
        if document is not None and word.path is not None and word.is_there:
            people.setdefault((word.path, document), {})[key_of(user)] = user
    return [
        OpenDocument(project=project, document=document, path=path, people=list(there.values()))
        for (path, document), there in sorted(people.items())
    ]


def _earliest(words: Sequence[Word]) -> Running | None:
    running = [word.told.running for word in words if word.told.running is not None]
    return min(running, key=lambda one: one.since, default=None)


def says_the_same(one: Presence, other: Presence) -> bool:
    """Whether nobody has to be told; that somebody is still there needs no telling."""
    return msgspec.structs.replace(one, last_seen=other.last_seen) == other


def key_of(actor: Actor) -> str:
    """Tell under which key somebody's entry hangs.

    A visitor, for whose name this server has only their word, takes nobody's place.
    """
    return f"server:{actor.name}" if actor.via == "server" else actor.name
