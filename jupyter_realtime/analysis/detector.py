"""What a detector is. Subclass one of the three kinds and name it in an entry point.

====================  =============================================  ==============================
kind                  how it runs                                    progress
====================  =============================================  ==============================
`BatchDetector`       a native program over 16 files at a time       exact, by file
`WorkerDetector`      Python, in a warm worker process               exact, by file
`ProjectDetector`     one program over the whole project at once     predicted, in ten phases
====================  =============================================  ==============================

No kind ever runs in the process of the server or of a notebook, and none gets to import or execute the
code that it looks at.
"""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar, Literal

import msgspec

from ..core.issues import DetectorDescription
from .findings import Finding
from .shadow.model import ShadowFile

INSTALL_ENGINES = 'pip install "jupyter_realtime[detectors]"'


class EngineError(Exception):
    """An engine said something that is no result; the message is for people."""


class NotApplicable(Exception):
    """There is nothing for a detector to look at; the message says why, for people."""


@dataclass(frozen=True)
class Exit:
    """How a program ended. A negative `code` is the signal that ended it."""

    code: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True)
class Workplace:
    """Where a program runs.

    Parameters
    ----------
    root
        The project's real folder: files in it may be read as data, by us. It is never a working directory,
        and no engine is to find configuration there.
    shadow
        The root of the shadow tree.
    scratch
        An empty private folder; the program's working directory and home.
    cache
        A private folder that stays from run to run of the same project.
    broken
        Paths of files that don't parse.
    is_whole
        Whether the whole project is looked at, and not some of its files only.
    """

    root: Path
    shadow: Path
    scratch: Path
    cache: Path
    broken: Collection[str]
    is_whole: bool


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What a project can settle about a detector: `[tool.jupyter-realtime.<name>]` in pyproject.toml.

    A detector with options subclasses this; every field has a default and can be hashed (a tuple, no list).
    """


class Detector(ABC):
    """What all kinds have in common.

    What a detector finds depends on nothing but the files, its options and its version: results are kept
    by these, and used again.

    Attributes
    ----------
    modules
        The importable modules of the engine; where one is missing, `install` is what helps.
    distributions
        The packages whose version decides what is found.
    revision
        Raised whenever our own part of the detector finds something else than before.
    options_type
        What a project can settle.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    engine: ClassVar[str]
    scope: ClassVar[Literal["file", "project"]] = "file"
    modules: ClassVar[tuple[str, ...]] = ()
    distributions: ClassVar[tuple[str, ...]] = ()
    revision: ClassVar[int] = 1
    options_type: ClassVar[type[Options]] = Options
    install: ClassVar[str] = INSTALL_ENGINES
    # Until a project has been measured: seconds a kilobyte, on a machine of 2026.
    default_cost: ClassVar[float] = 0.001

    def __init__(self, options: Options | None = None) -> None:
        # Each detector knows what type its own options are.
        self.options: Any = options or self.options_type()

    @classmethod
    def version(cls) -> str:
        """Name what decides about findings beside files and options."""
        engines = [f"{name} {_version_of(name)}" for name in cls.distributions]
        return ", ".join([f"{cls.name} {cls.revision}", *engines])

    @classmethod
    def is_available(cls) -> bool:
        """Whether its engine is installed."""
        return all(importlib.util.find_spec(module) is not None for module in cls.modules)

    @classmethod
    def describe(cls) -> DetectorDescription:
        """Say what it is."""
        available = cls.is_available()
        return DetectorDescription(
            name=cls.name,
            title=cls.title,
            description=cls.description,
            engine=cls.engine,
            scope=cls.scope,
            available=available,
            install=None if available else cls.install,
        )

    def applies_to(self, file: ShadowFile) -> bool:
        """Whether a file is for this detector."""
        return True


@cache
def _version_of(distribution: str) -> str:
    return metadata.version(distribution)


class BatchDetector(Detector):
    """A native program that takes many files at once."""

    batch_size: ClassVar[int] = 16

    @abstractmethod
    def command(self, files: Sequence[ShadowFile], place: Workplace) -> list[str]:
        """Write the command line; the program is named by its absolute path."""

    @abstractmethod
    def read(self, end: Exit, files: Sequence[ShadowFile], place: Workplace) -> list[Finding]:
        """Understand what the program printed.

        Raises
        ------
        EngineError
            If it is no result: the batch is then halved until the file is found that did it.
        """


class WorkerDetector(Detector):
    """Python code that takes one file, in a worker process."""

    @abstractmethod
    def check(self, file: ShadowFile) -> Iterable[Finding]:
        """Find what is wrong with a file."""


class ProjectDetector(Detector):
    """A program that has to see the whole project."""

    scope: ClassVar[Literal["file", "project"]] = "project"
    default_cost: ClassVar[float] = 0.02

    def manifests(self, root: Path) -> list[Path]:
        """Name the files of the project beside its sources that decide about findings."""
        return []

    def is_warm(self, cache: Path) -> bool:
        """Whether an earlier run has left something in the project's folder that makes this one faster."""
        return False

    def environment(self, place: Workplace) -> dict[str, str]:
        """Name what the program needs in its environment beside the little that all get."""
        return {}

    @abstractmethod
    def command(self, files: Sequence[ShadowFile], place: Workplace) -> list[str]:
        """Write the command line, empty if there is nothing to run; files may be prepared here."""

    @abstractmethod
    def read(self, end: Exit, files: Sequence[ShadowFile], place: Workplace) -> list[Finding]:
        """Understand what the program printed.

        Raises
        ------
        EngineError
            If it is no result.
        NotApplicable
            If there is nothing to look at.
        """
