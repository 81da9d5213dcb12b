"""Members of projects, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from ..core.log import Draft
from ..core.members import Member, MemberKey, Role
from ..ports import Posting
from . import inbox, log
from .dialects import insert
from .tables import member
from .units import Executor, Unit, Written

_put = insert(member)
# RETURNING gives a row only where something has changed.
PUT = _put.on_conflict_do_update(
    index_elements=[member.c.project, member.c.kind, member.c.name],
    set_={"role": _put.excluded.role},
    where=member.c.role != _put.excluded.role,
).returning(member.c.role)
REMOVE = (
    delete(member)
    .where(
        member.c.project == bindparam("of"),
        member.c.kind == bindparam("is_a"),
        member.c.name == bindparam("named"),
    )
    .returning(member.c.role)
)


def put(
    project: str,
    new: Member,
    drafts: Sequence[Draft],
    postings: Sequence[Posting],
    now_ms: int,
) -> Unit[Written[bool]]:
    """Keep a role, the events about it and what people are told of it."""
    kind, name = new.key
    changed = yield PUT, {"project": project, "kind": kind, "name": name, "role": new.role}
    if not changed:
        return Written(False)
    # First the role: who reads in commit order may see what stands behind it.
    events = yield from log.append_all(drafts)
    posted = yield from inbox.post(postings, now_ms)
    return Written(True, [*events, *posted.events])


def remove(project: str, key: MemberKey, drafts: Sequence[Draft]) -> Unit[Written[bool]]:
    """Take a row away and keep the events about it."""
    kind, name = key
    removed = yield REMOVE, {"of": project, "is_a": kind, "named": name}
    if not removed:
        return Written(False)
    return Written(True, (yield from log.append_all(drafts)))


def _of(projects: Sequence[str]) -> Unit[dict[str, dict[MemberKey, Role]]]:
    rows = yield select(member).where(member.c.project.in_(projects)), {}
    rosters: dict[str, dict[MemberKey, Role]] = {project: {} for project in projects}
    for project, kind, name, role in rows:
        rosters[project][kind, name] = role
    return rosters


class SqlMembers:
    """The port `Members` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def of(self, projects: Sequence[str]) -> dict[str, dict[MemberKey, Role]]:
        """Read the rows of several projects."""
        return await self._executor.read(_of(projects))

    async def put(
        self,
        project: str,
        member: Member,
        drafts: Sequence[Draft],
        postings: Sequence[Posting] = (),
        now_ms: int = 0,
    ) -> bool:
        """Keep a role, the events about it and what people are told of it."""
        return await self._executor.write(put(project, member, drafts, postings, now_ms))

    async def remove(self, project: str, key: MemberKey, drafts: Sequence[Draft]) -> bool:
        """Take a row away."""
        return await self._executor.write(remove(project, key, drafts))
