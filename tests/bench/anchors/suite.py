"""All that is measured of anchors."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..machine import describe
from .corpus import Part, Source, pairs, sources
from .measure import Finding, measure
from .truth import Fate


@dataclass(frozen=True)
class Plan:
    """How much is measured: so many pairs of a repository, at most."""

    pairs: int


FULL, QUICK = Plan(20), Plan(2)


@dataclass(frozen=True)
class Results:
    """What was found: pairs of each repository, fates of their lines, and what anchors made of them."""

    date: str
    machine: dict[str, str]
    pairs: dict[Source, int]
    lines: dict[Part, Counter[Fate]]
    findings: list[Finding]


def run(plan: Plan, corpus: Path, say: Callable[[str], None]) -> Results:
    """Measure everything; `say` is told what is under way."""
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    results = Results(today, describe(), {}, {"tuned": Counter(), "held-out": Counter()}, [])
    with ProcessPoolExecutor() as workers:
        for source in sources():
            say(f"anchors in {source.name}")
            chosen = list(pairs(source, corpus, plan.pairs))
            results.pairs[source] = len(chosen)
            for findings, fates in workers.map(measure, chosen):
                results.findings.extend(findings)
                results.lines[source.part].update(fates)
    return results
