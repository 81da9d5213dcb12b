"""Tokens and tickets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

# A record is kept until its token expires; this bounds what one person can make others keep.
MAX_TOKENS_PER_OWNER = 1000


@dataclass(frozen=True)
class TokenRecord:
    """A minted token as it is kept: everything about it but its text.

    Parameters
    ----------
    id
        The token's `jti`.
    scopes
        What it may; None for whatever its owner may in projects (a server's own kernels).
    """

    id: str
    owner: str
    label: str
    scopes: tuple[str, ...] | None
    created_ms: int
    expires_ms: int
    revoked_ms: int | None = None


class Credentials(Protocol):
    """Tokens and tickets, without what would let a reader of the database use them.

    Guarantees
    ----------
    - Every change is durable before the call returns.
    - Of several who redeem one ticket at the same time, on any server, one gets it.
    - What has expired is removed along the way; a revoked token stays until it would have expired.
    """

    async def mint(self, record: TokenRecord) -> None:
        """Keep a new token's record; `LimitReached` for an owner with `MAX_TOKENS_PER_OWNER`."""
        ...

    async def tokens(
        self, owner: str, before: tuple[int, str] | None, limit: int
    ) -> list[TokenRecord]:
        """List an owner's tokens, the newest first, behind a `(created_ms, id)`."""
        ...

    async def revoke(self, token_id: str, owner: str | None, now_ms: int) -> bool:
        """Revoke a token of an owner (None: of anybody); False if there is no such token."""
        ...

    async def revoked(self, now_ms: int) -> frozenset[str]:
        """Read the ids that were revoked and have not expired."""
        ...

    async def add_ticket(self, digest: str, principal: str, expires_ms: int, now_ms: int) -> None:
        """Keep a ticket by its digest."""
        ...

    async def redeem(self, digest: str, now_ms: int) -> str | None:
        """Take a ticket away and give its principal; None if there is none, or it has expired."""
        ...


class TokenSigner(Protocol):
    """Turns a record into the token that its owner gets."""

    def sign(self, record: TokenRecord) -> str:
        """Sign; the text is never kept."""
        ...
