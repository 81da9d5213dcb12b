"""What a server says, decoded as far as needed.

A newer server may send frames and fields that we don't know: they are ignored. A frame that we should
know and can't read is `BadFrame`: then nothing proves any more that we have missed nothing.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from ..core import messages as m

T = TypeVar("T", bound=msgspec.Struct)

ServerFrame = (
    m.Welcome
    | m.ErrorFrame
    | m.EventFrame
    | m.StateFrame
    | m.Resync
    | m.Heartbeat
    | m.Renew
    | m.Goodbye
)
_KNOWN: dict[str, type[ServerFrame]] = {
    "welcome": m.Welcome,
    "error": m.ErrorFrame,
    "event": m.EventFrame,
    "state": m.StateFrame,
    "resync": m.Resync,
    "heartbeat": m.Heartbeat,
    "renew": m.Renew,
    "goodbye": m.Goodbye,
}


class BadFrame(Exception):
    """The server sent something that is not the protocol."""


class OtherProtocol(Exception):
    """The server speaks another version of the protocol; its frames may mean something else."""

    def __init__(self, theirs: object) -> None:
        super().__init__(f"The server speaks protocol {theirs}, this client {m.PROTOCOL}.")


class AnyReply(msgspec.Struct, frozen=True):
    """A reply whose shape depends on what was asked; see `read`."""

    id: m.RequestId
    body: dict[str, Any]

    def read(self, shape: type[T]) -> T:
        """Read it as the answer to a certain request."""
        return _convert(self.body, shape)


def decode(frame: str | bytes) -> ServerFrame | AnyReply | None:
    """Read a frame; None for a kind that this client doesn't know.

    Raises
    ------
    BadFrame, OtherProtocol
    """
    try:
        body = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadFrame(f"not JSON: {error}") from None
    if not isinstance(body, dict):
        raise BadFrame("not an object")
    kind = body.get("type")
    if kind == "reply":
        request_id = body.get("id")
        if not isinstance(request_id, str | int):
            raise BadFrame("a reply without an id")
        return AnyReply(request_id, body)
    if kind == "welcome" and body.get("protocol", m.PROTOCOL) != m.PROTOCOL:
        # Before it is read as ours: that it can't be would only say that something is wrong.
        raise OtherProtocol(body["protocol"])
    shape = _KNOWN.get(kind) if isinstance(kind, str) else None
    return None if shape is None else _convert(body, shape)


def _convert(body: dict[str, Any], shape: type[T]) -> T:
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        raise BadFrame(f"{body.get('type')}: {error}") from None
