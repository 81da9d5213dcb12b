"""What a project settles about its analysis: `[tool.jupyter-realtime]` in its pyproject.toml.

The file is somebody else's, so it can only turn findings off, or rate them otherwise; nothing in it names a
program, a path outside, or code. What is wrong in it is told as a problem of that file, and the rest holds.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from ..core.issues import Issue, Severity
from ..core.triage import is_excluded
from .detector import Detector, Options
from .findings import Finding
from .shadow.model import Problem
from .shadow.reading import LeftOut, read_inside

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "pyproject.toml"
MAX_BYTES = 1_000_000
Rating = Severity | Literal["off"]


class _Table(msgspec.Struct, frozen=True):
    detectors: list[str] | None = None
    exclude: list[str] = []
    ignore: list[str] = []
    severity: dict[str, Rating] = {}


@dataclass(frozen=True)
class Settings:
    """A project's own settings.

    Parameters
    ----------
    detectors
        Those that run where nobody asks for particular ones; None for all.
    exclude
        Files and folders that are left out, as patterns of paths.
    ignore
        Rules, or whole detectors, whose findings are dropped.
    severity
        Rules by what they are rated as instead.
    tables
        What is settled for single detectors, by name.
    """

    detectors: list[str] | None = None
    exclude: list[str] = field(default_factory=list)
    ignore: frozenset[str] = frozenset()
    severity: Mapping[str, Rating] = field(default_factory=dict)
    tables: Mapping[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def excludes(self, path: str) -> bool:
        """Whether a file, relative to the project with `/`, is left out."""
        return is_excluded(path, self.exclude)

    def rate(self, detector: str, finding: Finding | Issue) -> Severity | None:
        """Rate a finding; None if the project does not want to hear of it."""
        names = {detector, finding.rule, f"{detector}/{finding.rule}"}
        if names & self.ignore:
            return None
        chosen = next((self.severity[name] for name in names if name in self.severity), None)
        if chosen is None:
            return finding.severity
        return None if chosen == "off" else chosen

    def options(self, detector: type[Detector]) -> Options:
        """Read a detector's own table; its defaults where it can't be read."""
        try:
            return msgspec.convert(self.tables.get(detector.name, {}), detector.options_type)
        except msgspec.ValidationError as error:
            self.problems.append(_problem(f"[tool.jupyter-realtime.{detector.name}]: {error}"))
            return detector.options_type()


def read_settings(root: Path) -> Settings:
    """Read a project's settings; without a file, or a table in it, everything is as it comes."""
    path = root / FILE
    if not path.is_file():
        return Settings()
    try:
        document = tomllib.loads(read_inside(root, path, MAX_BYTES).decode())
    except LeftOut as reason:
        return Settings(problems=[_problem(reason.message)])
    except (ValueError, RecursionError) as error:
        return Settings(problems=[_problem(f"This is not TOML: {error}.")])
    tool = document.get("tool")
    table = tool.get("jupyter-realtime", {}) if isinstance(tool, dict) else {}
    return _settings(table)


def _settings(table: Any) -> Settings:
    try:
        read = msgspec.convert(table, _Table)
    except msgspec.ValidationError as error:
        return Settings(problems=[_problem(f"[tool.jupyter-realtime]: {error}")])
    known = {field.encode_name for field in msgspec.structs.fields(_Table)}
    tables = {name: value for name, value in table.items() if name not in known}
    words = "[tool.jupyter-realtime] has no setting {!r}; tables are named like detectors."
    loose = [name for name, value in tables.items() if not isinstance(value, dict)]
    return Settings(
        detectors=read.detectors,
        exclude=read.exclude,
        ignore=frozenset(read.ignore),
        severity=read.severity,
        tables=tables,
        problems=[_problem(words.format(name)) for name in loose],
    )


def _problem(message: str) -> Problem:
    return Problem(FILE, "settings", "info", message)
