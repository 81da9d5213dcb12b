"""What a comment may be, and who may do what with it.

Rules
-----
1. Who may publish in a project comments there; who may read in it reads comments.
2. A comment is changed by its author only. A program is not its person, and a visitor, for whose name this
   server can't vouch, is nobody else of that name. A person also looks after what their programs write.
3. A comment is deleted by its author, or by an owner of the project.
"""

from __future__ import annotations

import re
import unicodedata

from ...core.actors import Actor, Principal
from ...core.errors import BadRequest, Forbidden
from ...core.texts import is_visible
from ...core.threads import MAX_BODY_CHARACTERS

MAX_ISSUE_CHARACTERS = 200
# A family of seven with skin tones.
MAX_EMOJI_CHARACTERS = 24
_PARTS = {"\u200d": "j", "\ufe0f": "v", "\u20e3": "k", **dict.fromkeys("0123456789#*", "d")}
_AS_PICTURE = "\u203c\u2049\u2139\u24c2\u3030\u303d"
# A flag, a keycap, or pictures with skin tones that are joined, or followed by the tags of a region.
_EMOJI = re.compile(r"rr|dv?k|(?:pv?s?|lv)(?:j(?:pv?s?|lv))*(?:t{1,7})?")


def check_body(body: str) -> str:
    """Give a comment's text without what surrounds it.

    Raises
    ------
    BadRequest
    """
    text = body.strip()
    if not text or len(text) > MAX_BODY_CHARACTERS:
        raise BadRequest(f"A comment has 1 to {MAX_BODY_CHARACTERS:,} characters.")
    if not is_visible(text):
        raise BadRequest("There is nothing to see in this comment: write some words.")
    return text


def check_emoji(emoji: str) -> str:
    """Refuse a reaction that is anything else than one emoji, as Unicode puts them together (UTS #51).

    So nothing that can't be seen makes another one of it, turns the text around it, or says something.

    Raises
    ------
    BadRequest
    """
    if len(emoji) > MAX_EMOJI_CHARACTERS or not _EMOJI.fullmatch(_classes(emoji)):
        raise BadRequest("A reaction is one emoji.")
    return emoji


def _classes(text: str) -> str:
    """Write for each character what it can be in an emoji; `?` for what is in none."""
    return "".join(map(_class, text))


def _class(character: str) -> str:
    if character in _PARTS:
        return _PARTS[character]
    if "\U0001f3fb" <= character <= "\U0001f3ff":
        return "s"
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return "r"
    if "\U000e0020" <= character <= "\U000e007f":
        return "t"
    is_picture = not character.isascii() and unicodedata.category(character) in ("So", "Sm")
    # A letter or a mark that is drawn as a picture where U+FE0F says so: ©, ‼, ↔, ⤴.
    return "p" if is_picture else "l" if character in _AS_PICTURE else "?"


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
