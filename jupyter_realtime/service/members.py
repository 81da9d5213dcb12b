"""Who has which role in a project: to look at, and for its owners to change.

Each change is one commit with the `member:changed` event about it, and with what the person is told to
whom an owner gives a role: so nobody can have a role of which the project's log or they themselves know
nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from ..core.actors import Actor, Principal
from ..core.errors import Conflict, NotFound
from ..core.events import MemberChanged
from ..core.log import Draft
from ..core.members import Member, MemberKey, NamedMember, Role
from ..core.notifications import Notice
from ..core.rooms import project_room
from ..ports import Posting, Project, Store
from .notifier import Notifier
from .projects import Projects
from .publishing import draft
from .standings import Standing

# Of a name in a title, which has to hold two.
MAX_NAME_CHARACTERS = 60
_MAY: dict[Role, str] = {
    "viewer": "You may look at it.",
    "member": "You may look at it, publish, and run analyses.",
    "owner": "You may do everything in it, also give others a role.",
}


class Members:
    """The members of projects."""

    def __init__(self, store: Store, projects: Projects, notifier: Notifier) -> None:
        self._store = store
        self._projects = projects
        self._notifier = notifier

    async def list(
        self, principal: Principal, project: str, after: MemberKey | None, limit: int
    ) -> tuple[list[Member], MemberKey | None]:
        """List those who were given a role, and the server's own person, by kind and name.

        Returns
        -------
        members, following
            A page, and what the next page comes after.
        """
        standing = await self._projects.visible(principal, project)
        roster: dict[MemberKey, Role] = dict(standing.roster)
        roster["user", self._projects.grant.owner] = "owner"
        keys = sorted(key for key in roster if after is None or key > after)
        page = [Member.of(key, roster[key]) for key in keys[:limit]]
        return page, keys[limit - 1] if len(keys) > limit else None

    async def put(self, principal: Principal, project: str, member: Member) -> Member:
        """Give a user or a group a role."""
        standing = await self._check(principal, project, member.key)
        change = MemberChanged(user=member.user, group=member.group, role=member.role)
        now_ms = time.time_ns() // 1_000_000
        postings = await self._postings(principal, standing, member, now_ms)
        drafts = [_told(principal, project, change)]
        if await self._store.members.put(project, member, drafts, postings, now_ms):
            self._notifier.kept(postings)
        return member

    async def _postings(
        self, principal: Principal, standing: Standing, member: Member, now_ms: int
    ) -> Sequence[Posting]:
        """Tell a person whom somebody else gives a role; nobody while the project is off."""
        name = member.user
        if not isinstance(name, str) or name == principal.name or standing.off is not None:
            return []
        is_new = member.key not in standing.roster
        notice = role_notice(principal.actor, standing.project, member.role, is_new=is_new)
        return await self._notifier.decide(notice, [name], now_ms)

    async def remove(self, principal: Principal, project: str, member: NamedMember) -> None:
        """Take a role back; then what the server grants to everybody counts."""
        await self._check(principal, project, member.key)
        change = MemberChanged(user=member.user, group=member.group, role=None)
        drafts = [_told(principal, project, change)]
        if not await self._store.members.remove(project, member.key, drafts):
            raise NotFound(f"The {member.key[0]} {member.key[1]!r} was given no role here.")

    async def _check(self, principal: Principal, project: str, key: MemberKey) -> Standing:
        standing = await self._projects.check_manages(principal, project)
        if key == ("user", self._projects.grant.owner):
            raise Conflict(f"{key[1]} runs this server and stays its owner.")
        return standing


def _told(principal: Principal, project: str, change: MemberChanged) -> Draft:
    return draft(project_room(project), "member:changed", change, principal.actor)


def role_notice(by: Actor, project: Project, role: Role, *, is_new: bool) -> Notice:
    """Say to somebody which role they were given."""
    name = project.name[:MAX_NAME_CHARACTERS]
    who = by.display_name[:MAX_NAME_CHARACTERS]
    part = f"{'an' if role == 'owner' else 'a'} {role}"
    did = f"added you to {name} as {part}" if is_new else f"made you {part} in {name}"
    return Notice(
        type="info",
        category="system",
        title=f"{who} {did}",
        message=_MAY[role],
        group=f"member:{project.id}",
        reason="An owner of the project gave you a role.",
        actor=by,
        project=project.id,
    )
