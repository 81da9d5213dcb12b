"""What is stored about a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..core.members import Role

# Where a walk through a person's data stands; only the store that gave it can read it.
Place = tuple[int, tuple[Any, ...] | None]


@dataclass(frozen=True)
class PersonalPage:
    """A piece of what is stored about a person: rows of one section, and where the next piece begins."""

    section: str
    items: Sequence[Mapping[str, Any]]
    following: Place | None


@dataclass(frozen=True)
class ErasedStep:
    """A piece that was erased: how many rows of a section, how many stay, and where to go on."""

    section: str
    erased: int
    kept: int
    following: Place | None


class People(Protocol):
    """What is stored about a person, whatever the table.

    Guarantees
    ----------
    - A walk from None until `following` is None comes by every row that was there when it began. The
      sections come one after another, always in the same order.
    - A step takes bounded memory, and holds up other writes for less than 0.1 s.
    - What a step has erased is gone for good when it returns. Positions in logs stay.
    - A walk that was interrupted may begin anew.
    """

    async def find(self, person: str, place: Place | None) -> PersonalPage:
        """Find a piece: never a secret, and of events also those that say which role they have."""
        ...

    async def erase(
        self, person: str, place: Place | None, keep: Collection[Role], now_ms: int
    ) -> ErasedStep:
        """Erase a piece.

        Events stay without their name; their inbox, keys, tickets and roles go, but not the roles in
        `keep`; their tokens are revoked.
        """
        ...
