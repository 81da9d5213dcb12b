"""The figures as Prometheus metrics, beside Jupyter's own at `/metrics`.

Prometheus' registry belongs to the process, while a process may hold several servers (tests do). So one
collector is registered as long as any server runs, and reports the sum of all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Protocol, TypeVar, get_args

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ..core.errors import CloseCode
from ..core.messages import ResyncReason
from ..service.connections import Connections
from ..service.figures import LATENCY_BOUNDS_SECONDS, Figures, Histogram
from ..service.rooms import Rooms

T = TypeVar("T")

PREFIX = "jupyter_realtime_"


class Measured(Protocol):
    """A running server, as far as it is measured."""

    @property
    def figures(self) -> Figures:
        """What it has counted."""
        ...

    @property
    def connections(self) -> Connections:
        """Who is connected."""
        ...

    @property
    def rooms(self) -> Rooms:
        """What is open."""
        ...


class Metrics(Collector):
    """Reads the figures of all servers of this process whenever somebody asks for them.

    Parameters
    ----------
    registry
        Where they are asked for.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._registry = registry
        self._servers: list[Measured] = []

    def add(self, server: Measured) -> None:
        """Begin to report a server."""
        self._servers.append(server)
        if len(self._servers) == 1:
            self._registry.register(self)

    def remove(self, server: Measured) -> None:
        """Stop reporting a server."""
        self._servers.remove(server)
        if not self._servers:
            self._registry.unregister(self)

    def collect(self) -> Iterator[Metric]:
        """Give every metric; called from any thread."""
        servers = list(self._servers)
        figures = [server.figures for server in servers]
        yield from _standing(servers)
        yield from _counts(figures)
        yield from _counts_by_label(figures)
        yield from _latencies(figures)


metrics = Metrics()


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, about, value=value)


def _counter(name: str, about: str, value: int) -> Metric:
    # Prometheus' library adds `_total`.
    return CounterMetricFamily(PREFIX + name, about, value=value)


def _counter_by(
    name: str, about: str, label: str, values: Mapping[str, int], known: Sequence[str]
) -> Metric:
    family = CounterMetricFamily(PREFIX + name, about, labels=[label])
    # Those that never happened are told too, so that the first time is seen as a change.
    for key, value in (dict.fromkeys(known, 0) | dict(values)).items():
        family.add_metric([key], value)
    return family


def _histogram(name: str, about: str, parts: Sequence[Histogram]) -> Metric:
    by_bound = (sum(column) for column in zip(*(p.counts for p in parts), strict=True))
    bounds = [*map(str, LATENCY_BOUNDS_SECONDS), "+Inf"]
    buckets = list(zip(bounds, accumulate(by_bound), strict=True))
    total = sum(p.sum_seconds for p in parts)
    return HistogramMetricFamily(PREFIX + name, about, buckets=buckets, sum_value=total)


def _standing(servers: Sequence[Measured]) -> Iterator[Metric]:
    connections = sum(len(server.connections) for server in servers)
    rooms = sum(server.rooms.open_count for server in servers)
    waiting = sum(server.connections.waiting_bytes for server in servers)
    yield _gauge("connections", "WebSockets that are open.", connections)
    yield _gauge("rooms", "Rooms that somebody is in.", rooms)
    yield _gauge("queue_bytes", "Bytes that wait for clients to read.", waiting)


def _counts(figures: Sequence[Figures]) -> Iterator[Metric]:
    events = sum(each.events for each in figures)
    deliveries = sum(each.deliveries for each in figures)
    replayed = sum(each.replayed_events for each in figures)
    yield _counter("events", "Events made durable by this server.", events)
    yield _counter("deliveries", "Events handed to subscribers, live.", deliveries)
    yield _counter("replayed_events", "Events read from the log for returning clients.", replayed)


def _counts_by_label(figures: Sequence[Figures]) -> Iterator[Metric]:
    yield _counter_by(
        "replays",
        "Subscriptions that asked for what they had missed, by whether they could have it.",
        "recovered",
        {str(recovered).lower(): n for recovered, n in _sum(f.replays for f in figures).items()},
        known=("true", "false"),
    )
    yield _counter_by(
        "resyncs",
        "Subscribers told to read the log.",
        "reason",
        _sum(f.resyncs for f in figures),
        known=get_args(ResyncReason),
    )
    yield _counter_by(
        "drops",
        "What slow clients did not get live, by class: event (read from the log instead), "
        "state (a later value went out), connection (closed).",
        "class",
        _sum(f.drops for f in figures),
        known=("event", "state", "connection"),
    )
    yield _counter_by(
        "closes",
        "Connections ended by the server.",
        "code",
        {str(int(code)): n for code, n in _sum(f.closes for f in figures).items()},
        known=[str(int(code)) for code in CloseCode],
    )


def _latencies(figures: Sequence[Figures]) -> Iterator[Metric]:
    yield _histogram(
        "publish_seconds",
        "From accepting a publish to its being durable.",
        [each.publish_seconds for each in figures],
    )
    yield _histogram(
        "delivery_seconds",
        "From when something was due to a socket, at once after its commit, to the hand-over.",
        [each.delivery_seconds for each in figures],
    )


def _sum(counters: Iterable[Counter[T]]) -> Counter[T]:
    total: Counter[T] = Counter()
    for counter in counters:
        # A copy: the loop may count on while another thread reads.
        total.update(counter.copy())
    return total
