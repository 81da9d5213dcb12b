"""Somebody in a project: what their tabs have said, and what of it may be shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..core.actors import Actor, Principal
from ..core.presence import Presence, Word


@dataclass
class Said:
    """A word of a connection, and whether it may be shown."""

    word: Word
    may: bool = True


@dataclass
class Person:
    """Somebody in a project."""

    project: str
    principal: Principal
    words: dict[str, Said] = field(default_factory=dict)
    is_hidden: bool = False
    # How they are, whoever may know it.
    entry: Presence | None = None
    # What hangs on the board; None where nothing does.
    shown: Presence | None = None

    @property
    def actor(self) -> Actor:
        """Who they are, as the server knows them."""
        return self.principal.actor

    @property
    def shown_words(self) -> list[Word]:
        """What their tabs have said that may be there."""
        return [said.word for said in self.words.values() if said.may]

    def showable(self) -> Presence | None:
        """Tell what of them belongs on the board."""
        if self.is_hidden:
            return None
        if self.words:
            return self.entry if self.shown_words else None
        # They have gone: that is news where they were seen.
        return self.entry if self.shown is not None else None
