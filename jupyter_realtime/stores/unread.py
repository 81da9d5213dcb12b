"""How much each person has not read, counted: a number that is looked up, however full an inbox is.

Rules
-----
1. Whoever changes `counts` of a row counts in the same unit: `add` where it knows by how much, `recount`
   otherwise.
2. The number of an event, and of a page, is that of its commit.
"""

from __future__ import annotations

from sqlalchemy import Text, bindparam, delete, exists, func, literal_column, select

from .dialects import insert
from .tables import notification, unread
from .units import Unit

_of = bindparam("of", type_=Text)
READ = select(unread.c.count).where(unread.c.recipient == _of)
_changed = insert(unread).values(recipient=_of, count=bindparam("more"))
ADD = _changed.on_conflict_do_update(
    index_elements=[unread.c.recipient],
    set_={"count": unread.c.count + _changed.excluded.count},
).returning(unread.c.count)
# As the index has it, to the letter: with a parameter SQLite would look into each row.
COUNTED = notification.c.counts == literal_column("1")
COUNT = select(func.count()).where(notification.c.recipient == _of, COUNTED)
_counted = insert(unread).values(recipient=_of, count=COUNT.scalar_subquery())
RECOUNT = _counted.on_conflict_do_update(
    index_elements=[unread.c.recipient], set_={"count": _counted.excluded.count}
).returning(unread.c.count)
FORGET = delete(unread).where(
    unread.c.recipient == _of,
    ~exists().where(notification.c.recipient == _of),
)


def read(recipient: str) -> Unit[int]:
    """Tell how much somebody has not read."""
    rows = yield READ, {"of": recipient}
    return int(rows[0][0]) if rows else 0


def add(recipient: str, more: int) -> Unit[int]:
    """Count so many more, and tell how much it is then."""
    [[count]] = yield ADD, {"of": recipient, "more": more}
    return int(count)


def recount(recipient: str) -> Unit[int]:
    """Count anew, and tell how much it is then."""
    [[count]] = yield RECOUNT, {"of": recipient}
    return int(count)


def forget(recipient: str) -> Unit[None]:
    """Count anew what is erased step by step, and forget the number with the last row."""
    yield from recount(recipient)
    yield FORGET, {"of": recipient}
