"""Members of a project, and the role that they give to whoever asks.

Rules
-----
1. The person who runs the server is an owner, whatever the rows say.
2. Else the row of the user decides, also downwards: a `viewer` row makes a viewer of someone whom the
   server would have let do more.
3. Else the best of the rows of the user's groups.
4. Else what the server grants to everybody whom it lets in; None where only rows count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from .actors import Principal
from .errors import BadRequest

Role = Literal["viewer", "member", "owner"]
MemberKind = Literal["user", "group"]
MemberKey = tuple[MemberKind, str]
Roster = Mapping[MemberKey, Role]

_RANK: dict[Role, int] = {role: rank for rank, role in enumerate(get_args(Role))}
MAX_NAME_CHARACTERS = 255


class NamedMember(msgspec.Struct, frozen=True, kw_only=True):
    """A `user` or a `group`, as the wire names a member: one of them is there, never both."""

    user: str | msgspec.UnsetType = msgspec.UNSET
    group: str | msgspec.UnsetType = msgspec.UNSET

    @property
    def key(self) -> MemberKey:
        """What a roster knows them by.

        Raises
        ------
        BadRequest
            If it names nobody, or two, or the name is no name.
        """
        named: list[MemberKey] = []
        if isinstance(self.user, str):
            named.append(("user", self.user))
        if isinstance(self.group, str):
            named.append(("group", self.group))
        if len(named) != 1:
            raise BadRequest("Name either a user or a group.")
        name = named[0][1]
        if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.isprintable():
            raise BadRequest(f"A name has 1 to {MAX_NAME_CHARACTERS} characters that can be seen.")
        return named[0]


class Member(NamedMember, frozen=True, kw_only=True):
    """A user or a group with the role that an owner gave them."""

    role: Role

    @classmethod
    def of(cls, key: MemberKey, role: Role) -> Member:
        """Write an entry of a roster as the wire does."""
        kind, name = key
        return cls(user=name, role=role) if kind == "user" else cls(group=name, role=role)


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a server grants without a row.

    Parameters
    ----------
    owner
        The person who runs the server.
    others
        The role of everybody else whom Jupyter lets in.
    """

    owner: str
    others: Role | None = "member"


def role_of(principal: Principal, roster: Roster, grant: Grant) -> Role | None:
    """Find a principal's role in a project; see the rules above."""
    # A visitor holds this server's token: the name that came with it never makes them its owner.
    if principal.name == grant.owner and principal.actor.via != "server":
        return "owner"
    own = roster.get(("user", principal.name))
    if own is not None:
        return own
    theirs = [roster[key] for key in _groups(principal) if key in roster]
    return max(theirs, key=_RANK.__getitem__, default=grant.others)


def _groups(principal: Principal) -> list[MemberKey]:
    return [("group", group) for group in principal.groups]


def less_than(role: Role | None) -> list[Role]:
    """List the roles that allow less than another one; None allows nothing at all."""
    return [] if role is None else [other for other in _RANK if _RANK[other] < _RANK[role]]
