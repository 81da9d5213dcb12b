"""Where mails go, and the links in them by which people confirm an address, or have no more mails.

Rules
-----
1. A mail goes to an address that its reader has confirmed, or else to their name at the server's domain. It
   goes there until a new one is confirmed.
2. A link's token stands in the mail and nowhere else: what is kept is its digest. Whoever has it is whoever
   got the mail, so nobody has to be logged in.
3. Looking at a link does nothing: mail scanners look at all of them. Only a POST acts, at once, and as
   often as it comes.
4. Few mails ask whether an address is somebody's: they go where nobody has agreed to anything.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Collection, Mapping

import msgspec

from ..core.actors import Principal
from ..core.errors import NotFound, RateLimited, Unavailable
from ..core.letters import Confirmation, Envelope
from ..core.mail import check_address, is_address
from ..core.notifications import CATEGORIES, Category
from ..core.preferences import Channel, Rule
from ..core.session import Bucket
from ..ports import Mailer, Store, Undelivered
from ..ports.deliveries import Address, Link, Purpose
from .inboxes import DAY_MS, now_ms
from .preferences import PreferenceBook

# Whoever gets a mail may want to end such mails long after.
LINK_DAYS = 365
_TOKEN_BYTES = 24
# Of mails that ask whether an address is somebody's.
ASKED_AN_HOUR = 5


class Addresses:
    """Where mails go.

    Parameters
    ----------
    mailer
        None where this server sends no mail.
    domain
        Where everybody has an address with their name; empty for nowhere.
    site
        The address of our prefix, with a slash at its end, as people reach it.
    """

    def __init__(
        self, store: Store, book: PreferenceBook, mailer: Mailer | None, *, domain: str, site: str
    ) -> None:
        self._store = store
        self._book = book
        self._mailer = mailer
        self._domain = domain
        self._site = site
        self._asking: dict[str, Bucket] = {}

    @property
    def can_mail(self) -> bool:
        """Whether this server sends mails."""
        return self._mailer is not None

    # -- where ---------------------------------------------------------------------------------------

    async def of(self, people: Collection[str]) -> Mapping[str, str]:
        """Find where mails to some people go; whom none reaches is left out."""
        settled = await self._store.mailboxes.of(people)
        counting = {person: self._counting(person, settled.get(person)) for person in people}
        return {person: address for person, address in counting.items() if address is not None}

    def _counting(self, person: str, own: Address | None) -> str | None:
        """Find where mails go, by what somebody has settled."""
        return (None if own is None else own.counting) or self._at_domain(person)

    def _at_domain(self, person: str) -> str | None:
        address = f"{person}@{self._domain}"
        return address if self._domain and is_address(address) else None

    async def shown(self, person: str) -> Address | None:
        """Tell somebody where their mails go, or would go as soon as it is confirmed."""
        own = await self._own(person)
        counting = self._counting(person, own)
        if own is not None and not own.confirmed:
            return Address(own.address, confirmed=False, in_use=counting)
        return None if counting is None else Address(counting, confirmed=True, in_use=counting)

    async def _own(self, person: str) -> Address | None:
        return (await self._store.mailboxes.of([person])).get(person)

    async def settle(self, principal: Principal, address: str | None) -> None:
        """Settle one's own address: a mail goes there, with the link that confirms it. None forgets it.

        Raises
        ------
        BadRequest, RateLimited, Unavailable
        """
        person = principal.name
        if address is None:
            await self._store.mailboxes.remove(person)
            return
        check_address(address)
        own = await self._own(person)
        if address == self._counting(person, own):
            await self._stay(person, own)
            return
        if self._mailer is None:
            raise Unavailable("This server sends no mail; see RealtimeConfig.smtp_url.")
        self._count(person)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        await self._store.mailboxes.put(person, address, digest_of(token), now_ms())
        envelope = Envelope(digest_of(token)[:24], address, principal.actor.display_name)
        letter = Confirmation(envelope, f"{self._site}confirm/{token}", self._site)
        try:
            await self._mailer.send(letter)
        except Undelivered as error:
            raise Unavailable(f"No mail could be sent to {address}. {error.message}") from error

    async def _stay(self, person: str, own: Address | None) -> None:
        """Have mails go where they go now, whatever was to be confirmed."""
        if own is None or own.confirmed:
            return
        if own.in_use is not None:
            await self._store.mailboxes.keep(person)
        else:
            await self._store.mailboxes.remove(person)

    def _count(self, person: str) -> None:
        now = time.monotonic()
        if person not in self._asking:
            self._asking = {who: b for who, b in self._asking.items() if not b.is_full(now)}
            self._asking[person] = Bucket(ASKED_AN_HOUR / 3600, now, seconds_at_once=3600)
        wait = self._asking[person].take(now)
        if wait:
            raise RateLimited(
                "You have changed your address too often.", retry_after=round(wait, 3)
            )

    # -- links -----------------------------------------------------------------------------------------

    async def unsubscribe_url(self, person: str, category: Category | None) -> str:
        """Make the link by which somebody ends mails; `category` is all that the mail is about."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        link = Link(person, "unsubscribe", category)
        since_ms = now_ms() - LINK_DAYS * DAY_MS
        await self._store.mailboxes.add_link(digest_of(token), link, now_ms(), since_ms)
        return f"{self._site}unsubscribe/{token}"

    async def look(self, token: str, purpose: Purpose) -> Link:
        """Find out for whom a link is, without doing anything.

        Raises
        ------
        NotFound
        """
        link = await self._store.mailboxes.link(digest_of(token))
        if link is None or link.purpose != purpose:
            raise NotFound("This link is not good any more.")
        return link

    async def confirm(self, token: str) -> str:
        """Confirm an address; returns it.

        Raises
        ------
        NotFound
        """
        address = await self._store.mailboxes.confirm(digest_of(token))
        if address is None:
            raise NotFound("This link is not good any more: you may have settled another address.")
        return address

    async def unsubscribe(self, link: Link, *, only_category: bool = False) -> Collection[Category]:
        """Send no more mails to whom a link is for; returns what an admin has locked, and still comes."""
        wanted = [c for c in CATEGORIES if not only_category or c == link.category]
        locks = {(rule.category, rule.channel): rule.mode for rule in self._book.policy.locks}
        before = await self._book.of(link.person)
        # What was chosen before an admin locked it is no choice any more, and would be refused.
        rules = {
            (r.category, r.channel): r for r in before.rules if (r.category, r.channel) not in locks
        }
        for category in wanted:
            key: tuple[Category, Channel] = category, "email"
            if key not in locks:
                rules[key] = Rule(category=category, channel="email", mode="off")
        settled = msgspec.structs.replace(before, rules=list(rules.values()))
        await self._book.keep(link.person, settled)
        return [c for c in wanted if locks.get((c, "email"), "off") != "off"]


def digest_of(token: str) -> str:
    """By what a token is known."""
    return hashlib.sha256(token.encode()).hexdigest()
