"""`docs/benchmarks-anchors.md`, made from the results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..page import table
from .corpus import Part, Source
from .measure import Finding, Ids, Known
from .suite import Results
from .truth import DELETED_RATIO, EDITED_RATIO, Fate

HEAD = """# Benchmarks: anchors

Made by `make bench-anchors` on {date}. Threads are put at code of a notebook as it was before a commit,
and looked for in what the commit has made of it: {anchors:,} of them, in {pairs} pairs of revisions out of
{repositories} public repositories. [anchoring.md](anchoring.md) says how they are looked for.

*Right* is to stand where the code is: to the character where it is unchanged, within the lines that it has
become where it was edited, nowhere where it was deleted. *Wrong* is to stand elsewhere. *Suggested* stands
nowhere, and offers the right place in the tray; *lost* doesn't.

Weights and rules were chosen by looking at {tuned} of the repositories. The figures that count are those of
the other {held}, which were chosen after that; none of their threads was looked at.

## Budget
"""
WAYS_TOLD = """## Held-out repositories

*Ids kept* are cells with the ids that the file gives them, where it gives any; most of these files are
older than ids. *New ids*: every cell has got another one, as some editors do. *Cell only*: what stood in
the other cells was not known when the thread was begun, as in a file that was never saved since.
"""
TUNED_TOLD = """## Repositories that were looked at
"""
TRUTH_TOLD = """## How it is known what became of a line

By two diffs, and by nothing of what is measured: Python's `difflib` over all lines of the notebook, and
`git diff --histogram`. A line is unchanged if both pair it with the same equal line; edited if neither
pairs it, and one unpaired line shares at least {edited:.0%} of its tokens, is most like it, and it most
like that, or if it was broken into several lines or joined with others; deleted if no unpaired line shares
{deleted:.0%} of its tokens or {edited:.0%} of its characters. The rest is unclear: nobody can say what is
right, and it isn't measured. That is {unclear:.1%} of the lines, but {unclear_changed:.0%} of those that
aren't unchanged. Words of a deleted line aren't measured where they stand in a line that is new.

Of each fate at most 12 lines of a pair are taken, by chance with a fixed seed; at each a thread is put at
the line, at some words of it, and at a block of up to six lines from there on. Where a commit has moved a
line the two diffs rarely agree: {moved} such threads are too few for a figure.
"""
SOURCES_TOLD = """## Corpus

Pairs are chosen by a fixed seed among all commits that have changed a notebook's code, at most five of
one file.
"""
SPEED_TOLD = """## Time

What `resolve` takes, of one thread. On a busy machine, so that these are upper bounds.
"""
KINDS = {"line": "a line", "part": "words of a line", "block": "a block"}
WAYS: dict[tuple[Ids, Known], str] = {
    ("kept", "document"): "ids kept",
    ("new", "document"): "new ids",
    ("kept", "cell"): "cell only",
}
FATES: tuple[Fate, ...] = ("unchanged", "edited", "deleted")


@dataclass(frozen=True)
class Line:
    """One line of the budget: a share of the threads at code of one fate."""

    fate: Fate
    outcome: str
    limit: float
    found: float

    @property
    def is_met(self) -> bool:
        """Whether it is."""
        return self.found >= self.limit if self.outcome == "right" else self.found <= self.limit


BUDGET: tuple[tuple[Fate, str, float], ...] = (
    ("unchanged", "right", 0.99),
    ("unchanged", "wrong", 0.0),
    ("edited", "right", 0.80),
    ("edited", "wrong", 0.03),
    ("deleted", "wrong", 0.02),
)


def page(results: Results) -> str:
    """Write the page."""
    parts = Counter(source.part for source in results.pairs)
    head = HEAD.format(
        date=results.date,
        anchors=sum(one.ids == "kept" and one.known == "document" for one in results.findings),
        pairs=sum(results.pairs.values()),
        repositories=len(results.pairs),
        tuned=parts["tuned"],
        held=parts["held-out"],
    )
    budget = [
        [
            f"{one.fate} code, {one.outcome}",
            f"{'≥' if one.outcome == 'right' else '≤'} {one.limit:.0%}",
            f"{one.found:.2%}",
            "✓" if one.is_met else "✗",
        ]
        for one in lines(results)
    ]
    return "\n".join(
        [
            head,
            *table(["", "budget", "measured", ""], budget),
            WAYS_TOLD,
            *_outcomes(results, "held-out"),
            TUNED_TOLD,
            *_outcomes(results, "tuned"),
            _truth(results),
            SPEED_TOLD,
            *table(["", "p50 (ms)", "p99 (ms)"], _speed(results.findings)),
            SOURCES_TOLD,
            *table(["", "commit", "pairs", "part"], map(_source, results.pairs.items())),
            "## Measured on\n",
            *table(["", ""], [(key, results.machine[key]) for key in ("processor", "Python")]),
        ]
    )


def lines(results: Results) -> list[Line]:
    """Compare with the budget: all kinds of selections, in the repositories that nobody has looked at."""
    counted = _counted(results.findings, "held-out", "kept", "document")
    return [
        Line(fate, outcome, limit, _share(counted[fate], outcome))
        for fate, outcome, limit in BUDGET
    ]


def _counted(
    findings: Iterable[Finding], part: Part, ids: Ids, known: Known, kind: str | None = None
) -> dict[Fate, Counter[str]]:
    """Count outcomes by what became of the code."""
    counted: dict[Fate, Counter[str]] = {fate: Counter() for fate in FATES}
    for one in findings:
        is_wanted = (one.part, one.ids, one.known) == (part, ids, known)
        if is_wanted and kind in (None, one.selection.kind) and one.selection.fate in counted:
            counted[one.selection.fate][one.outcome] += 1
    return counted


def _share(counted: Counter[str], outcome: str) -> float:
    return counted[outcome] / max(1, counted.total())


def _outcomes(results: Results, part: Part) -> list[str]:
    rows = [
        _row(f"{fate}: {told}, {way}", counted[fate])
        for fate in FATES
        for (ids, known), way in WAYS.items()
        for kind, told in [(None, "all"), *(KINDS.items() if way == "ids kept" else ())]
        if (counted := _counted(results.findings, part, ids, known, kind))
    ]
    return table(["", "threads", "right", "wrong", "suggested", "lost"], rows)


def _row(title: str, counted: Counter[str]) -> Sequence[str]:
    shares = [
        f"{_share(counted, outcome):.1%}" for outcome in ("right", "wrong", "suggested", "lost")
    ]
    return [title, f"{counted.total():,}", *shares]


def _truth(results: Results) -> str:
    fates: Counter[Fate] = sum(results.lines.values(), Counter())
    changed = fates.total() - fates["unchanged"]
    return TRUTH_TOLD.format(
        edited=EDITED_RATIO,
        deleted=DELETED_RATIO,
        unclear=fates["unclear"] / max(1, fates.total()),
        unclear_changed=fates["unclear"] / max(1, changed),
        moved=sum(one.selection.fate == "moved" for one in results.findings) // len(WAYS),
    )


def _speed(findings: Iterable[Finding]) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = []
    took: dict[str, list[float]] = {}
    for one in findings:
        if one.known == "document" and one.selection.fate in FATES:
            took.setdefault(f"{one.selection.fate} code, {WAYS[one.ids, one.known]}", []).append(
                1000 * one.seconds
            )
    for title, times in sorted(took.items()):
        times.sort()
        rows.append([title, *(f"{times[int(len(times) * part)]:.1f}" for part in (0.5, 0.99))])
    return rows


def _source(item: tuple[Source, int]) -> Sequence[str]:
    source, count = item
    return [source.name, f"`{source.commit[:12]}`", str(count), source.part]
