"""Who may do what: one table, asked per connection and again per message.

Theory of operation
-------------------
A principal is one of four kinds of people and programs (`Who`). In a project they have a role; the role
gives verbs; `TABLE` says which of these verbs remain in a room of a given kind. In a run's room only those
publish who started the run. A JWT narrows all that to the scopes that it names and never widens it.
"""

from __future__ import annotations

import enum
from fnmatch import fnmatchcase

from .actors import Principal
from .errors import Forbidden
from .members import Role
from .rooms import RoomKind, RoomName


class Verb(str, enum.Enum):
    """What can be done in a room."""

    READ = "read"
    STATE = "state"
    PUBLISH = "publish"
    RUN = "run"
    MANAGE = "manage"
    ANNOUNCE = "announce"


class Who(enum.Enum):
    """The kinds of principal that the table tells apart."""

    HUMAN = "human"
    PROGRAM = "program"
    VISITOR = "visitor"
    ADMIN = "admin"


_LOOK = frozenset({Verb.READ, Verb.STATE})
_WORK = _LOOK | {Verb.PUBLISH, Verb.RUN}
_OWN = _WORK | {Verb.MANAGE}
_READ = frozenset({Verb.READ})
_NOTHING: frozenset[Verb] = frozenset()

ROLES: dict[Role, frozenset[Verb]] = {"viewer": _LOOK, "member": _WORK, "owner": _OWN}

# What remains of a role's verbs in a room of the project (its own, a document's, a run's).
_IN_PROJECT: dict[RoomKind, frozenset[Verb]] = {
    RoomKind.PROJECT: _OWN,
    RoomKind.DOCUMENT: _LOOK,
    RoomKind.ANALYSIS: _WORK,
}

TABLE: dict[Who, dict[RoomKind, frozenset[Verb]]] = {
    Who.HUMAN: {**_IN_PROJECT, RoomKind.USER: _READ, RoomKind.SYSTEM: _READ},
    # Code that runs for a person: what the person may in projects, but never an inbox.
    Who.PROGRAM: {**_IN_PROJECT, RoomKind.PROJECT: _WORK, RoomKind.SYSTEM: _READ},
    # Someone on another person's Hub server: as a member there, and never an inbox.
    Who.VISITOR: {**_IN_PROJECT, RoomKind.PROJECT: _WORK, RoomKind.SYSTEM: _READ},
    Who.ADMIN: {
        **_IN_PROJECT,
        RoomKind.USER: _READ,
        RoomKind.SYSTEM: frozenset({Verb.READ, Verb.ANNOUNCE, Verb.MANAGE}),
    },
}


def who(principal: Principal) -> Who:
    """Find a principal's row in the table."""
    if principal.actor.via == "server":
        return Who.VISITOR
    if principal.actor.kind == "program":
        return Who.PROGRAM
    return Who.ADMIN if principal.admin else Who.HUMAN


def verbs(
    principal: Principal, room: RoomName, role: Role | None, *, starter: str | None = None
) -> frozenset[Verb]:
    """Look up what a principal may do in a room.

    Parameters
    ----------
    role
        Theirs in the project that the room belongs to; None for no project, or no member.
    starter
        The name of whoever started the run, in a run's room.
    """
    granted = TABLE[who(principal)].get(room.kind, _NOTHING)
    if room.kind in _IN_PROJECT:
        granted &= ROLES[role] if role else _NOTHING
    elif room.kind is RoomKind.USER and room.id != principal.name:
        granted = _NOTHING
    if room.kind is RoomKind.ANALYSIS and starter != principal.name:
        granted -= {Verb.PUBLISH}
    if principal.read_only:
        granted &= _READ
    if principal.scopes is not None:
        granted = frozenset(v for v in granted if _in_scope(principal.scopes, v, room))
    return granted


def _in_scope(scopes: frozenset[str], verb: Verb, room: RoomName) -> bool:
    wanted = f"{verb.value}:{room}"
    return any(scope == wanted or fnmatchcase(wanted, scope) for scope in scopes)


def check(
    principal: Principal,
    verb: Verb,
    room: RoomName,
    role: Role | None,
    *,
    starter: str | None = None,
) -> None:
    """Refuse what the table does not grant.

    Raises
    ------
    Forbidden
        Without saying whether the room exists.
    """
    if verb not in verbs(principal, room, role, starter=starter):
        raise Forbidden(f"You may not {verb.value} in {room}.")


def check_personal(principal: Principal, person: str) -> None:
    """Refuse whoever may not see and erase what is stored about a person.

    That is for themselves and for admins: never for a program, whoever's it is, and never for a visitor,
    whom the server does not know well enough.
    """
    is_human = principal.actor.kind == "human" and principal.scopes is None
    if not is_human or principal.actor.via == "server":
        raise Forbidden("Only people see and erase what is stored about them; log in as yourself.")
    if principal.name != person and not principal.admin:
        raise Forbidden("Only an admin sees and erases what is stored about somebody else.")
