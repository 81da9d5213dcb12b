"""`dead-code`: vulture, in a worker process.

A file is looked at by itself, so what one module defines and another uses is never called dead: vulture's
confidence of 80 and above is about what a file says all by itself (unreachable code, arguments and
imports that nothing uses).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..detector import Options, WorkerDetector
from ..findings import Finding
from ..shadow.model import ShadowFile

# Told by `correctness`, which also has a fix for it.
_ELSEWHERE = frozenset({"import"})
_RULES = {"unreachable_code": "unreachable", "variable": "unused-argument"}


class DeadCodeOptions(Options, frozen=True):
    """`min-confidence`, in percent, as vulture counts it."""

    min_confidence: int = 80


class DeadCode(WorkerDetector):
    """Code that can't be reached, and arguments that nothing uses."""

    name = "dead-code"
    title = "Dead code"
    description = "Code that can't be reached, and arguments that nothing uses."
    engine = "vulture"
    modules = ("vulture",)
    distributions = ("vulture",)
    options_type = DeadCodeOptions
    default_cost = 0.002

    def check(self, file: ShadowFile) -> Iterable[Finding]:
        """Run vulture over a file."""
        from vulture.core import Vulture

        vulture = Vulture()
        vulture.scan(file.python.read_text(encoding="utf-8"), filename=file.python)
        for item in vulture.get_unused_code(min_confidence=self.options.min_confidence):
            if item.typ not in _ELSEWHERE and item.name not in file.words_out_of_sight:
                yield _finding(item, file)


def _finding(item: Any, file: ShadowFile) -> Finding:
    message = str(item.message)
    return Finding(
        path=file.path,
        rule=_RULES.get(item.typ, f"unused-{item.typ}"),
        severity="low",
        message=f"{message[:1].upper()}{message[1:]}.",
        line=item.first_lineno,
        end_line=item.last_lineno if item.typ == "unreachable_code" else None,
        url="https://github.com/jendrikseipp/vulture#readme",
    )
