"""Scopes: what a token may, as a list of `verb:room`, like `publish:project:abc` or `read:analysis:*`.

Rules
-----
1. The verb is one of `core.access.Verb`; the room is a room's name in which `*` stands for any text, or
   `*` alone. Nothing else is a wildcard.
2. Scopes narrow what a person may (`core.access`); they never widen it.

Because `*` is the only wildcard, one pattern is within another exactly if the other matches its text:
whatever replaces a `*` of the narrower one falls into a `*` of the wider one. With `?` or `[…]` that
would be wrong (`a?` matches the text `a*`, but not all that `a*` stands for).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from .access import Verb
from .actors import Principal
from .errors import BadRequest
from .rooms import RoomName

MAX_SCOPES = 64
ANY_ROOM = "*"
_VERBS = frozenset(verb.value for verb in Verb)
_OTHER_WILDCARDS = frozenset("?[]")


def parse_scopes(scopes: Sequence[str]) -> frozenset[str]:
    """Check the scopes that somebody asks for.

    Raises
    ------
    BadRequest
        Names the first one that is none.
    """
    if not 1 <= len(scopes) <= MAX_SCOPES:
        raise BadRequest(f"A token has 1 to {MAX_SCOPES} scopes, like 'publish:project:<id>'.")
    for scope in scopes:
        _check(scope)
    return frozenset(scopes)


def _check(scope: str) -> None:
    verb, _, room = scope.partition(":")
    if verb not in _VERBS:
        known = ", ".join(sorted(_VERBS))
        raise BadRequest(f"The scope {scope[:80]!r} begins with no verb; there are {known}.")
    if _OTHER_WILDCARDS & set(room):
        raise BadRequest(f"In the scope {scope[:80]!r} only * may stand for any text.")
    if room != ANY_ROOM:
        try:
            RoomName.parse(room)
        except BadRequest as error:
            raise BadRequest(f"The scope {scope[:80]!r} names no room. {error}") from None


def within(narrow: Iterable[str] | None, wide: Iterable[str] | None) -> bool:
    """Whether all that `narrow` allows is allowed by `wide`; None allows everything."""
    if wide is None:
        return True
    if narrow is None:
        return False
    wider = list(wide)
    return all(any(fnmatchcase(scope, other) for other in wider) for scope in narrow)


def check_renewal(before: Principal, after: Principal) -> None:
    """Refuse a fresh credential that would make a live connection more than it was.

    Raises
    ------
    BadRequest
        If it is another's, another kind's, or has more scopes.
    """
    if before.name != after.name:
        raise BadRequest("This connection is somebody else's; a token can only renew it.")
    if before.actor.kind != after.actor.kind:
        raise BadRequest("A token can't turn a program into a person, or back; reconnect.")
    is_visitor, becomes_visitor = (p.actor.via == "server" for p in (before, after))
    widens = (after.admin and not before.admin) or is_visitor != becomes_visitor
    widens = widens or (before.read_only and not after.read_only)
    if widens or not within(after.scopes, before.scopes):
        raise BadRequest("This token may more than the connection; reconnect with it.")
