"""Finds the text about a rule: ours at once, an engine's by asking it, once."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from .. import processes
from ..detector import EngineError
from .engines import BY_DETECTOR
from .own import TEXTS

# A rule comes from an address: nothing but the name of one may become an argument of a program.
RULE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")
ASK_SECONDS = 10.0
MAX_KEPT = 500


class Explainer:
    """Explains rules, and remembers what engines have said."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], str | None] = {}
        self._one_at_a_time = asyncio.Lock()

    async def explain(self, detector: str, rule: str, scratch: Path) -> str | None:
        """Give the text about a detector's rule; None where nobody has one.

        Parameters
        ----------
        scratch
            A private folder in which an engine may be asked.
        """
        own = TEXTS.get(rule)
        if own is not None or detector not in BY_DETECTOR or not RULE.fullmatch(rule):
            return own
        async with self._one_at_a_time:
            if (detector, rule) not in self._kept:
                if len(self._kept) >= MAX_KEPT:
                    self._kept.clear()
                self._kept[detector, rule] = await _ask(detector, rule, scratch)
            return self._kept[detector, rule]


async def _ask(detector: str, rule: str, scratch: Path) -> str | None:
    command = processes.python_module("jupyter_realtime.analysis.rules.engines", detector, rule)
    try:
        end = await processes.run(command, scratch, timeout_seconds=ASK_SECONDS)
    except EngineError:
        return None
    return end.stdout.decode(errors="replace").strip() or None
