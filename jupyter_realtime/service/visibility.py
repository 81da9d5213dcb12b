"""Who doesn't want to be seen: asked at each word that somebody says about themselves.

What was read of somebody is remembered. It changes when they settle something else here, and is read again
when another server may have changed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..core.errors import RealtimeError
from ..core.preferences import Preferences
from .background import Background
from .journal import Journal
from .preferences import PreferenceBook

journal = Journal(__name__)

# Where the stock provider makes up a new name in each browser, there would be more and more of them.
MOST_REMEMBERED = 10_000

Changed = Callable[[str], None]


class Visibility:
    """Knows who is invisible by their own choice."""

    def __init__(self, preferences: PreferenceBook) -> None:
        self._preferences = preferences
        self._hidden: dict[str, bool] = {}
        self._changed: list[Changed] = []
        self._background = Background()
        self._reading = False
        self._grown_again = False

    def on_change(self, listener: Changed) -> None:
        """Have it told, by name, when somebody can be seen again, or no longer."""
        self._changed.append(listener)

    def is_hidden(self, person: str) -> bool:
        """Whether somebody doesn't want to be seen, as far as it is known; see `look_up`."""
        return self._hidden.get(person, False)

    async def look_up(self, person: str) -> bool:
        """Find out whether somebody doesn't want to be seen."""
        known = self._hidden.get(person)
        if known is not None:
            return known
        found = await self._preferences.of(person)
        if len(self._hidden) >= MOST_REMEMBERED:
            self._hidden.clear()
        # What they have settled during the reading is the truth.
        return self._hidden.setdefault(person, _hides(found))

    async def settled(self, person: str, preferences: Preferences) -> None:
        """Take what somebody has settled just now."""
        self._take([(person, preferences)])

    def _take(self, found: Iterable[tuple[str, Preferences]]) -> None:
        for person, preferences in found:
            hides = _hides(preferences)
            was_hidden = self._hidden.get(person, False)
            self._hidden[person] = hides
            if hides != was_hidden:
                for listener in self._changed:
                    listener(person)

    def grown(self) -> None:
        """Read again what another server may have changed."""
        self._grown_again = True
        if not self._reading:
            self._reading = True
            self._background.begin(self._read_again())

    async def _read_again(self) -> None:
        try:
            while self._grown_again:
                self._grown_again = False
                self._take((await self._preferences.of_many(list(self._hidden))).items())
        except RealtimeError as error:
            # The next growth asks again.
            journal.warn("presence.unread", reason=error.message)
        finally:
            self._reading = False

    async def close(self) -> None:
        """End what is under way."""
        await self._background.close()


def _hides(preferences: Preferences) -> bool:
    return preferences.presence == "invisible"
