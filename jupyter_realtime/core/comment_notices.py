"""Whom a comment concerns, and what they are told of it, in words: pure.

Rules
-----
1. Whoever is mentioned is told so; whoever takes part in a thread, by writing in it or by being mentioned,
   is told of each reply; whoever follows all of a thread or a document is told of everything in it.
2. Whoever has muted a thread, or its document, is told nothing of it, and nobody of what they do
   themselves, with their own hands or by a program.
3. One comment is one cause: it is told once to each, also where an edit mentions them later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from .actors import SYSTEM_ACTOR, Actor
from .notifications import MAX_URL_CHARACTERS, Category, Notice
from .run_notices import page_of
from .threads import Subscription

Why = Literal["mention", "part", "follow"]

MAX_NAME_CHARACTERS = 60
MAX_EXCERPT_CHARACTERS = 500
MAX_TARGET_CHARACTERS = 100
# What is told instead of what a comment said that is deleted.
DELETED_MESSAGE = "This comment was deleted."

_REASONS: dict[Why, str] = {
    "mention": "You were mentioned.",
    "part": "You take part in this thread.",
    "follow": "You follow all threads here.",
}


@dataclass(frozen=True)
class Place:
    """Where a thread is, for people to go there.

    Parameters
    ----------
    path
        The document's, within its project.
    folder
        The project's, below the folder that the server shows; empty for that folder itself.
    """

    project: str
    document: str
    path: str
    folder: str
    thread: str

    @property
    def name(self) -> str:
        """The file, as people call it."""
        name = PurePosixPath(self.path).name
        plain = "".join(c if c.isprintable() else "?" for c in name)
        return plain if len(plain) <= MAX_TARGET_CHARACTERS else f"{plain[:MAX_TARGET_CHARACTERS]}…"

    @property
    def url(self) -> str:
        """JupyterLab with the document open at the thread."""
        page = page_of(self.folder, self.path)
        address = f"{page}?thread={self.thread}"
        return address if len(address) <= MAX_URL_CHARACTERS else page


def concerned(
    participants: Collection[str],
    subscriptions: Mapping[str, Subscription],
    mentioned: Collection[str],
    author: Actor | None,
) -> dict[str, Why]:
    """Tell whom something in a thread concerns, and why; a visitor's namesake is somebody else."""
    themselves = None if author is None or author.via == "server" else author.name
    followers = {who for who, wanted in subscriptions.items() if wanted == "all"}
    found: dict[str, Why] = {
        **dict.fromkeys(followers, "follow"),
        **dict.fromkeys(participants, "part"),
        **dict.fromkeys(mentioned, "mention"),
    }
    return {
        who: why
        for who, why in found.items()
        if who and who != themselves and subscriptions.get(who) != "muted"
    }


def comment_cause(comment: str) -> str:
    """Name the cause that a comment is: it is told once."""
    return f"comment:{comment}"


def comment_notice(
    place: Place, why: Why, by: Actor, comment: str, body: str, *, opens: bool
) -> Notice:
    """Say that somebody has written a comment.

    Parameters
    ----------
    comment
        Its id.
    opens
        Whether it begins a thread.
    """
    who = by.display_name[:MAX_NAME_CHARACTERS]
    did = "mentioned you in" if why == "mention" else "commented on" if opens else "replied in"
    return _notice(
        place,
        "mention" if why == "mention" else "reply",
        f"{who} {did} {place.name}",
        excerpt(body),
        by,
        reason=_REASONS[why],
        dedupe=comment_cause(comment),
    )


def regressed_notice(place: Place, run: str, message: str) -> Notice:
    """Say that a thread is open again, because its issue is back."""
    return _notice(
        place,
        "reply",
        f"An issue in {place.name} is back",
        f"{excerpt(message)}\nIts thread is open again.",
        SYSTEM_ACTOR,
        reason=_REASONS["part"],
        dedupe=f"regressed:{place.thread}:{run}",
    )


def fixed_notice(place: Place, run: str, message: str) -> Notice:
    """Offer to resolve a thread, because its issue is fixed."""
    return _notice(
        place,
        "reply",
        f"An issue in {place.name} is fixed",
        f"{excerpt(message)}\nIts thread can be resolved.",
        SYSTEM_ACTOR,
        reason=_REASONS["part"],
        dedupe=f"fixed:{place.thread}:{run}",
    )


def excerpt(body: str) -> str:
    """Take the beginning of a text."""
    text = body.strip()
    return text if len(text) <= MAX_EXCERPT_CHARACTERS else f"{text[:MAX_EXCERPT_CHARACTERS]}…"


def _notice(
    place: Place,
    category: Category,
    title: str,
    message: str,
    by: Actor,
    *,
    reason: str,
    dedupe: str,
) -> Notice:
    return Notice(
        type="info",
        category=category,
        title=title,
        message=message,
        group=f"thread:{place.thread}",
        reason=reason,
        actor=by,
        action_url=place.url,
        dedupe=dedupe,
        project=place.project,
        document=place.document,
        thread=place.thread,
    )
