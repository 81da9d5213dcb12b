"""How documents looked when they were looked at last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .projects import Document

LITTLE = "-"


@dataclass(frozen=True)
class Look:
    """How a document's file looked.

    Parameters
    ----------
    digest
        Of what its threads are anchored to: a notebook's cells without their outputs. It begins with
        `LITTLE` where that is too little to know a file by.
    is_missing
        Whether there was no file any more; then the rest is as it was before.
    """

    document: str
    digest: str
    size: int
    modified_ms: int
    is_missing: bool = False

    @property
    def is_telling(self) -> bool:
        """Whether another file that says the same is most likely this one."""
        return not self.digest.startswith(LITTLE)


class Looks(Protocol):
    """How documents looked when they were looked at last."""

    async def watched(self, projects: Sequence[str]) -> list[tuple[Document, Look | None]]:
        """List the documents of projects that have threads; None where one was never looked at."""
        ...

    async def of(self, document: str) -> tuple[Document, Look | None] | None:
        """Give one of them; None where it has no threads."""
        ...

    async def note(self, looks: Sequence[Look]) -> None:
        """Keep how they look now."""
        ...
