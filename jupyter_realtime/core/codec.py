"""From bytes to messages and back.

Rules
-----
1. What comes in is decoded strictly, once: UTF-8, depth ≤ 32, finite numbers, integers within 64 bits,
   no U+0000, no lone surrogate. What does not pass is a `BadRequest`, never another exception.
2. What goes out is encoded by us from what was decoded. So nothing that a publisher sends, however odd,
   can break a subscriber now or a replay later.

Theory of operation
-------------------
msgspec is fast and strict about types but takes liberties with `Any`: `1e999` turns into infinity,
integers may have a thousand digits, and two thousand brackets raise a `RecursionError`. `check_data`
walks a decoded value with a stack of its own to close these holes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from .errors import BadRequest
from .messages import MAX_KEY_CHARACTERS, MAX_REQUEST_ID_CHARACTERS, ClientFrame, RequestId, Since

MAX_DEPTH = 32
MIN_INTEGER, MAX_INTEGER = -(2**63), 2**63 - 1

T = TypeVar("T")

encode = msgspec.json.Encoder().encode
_decode_frame: Callable[[str | bytes], ClientFrame] = msgspec.json.Decoder(ClientFrame).decode
_decode_any: Callable[[str | bytes], Any] = msgspec.json.Decoder().decode


class _Envelope(msgspec.Struct):
    """What an error about a frame has to know of it, whatever else is in there."""

    id: RequestId


_decode_envelope: Callable[[str | bytes], _Envelope] = msgspec.json.Decoder(_Envelope).decode
# In a frame that is no JSON as a whole: an id behind nothing but texts, numbers and the like.
MAX_ENVELOPE_CHARACTERS = 4096
_TEXT = r'"(?:[^"\\]|\\.)*"'
_SCALAR = rf"(?:{_TEXT}|[-+.0-9eE]+|true|false|null)"
_OTHER_FIELD = rf'\s*(?!"id"\s*:){_TEXT}\s*:\s*{_SCALAR}\s*,'
_LEADING_ID = re.compile(
    rf'\s*{{(?:{_OTHER_FIELD})*\s*"id"\s*:\s*({_TEXT}|-?[0-9]+)\s*[,}}]', re.DOTALL
)


def check_data(value: Any, level: int = 1, *, check_text: bool = True) -> None:
    """Refuse what could break somebody who reads it later.

    Parameters
    ----------
    level
        How deep `value` itself lies.
    check_text
        False where all texts are known to be sound.

    Raises
    ------
    BadRequest
        Names the first thing that is wrong.
    """
    stack: list[tuple[Any, int]] = [(value, level)]
    while stack:
        item, depth = stack.pop()
        if isinstance(item, str):
            if check_text:
                _check_text(item)
        elif isinstance(item, dict):
            _check_depth(depth)
            if check_text:
                for key in item:
                    _check_text(key)
            stack += [(child, depth + 1) for child in item.values()]
        elif isinstance(item, float):
            if not math.isfinite(item):
                raise BadRequest("A number in data is not finite; send null or a string.")
        elif isinstance(item, int):
            if not MIN_INTEGER <= item <= MAX_INTEGER:
                raise BadRequest("An integer in data is beyond 64 bits; send it as a string.")
        elif item is not None:
            _check_depth(depth)
            stack += [(child, depth + 1) for child in item]


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BadRequest(f"data is nested deeper than {MAX_DEPTH} levels.")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise BadRequest("Text in data has a U+0000 character, which databases can't keep.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadRequest("Text in data has half of a surrogate pair.") from None


def decode_client_frame(frame: str | bytes) -> ClientFrame:
    """Read one frame of a client.

    Raises
    ------
    BadRequest
        If it is not one JSON object of the protocol.
    """
    message = _guarded(_decode_frame, frame)
    check_text = _has_escapes(frame)
    _check_id(message.id)
    if check_text:
        for field in ("room", "event", "key", "token"):
            _check_text(getattr(message, field, None) or "")
    check_since(getattr(message, "since", None))
    check_data(getattr(message, "data", None), check_text=check_text)
    return message


def _has_escapes(frame: str | bytes) -> bool:
    r"""Tell whether a text in it may have what can't be kept: JSON writes that as `\uXXXX` only."""
    return ("\\u" in frame) if isinstance(frame, str) else (b"\\u" in frame)


def decode_json(body: str | bytes) -> Any:
    """Read any JSON under the same rules, for REST bodies.

    The body itself is an envelope: what it carries may be nested as deeply as in a frame.
    """
    value = _guarded(_decode_any, body)
    check_data(value, level=0)
    return value


def check_since(since: Since | str | None) -> None:
    """Refuse a position that no log can have."""
    if isinstance(since, Since) and not 0 <= since.seq <= MAX_INTEGER:
        raise BadRequest("since.seq is between 0 and 2⁶³ - 1.")


def check_key(key: str | None) -> None:
    """Refuse a key, of a publish or a state, that is empty or too long."""
    if key is not None and not 1 <= len(key) <= MAX_KEY_CHARACTERS:
        raise BadRequest(f"A key has 1 to {MAX_KEY_CHARACTERS} characters.")


def convert(value: Any, shape: type[T]) -> T:
    """Fit decoded JSON into a struct, or say in words where it doesn't fit."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from None


def request_id_of(frame: str) -> RequestId | None:
    """Find the id in a frame that is otherwise wrong, so that the error can name it.

    Nothing but the id is built, so that a frame that is too large costs no more than to look through it.
    If it is no JSON as a whole, an id near its beginning counts.
    """
    try:
        return _id_in(frame)
    except BadRequest:
        leading = _LEADING_ID.match(frame, 0, MAX_ENVELOPE_CHARACTERS)
    if leading is None:
        return None
    try:
        return _id_in(f'{{"id":{leading[1]}}}')
    except BadRequest:
        return None


def _id_in(frame: str) -> RequestId:
    candidate = _guarded(_decode_envelope, frame).id
    _check_id(candidate)
    return candidate


def _check_id(request_id: Any) -> None:
    if isinstance(request_id, bool) or not isinstance(request_id, str | int):
        raise BadRequest("A request's id is a string or an integer.")
    if isinstance(request_id, str):
        _check_text(request_id)
        if len(request_id) > MAX_REQUEST_ID_CHARACTERS:
            raise BadRequest(f"A request's id has at most {MAX_REQUEST_ID_CHARACTERS} characters.")
    elif not MIN_INTEGER <= request_id <= MAX_INTEGER:
        raise BadRequest("A request's id is an integer within 64 bits.")


def _guarded(decode: Callable[[str | bytes], T], body: str | bytes) -> T:
    try:
        return decode(body)
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadRequest(f"Not JSON: {error}") from None
    except RecursionError:
        raise BadRequest(f"JSON is nested deeper than {MAX_DEPTH} levels.") from None
