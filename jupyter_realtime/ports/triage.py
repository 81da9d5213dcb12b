"""What is known of issues from run to run, and what people decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.actors import Actor
from ..core.issues import Issue
from ..core.log import Draft
from ..core.triage import Baseline, Dismissal, IssueKey


class Triage(Protocol):
    """What is known of a project's issues from run to run, and what people decide about them.

    Guarantees
    ----------
    - A decision and the event about it are one commit.
    - `Analyses.save` notes how the issues that it keeps stand, in its own commit.
    """

    async def standing(self, project: str) -> dict[IssueKey, bool]:
        """Tell which issues are known, and whether each is still open."""
        ...

    async def last_seen(self, project: str, keys: Sequence[IssueKey]) -> list[Issue]:
        """Give known issues as they were found last."""
        ...

    async def dismiss(
        self,
        project: str,
        fingerprint: str,
        path: str,
        reason: str,
        actor: Actor,
        now_ms: int,
        told: Draft,
    ) -> Dismissal:
        """Keep a dismissal; `NotFound` for an issue that no run has found."""
        ...

    async def restore(self, project: str, fingerprint: str, path: str | None, told: Draft) -> bool:
        """Take a dismissal back, with None in all files; False, and nothing told, if there is none."""
        ...

    async def dismissed(self, project: str) -> list[tuple[str, str]]:
        """Give fingerprint and path of all that is dismissed."""
        ...

    async def dismissals(self, project: str, after: tuple[str, str], limit: int) -> list[Dismissal]:
        """List dismissals behind a fingerprint and path."""
        ...

    async def keep_baseline(self, project: str, new: Baseline, told: Draft) -> Baseline:
        """Keep what a run has found under a name, in place of what had it; gives it with its count."""
        ...

    async def drop_baseline(self, project: str, name: str, told: Draft) -> bool:
        """Forget a baseline; False, and nothing told, if there is none."""
        ...

    async def baselines(self, project: str, after: str, limit: int) -> list[Baseline]:
        """List baselines behind a name."""
        ...

    async def baseline_issues(self, project: str, name: str) -> list[tuple[str, str]] | None:
        """Give fingerprint and path of a baseline's issues; None if there is no such baseline."""
        ...
