"""What a run has to do: which detectors, over which files, and what is known already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..core.issues import Issue
from .cache import Cache, file_keys, project_key
from .detector import Detector, ProjectDetector
from .registry import discover
from .settings import Settings
from .shadow.model import ShadowFile


@dataclass
class Task:
    """A detector in one run.

    Parameters
    ----------
    files
        All that are for it.
    pending
        Those that it has to look at, the one that was edited last first.
    keys
        What each result is kept under, by path; that of a whole project under the empty path.
    known
        What was found earlier in the files that are not pending.
    cost_name
        What its past durations are kept under: a project that is warm costs less than a cold one.
    left
        How many units of work are not done yet.
    broken
        The files that it could not look at.
    """

    detector: Detector
    files: list[ShadowFile]
    pending: list[ShadowFile]
    keys: dict[str, str]
    known: list[Issue]
    cost_name: str
    left: int = 0
    broken: list[str] = field(default_factory=list)
    error: str | None = None
    not_applicable: str | None = None

    @property
    def kilobytes(self) -> float:
        """How much it has to look at, in kilobytes of modules."""
        return sum(file.weighed_kilobytes for file in self.pending)

    def unit_seconds(self, files: Sequence[ShadowFile], costs: Mapping[str, float]) -> float:
        """Predict what a unit of work over some files takes."""
        kilobytes = sum(file.weighed_kilobytes for file in files)
        return kilobytes * costs.get(self.cost_name, self.detector.default_cost)

    @property
    def is_of_project(self) -> bool:
        """Whether it sees all files at once."""
        return isinstance(self.detector, ProjectDetector)


@dataclass(frozen=True)
class Plan:
    """All detectors of a run: those that work, and why others can't."""

    names: list[str]
    tasks: dict[str, Task]
    missing: dict[str, str]


def make_plan(
    root: Path,
    asked: Sequence[str] | None,
    settings: Settings,
    files: list[ShadowFile],
    cache: Cache,
    *,
    is_whole: bool,
) -> Plan:
    """Find out what has to be done; reads the cache, so it belongs in a thread.

    Parameters
    ----------
    is_whole
        Whether these are all files of the project.
    """
    names = list(asked or settings.detectors or discover())
    plan = Plan(names, {}, {})
    for name in names:
        found = discover().get(name, f"There is no detector {name!r}.")
        if isinstance(found, str):
            plan.missing[name] = found
        elif not found.is_available():
            plan.missing[name] = f"{found.engine} is not installed here: {found.install}"
        else:
            detector = found(settings.options(found))
            wanted = [file for file in files if detector.applies_to(file)]
            if isinstance(detector, ProjectDetector):
                key = project_key(detector, wanted, root, is_whole=is_whole)
                plan.tasks[name] = _project_task(detector, wanted, key, cache)
            else:
                plan.tasks[name] = _file_task(detector, wanted, cache)
    return plan


def _project_task(
    detector: ProjectDetector, wanted: list[ShadowFile], key: str, cache: Cache
) -> Task:
    results = cache.results([key])
    pending = [] if results else wanted
    name = f"{detector.name} warm" if detector.is_warm(cache.folder) else detector.name
    return Task(detector, wanted, pending, {"": key}, results.get(key, []), name)


def _file_task(detector: Detector, wanted: list[ShadowFile], cache: Cache) -> Task:
    keys = file_keys(detector, wanted)
    results = cache.results(list(keys.values()))
    pending = [file for file in wanted if keys[file.path] not in results]
    known = [issue for issues in results.values() for issue in issues]
    return Task(detector, wanted, sorted(pending, key=_age), keys, known, detector.name)


def _age(file: ShadowFile) -> float:
    with suppress(OSError):
        return -file.original.stat().st_mtime
    return 0.0


def by_path(files: Sequence[ShadowFile], issues: Sequence[Issue]) -> dict[str, list[Issue]]:
    """Sort issues by file, files without any too."""
    sorted_out: dict[str, list[Issue]] = {file.path: [] for file in files}
    for issue in issues:
        sorted_out[issue.path].append(issue)
    return sorted_out
