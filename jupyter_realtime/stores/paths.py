"""What the tables of files and projects ask about paths."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Integer, Text, bindparam, func


def is_below(path: Column[str]) -> ColumnElement[bool]:
    """Whether a path begins with the parameter `below`, which is `length` characters long.

    No LIKE: to it an underscore is any character, and to SQLite's any case is the same.
    """
    beginning = func.substr(path, 1, bindparam("length", type_=Integer))
    return beginning == bindparam("below", type_=Text)
