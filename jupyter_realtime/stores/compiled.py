"""SQLAlchemy statements as SQL text and parameters, compiled once each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Insert, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

MAX_ROWS_A_STATEMENT = 64


class Compiler:
    """Turns statements into what a driver executes.

    A statement that is a module constant is compiled once; one that was built for a single query is
    forgotten together with it.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: WeakKeyDictionary[ClauseElement, tuple[str, dict[str, Any]]] = (
            WeakKeyDictionary()
        )
        self._known_rows: WeakKeyDictionary[Insert, dict[int, str]] = WeakKeyDictionary()

    def sql(
        self, statement: ClauseElement, values: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        """Give the text and all named parameters, those of literals in the statement too."""
        text, literals = self._compiled(statement)
        return text, {**literals, **values} if literals else values

    def rows(
        self, statement: Insert, rows: Sequence[Mapping[str, Any]]
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give one INSERT for many rows, or a few.

        A driver lets go of Python's lock at each statement and may wait long to get it back. So many rows
        go into one statement; powers of two keep the number of different statements small.
        """
        begin = 0
        while begin < len(rows):
            left = len(rows) - begin
            count = min(MAX_ROWS_A_STATEMENT, 1 << (left.bit_length() - 1))
            part = rows[begin : begin + count]
            begin += count
            yield (
                self._multiple(statement, count),
                {f"{name}_{i}": value for i, row in enumerate(part) for name, value in row.items()},
            )

    def _multiple(self, statement: Insert, count: int) -> str:
        known = self._known_rows.setdefault(statement, {})
        if count not in known:
            names = [column.name for column in statement.table.columns]
            many = statement.values(
                [{name: bindparam(f"{name}_{i}") for name in names} for i in range(count)]
            )
            known[count] = str(many.compile(dialect=self._dialect))
        return known[count]

    def _compiled(self, statement: ClauseElement) -> tuple[str, dict[str, Any]]:
        known = self._known.get(statement)
        if known is None:
            compiled = statement.compile(
                dialect=self._dialect, compile_kwargs={"render_postcompile": True}
            )
            # An insert names its columns as parameters whose values come with each execution.
            literals = {name: v for name, v in compiled.params.items() if v is not None}
            known = self._known[statement] = (str(compiled), literals)
        return known
