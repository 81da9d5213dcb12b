"""`api/v1/me/data` and `api/v1/people/<name>/data`: what is stored about a person."""

from __future__ import annotations

from tornado.iostream import StreamClosedError

from ...core.access import check_personal
from ...core.actors import Principal
from ...core.codec import encode
from ...ports import PersonalPage
from . import shapes
from .base import RealtimeHandler, route


class _Export:
    """Writes pages as one JSON object, with a list for each section."""

    def __init__(self, person: str) -> None:
        self.begin = b'{"user":' + encode({"name": person})
        self.end = b"]}"
        self._section: str | None = None
        self._is_empty = True

    def piece(self, page: PersonalPage) -> bytes:
        """Write a page behind those before."""
        opening = b""
        if page.section != self._section:
            opening = (b"]," if self._section else b",") + encode(page.section) + b":["
            self._section, self._is_empty = page.section, True
        items = b",".join(encode(item) for item in page.items)
        comma = b"," if items and not self._is_empty else b""
        self._is_empty = self._is_empty and not items
        return opening + comma + items


class _DataHandler(RealtimeHandler):
    async def send(self, principal: Principal, person: str) -> None:
        """Stream it as one JSON object, however much there is."""
        self.services.rates.take(principal)
        check_personal(principal, person)
        export = _Export(person)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Disposition", 'attachment; filename="jupyter-realtime-data.json"')
        self.write(export.begin)
        async for page in self.services.people.data(principal, person):
            self.write(export.piece(page))
            try:
                # Goes on when the client has read it: what is on its way is never more than a piece.
                await self.flush()
            except StreamClosedError:
                return
        self.finish(export.end)

    async def erase(self, principal: Principal, person: str, *, by_name: bool) -> None:
        """Erase it, and say how much that was."""
        self.services.rates.take(principal)
        done = await self.services.people.erase(principal, person, by_name=by_name)
        self.answer(shapes.ErasedAnswer(erased=done.erased, kept=done.kept))


class MyDataHandler(_DataHandler):
    """`me/data`."""

    @route("read", gives=shapes.PersonalData)
    async def get(self, principal: Principal) -> None:
        """Export all that is stored about oneself."""
        await self.send(principal, principal.name)

    @route("write", gives=shapes.ErasedAnswer)
    async def delete(self, principal: Principal) -> None:
        """Erase all that is stored about oneself."""
        await self.erase(principal, principal.name, by_name=False)


class PersonsDataHandler(_DataHandler):
    """`people/<name>/data`, for admins."""

    @route("read", gives=shapes.PersonalData)
    async def get(self, principal: Principal, name: str) -> None:
        """Export all that is stored about somebody."""
        await self.send(principal, name)

    @route("write", gives=shapes.ErasedAnswer)
    async def delete(self, principal: Principal, name: str) -> None:
        """Erase all that is stored about somebody."""
        await self.erase(principal, name, by_name=True)
