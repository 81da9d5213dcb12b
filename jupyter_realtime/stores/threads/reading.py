"""Threads as somebody has them: found, filtered, in pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import LargeBinary, and_, bindparam, cast, exists, func, or_, select, tuple_

from ...core.threads import Comment, OwnThread
from ...ports.threads import ThreadSearch, ThreadSubject
from ..tables import (
    comment,
    comment_mention,
    document,
    reaction,
    standing_issue,
    thread,
    thread_reader,
)
from ..units import Unit
from .readers import Reader, readers
from .row import BY_VISITOR, StoredComment, StoredThread, grouped, is_by

Moment = tuple[int, str]

# What the threads of a page say together; one is on it in any case.
MAX_PAGE_BYTES = 1024 * 1024

_THREADS = select(document.c.path, *thread.columns).join(
    document, document.c.id == thread.c.document
)


def get(wanted: str, person: str | None) -> Unit[OwnThread | None]:
    """Find one."""
    rows = yield _THREADS.where(thread.c.id == wanted), {}
    found = yield from _own([(path, StoredThread(*row)) for path, *row in rows], person)
    return found[0] if found else None


def page(
    search: ThreadSearch, person: str | None, after: Moment | None, limit: int
) -> Unit[tuple[list[OwnThread], Moment | None]]:
    """List some."""
    by_document = search.document is not None
    moment = thread.c.created_ms if by_document else thread.c.updated_ms
    statement = _THREADS.where(*_conditions(search, person)).limit(limit + 1)
    if by_document:
        statement = statement.order_by(moment, thread.c.id)
    else:
        statement = statement.order_by(moment.desc(), thread.c.id.desc())
    if after is not None:
        place = tuple_(moment, thread.c.id)
        statement = statement.where(place > after if by_document else place < after)
    rows = yield statement, {}
    found = [(path, StoredThread(*row)) for path, *row in rows[:limit]]
    found = found[: (yield from _fitting([row for _, row in found]))]
    last = found[-1][1] if len(rows) > len(found) else None
    following = None
    if last is not None:
        following = (last.created_ms if by_document else last.updated_ms), last.id
    return (yield from _own(found, person)), following


def _fitting(found: Sequence[StoredThread]) -> Unit[int]:
    """Count how many of some threads fit on a page."""
    said = func.length(cast(comment.c.body, LargeBinary)) + func.length(comment.c.actor)
    rows = yield (
        select(comment.c.thread, func.sum(said))
        .where(comment.c.thread.in_([one.id for one in found]))
        .group_by(comment.c.thread),
        {},
    )
    sizes = {of: int(size) for of, size in rows}
    total = 0
    for number, one in enumerate(found):
        total += sizes.get(one.id, 0) + len(one.anchor)
        if total > MAX_PAGE_BYTES and number:
            return number
    return len(found)


def _conditions(search: ThreadSearch, person: str | None) -> list[Any]:
    wanted = {
        thread.c.document: search.document,
        thread.c.project: search.project,
        thread.c.state: search.state,
        thread.c.issue: search.issue,
    }
    found: list[Any] = [column == value for column, value in wanted.items() if value is not None]
    if search.filter is not None:
        found.append(_FILTERS[search.filter](person))
    return found


def _mine(person: str | None) -> Any:
    written = and_(comment.c.thread == thread.c.id, comment.c.author == person)
    return exists(select(1).where(written, ~BY_VISITOR, comment.c.deleted == 0))


def _mentions(person: str | None) -> Any:
    mentioned = and_(comment_mention.c.thread == thread.c.id, comment_mention.c.person == person)
    return exists(select(1).where(mentioned))


def _orphaned(_person: str | None) -> Any:
    return thread.c.placed == "orphaned"


def _unread(person: str | None) -> Any:
    read = (
        select(thread_reader.c.read_up_to)
        .where(thread_reader.c.thread == comment.c.thread, thread_reader.c.person == person)
        .scalar_subquery()
    )
    return exists(
        select(1).where(
            comment.c.thread == thread.c.id,
            or_(comment.c.author != person, BY_VISITOR),
            comment.c.deleted == 0,
            comment.c.ordinal > func.coalesce(read, 0),
        )
    )


_FILTERS = {"mine": _mine, "mentions": _mentions, "orphaned": _orphaned, "unread": _unread}


def _own(found: Sequence[tuple[str, StoredThread]], person: str | None) -> Unit[list[OwnThread]]:
    """Give threads their comments, and what one person has read and follows of them."""
    if not found:
        return []
    ids = [row.id for _, row in found]
    comments = yield from _comments(ids)
    theirs = yield from readers(found, person)
    issues = yield from _standing({(row.project, row.issue) for _, row in found if row.issue})
    return [
        row.own(
            path,
            [shown for _, shown in comments[row.id]],
            _count_unread(comments[row.id], theirs.get(row.id), person),
            theirs[row.id].subscription if row.id in theirs else "participating",
            issues.get((row.project, row.issue)) if row.issue else None,
        )
        for path, row in found
    ]


def _standing(issues: Collection[tuple[str, str]]) -> Unit[dict[tuple[str, str], bool]]:
    """Tell whether issues are still open somewhere in their project, as far as runs have found them."""
    if not issues:
        return {}
    key = standing_issue.c.project, standing_issue.c.fingerprint
    rows = yield (
        select(*key, func.max(standing_issue.c.open))
        .where(tuple_(*key).in_(sorted(issues)))
        .group_by(*key),
        {},
    )
    return {(project, fingerprint): bool(is_open) for project, fingerprint, is_open in rows}


def _count_unread(
    comments: Sequence[tuple[StoredComment, Comment]], reader: Reader | None, person: str | None
) -> int:
    if person is None:
        return 0
    read_up_to = reader.read_up_to if reader else 0
    return sum(
        stored.ordinal > read_up_to and not shown.deleted and not is_by(shown.author, person)
        for stored, shown in comments
    )


def _comments(ids: Sequence[str]) -> Unit[dict[str, list[tuple[StoredComment, Comment]]]]:
    rows = yield (
        select(comment)
        .where(comment.c.thread.in_(ids))
        .order_by(comment.c.thread, comment.c.ordinal),
        {},
    )
    reacted = yield (
        select(reaction.c.comment, reaction.c.emoji, reaction.c.actor)
        .join(comment, comment.c.id == reaction.c.comment)
        .where(comment.c.thread.in_(ids))
        .order_by(reaction.c.created_ms, reaction.c.emoji, reaction.c.person),
        {},
    )
    mentioned = yield (
        select(comment_mention.c.comment, comment_mention.c.person)
        .where(comment_mention.c.thread.in_(ids))
        .order_by(comment_mention.c.person),
        {},
    )
    reactions, mentions = grouped(reacted), dict[str, list[str]]()
    for of, person in mentioned:
        mentions.setdefault(of, []).append(person)
    found: dict[str, list[tuple[StoredComment, Comment]]] = {one: [] for one in ids}
    for row in rows:
        stored = StoredComment(*row)
        shown = stored.shown(reactions.get(stored.id, ()), mentions.get(stored.id, ()))
        found[stored.thread].append((stored, shown))
    return found


ABOUT_ISSUES = (
    select(thread.c.id, thread.c.document, document.c.path, thread.c.issue, thread.c.state)
    .join(document, document.c.id == thread.c.document)
    .where(thread.c.project == bindparam("of"), thread.c.issue.is_not(None))
    .order_by(thread.c.created_ms, thread.c.id)
)


def about_issues(project: str) -> Unit[list[ThreadSubject]]:
    """Find the threads of a project that are about issues."""
    rows = yield ABOUT_ISSUES, {"of": project}
    return [ThreadSubject(*row) for row in rows]
