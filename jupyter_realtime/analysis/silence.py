"""Comments that silence findings where they are.

    x = eval(text)  # realtime: ignore
    x = eval(text)  # realtime: ignore[B307, correctness]
    # realtime: ignore-cell[duplication]

The first two are for their line; a statement over many lines has them on the line where the finding
begins. The last is for its cell, and stands in its first line; in a module it is for the whole file. In
brackets are rules or detectors; without them, all are meant. Comments of the engines work beside them:
`# noqa`, `# nosec`, `# type: ignore`.
"""

from __future__ import annotations

import re

_LINE = re.compile(r"#\s*realtime:\s*ignore(?:\[([^\]]*)\])?\s*(?:#|$|--)")
_CELL = re.compile(r"^\s*#\s*realtime:\s*ignore-cell(?:\[([^\]]*)\])?")


def is_silenced(detector: str, rule: str, line_text: str, first_line: str) -> bool:
    """Tell whether a comment silences a finding.

    Parameters
    ----------
    line_text
        The line where the finding is.
    first_line
        The first line of its cell, or of its module.
    """
    if "realtime:" not in line_text and "realtime:" not in first_line:
        return False
    comments = (_LINE.search(line_text), _CELL.match(first_line))
    return any(_means(comment[1], detector, rule) for comment in comments if comment)


def _means(names: str | None, detector: str, rule: str) -> bool:
    if names is None:
        return True
    wanted = {name.strip() for name in names.split(",")}
    return bool(wanted & {detector, rule, f"{detector}/{rule}"})
