"""Carries parcels by mail: finds the address, writes the letter, hands it over.

Rules
-----
1. A letter tells what its reader may see at this moment, once for each notification, the newest first.
2. It leads into Jupyter, and to the one link that ends such mails.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timezone
from urllib.parse import urljoin, urlsplit

from ..core.letters import (
    MAX_TOLD,
    Envelope,
    Letter,
    Told,
    sections_of,
    subject_of,
    told_of,
    wall,
)
from ..core.notifications import Category
from ..core.preferences import zone_of
from ..ports import Mailer, Parcel, Refused, Store
from ..ports.deliveries import Item
from .addresses import Addresses
from .preferences import PreferenceBook


class Mailing:
    """The port `Carrier`, by mail.

    Parameters
    ----------
    site
        The address of the Jupyter server, with a slash at its end, as people reach it.
    clock
        Unix milliseconds.
    """

    def __init__(
        self,
        store: Store,
        book: PreferenceBook,
        addresses: Addresses,
        mailer: Mailer,
        *,
        site: str,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._store = store
        self._book = book
        self._addresses = addresses
        self._mailer = mailer
        self._site = site
        self._clock = clock

    async def reach(self, people: Collection[str]) -> Collection[str]:
        """Tell which of some people have an address."""
        return (await self._addresses.of(people)).keys()

    async def carry(self, parcel: Parcel) -> None:
        """Send a parcel as one letter.

        Raises
        ------
        Undelivered, Refused
        """
        person = parcel.recipient
        address = (await self._addresses.of([person])).get(person)
        if address is None:
            raise Refused("There is no address.")
        envelope = Envelope(parcel.id, address, await self._name(person))
        await self._mailer.send(await self._letter(envelope, person, newest_of(parcel.items)))

    async def _letter(self, envelope: Envelope, person: str, items: Sequence[Item]) -> Letter:
        zone = zone_of(await self._book.of(person))
        told = [await self._told(item, zone) for item in items[:MAX_TOLD]]
        more = len(items) - len(told)
        now = datetime.fromtimestamp(self._clock() / 1000, timezone.utc)
        return Letter(
            envelope=envelope,
            subject=subject_of(told, more),
            when=wall(now, zone),
            sections=sections_of(told),
            more=more,
            inbox_url=self._site,
            unsubscribe_url=await self._addresses.unsubscribe_url(person, _only_category(items)),
        )

    async def _told(self, item: Item, zone: str) -> Told:
        return told_of(
            item.notification,
            rule=item.rule,
            url=absolute(item.notification.action_url, self._site),
            project=await self._project(item.notification.project),
            zone=zone,
        )

    async def _project(self, project: str | None) -> str | None:
        found = None if project is None else await self._store.projects.get(project)
        return None if found is None else found.name

    async def _name(self, person: str) -> str:
        known = (await self._store.directory.find([person])).get(person)
        return person if known is None else known.actor.display_name


def newest_of(items: Sequence[Item]) -> list[Item]:
    """Take each notification once, the newest first."""
    each = {item.notification.id: item for item in items}
    return sorted(each.values(), key=lambda item: item.notification.updated_at, reverse=True)


def absolute(action_url: str | None, site: str) -> str:
    """Write where a notification leads so that it leads there from a mail, too.

    A path that doesn't begin as the server's own does begins at the server's.
    """
    if action_url is None:
        return site
    base = urlsplit(site).path
    if action_url.startswith("/") and not action_url.startswith(base):
        return urljoin(site, action_url.lstrip("/"))
    return urljoin(site, action_url)


def _only_category(items: Sequence[Item]) -> Category | None:
    categories = {item.notification.category for item in items}
    return categories.pop() if len(categories) == 1 else None
