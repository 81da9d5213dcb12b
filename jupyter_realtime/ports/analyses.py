"""Runs, and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..core.actors import Actor
from ..core.issues import Analysis, Issue, Timing
from ..core.log import Draft
from ..core.triage import IssueKey


@dataclass(frozen=True)
class Run:
    """An analysis as it is kept.

    Parameters
    ----------
    outside
        Whether a runner elsewhere reports it, rather than this server running it.
    lease_until_ms
        Until when (Unix milliseconds) whoever runs it has promised to report again.
    quiet
        Whether it is one of many, as on every save: nobody wants to hear that it ended, unless it failed.
    """

    analysis: Analysis
    actor: Actor
    outside: bool
    created_ms: int
    lease_until_ms: int
    quiet: bool = False


class Analyses(Protocol):
    """Runs and what they found."""

    async def save(
        self,
        run: Run,
        *,
        issues: Sequence[Issue] = (),
        moved: Sequence[IssueKey] = (),
        timing: Timing | None = None,
        drafts: Sequence[Draft] = (),
        report_key: str | None = None,
    ) -> bool:
        """Keep a run's new standing, its new issues, how they stand, and the events, in one commit.

        Parameters
        ----------
        moved
            Where some of these issues were known before, in files that are gone. A dismissal goes with
            them, and nothing is known of the old places any more.

        Returns
        -------
        bool
            False if `report_key` was kept already: then nothing was changed.
        """
        ...

    async def get(self, run: str) -> Run | None:
        """Find a run."""
        ...

    async def recent(
        self, projects: Sequence[str], before: tuple[int, str] | None, limit: int
    ) -> list[Run]:
        """List runs, the newest first, behind a `(created_ms, id)`."""
        ...

    async def issues(self, run: str, after: int, limit: int) -> list[tuple[int, Issue]]:
        """List a run's issues in the order found, each with its ordinal, behind an ordinal."""
        ...

    async def expired(self, now_ms: int) -> list[Run]:
        """List the unfinished runs whose lease is over."""
        ...

    async def untold(self, projects: Sequence[str], limit: int) -> list[Run]:
        """List runs that have ended, and of whose end nobody was told yet."""
        ...

    async def note_told(self, runs: Sequence[str]) -> None:
        """Note that whom they concern was told how these runs ended."""
        ...

    async def costs(self, project: str) -> dict[str, float]:
        """Past seconds a kilobyte, by detector."""
        ...
