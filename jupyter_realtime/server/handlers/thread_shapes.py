"""REST bodies about threads: what is asked, and what is answered."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ...core.anchors import LineageKind
from ...core.threads import Subscription

Offset = Annotated[int, Meta(ge=0)]


class RangeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What code is meant; without `start` and `end` all of it.

    `source` is the text of the cell `cell_id`, or of the file, as it is before the person; offsets are code
    points in it.
    """

    source: str = ""
    cell_id: str | None = None
    cell_index: Offset | None = None
    start: Offset | None = None
    end: Offset | None = None


class ThreadRequest(RangeRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new thread: where, and its first comment. The same `key` again gives the same thread.

    `issue` is the fingerprint of the issue that it is about.
    """

    document: str
    body: str
    key: str | None = None
    issue: str | None = None


class CommentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One more comment. The same `key` again gives the same comment."""

    body: str
    key: str | None = None


class CommentEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a comment says from now on."""

    body: str


class AnchorRequest(RangeRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a thread's code is."""


class ReactionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One's emoji at a comment, `on` or off."""

    comment: str
    emoji: str
    on: bool = True


class ReadRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to which comment was read; without it, all."""

    up_to: str | None = None


class ThreadUnread(msgspec.Struct, frozen=True, kw_only=True):
    """How many comments of a thread, or of a document, are new to one."""

    unread: int


class SubscriptionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of what one wants to be told."""

    subscription: Subscription


class SubscriptionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Of what one is told from now on."""

    subscription: Subscription


class PreviewRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text, and the document whose members it may mention."""

    body: str
    document: str | None = None


class PreviewAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The text as it would be shown."""

    html: str


class Mentionable(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be mentioned."""

    name: str
    display_name: str
    initials: str
    color: str
    avatar_url: str | None


class ImportRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """W3C Web Annotations, as a list, a page or a collection; about `document`, or the files they name."""

    project: str
    annotations: Any
    document: str | None = None


class ImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many threads they are, and how many of them were not there."""

    threads: int
    new: int


class LineageChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happened to cells: each child came from each parent."""

    kind: LineageKind
    parents: Annotated[list[str], Meta(max_length=1000)]
    children: Annotated[list[str], Meta(max_length=1000)]


class LineageRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happened to the cells of a notebook, in the order in which it happened."""

    changes: Annotated[list[LineageChange], Meta(max_length=1000)]
