"""What people and their programs tell others by themselves: `rt.notify` and `POST notifications`.

Rules
-----
1. Whom a client names is only a wish: who is no member of the project is refused, by name.
2. A program tells few things: it may be a loop that has gone wrong.
3. The actor is stamped here; a client's `dedupe` is its own, and can't stand in the way of anybody else's.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..core.access import Verb
from ..core.actors import Principal
from ..core.errors import BadRequest, Forbidden, NotFound, RateLimited
from ..core.notifications import MAX_KEY_CHARACTERS, Category, Notice, NotificationType
from ..core.session import Bucket
from .directory import Directory
from .notifier import Notifier
from .projects import Projects

MYSELF, TEAM = "@me", "@team"
MAX_RECIPIENTS = 200
# A program may tell so many things at once, and as many a minute in the long run.
TOLD_A_MINUTE = 30
MIN_BUCKETS = 1000


@dataclass(frozen=True)
class Wish:
    """What somebody wants others to be told.

    Parameters
    ----------
    to
        Names, `@me` or `@team`.
    project
        Whose members they are; None: the project of the server's root.
    """

    to: Sequence[str]
    type: NotificationType
    category: Category
    title: str
    message: str
    action_url: str | None
    dedupe: str | None
    project: str | None


@dataclass(frozen=True)
class Told:
    """Who was told, how many of them for the first time, and one's own notification if it is among them."""

    recipients: list[str]
    new: int
    own: str | None


class Telling:
    """Lets people and programs tell others something."""

    def __init__(self, projects: Projects, directory: Directory, notifier: Notifier) -> None:
        self._projects = projects
        self._directory = directory
        self._notifier = notifier
        self._programs: dict[str, Bucket] = {}

    async def tell(self, principal: Principal, wish: Wish) -> Told:
        """Tell somebody something.

        Raises
        ------
        BadRequest, Forbidden, NotFound, RateLimited
        """
        project = await self._project(principal, wish)
        self._count(principal)
        recipients = await self._recipients(principal, wish, project)
        about_others = project if recipients != {principal.name} or wish.project else None
        posted = await self._notifier.notify(_notice(principal, wish, about_others), recipients)
        own = [one.notification for one in posted if one.recipient == principal.name]
        return Told(
            recipients=sorted(one.recipient for one in posted),
            new=sum(one.is_new for one in posted),
            own=own[0] if own else None,
        )

    async def _project(self, principal: Principal, wish: Wish) -> str:
        if principal.actor.via == "server":
            raise Forbidden("Visitors tell nobody anything; log in on a server of your own.")
        project = wish.project
        if project is None:
            project = (await self._projects.of_path(""))[0].id
        await self._projects.check_project(principal, Verb.PUBLISH, project)
        return project

    async def _recipients(self, principal: Principal, wish: Wish, project: str) -> set[str]:
        if not 1 <= len(wish.to) <= MAX_RECIPIENTS:
            raise BadRequest(f"`to` names 1 to {MAX_RECIPIENTS} people, @me or @team.")
        wanted = {principal.name if name == MYSELF else name for name in wish.to}
        if TEAM in wanted:
            wanted = (wanted - {TEAM}) | await self._directory.team(project)
        await self._check_members(wanted - {principal.name}, project)
        return wanted

    async def _check_members(self, names: Collection[str], project: str) -> None:
        strangers = set(names) - await self._directory.who_may_read(names, project)
        if strangers:
            raise NotFound(f"{min(strangers)[:80]!r} is no member of this project.")

    def _count(self, principal: Principal) -> None:
        if principal.actor.kind != "program":
            return
        now = time.monotonic()
        if principal.name not in self._programs:
            self._tidy_up(now)
            self._programs[principal.name] = Bucket(TOLD_A_MINUTE / 60, now, seconds_at_once=60)
        wait = self._programs[principal.name].take(now)
        if wait:
            raise RateLimited(
                f"A program tells at most {TOLD_A_MINUTE} things a minute.",
                retry_after=round(wait, 3),
            )

    def _tidy_up(self, now: float) -> None:
        if len(self._programs) >= MIN_BUCKETS:
            self._programs = {who: b for who, b in self._programs.items() if not b.is_full(now)}


def _notice(principal: Principal, wish: Wish, project: str | None) -> Notice:
    actor = principal.actor
    cause = None if wish.dedupe is None else _own_key(principal, wish.dedupe)
    return Notice(
        type=wish.type,
        category=wish.category,
        title=wish.title,
        message=wish.message,
        group=cause or f"told:{secrets.token_urlsafe(9)}",
        reason="You were told this." if actor.kind == "human" else "A program told you this.",
        actor=actor,
        action_url=wish.action_url,
        dedupe=cause,
        project=project,
    )


def _own_key(principal: Principal, dedupe: str) -> str:
    """Make a client's key its own; a digest, so that no long name shortens it."""
    if not 1 <= len(dedupe) <= MAX_KEY_CHARACTERS:
        raise BadRequest(f"dedupe has 1 to {MAX_KEY_CHARACTERS} characters.")
    actor = principal.actor
    own = f"{actor.kind}\0{actor.name}\0{dedupe}".encode()
    return f"told:{hashlib.blake2b(own, digest_size=16).hexdigest()}"
