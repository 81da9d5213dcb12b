"""`api/v1/preferences`: how one is told."""

from __future__ import annotations

import msgspec

from ...core.actors import Principal
from ...core.mail import check_address
from ...core.preferences import Preferences, all_rules
from . import notification_shapes as shapes
from .base import RealtimeHandler, route

Email = str | msgspec.UnsetType | None


class PreferencesHandler(RealtimeHandler):
    """`preferences`."""

    @route("read", gives=shapes.PreferencesAnswer)
    async def get(self, principal: Principal) -> None:
        """Show how one is told."""
        await self._answer(principal, await self.services.preferences.read(principal))

    @route("write", takes=shapes.PreferencesRequest, gives=shapes.PreferencesAnswer)
    async def put(self, principal: Principal) -> None:
        """Settle all of it; what is left out is as by default."""
        wanted = self.body(shapes.PreferencesRequest)
        await self._settle(principal, wanted.settled, wanted.email)

    @route("write", takes=shapes.PreferencesChange, gives=shapes.PreferencesAnswer)
    async def patch(self, principal: Principal) -> None:
        """Settle some of it."""
        change = self.body(shapes.PreferencesChange)
        wanted = change.of(await self.services.preferences.read(principal))
        await self._settle(principal, wanted, change.email)

    @route("write", gives=shapes.PreferencesAnswer)
    async def delete(self, principal: Principal) -> None:
        """Go back to the defaults; the address for mails, the zone and the presence stay."""
        await self._answer(principal, await self.services.preferences.reset(principal))

    async def _settle(self, principal: Principal, wanted: Preferences, email: Email) -> None:
        if isinstance(email, str):
            check_address(email)
        await self.services.preferences.put(principal, wanted)
        if email is not msgspec.UNSET:
            await self.services.addresses.settle(principal, email)
        await self._answer(principal, wanted)

    async def _answer(self, principal: Principal, settled: Preferences) -> None:
        policy, ways = self.services.preferences.policy, self.services.dispatcher.ways
        known = await self.services.addresses.shown(principal.name)
        self.answer(
            shapes.PreferencesAnswer(
                rules=all_rules(settled, policy),
                quiet_hours=settled.quiet_hours,
                digest=settled.digest,
                digest_at=settled.digest_at,
                zone=settled.zone,
                mutes=settled.mutes,
                presence=settled.presence,
                locks=policy.locks,
                email=None
                if known is None
                else shapes.EmailAddress(
                    address=known.address, confirmed=known.confirmed, in_use=known.in_use
                ),
                channels=shapes.ReachableBy(email="email" in ways, push="push" in ways),
            )
        )
