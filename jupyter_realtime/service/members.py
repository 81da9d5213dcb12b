"""Who has which role in a project: to look at, and for its owners to change.

Each change is one commit with the `member:changed` event about it, so nobody can have a role of which the
project's log knows nothing.
"""

from __future__ import annotations

from ..core.actors import Principal
from ..core.errors import Conflict, NotFound
from ..core.events import MemberChanged
from ..core.log import Draft
from ..core.members import Member, MemberKey, NamedMember, Role
from ..core.rooms import project_room
from ..ports import Store
from .projects import Projects
from .publishing import draft


class Members:
    """The members of projects."""

    def __init__(self, store: Store, projects: Projects) -> None:
        self._store = store
        self._projects = projects

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
        await self._check(principal, project, member.key)
        change = MemberChanged(user=member.user, group=member.group, role=member.role)
        await self._store.members.put(project, member, [_told(principal, project, change)])
        return member

    async def remove(self, principal: Principal, project: str, member: NamedMember) -> None:
        """Take a role back; then what the server grants to everybody counts."""
        await self._check(principal, project, member.key)
        change = MemberChanged(user=member.user, group=member.group, role=None)
        drafts = [_told(principal, project, change)]
        if not await self._store.members.remove(project, member.key, drafts):
            raise NotFound(f"The {member.key[0]} {member.key[1]!r} was given no role here.")

    async def _check(self, principal: Principal, project: str, key: MemberKey) -> None:
        await self._projects.check_manages(principal, project)
        if key == ("user", self._projects.grant.owner):
            raise Conflict(f"{key[1]} runs this server and stays its owner.")


def _told(principal: Principal, project: str, change: MemberChanged) -> Draft:
    return draft(project_room(project), "member:changed", change, principal.actor)
