"""A row of what waits to go out: put there with its notification, or in place of a push that failed."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import insert

from ..core.deliveries import DeliveryMode, Way
from .tables import delivery

_ID_BYTES = 9

ADD = insert(delivery)


def outgoing(
    *,
    recipient: str,
    notification: str,
    event_seq: int,
    channel: Way,
    mode: DeliveryMode,
    rule: str,
    due_ms: int,
    now_ms: int,
) -> dict[str, Any]:
    """Make a row for `ADD`."""
    return {
        "id": secrets.token_urlsafe(_ID_BYTES),
        "recipient": recipient,
        "notification": notification,
        "event_seq": event_seq,
        "channel": channel,
        "mode": mode,
        "rule": rule,
        "state": "pending",
        "due_ms": due_ms,
        "attempts": 0,
        "lease": None,
        "lease_until_ms": 0,
        "outcome": None,
        "created_ms": now_ms,
        "done_ms": None,
    }
