"""What a broken or hostile client might send, made from a seed.

Two kinds: messages that are fine WebSocket frames with bad content (each has to be answered), and bytes
that break RFC 6455 itself (the connection may end, and nothing else).
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from typing import Any

TYPES = ("auth", "subscribe", "unsubscribe", "publish", "state", "ping", "welcome", "", "x" * 200)
FIELDS = ("id", "type", "room", "event", "data", "key", "since", "token", "extra")
HUGE = 70_000


def odd_value(pick: random.Random) -> Any:
    """Something that JSON can say and nobody expects."""
    return pick.choice(
        [
            None, True, False, 0, -1, 1.5, 2**63, -(2**64), 10**400, "", "x", "\0", "\ud800", "é" * 300,
            [], {}, [[]] * 3, {"a": {"b": None}}, "project:", "system", "user:root", "document:x",
            "project:nope", "analysis:nope", "a:b:c", ":", "custom:x", "project:update", "user:status",
            {"epoch": "e", "seq": -1}, {"epoch": "e", "seq": 2**70}, {"epoch": 1, "seq": "1"}, "earliest",
            {"epoch": "e", "seq": 1, "id": 5}, "../../etc/passwd", "'; DROP TABLE event; --", "x" * 5000,
        ]
    )  # fmt: skip


def odd_message(pick: random.Random) -> dict[str, Any]:
    """A message with some fields of a real one, and odd values in them."""
    message: dict[str, Any] = {
        "type": pick.choice(TYPES),
        "id": pick.choice([1, "a", odd_value(pick)]),
    }
    for field in pick.sample(FIELDS, pick.randrange(len(FIELDS))):
        message[field] = odd_value(pick)
    return message


def out_of_order(pick: random.Random) -> str:
    """A well-formed request that makes no sense now."""
    room = pick.choice(["project:none", "analysis:none", "document:none", "user:nobody", "system"])
    request = pick.choice(
        [
            {"type": "unsubscribe", "room": room},
            {"type": "publish", "room": room, "event": "custom:x", "data": 1},
            {"type": "state", "room": room, "event": "user:status", "key": "self", "data": {}},
            {"type": "subscribe", "room": room, "since": {"epoch": "none", "seq": 5}},
            {"type": "auth", "token": pick.choice(["", "a.b.c", "e30.e30.e30", "x" * 3000])},
        ]
    )
    return json.dumps(request | {"id": pick.randrange(100)})


def truncated(pick: random.Random) -> str:
    text = json.dumps(odd_message(pick))
    return text[: pick.randrange(len(text))]


def mutated(pick: random.Random) -> str:
    """One character of a good request is another."""
    text = list(
        '{"type":"publish","id":1,"room":"project:x","event":"custom:x","data":{"a":[1,2]}}'
    )
    text[pick.randrange(len(text))] = chr(
        pick.choice([0, 9, 34, 44, 91, 123, 125, 0x20AC, 0x1F600])
    )
    return "".join(text)


def nested(pick: random.Random) -> str:
    depth = pick.choice([31, 33, 100, 2000, 20_000])
    opening, closing = pick.choice([("[", "]"), ('{"a":', "}")])
    data = opening * depth + "1" + closing * depth
    return '{"type":"publish","id":1,"room":"project:x","event":"custom:x","data":' + data + "}"


def numbers(pick: random.Random) -> str:
    number = pick.choice(
        ["1e999", "-1e999", "NaN", "Infinity", "1" * 5000, "0x10", "01", "1.", "-"]
    )
    return '{"type":"publish","id":1,"room":"project:x","event":"custom:x","data":' + number + "}"


def oversized(pick: random.Random) -> str:
    return json.dumps({"type": "ping", "id": 1, "pad": "x" * (HUGE + pick.randrange(1000))})


def no_object(pick: random.Random) -> str:
    return pick.choice(
        ["", " ", "null", "[]", "1", '"x"', "[" * 50, "{}", "{}{}", "\ufeff{}", "hello"]
    )


MESSAGES: list[tuple[int, Callable[[random.Random], str]]] = [
    (40, lambda pick: json.dumps(odd_message(pick))),
    (15, out_of_order),
    (15, truncated),
    (12, mutated),
    (6, nested),
    (6, numbers),
    (1, oversized),
    (5, no_object),
]


def message(pick: random.Random) -> str:
    """Make a bad message."""
    weights = [weight for weight, _ in MESSAGES]
    [(_, make)] = pick.choices(MESSAGES, weights)
    return make(pick)


def frame(
    payload: bytes, *, opcode: int = 1, fin: bool = True, rsv: int = 0, mask: bool = True
) -> bytes:
    """Frame as a client does (RFC 6455 §5.2)."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    masked = 0x80 if mask else 0
    size = len(payload)
    if size < 126:
        head += bytes([masked | size])
    elif size < 1 << 16:
        head += bytes([masked | 126]) + struct.pack("!H", size)
    else:
        head += bytes([masked | 127]) + struct.pack("!Q", size)
    # A mask of zeros is as good as any, and saves the time of masking.
    return head + (b"\0\0\0\0" if mask else b"") + payload


def violation(pick: random.Random) -> bytes:
    """Break RFC 6455 itself."""
    return pick.choice(
        [
            lambda: frame(b"{}", mask=False),
            lambda: frame(b"{}", rsv=pick.randrange(1, 8)),
            lambda: frame(b"{}", opcode=pick.choice([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])),
            lambda: frame(b"{}", opcode=0),
            lambda: frame(b"x" * 200, opcode=9),
            lambda: frame(b"", opcode=9, fin=False),
            lambda: frame(b'{"type":"ping","id":1,"x":"\xff\xfe"}'),
            lambda: frame(b"\xc3\x28"),
            lambda: frame(b"{}", fin=False) + frame(b"{}"),
            lambda: b"\x81\xff" + struct.pack("!Q", pick.choice([2**63, 2**40, 2**21])) + b"\0" * 4,
            lambda: frame(b"\x03", opcode=8),
            lambda: frame(
                struct.pack("!H", pick.choice([0, 999, 1004, 1005, 1006, 5000])), opcode=8
            ),
            lambda: frame(b"{}" * 10)[: pick.randrange(1, 20)],
            lambda: pick.randbytes(pick.randrange(1, 300)),
            lambda: frame(b"\0\1\2", opcode=2),
            lambda: b"GET / HTTP/1.1\r\n\r\n",
        ]
    )()
