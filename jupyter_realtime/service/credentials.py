"""Tokens and tickets: who gets one, what it may, and how its end reaches live connections.

Rules
-----
1. A token is signed after its record is durable, so there is none that can't be listed and revoked.
2. A token is made by a person or by their kernel, never by a scoped token and never by a visitor. It
   ends no later than the credential with which it was made.
3. The deny-list in memory is always one whole read of the store. Until the first one nobody gets in.
4. Who revokes is answered when the connections of this server are closed; those of other servers of the
   same store follow within a second.
5. A ticket can be redeemed once, and is taken out of the store before it counts.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from ..core.actors import Principal
from ..core.codec import encode
from ..core.errors import BadRequest, Forbidden, NotFound, RealtimeError, Unauthenticated
from ..core.scopes import parse_scopes
from ..ports import Store, TokenRecord, TokenSigner
from .journal import Journal

journal = Journal(__name__)

MIN_TOKEN_SECONDS = 1
MAX_TOKEN_SECONDS = 365 * 24 * 3600
MAX_LABEL_CHARACTERS = 100
# A kernel inherits its token once, and may live for weeks.
PROGRAM_TOKEN_SECONDS = 30 * 24 * 3600
PROGRAM_LABEL = "Kernels and terminals of a server"
TICKET_SECONDS = 30
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Issued:
    """A secret, handed out once, and when it ends (Unix seconds)."""

    id: str
    secret: str
    expires: float


class Credentials:
    """Makes tokens and tickets, and knows which have been revoked."""

    def __init__(self, store: Store, signer: TokenSigner) -> None:
        self._store = store
        self._signer = signer
        self._revoked: frozenset[str] = frozenset()
        self._reading = asyncio.Lock()
        self._stale = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[frozenset[str]], None]] = []

    # -- tokens -------------------------------------------------------------------------------------

    async def mint(
        self, principal: Principal, label: str, scopes: Sequence[str], ttl_seconds: int
    ) -> Issued:
        """Make a token with which a program may what `scopes` name, for `principal`.

        Raises
        ------
        BadRequest, Forbidden, LimitReached
        """
        check_holder(principal)
        if not 1 <= len(label) <= MAX_LABEL_CHARACTERS or not label.isprintable():
            raise BadRequest(f"A label has 1 to {MAX_LABEL_CHARACTERS} printable characters.")
        if not MIN_TOKEN_SECONDS <= ttl_seconds <= MAX_TOKEN_SECONDS:
            raise BadRequest(f"ttl_seconds is {MIN_TOKEN_SECONDS} to {MAX_TOKEN_SECONDS}.")
        named = tuple(sorted(parse_scopes(scopes)))
        return await self._issue(principal.name, label, named, ttl_seconds, principal.expires)

    async def mint_program(self, owner: str) -> Issued:
        """Make the token for kernels and terminals of `owner` on this server."""
        return await self._issue(owner, PROGRAM_LABEL, None, PROGRAM_TOKEN_SECONDS, None)

    async def _issue(
        self,
        owner: str,
        label: str,
        scopes: tuple[str, ...] | None,
        ttl_seconds: int,
        not_beyond: float | None,
    ) -> Issued:
        now = time.time()
        expires_ms = int(min(now + ttl_seconds, not_beyond or now + ttl_seconds) * 1000)
        record = TokenRecord(
            id=secrets.token_urlsafe(12),
            owner=owner,
            label=label,
            scopes=scopes,
            created_ms=int(now * 1000),
            expires_ms=expires_ms,
        )
        await self._store.credentials.mint(record)
        journal.note(
            "token.minted", token=record.id, user=owner, scopes=" ".join(scopes) if scopes else None
        )
        return Issued(record.id, self._signer.sign(record), expires_ms / 1000)

    async def tokens(
        self, principal: Principal, before: tuple[int, str] | None, limit: int
    ) -> list[TokenRecord]:
        """List one's own tokens, the newest first, behind a `(created_ms, id)`."""
        check_holder(principal)
        return await self._store.credentials.tokens(principal.name, before, limit)

    async def revoke(self, principal: Principal, token_id: str) -> None:
        """End a token of one's own (an admin: anybody's) and its connections, now.

        Raises
        ------
        NotFound
            Whether there is none, or it is somebody else's.
        """
        check_holder(principal)
        owner = None if principal.admin else principal.name
        if not await self._store.credentials.revoke(token_id, owner, _now_ms()):
            raise NotFound(f"You have no token {token_id[:64]!r}.")
        journal.note("token.revoked", token=token_id, user=principal.name)
        await self._read()

    # -- the deny-list ------------------------------------------------------------------------------

    async def open(self) -> None:
        """Read the deny-list, and follow it from now on."""
        await self._read()
        self._store.on_growth(self._stale.set)
        self._following = asyncio.get_running_loop().create_task(self._follow())

    async def close(self) -> None:
        """End."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    async def revoked(self) -> None:
        """Act on tokens that were revoked together with their owner's data."""
        await self._read()

    def on_revoked(self, tell: Callable[[frozenset[str]], None]) -> None:
        """Have the ids told that have newly come onto the deny-list."""
        self._listeners.append(tell)

    def is_revoked(self, principal: Principal) -> bool:
        """Whether the token behind a principal has been revoked."""
        return principal.token_id in self._revoked

    def check(self, principal: Principal) -> Principal:
        """Give a principal back unless its token has been revoked.

        Raises
        ------
        Unauthenticated
        """
        if self.is_revoked(principal):
            raise Unauthenticated("This token was revoked; get a new one.")
        return principal

    async def _follow(self) -> None:
        while True:
            await self._stale.wait()
            self._stale.clear()
            try:
                await self._read()
            except RealtimeError as error:
                journal.warn("tokens.failed", reason=error.message)
                self._stale.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _read(self) -> None:
        # One after another: an older read must not replace a newer one.
        async with self._reading:
            fresh = await self._store.credentials.revoked(_now_ms())
            added, self._revoked = fresh - self._revoked, fresh
        if added:
            for tell in self._listeners:
                tell(added)

    # -- tickets ------------------------------------------------------------------------------------

    async def ticket(self, principal: Principal) -> Issued:
        """Make a ticket that stands for `principal` once, within seconds."""
        text = secrets.token_urlsafe(32)
        now = time.time()
        expires = min(now + TICKET_SECONDS, principal.expires or now + TICKET_SECONDS)
        digest = _digest(text)
        await self._store.credentials.add_ticket(
            digest, encode(principal).decode(), int(expires * 1000), int(now * 1000)
        )
        return Issued(digest, text, expires)

    async def redeem(self, ticket: str) -> Principal:
        """Give the principal that a ticket stands for; it can't be used again.

        Raises
        ------
        Unauthenticated
        """
        kept = await self._store.credentials.redeem(_digest(ticket), _now_ms())
        if kept is None:
            raise Unauthenticated("This ticket was used, or is older than 30 s; get a new one.")
        return self.check(msgspec.json.decode(kept, type=Principal))


def check_holder(principal: Principal) -> None:
    """Refuse those who may use tokens but not have any of their own."""
    if principal.scopes is not None:
        raise Forbidden("A scoped token can't see, make or revoke tokens; do it as yourself.")
    if principal.actor.via == "server":
        raise Forbidden("A visitor has no tokens here; make them on your own server.")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
