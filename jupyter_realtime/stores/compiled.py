"""SQLAlchemy statements as SQL text and parameters, compiled once each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement


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

    def sql(
        self, statement: ClauseElement, values: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """Give the text and all named parameters, those of literals in the statement too."""
        known = self._known.get(statement)
        if known is None:
            compiled = statement.compile(
                dialect=self._dialect, compile_kwargs={"render_postcompile": True}
            )
            known = self._known[statement] = (str(compiled), dict(compiled.params))
        text, literals = known
        return text, {**literals, **values}
