"""Who has which role where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.log import Draft
from ..core.members import Member, MemberKey, Role
from .inbox import Posting


class Members(Protocol):
    """Who has which role in a project; a user or a group has at most one row there."""

    async def of(self, projects: Sequence[str]) -> dict[str, dict[MemberKey, Role]]:
        """Read the rows of several projects in one transaction; the keys are those asked for."""
        ...

    async def put(
        self,
        project: str,
        member: Member,
        drafts: Sequence[Draft],
        postings: Sequence[Posting] = (),
        now_ms: int = 0,
    ) -> bool:
        """Keep a role, the events about it and what people are told of it, in one commit.

        False, and nothing is kept, if it was theirs already.
        """
        ...

    async def remove(self, project: str, key: MemberKey, drafts: Sequence[Draft]) -> bool:
        """Take a row away and keep the events about it; False if there was none."""
        ...
