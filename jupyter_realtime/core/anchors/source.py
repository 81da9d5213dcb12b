"""What is kept of the code that a thread is about, so that it can be found again."""

from __future__ import annotations

import hashlib

import msgspec

from ..threads import Scope

CONTEXT_CHARACTERS = 128


class AnchorSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where some code stood when it was seen last, what it was, and what stood around it.

    `prefix` and `suffix` are at most 128 code points of the document's text. `original` is the code as it
    was commented on; `quote` becomes what people have made of it since (`refresh`).

    `framed` says whether the whole document was known: whether prefix and suffix go on in the cells
    above and below; at which of several places with the same text it stood (`occurrence` of
    `occurrences`, from 1); how likely the likest of the others was (`rival`, a score); and what else stood
    there that is like it (`rivals`, digests of texts).

    Why rivals are remembered: two cells draw the same plot of two tables. Somebody deletes the second.
    What a comment on it was about looks found in the first, with much of the same around it. But that
    stood there before, with just that score: so it is the other one.
    """

    scope: Scope
    cell_id: str | None
    cell_index: int | None
    start: int | None
    end: int | None
    quote: str
    prefix: str
    suffix: str
    original: str
    framed: bool = False
    occurrence: int = 0
    occurrences: int = 0
    rival: float = 0.0
    rivals: tuple[str, ...] = ()


def digest(text: str) -> str:
    """Name a text that is remembered only to be known again."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()
