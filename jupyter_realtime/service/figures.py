"""What is counted about the service, for whoever watches it.

Rules
-----
1. Counting costs next to nothing: hot paths add to a plain number, and nothing here locks, looks at
   labels, or knows who reads it (`server.metrics` turns it into Prometheus' text).
2. A counter only grows while the server runs. What stands at a moment (connections, queued bytes) is not
   kept here at all: it is looked at when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

# From half a group commit on a fast disk to a client that is hardly served any more.
LATENCY_BOUNDS_SECONDS = (
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip


class Histogram:
    """How often a duration fell between which bounds."""

    def __init__(self) -> None:
        # One more than there are bounds: the last takes what lies above all of them.
        self.counts = [0] * (len(LATENCY_BOUNDS_SECONDS) + 1)
        self.sum_seconds = 0.0

    def observe(self, seconds: float, times: int = 1) -> None:
        """Count a duration, or as many as took that long."""
        self.counts[bisect_left(LATENCY_BOUNDS_SECONDS, seconds)] += times
        self.sum_seconds += seconds * times


@dataclass
class Figures:
    """All counters of one server.

    Parameters
    ----------
    events
        Events that became durable through this server.
    deliveries
        Events handed to subscribers, live.
    replays
        Subscriptions that asked for what they had missed, by whether they got it.
    replayed_events
        Events that were read from the log for them.
    resyncs
        Subscribers told to read the log, by reason.
    drops
        What a slow client did not get live, by class: `event` (it reads the log instead), `state` (a
        later value took its place), `connection` (even answers were not read).
    closes
        Connections that the server ended, by close code.
    publish_seconds
        From accepting a publish to its being durable.
    delivery_seconds
        From when something was due to a socket to the hand-over, once for all that goes out together.
    """

    events: int = 0
    deliveries: int = 0
    replays: Counter[bool] = field(default_factory=Counter)
    replayed_events: int = 0
    resyncs: Counter[str] = field(default_factory=Counter)
    drops: Counter[str] = field(default_factory=Counter)
    closes: Counter[int] = field(default_factory=Counter)
    publish_seconds: Histogram = field(default_factory=Histogram)
    delivery_seconds: Histogram = field(default_factory=Histogram)
