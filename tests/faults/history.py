"""What happened in a run with faults, and the one checker of it.

Rules
-----
1. What was acknowledged stands in the log at the position that the publisher was told, and only there.
2. A key stands in the log once, whoever sent it again, over whatever connection, to whatever server.
3. A log counts 1, 2, 3 … without a hole, and holds nothing that was not sent, or was refused.
4. A subscriber is told each event once, in the order of the log, from where it began to the head.
5. A subscriber is told that it has missed something only if that was pruned: who missed nothing resumes.
6. A board shows what living connections have pinned there last: no ghost, nothing missing, nothing stale.
7. Every publish is answered in the end, and nobody who is gone is still listed in a room.

Theory of operation
-------------------
The checker is pure: it takes a `History` and raises a `Violation` that lists everything that is wrong,
with what the subscriber was told around it and the faults that came before. Where a history comes from,
the simulated world, the state machine or killed processes, is no business of its.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

FAULTS_IN_AN_ACCOUNT = 25
FINDINGS_IN_AN_ACCOUNT = 20
TOLD_BEFORE = 4


class Violation(AssertionError):
    """Something that was promised did not hold."""


class Sent(NamedTuple):
    """A publish; no two different ones have the same `body`."""

    room: str
    key: str
    body: str


class Began(NamedTuple):
    """A subscriber was let in: the first event that it is told has this `seq` or an earlier one.

    `exact` where it named its position itself, and that is the very `seq`.
    """

    by: int
    exact: bool = False


class Delivered(NamedTuple):
    """An event that a subscriber was told."""

    seq: int
    body: str


class Reset(NamedTuple):
    """A subscriber was told that it missed something; how far the log was pruned at that moment."""

    seq: int
    pruned: int


@dataclass
class Subscriber:
    """One listener in a room and what it was told.

    Parameters
    ----------
    stayed
        Whether it listened to the end, and so has to have come to the head.
    """

    name: str
    room: str
    stayed: bool = True
    told: list[Began | Delivered | Reset] = field(default_factory=list)


@dataclass(frozen=True)
class BoardView:
    """A board as somebody sees it, beside what living connections have pinned."""

    seen_by: str
    shown: dict[str, object]
    pinned: dict[str, object]


@dataclass
class History:
    """All that is to be known about a run, when everything has come to rest.

    Parameters
    ----------
    logs
        By room, everything that its log ever held, by `seq`; also what was pruned since.
    acknowledged
        What publishers were told: which body stands where.
    refused
        Bodies that were refused for good, with the reason.
    complaints
        What else went wrong: an exception that nobody caught, a dead connection still in a room.
    faults
        What was done to the world, with the time: for the account only.
    """

    sent: list[Sent] = field(default_factory=list)
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    logs: dict[str, dict[int, str]] = field(default_factory=dict)
    subscribers: list[Subscriber] = field(default_factory=list)
    boards: list[BoardView] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    faults: list[tuple[float, str]] = field(default_factory=list)

    def check(self) -> None:
        """Hold the history against the rules.

        Raises
        ------
        Violation
            With an account of all that is wrong.
        """
        found = [
            *self._logs(),
            *self._publishes(),
            *(finding for one in self.subscribers for finding in self._deliveries(one)),
            *(finding for view in self.boards for finding in _board(view)),
            *self.complaints,
        ]
        if found:
            raise Violation(self._account(found))

    def _logs(self) -> Iterator[str]:
        sent = {one.body: one for one in self.sent}
        places: dict[tuple[str, str], int] = {}
        for room, log in self.logs.items():
            for expected, seq in enumerate(sorted(log), 1):
                if seq != expected:
                    yield f"hole in the log: {room} has {seq} where {expected} belongs"
                    break
            for seq, body in sorted(log.items()):
                known = sent.get(body)
                if known is None or known.room != room:
                    yield f"never sent: {room} {seq} is {body!r}"
                    continue
                if body in self.refused:
                    yield f"refused ({self.refused[body]}) but kept: {room} {seq} is {body!r}"
                first = places.setdefault((room, known.key), seq)
                if first != seq:
                    yield f"one key at two positions: {room} has {known.key!r} at {first} and {seq}"

    def _publishes(self) -> Iterator[str]:
        rooms = {one.body: one.room for one in self.sent}
        answered = set(self.refused)
        for body, seq in self.acknowledged:
            answered.add(body)
            log = self.logs.get(rooms.get(body, ""), {})
            if log.get(seq) != body:
                yield f"acknowledged, but lost: {body!r} at {seq}, where {log.get(seq)!r} stands"
        for one in self.sent:
            if one.body not in answered:
                yield f"never answered: {one.body!r} in {one.room}"

    def _deliveries(self, one: Subscriber) -> Iterator[str]:
        log = self.logs.get(one.room, {})
        last, begun = None, False
        for number, item in enumerate(one.told):
            if isinstance(item, Began):
                last, begun = item.by - 1 if last is None else last, begun or item.exact
                continue
            wrong = None
            if isinstance(item, Reset):
                wrong = _reset(item, last) if begun else None
            elif last is None:
                wrong = f"told {item.seq} before it was let in"
            else:
                wrong = _step(item, last, begun) or _content(item, log)
            if wrong:
                yield f"{one.name} in {one.room}: {wrong}; {_around(one, number)}"
            last, begun = item.seq, True
        if one.stayed and (last is None or last < max(log, default=0)):
            yield (
                f"{one.name} in {one.room}: never told what is behind {last}, "
                f"the head is {max(log, default=0)}; {_around(one, len(one.told))}"
            )

    def _account(self, found: list[str]) -> str:
        lines = [f"{len(found)} violations:"]
        lines += [f"  - {finding}" for finding in found[:FINDINGS_IN_AN_ACCOUNT]]
        lines.append(f"the last of {len(self.faults)} faults:")
        lines += [f"  {at:10.3f} s  {what}" for at, what in self.faults[-FAULTS_IN_AN_ACCOUNT:]]
        return "\n".join(lines)


def _step(item: Delivered, last: int, begun: bool) -> str | None:
    if begun and item.seq <= last:
        return f"told {item.seq} twice or out of order, after {last}"
    if item.seq > last + 1:
        return f"a hole: told {item.seq} after {last}"
    return None


def _content(item: Delivered, log: dict[int, str]) -> str | None:
    if item.seq not in log:
        return f"told {item.seq} {item.body!r}, which the log never held"
    if log[item.seq] != item.body:
        return f"told {item.seq} {item.body!r}, where the log has {log[item.seq]!r}"
    return None


def _reset(item: Reset, last: int | None) -> str | None:
    if last is not None and item.pruned <= last:
        return f"reset to {item.seq} though nothing behind {last} was pruned (to {item.pruned})"
    if last is not None and item.seq < last:
        return f"sent back from {last} to {item.seq}"
    return None


def _around(one: Subscriber, number: int) -> str:
    before = " ".join(map(_in_short, one.told[max(0, number - TOLD_BEFORE) : number]))
    return f"told before: {before or 'nothing'}"


def _in_short(item: Began | Delivered | Reset) -> str:
    if isinstance(item, Began):
        return f"in by {item.by}"
    return f"reset to {item.seq}" if isinstance(item, Reset) else str(item.seq)


def _board(view: BoardView) -> Iterator[str]:
    for key, value in view.shown.items():
        if key not in view.pinned:
            yield f"ghost: {view.seen_by} shows {key} = {value!r}, which nobody there has pinned"
        elif view.pinned[key] != value:
            yield f"stale: {view.seen_by} shows {key} = {value!r}, not {view.pinned[key]!r}"
    for key in view.pinned.keys() - view.shown.keys():
        yield f"missing on a board: {view.seen_by} does not show {key}"
