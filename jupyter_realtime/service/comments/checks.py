"""What a comment may be, and who may do what with it.

Rules
-----
1. Who may publish in a project comments there; who may read in it reads comments.
2. A comment is changed by its author only. A program is not its person, and a visitor, for whose name this
   server can't vouch, is nobody else of that name. A person also looks after what their programs write.
3. A comment is deleted by its author, or by an owner of the project.
"""

from __future__ import annotations

import unicodedata

from ...core.actors import Actor, Principal
from ...core.errors import BadRequest, Forbidden
from ...core.threads import MAX_BODY_CHARACTERS

MAX_ISSUE_CHARACTERS = 200
# A family of seven with skin tones.
MAX_EMOJI_CHARACTERS = 24


def check_body(body: str) -> str:
    """Give a comment's text without what surrounds it.

    Raises
    ------
    BadRequest
    """
    text = body.strip()
    if not text or len(text) > MAX_BODY_CHARACTERS:
        raise BadRequest(f"A comment has 1 to {MAX_BODY_CHARACTERS:,} characters.")
    return text


def check_emoji(emoji: str) -> str:
    """Refuse a reaction that says something in letters.

    Raises
    ------
    BadRequest
    """
    shows = any(
        not one.isascii() and unicodedata.category(one) in ("So", "Sk", "Sm", "Me") for one in emoji
    )
    if not shows and "\ufe0f" in emoji:
        shows = True  # A letter or a digit that is to be drawn as a picture.
    is_word = any(one.isspace() or (one.isalpha() and "\ufe0f" not in emoji) for one in emoji)
    if not shows or is_word or len(emoji) > MAX_EMOJI_CHARACTERS or "<" in emoji:
        raise BadRequest("A reaction is one emoji.")
    return emoji


def check_author(principal: Principal, author: Actor) -> None:
    """Refuse whoever has not written a comment.

    Raises
    ------
    Forbidden
    """
    if not is_author(principal, author):
        raise Forbidden("Only its author changes a comment.")


def is_author(principal: Principal, author: Actor) -> bool:
    """Whether somebody has written a comment, or a program of theirs."""
    actor = principal.actor
    if actor.name != author.name or not actor.name:
        return False
    same_server = (actor.via == "server") == (author.via == "server")
    return same_server and (actor.kind == "human" or actor.kind == author.kind)


def person_of(principal: Principal) -> str | None:
    """Name whose threads are read and followed; None for a program or a visitor, who have none."""
    actor = principal.actor
    is_person = actor.kind == "human" and actor.via != "server" and principal.scopes is None
    return actor.name if is_person else None


def check_person(principal: Principal) -> str:
    """Name whose threads are read and followed.

    Raises
    ------
    Forbidden
        For a program or a visitor.
    """
    person = person_of(principal)
    if person is None:
        raise Forbidden("Only people read and follow threads; log in as yourself.")
    return person
