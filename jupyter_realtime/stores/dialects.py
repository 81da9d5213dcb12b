"""What SQLAlchemy has in its dialects only, and what reads the same in both of ours.

SQLite took `INSERT … ON CONFLICT` over from PostgreSQL, with the same words. SQLAlchemy has a class for it
in each dialect; what is made of PostgreSQL's, which says more, is compiled for either.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Insert, insert

__all__ = ["Insert", "insert", "partial"]


def partial(condition: str) -> dict[str, Any]:
    """Give the keywords of an index that has only the rows of which a condition holds."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
