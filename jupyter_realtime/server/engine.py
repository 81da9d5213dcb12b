"""The detectors of this machine behind the port `AnalysisEngine`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..analysis.cache import user_cache
from ..analysis.outputs.sarif import sarif
from ..analysis.registry import describe
from ..analysis.runner import Runner, RunRequest
from ..core.issues import Analysis, DetectorDescription, Issue
from ..ports import RunReporter


class LocalEngine:
    """Runs detectors in processes beside this server."""

    def __init__(self) -> None:
        self._runner = Runner(cache=user_cache())
        self._detectors = describe()

    def describe(self) -> list[DetectorDescription]:
        """List the detectors, those that can't run here too."""
        return self._detectors

    async def run(
        self,
        root: Path,
        paths: Sequence[str],
        detectors: Sequence[str] | None,
        costs: Mapping[str, float],
        reporter: RunReporter,
        cancel: asyncio.Event,
    ) -> None:
        """Run detectors over paths below `root`."""
        request = RunRequest(
            root=root,
            paths=list(paths),
            detectors=None if detectors is None else list(detectors),
            costs=costs,
        )
        await self._runner.run(request, reporter, cancel)

    def sarif(
        self,
        root: Path,
        analysis: Analysis,
        issues: Sequence[Issue],
        reasons: Mapping[tuple[str, str], str],
    ) -> dict[str, Any]:
        """Write a run as a SARIF 2.1.0 log."""
        return sarif(analysis, issues, root, reasons=reasons, has_history=True)

    async def explain(self, detector: str, rule: str) -> str | None:
        """Say in a few sentences what a rule means."""
        return await self._runner.explain(detector, rule)

    async def close(self) -> None:
        """End the warm workers."""
        await self._runner.close()
