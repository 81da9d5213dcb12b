"""The tokens that somebody has on a server: made, listed, revoked.

They are no part of `Realtime`: what a notebook prints is saved with it, and shared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from ..core.errors import NotFound
from .rest import Rest, as_shape

_ID = re.compile(r"[A-Za-z0-9_-]+")


class NewToken(msgspec.Struct, frozen=True):
    """A token that was made; nobody can read its text again."""

    id: str
    token: str
    expires: str


class Token(msgspec.Struct, frozen=True):
    """A token as it is listed; `scopes` is None for a server's own kernels and terminals."""

    id: str
    label: str
    scopes: list[str] | None
    created: str
    expires: str
    revoked: str | None


class Tokens:
    """One's own tokens on one server."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def make(self, label: str, scopes: Sequence[str], ttl_seconds: int) -> NewToken:
        """Make a token that may what `scopes` name, for so long at most."""
        body = {"label": label, "scopes": list(scopes), "ttl_seconds": ttl_seconds}
        return as_shape(await self._rest.post("tokens", body), NewToken)

    async def all(self) -> list[Token]:
        """List them, the newest first."""
        return [as_shape(item, Token) async for item in self._rest.items("tokens")]

    async def revoke(self, token: str) -> None:
        """End one, by its id, and its connections."""
        if not _ID.fullmatch(token):
            raise NotFound(f"You have no token {token[:64]!r}.")
        await self._rest.delete(f"tokens/{token}")
