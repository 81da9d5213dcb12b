"""Statements that SQLAlchemy has in its dialects only, and that read the same in both of ours.

SQLite took `INSERT … ON CONFLICT` over from PostgreSQL, with the same words. SQLAlchemy has a class for it
in each dialect; what is made of PostgreSQL's, which says more, is compiled for either.
"""

from sqlalchemy.dialects.postgresql import Insert, insert

__all__ = ["Insert", "insert"]
