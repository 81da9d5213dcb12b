"""When somebody is told that something runs short: pure, without a clock.

Rules
-----
1. There are three levels: fine, short, and used up. A level counts when it was seen twice in a row: a
   peak is nobody's business.
2. Only a rise is told. It is over when the share has fallen well below where it began (`SLACK`), so that
   what swings around a threshold is told once.
3. What was told is over as soon as it is well below, seen as often. Of what was told before this began
   nothing is known here: so the first time that all is well it is over, too.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Literal

from .actors import SYSTEM_ACTOR
from .notifications import Notice, NotificationType

SEEN_TIMES = 2
SLACK = 0.05
Unit = Literal["bytes", "kernels"]


class Level(enum.IntEnum):
    """How short something is."""

    FINE = 0
    SHORT = 1
    USED_UP = 2


@dataclass(frozen=True)
class Reading:
    """How much of something is used, of how much there is.

    Parameters
    ----------
    gauge
        What it is known by, like `memory`.
    name
        How it is called in a sentence.
    """

    gauge: str
    name: str
    used: int
    limit: int
    unit: Unit

    @property
    def share(self) -> float:
        """The part that is used."""
        return self.used / self.limit


@dataclass(frozen=True)
class Thresholds:
    """From which share on something is short, or used up."""

    short: float
    used_up: float

    def level(self, share: float, before: Level) -> Level:
        """Tell the level of a share, which falls later than it has risen."""
        for level, threshold in ((Level.USED_UP, self.used_up), (Level.SHORT, self.short)):
            if share >= threshold - (SLACK if before >= level else 0.0):
                return level
        return Level.FINE


@dataclass
class Gauge:
    """What is known of something that may run short.

    Attributes
    ----------
    level
        The one that counts.
    is_told
        Whether people may have been told of it, and not yet that it is over.
    """

    thresholds: Thresholds
    level: Level = Level.FINE
    is_told: bool = True
    _seen: list[Level] = field(default_factory=list)
    _times_well: int = 0

    @property
    def is_over(self) -> bool:
        """Whether what people were told holds no more."""
        is_well = self.level is Level.FINE and self._times_well >= SEEN_TIMES
        return self.is_told and is_well

    def take(self, share: float) -> Level | None:
        """Take a reading; gives a level that somebody has to be told of."""
        is_well = self.thresholds.level(share, Level.SHORT) is Level.FINE
        self._times_well = self._times_well + 1 if is_well else 0
        seen = self.thresholds.level(share, self.level)
        self._seen = [*self._seen[1 - SEEN_TIMES :], seen]
        if seen == self.level or len(self._seen) < SEEN_TIMES:
            return None
        # What was reached in each of them, at least, or left in each of them.
        lowest, highest = min(self._seen), max(self._seen)
        before = self.level
        if lowest > before:
            self.level = lowest
        elif highest < before:
            self.level = highest
        return self.level if self.level > before else None


def group_of(reading: Reading, place: str) -> str:
    """Name the row in which all is told of a gauge."""
    return f"quota:{place}:{reading.gauge}"


def quota_notice(reading: Reading, level: Level, place: str, cause: str) -> Notice:
    """Say that something runs short.

    Parameters
    ----------
    place
        Which server it is about: there may be several of one person.
    cause
        What tells this time from others.
    """
    group = group_of(reading, place)
    kind: NotificationType = "error" if level is Level.USED_UP else "warning"
    words = "all but used up" if level is Level.USED_UP else "running short"
    return Notice(
        type=kind,
        category="quota",
        title=f"{reading.name} is {words}" if reading.unit == "bytes" else _kernels(reading),
        message=_amount(reading),
        group=group,
        dedupe=f"{group}:{level.name}:{cause}",
        reason="You look after this server.",
        actor=SYSTEM_ACTOR,
    )


def _kernels(reading: Reading) -> str:
    if reading.used >= reading.limit:
        return "No more kernels may be started"
    return "Nearly as many kernels run as may"


def _amount(reading: Reading) -> str:
    if reading.unit == "kernels":
        return f"{reading.used:,} of {reading.limit:,} run. Shut down those that you don't need."
    percent = round(100 * reading.share)
    return (
        f"{written(reading.used)} of {written(reading.limit)} are used ({percent} %), "
        f"{written(max(0, reading.limit - reading.used))} are free."
    )


def written(amount: int) -> str:
    """Write a number of bytes, for people."""
    size = float(amount)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:,.1f} TiB"
