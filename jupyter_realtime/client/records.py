"""What people get: the JSON of the interface, whose fields can be read as attributes too."""

from __future__ import annotations

from typing import Any

import msgspec

from ..core.codec import check_data
from ..core.errors import BadRequest


class Record(dict[str, Any]):
    """A JSON object: `record["path"]` and `record.path` are the same."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(
                f"There is no field {name!r}; there are {', '.join(self)}."
            ) from None


def record(value: Any) -> Record:
    """Turn a struct, or decoded JSON, into a record, with all that is in it."""
    made = _deep(msgspec.to_builtins(value))
    assert isinstance(made, Record)
    return made


def _deep(value: Any) -> Any:
    if isinstance(value, dict):
        return Record((key, _deep(item)) for key, item in value.items())
    if isinstance(value, list):
        return [_deep(item) for item in value]
    return value


def as_json(data: Any) -> Any:
    """Turn what a program has at hand into what JSON can say.

    Raises
    ------
    BadRequest
        If it can't.
    """
    try:
        value = msgspec.to_builtins(data, str_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequest(f"data can't be said in JSON: {error}") from None
    check_data(value)
    return value
