"""`complexity`: complexipy, in a worker process.

Cognitive complexity (G. Ann Campbell, SonarSource, 2018) counts what makes code hard to follow: branches,
and each the more the deeper it is nested.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...core.issues import Severity
from ..detector import Options, WorkerDetector
from ..findings import Finding
from ..shadow.model import ShadowFile
from ..shadow.syntax import parses


class ComplexityOptions(Options, frozen=True):
    """Above which complexity a function is told: `low`, and `medium` for a higher severity."""

    low: int = 15
    medium: int = 25


class Complexity(WorkerDetector):
    """Functions that take too long to understand."""

    name = "complexity"
    title = "Complexity"
    description = "Functions with so many nested branches that they take long to understand."
    engine = "complexipy"
    modules = ("complexipy",)
    distributions = ("complexipy",)
    revision = 2
    options_type = ComplexityOptions
    default_cost = 0.0005

    def check(self, file: ShadowFile) -> Iterable[Finding]:
        """Measure the functions of a file."""
        import complexipy

        code = file.python.read_text(encoding="utf-8")
        lines = code.split("\n")
        if not parses(code):
            return  # That is told once, by the shadow tree.
        for function in complexipy.code_complexity(code, with_plans=False).functions:
            if function.complexity > self.options.low:
                yield self._finding(function, file, lines)

    def _finding(self, function: Any, file: ShadowFile, lines: list[str]) -> Finding:
        severity: Severity = "medium" if function.complexity > self.options.medium else "low"
        name = function.name.rpartition("::")[2]
        line = _line_of_def(lines, function.line_start, name)
        column = max(0, lines[line - 1].find(name)) + 1
        return Finding(
            path=file.path,
            rule="cognitive-complexity",
            severity=severity,
            message=(
                f"`{name}` has a cognitive complexity of {function.complexity} "
                f"({self.options.low} is fine): return early, or make functions of its parts."
            ),
            line=line,
            column=column,
            end_line=line,
            end_column=column + len(name),
            url="https://www.sonarsource.com/resources/cognitive-complexity/",
        )


def _line_of_def(lines: list[str], start: int, name: str) -> int:
    """Find the line of `def`, below decorators."""
    for number in range(start, min(start + 50, len(lines)) + 1):
        if "def " in lines[number - 1] and name in lines[number - 1]:
            return number
    return start
