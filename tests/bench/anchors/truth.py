"""What became of each line of a notebook's code: said by two diffs, and not by what is measured.

A line is `unchanged` if both diffs pair it with the same equal line; `moved` if it stands once before
and once, unpaired, after; `edited` if one unpaired line is most like it, and it most like that, or if it
was broken into several lines or joined with others; `deleted` if nothing unpaired resembles it, by tokens
or by characters. The rest is `unclear`, and counted.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal

from .corpus import Revision

Fate = Literal["unchanged", "moved", "edited", "deleted", "unclear"]
# Of the tokens of two lines, so much must be the same for one to be the other, edited …
EDITED_RATIO = 0.6
# … and less than so much for it to be another line altogether.
DELETED_RATIO = 0.4
# Into how many lines one is broken at most, and how long it is for that to be no accident.
_MAX_PIECES, _MIN_WRAPPED = 6, 8
_TOKEN = re.compile(r"\w+|[^\w\s]")
_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass(frozen=True)
class Line:
    """One line: its cell, where it begins and ends in it without white space around it, and its text."""

    cell: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Traced:
    """A line of the old revision, what became of it, and where it is now."""

    line: Line
    fate: Fate
    now: Line | None


@dataclass(frozen=True)
class Trace:
    """What became of all lines of code; `new` are those that no old one is paired with."""

    lines: list[Traced]
    new: list[Line]

    def is_new(self, words: str) -> bool:
        """Whether some words stand in a line that is new: then nobody can say that they were deleted."""
        return any(_squeezed(words) in _squeezed(line.text) for line in self.new)


def trace(before: Revision, after: Revision) -> Trace:
    """Tell what became of every line."""
    old, new = lines(before), lines(after)
    first, second = _difflib(old, new), _histogram(old, new)
    agreed = {one: other for one, other in first.items() if second.get(one) == other}
    # What either diff pairs is spoken for.
    free_old = [i for i in range(len(old)) if i not in first and i not in second]
    taken = {*first.values(), *second.values()}
    free_new = [j for j in range(len(new)) if j not in taken]
    ratios = _ratios([old[i] for i in free_old], [new[j] for j in free_new])
    counted = Counter(line.text for line in old), Counter(line.text for line in new)
    found = []
    for index, line in enumerate(old):
        if not before.is_code[line.cell]:
            continue
        if index in agreed:
            found.append(Traced(line, "unchanged", new[agreed[index]]))
        elif index in free_old:
            found.append(_changed(line, [new[j] for j in free_new], ratios, counted))
        else:
            found.append(Traced(line, "unclear", None))
    return Trace(found, [new[j] for j in free_new])


def lines(revision: Revision) -> list[Line]:
    """List the lines of all cells that aren't blank."""
    return list(_lines(revision))


def _lines(revision: Revision) -> Iterator[Line]:
    for index, cell in enumerate(revision.cells):
        position = 0
        for raw in cell.source.split("\n"):
            text = raw.strip()
            if text:
                start = position + raw.index(text)
                yield Line(index, start, start + len(text), text)
            position += len(raw) + 1


def _changed(
    line: Line,
    free: list[Line],
    ratios: dict[tuple[Line, Line], float],
    counted: tuple[Counter[str], Counter[str]],
) -> Traced:
    wrapped = _wrapped(line, free)
    if wrapped is not None:
        return Traced(line, "edited", wrapped)
    equal = [other for other in free if other.text == line.text]
    if equal:
        is_one = counted[0][line.text] == counted[1][line.text] == 1
        return Traced(line, "moved", equal[0]) if is_one else Traced(line, "unclear", None)
    alike = sorted(
        ((ratio, other) for (one, other), ratio in ratios.items() if one == line),
        key=lambda pair: -pair[0],
    )
    if not alike or alike[0][0] < DELETED_RATIO:
        is_like = any(_letters_alike(line.text, other.text) >= EDITED_RATIO for other in free)
        return Traced(line, "unclear" if is_like else "deleted", None)
    ratio, other = alike[0]
    is_mutual = all(
        ratios[one, there] < ratio for one, there in ratios if there == other and one != line
    )
    is_best = len(alike) == 1 or alike[1][0] < ratio
    if ratio >= EDITED_RATIO and is_mutual and is_best:
        return Traced(line, "edited", other)
    return Traced(line, "unclear", None)


def _letters_alike(one: str, other: str) -> float:
    """Tell how alike two lines are by their characters, not by their tokens."""
    matcher = SequenceMatcher(None, _squeezed(one), _squeezed(other), autojunk=False)
    is_far = min(matcher.real_quick_ratio(), matcher.quick_ratio()) < EDITED_RATIO
    return 0.0 if is_far else matcher.ratio()


def _wrapped(line: Line, free: list[Line]) -> Line | None:
    """Find the lines into which one was broken, or with which it was joined; None if it wasn't."""
    wanted = _squeezed(line.text)
    for first, start in enumerate(free):
        text = ""
        for last in free[first : first + _MAX_PIECES]:
            if last.cell != start.cell:
                break
            text += _squeezed(last.text)
            is_one = last is start and text == wanted
            if wanted in text and not is_one and len(wanted) >= _MIN_WRAPPED:
                return Line(start.cell, start.start, last.end, text)
    return None


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _ratios(old: list[Line], new: list[Line]) -> dict[tuple[Line, Line], float]:
    """Tell how alike lines are that no diff has paired, where it isn't next to nothing."""
    words = {line: _TOKEN.findall(line.text) for line in [*old, *new]}
    found = {}
    for other in new:
        matcher = SequenceMatcher(None, autojunk=False)
        matcher.set_seq2(words[other])
        for line in old:
            matcher.set_seq1(words[line])
            if (
                matcher.real_quick_ratio() >= DELETED_RATIO
                and matcher.quick_ratio() >= DELETED_RATIO
            ):
                ratio = matcher.ratio()
                if ratio >= DELETED_RATIO:
                    found[line, other] = ratio
    return found


def _difflib(old: list[Line], new: list[Line]) -> dict[int, int]:
    one, other = [line.text for line in old], [line.text for line in new]
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return {a + step: b + step for a, b, size in blocks for step in range(size)}


def _histogram(old: list[Line], new: list[Line]) -> dict[int, int]:
    """Pair lines as `git diff --histogram` does."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("old", "new")]
        for file, side in zip(files, (old, new), strict=True):
            text = "".join(f"{line.text}\n".replace("\r", " ") for line in side)
            file.write_bytes(text.encode("utf-8", "surrogatepass"))
        command = ["git", "diff", "--no-index", "--text", "--histogram", "-U0", *map(str, files)]
        diff = subprocess.run(command, capture_output=True, check=False).stdout
    paired, i, j = {}, 0, 0
    for hunk in _HUNK.finditer(diff):
        first, gone, _, come = (1 if part is None else int(part) for part in hunk.groups())
        # With nothing gone git names the line before.
        until = first if gone == 0 else first - 1
        while i < until:
            paired[i] = j
            i, j = i + 1, j + 1
        i, j = i + gone, j + come
    while i < len(old):
        paired[i] = j
        i, j = i + 1, j + 1
    return paired
