"""REST bodies about what went out by mail and push."""

from __future__ import annotations

import msgspec

from ...core.deliveries import DeliveryMode, DeliveryState, Way
from ...core.times import rfc3339
from ...ports import DeliveryRecord


class DeliveryItem(msgspec.Struct, frozen=True, kw_only=True):
    """By what a notification goes out, and why.

    `rule` is the preference that decided so, `outcome` what became of it; `done_at` is null while it waits.
    """

    id: str
    channel: Way
    mode: DeliveryMode
    rule: str
    state: DeliveryState
    attempts: int
    created_at: str
    due_at: str
    done_at: str | None
    outcome: str | None


class AnyDeliveryItem(DeliveryItem, frozen=True, kw_only=True):
    """One of anybody's, for admins: whose it is, and nothing of what it says."""

    recipient: str


def item_of(record: DeliveryRecord) -> DeliveryItem:
    """Write one of one's own."""
    done_ms = record.done_ms
    return DeliveryItem(
        id=record.id,
        channel=record.channel,
        mode=record.mode,
        rule=record.rule,
        state=record.state,
        attempts=record.attempts,
        created_at=rfc3339(record.created_ms / 1000),
        due_at=rfc3339(record.due_ms / 1000),
        done_at=None if done_ms is None else rfc3339(done_ms / 1000),
        outcome=record.outcome,
    )


def any_item_of(record: DeliveryRecord) -> AnyDeliveryItem:
    """Write one of anybody's."""
    fields = msgspec.structs.asdict(item_of(record))
    return AnyDeliveryItem(**fields, recipient=record.recipient)
