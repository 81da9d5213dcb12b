"""SQLAlchemy statements as SQL text and parameters, compiled once each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Insert, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

MAX_ROWS_A_STATEMENT = 64

Arguments = Mapping[str, Any] | Sequence[Any]


class _Compiled(NamedTuple):
    text: str
    literals: dict[str, Any]
    # The names of parameters by their place; None where they go by their names.
    places: list[str] | None

    def arguments(self, values: Mapping[str, Any]) -> Arguments:
        """All parameters as the driver takes them, those of literals in the statement too."""
        named = {**self.literals, **values} if self.literals else values
        return named if self.places is None else [named.get(name) for name in self.places]


class Compiler:
    """Turns statements into what a driver executes.

    A statement that is a module constant is compiled once; one that was built for a single query is
    forgotten together with it.

    Parameters
    ----------
    dialect
        Says whether parameters of statements have names or places.
    positional
        The same dialect, with places, for many rows at once: SQLite finds each of many hundred names by
        walking through all of them.
    """

    def __init__(self, dialect: Dialect, positional: Dialect) -> None:
        self._dialect = dialect
        self._positional = positional
        self._known: WeakKeyDictionary[ClauseElement, _Compiled] = WeakKeyDictionary()
        self._known_rows: WeakKeyDictionary[Insert, dict[int, str]] = WeakKeyDictionary()

    def sql(self, statement: ClauseElement, values: Mapping[str, Any]) -> tuple[str, Arguments]:
        """Give the text and all parameters."""
        compiled = self._known.get(statement)
        if compiled is None:
            compiled = self._known[statement] = _compile(statement, self._dialect)
        return compiled.text, compiled.arguments(values)

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


def _compile(statement: ClauseElement, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    assert isinstance(compiled, SQLCompiler)
    # An insert names its columns as parameters whose values come with each execution.
    literals = {name: v for name, v in compiled.params.items() if v is not None}
    return _Compiled(str(compiled), literals, compiled.positiontup)
