"""REST bodies about pushes: what is asked, and what is answered."""

from __future__ import annotations

import msgspec


class BrowserItem(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that takes one's pushes; its `id` is the SHA-256 of its endpoint, in hex."""

    id: str
    created_at: str
    label: str


class PushAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One's browsers, the oldest first; `public_key` is null where this server pushes nothing."""

    public_key: str | None
    items: list[BrowserItem]


class UnsubscribeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which browser: by its endpoint, as it knows it itself, or by its id, from another one."""

    endpoint: str | None = None
    id: str | None = None


class TryOutAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many browsers' push services have taken it, and what the others said."""

    sent: int
    failed: list[str]
