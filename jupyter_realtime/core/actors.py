"""Who did something, as others see it, and who asks for something, as the server knows it."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["human", "program", "system"]
Via = Literal["local", "hub", "jwt", "server"]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it: stamped by the server on every event and state, never taken from a client.

    `name` is the identity; `display_name` can be edited by its owner and proves nothing.
    `kind` tells code that runs for a person from the person; `via` says who vouches for the name.
    """

    name: str
    display_name: str
    initials: str
    color: str
    avatar_url: str | None
    kind: Kind
    via: Via


SYSTEM_ACTOR = Actor(
    name="system",
    display_name="Jupyter",
    initials="J",
    color="var(--jp-brand-color1)",
    avatar_url=None,
    kind="system",
    via="local",
)

# Who has had their data erased: one for all of them, so that it points to nobody.
FORMER_USER = Actor(
    name="",
    display_name="Former user",
    initials="–",
    color="#616161",
    avatar_url=None,
    kind="human",
    via="local",
)

# Ten hues that keep a contrast of 4.5:1 under white initials, so that a name always has the same colour.
_COLORS = (
    "#7a3e9d", "#1f6f8b", "#a13d2d", "#2e7d32", "#8a5a00",
    "#3949ab", "#ad1457", "#00695c", "#5d4037", "#455a64",
)  # fmt: skip


def color_of(name: str) -> str:
    """Give a name its colour: the same in every tab, on every server, after every restart."""
    return _COLORS[sum(name.encode()) % len(_COLORS)]


def initials_of(display_name: str) -> str:
    """Take up to two initials from a name as people write it."""
    words = display_name.replace(".", " ").replace("_", " ").replace("-", " ").split()
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [w[:2] for w in words[:1]]
    return "".join(letters).upper() or "?"


def known_by_name(name: str) -> Actor:
    """Write of somebody who never came by as others may see them."""
    return Actor(
        name=name,
        display_name=name,
        initials=initials_of(name),
        color=color_of(name),
        avatar_url=None,
        kind="human",
        via="local",
    )


def is_persons(actor: Actor, name: str) -> bool:
    """Whether a person, or a program of theirs, has done it; nobody is the system, whatever their name."""
    return actor.name == name and actor.kind != "system"


def former(actor: Actor) -> Actor:
    """Say what has done it, a person or a program, and no longer whose."""
    return msgspec.structs.replace(FORMER_USER, kind=actor.kind)


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on the other end of a connection or a request.

    Parameters
    ----------
    actor
        What others see of them.
    scopes
        For a JWT: the verbs and rooms that it names, like `publish:project:abc`; None means
        "whatever this person may".
    groups
        Of the person, as whoever vouches for them says; Jupyter alone knows none.
    admin
        Whether announcements and settings are theirs.
    expires
        Unix seconds at which the credential ends, or None.
    token_id
        The `jti` of the JWT, so that revoking it finds its live connections.
    read_only
        Whether the server's Authorizer lets them listen, but nothing else.
    """

    actor: Actor
    scopes: frozenset[str] | None = None
    groups: frozenset[str] = frozenset()
    admin: bool = False
    expires: float | None = None
    token_id: str | None = None
    read_only: bool = False

    @property
    def name(self) -> str:
        """The identity."""
        return self.actor.name
