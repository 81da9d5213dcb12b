"""`api/v1/tokens…` and `api/v1/tickets`: credentials for programs, and for sockets."""

from __future__ import annotations

from ...core.actors import Principal
from ...core.times import rfc3339
from ...ports import TokenRecord
from . import shapes
from .base import CURSOR, LIMIT, RealtimeHandler, moment_cursor, route


class TokensHandler(RealtimeHandler):
    """`tokens`."""

    @route("write", takes=shapes.TokenRequest, gives=shapes.TokenAnswer, status=201)
    async def post(self, principal: Principal) -> None:
        """Make a token for a program; its text is shown this once."""
        self.services.rates.take(principal)
        wanted = self.body(shapes.TokenRequest)
        issued = await self.services.credentials.mint(
            principal, wanted.label, wanted.scopes, wanted.ttl_seconds
        )
        expires = rfc3339(issued.expires)
        self.answer(shapes.TokenAnswer(id=issued.id, token=issued.secret, expires=expires), 201)

    @route("read", gives=shapes.Listing[shapes.TokenItem], parameters=(CURSOR, LIMIT))
    async def get(self, principal: Principal) -> None:
        """List one's own tokens, the newest first, without their text."""
        limit = self.limit()
        records = await self.services.credentials.tokens(principal, self.moment(), limit)
        following = (records[-1].created_ms, records[-1].id) if len(records) == limit else None
        items = [_item(record) for record in records]
        self.answer(shapes.Listing(items=items, next=moment_cursor(following)))


class TokenHandler(RealtimeHandler):
    """`tokens/<id>`."""

    @route("write", status=204)
    async def delete(self, principal: Principal, token_id: str) -> None:
        """Revoke; its connections are closed when this is answered."""
        await self.services.credentials.revoke(principal, token_id)
        self.set_status(204)
        self.finish()


class TicketsHandler(RealtimeHandler):
    """`tickets`."""

    @route("read", gives=shapes.TicketAnswer, status=201)
    async def post(self, principal: Principal) -> None:
        """Make a ticket for one socket, to be shown as the sub-protocol `ticket.<x>`."""
        self.services.rates.take(principal)
        issued = await self.services.credentials.ticket(principal)
        self.answer(shapes.TicketAnswer(ticket=issued.secret, expires=rfc3339(issued.expires)), 201)


def _item(record: TokenRecord) -> shapes.TokenItem:
    return shapes.TokenItem(
        id=record.id,
        label=record.label,
        scopes=None if record.scopes is None else list(record.scopes),
        created=rfc3339(record.created_ms / 1000),
        expires=rfc3339(record.expires_ms / 1000),
        revoked=None if record.revoked_ms is None else rfc3339(record.revoked_ms / 1000),
    )
