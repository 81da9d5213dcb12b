"""What people are told: one row for each recipient and cause, and what it takes to be read.

Rules
-----
1. There is one row for each (recipient, group): what happens again in a group counts up in its row, names
   who did it, and comes back to the top, out of the archive if it was there.
2. The same cause (`dedupe`) is told once to a recipient, however often it is told.
3. A row is unread while something has happened behind `read_up_to`. Reading says up to which event it
   read: what came meanwhile stays unread.
4. What is unread, neither archived nor snoozed, is what the badge counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, get_args

import msgspec

from .actors import Actor
from .errors import BadRequest

NotificationType = Literal["info", "success", "warning", "error"]
Category = Literal["analysis", "issues", "mention", "reply", "system", "quota"]
CATEGORIES: tuple[Category, ...] = get_args(Category)

MAX_TITLE_CHARACTERS = 200
MAX_MESSAGE_CHARACTERS = 4000
MAX_KEY_CHARACTERS = 200
MAX_URL_CHARACTERS = 2000
# Named in a row; `count` says how often it happened.
MAX_ACTORS = 5
# A page of Jupyter's, from its root, or a page of the web: nothing that a browser would execute.
_ACTION_URL = re.compile(r"(?:https?://|/(?![/\\])|[?#])[^\s\x00-\x1f\\]*", re.IGNORECASE)


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person was told.

    `seq` is the place of its last event in the room `user:<name>`: whoever reads it says `up_to` which.
    `reason` says in words which rule brought it; `project` and `thread` can be muted.
    """

    id: str
    seq: int
    type: NotificationType
    category: Category
    title: str
    message: str
    action_url: str | None
    project: str | None
    thread: str | None
    actors: list[Actor]
    count: int
    read: bool
    seen: bool
    archived: bool
    snoozed_until: str | None
    created_at: str
    updated_at: str
    reason: str


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened and that somebody is to be told.

    Parameters
    ----------
    group
        What it belongs to, like `run:<id>` or `thread:<id>`: a recipient has one row for it.
    dedupe
        Its cause, or None where each call is a cause of its own.
    reason
        Why somebody is told, in words: "You started this analysis."
    """

    type: NotificationType
    category: Category
    title: str
    message: str
    group: str
    reason: str
    actor: Actor
    action_url: str | None = None
    dedupe: str | None = None
    project: str | None = None
    document: str | None = None
    thread: str | None = None


def check_notice(notice: Notice) -> None:
    """Refuse what can't be shown, or could be followed to no good.

    Raises
    ------
    BadRequest
    """
    if not notice.title.strip() or len(notice.title) > MAX_TITLE_CHARACTERS:
        raise BadRequest(f"A title has 1 to {MAX_TITLE_CHARACTERS} characters.")
    if len(notice.message) > MAX_MESSAGE_CHARACTERS:
        raise BadRequest(f"A message has at most {MAX_MESSAGE_CHARACTERS} characters.")
    for name in ("group", "dedupe"):
        key = getattr(notice, name)
        if key is not None and not 1 <= len(key) <= MAX_KEY_CHARACTERS:
            raise BadRequest(f"{name} has 1 to {MAX_KEY_CHARACTERS} characters.")
    url = notice.action_url
    if url is not None and (len(url) > MAX_URL_CHARACTERS or not _ACTION_URL.fullmatch(url)):
        raise BadRequest("action_url is a path from the server's root, or an http(s) address.")


def with_actor(actors: Sequence[Actor], newest: Actor) -> list[Actor]:
    """Name who did it last first, each once."""
    others = [actor for actor in actors if actor.name != newest.name or actor.kind != newest.kind]
    return [newest, *others][:MAX_ACTORS]
