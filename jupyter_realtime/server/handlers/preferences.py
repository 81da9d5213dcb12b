"""`api/v1/preferences`: how one is told."""

from __future__ import annotations

from ...core.actors import Principal
from ...core.preferences import Preferences, all_rules
from . import notification_shapes as shapes
from .base import RealtimeHandler, route


class PreferencesHandler(RealtimeHandler):
    """`preferences`."""

    @route("read", gives=shapes.PreferencesAnswer)
    async def get(self, principal: Principal) -> None:
        """Show how one is told."""
        self._answer(await self.services.preferences.read(principal))

    @route("write", takes=Preferences, gives=shapes.PreferencesAnswer)
    async def put(self, principal: Principal) -> None:
        """Settle all of it; what is left out is as by default."""
        wanted = self.body(Preferences)
        await self.services.preferences.put(principal, wanted)
        self._answer(wanted)

    @route("write", takes=shapes.PreferencesChange, gives=shapes.PreferencesAnswer)
    async def patch(self, principal: Principal) -> None:
        """Settle some of it."""
        change = self.body(shapes.PreferencesChange)
        wanted = change.of(await self.services.preferences.read(principal))
        await self.services.preferences.put(principal, wanted)
        self._answer(wanted)

    def _answer(self, settled: Preferences) -> None:
        policy = self.services.preferences.policy
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
            )
        )
