"""What happens to files and kernels, and how a burst of it is told.

Rules
-----
1. What happens first is told at once. What one person saves again within the window waits until its end,
   and is told then, as one: an upload in a hundred pieces is two events.
2. Nothing passes what happened before it: a rename lets out what waits.
3. A file is created once, in however many ways that was noticed.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec

from .actors import Actor

HappeningKind = Literal["saved", "created", "renamed", "deleted", "kernel"]
_Key = tuple[str, str]


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done to a file, or for it.

    `path` and `old_path` (of a rename) are below the server's root, with `/` and without one in front.
    """

    kind: HappeningKind
    path: str
    old_path: str | None = None
    actor: Actor


H = TypeVar("H", bound=Happening)


class Bursts(Generic[H]):
    """Makes few happenings of many.

    Parameters
    ----------
    window_seconds
        For how long another save of the same file by the same person waits.
    """

    def __init__(self, window_seconds: float) -> None:
        self._window = window_seconds
        # Until when a file's saves wait, and the last of those that do.
        self._until: dict[_Key, float] = {}
        self._waiting: dict[_Key, H] = {}

    def take(self, happening: H, now: float) -> list[H]:
        """Take what has happened; returns what is to be told at once, in order."""
        if happening.kind not in ("saved", "created"):
            return [*self.rest(), happening]
        key = (happening.path, happening.actor.name)
        if self._until.get(key, now) <= now and key not in self._waiting:
            self._until[key] = now + self._window
            return [happening]
        if happening.kind == "saved":
            self._waiting[key] = happening
        return []

    def due(self, now: float) -> list[H]:
        """Give what has waited long enough."""
        over = [key for key, until in self._until.items() if until <= now]
        for key in over:
            del self._until[key]
        told = [self._waiting.pop(key) for key in over if key in self._waiting]
        for happening in told:
            self._until[happening.path, happening.actor.name] = now + self._window
        return told

    def next_due(self) -> float | None:
        """Tell when `due` gives something; None if nothing waits."""
        return min((self._until[key] for key in self._waiting), default=None)

    def rest(self) -> list[H]:
        """Give all that waits; what comes now begins anew."""
        waiting = list(self._waiting.values())
        self._waiting.clear()
        self._until.clear()
        return waiting
