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

    Parameters
    ----------
    dialect
        Names the parameters of statements.
    positional
        The same dialect, but parameters have a place instead: SQLite finds each of many hundred names of
        rows by walking through all of them.
    """

    def __init__(self, dialect: Dialect, positional: Dialect) -> None:
        self._dialect = dialect
        self._positional = positional
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
    ) -> Iterator[tuple[str, Sequence[Any]]]:
        """Give one INSERT for many rows, or a few.

        A driver lets go of Python's lock at each statement and may wait long to get it back. So many rows
        go into one statement; powers of two keep the number of different statements small.
        """
        columns = statement.table.columns.keys()
        begin = 0
        while begin < len(rows):
            left = len(rows) - begin
            count = min(MAX_ROWS_A_STATEMENT, 1 << (left.bit_length() - 1))
            part = rows[begin : begin + count]
            begin += count
            yield (
                self._multiple(statement, columns, count),
                [row[column] for row in part for column in columns],
            )

    def _multiple(self, statement: Insert, columns: Sequence[str], count: int) -> str:
        known = self._known_rows.setdefault(statement, {})
        if count not in known:
            many = statement.values(
                [{column: bindparam(f"{column}_{i}") for column in columns} for i in range(count)]
            )
            known[count] = str(many.compile(dialect=self._positional))
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
