"""What a project says it needs: pyproject.toml and requirements*.txt, read as data."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..shadow.reading import LeftOut, read_inside

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_BYTES = 1_000_000
# Nobody has more requirements*.txt.
MAX_FILES = 20
_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*([^#;]*)")


@dataclass(frozen=True)
class Requirement:
    """One line of a manifest.

    Parameters
    ----------
    group
        None for what everybody needs; else the extra, or the group of developers' tools.
    """

    name: str
    specifier: str
    text: str
    path: str
    line: int
    group: str | None

    @property
    def is_open(self) -> bool:
        """Whether any release will do, as far as the manifest says."""
        return not self.specifier and "@" not in self.text and "//" not in self.text


@dataclass(frozen=True)
class Manifest:
    """All requirements of a project; `name` is the project's own, if it has one."""

    name: str | None
    requirements: list[Requirement]


def manifest_files(root: Path) -> list[Path]:
    """Name the files that count, those that are there."""
    wanted = [root / "pyproject.toml", *sorted(root.glob("requirements*.txt"))[:MAX_FILES]]
    return [path for path in wanted if path.is_file()]


def read_manifest(root: Path) -> Manifest | None:
    """Read what a project needs; None where nothing says so."""
    name: str | None = None
    found: list[Requirement] = []
    says = False
    for path in manifest_files(root):
        try:
            text = read_inside(root, path, MAX_BYTES).decode()
        except (LeftOut, UnicodeError):
            continue
        if path.suffix == ".toml":
            project = _project_table(text)
            if project is not None:
                says = (
                    says
                    or "dependencies" in project[0]
                    or "dependencies" in project[0].get("dynamic", ())
                )
                name = str(project[0].get("name") or "") or None
                found += _of_toml(text, *project)
        else:
            says = True
            found += _of_text(text, path.name)
    return Manifest(name, found) if says else None


def _project_table(text: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    project, groups = document.get("project"), document.get("dependency-groups")
    if not isinstance(project, dict):
        return None
    return project, groups if isinstance(groups, dict) else {}


def _of_toml(text: str, project: dict[str, Any], groups: dict[str, Any]) -> Iterator[Requirement]:
    lines = text.split("\n")
    extras = project.get("optional-dependencies")
    tables = {
        None: project.get("dependencies"),
        **(extras if isinstance(extras, dict) else {}),
        **groups,
    }
    for group, items in tables.items():
        for item in items if isinstance(items, list) else ():
            if isinstance(item, str):
                yield from _requirement(item, "pyproject.toml", _line_of(lines, item), group)


def _line_of(lines: list[str], text: str) -> int:
    return next(
        (n for n, line in enumerate(lines, 1) if f'"{text}"' in line or f"'{text}'" in line), 1
    )


def _of_text(text: str, name: str) -> Iterator[Requirement]:
    group = "dev" if "dev" in name or "test" in name else None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.lstrip().startswith(("#", "-")):
            yield from _requirement(line, name, number, group)


def _requirement(text: str, path: str, line: int, group: str | None) -> Iterator[Requirement]:
    match = _REQUIREMENT.match(text)
    if match is not None:
        name = re.sub(r"[-_.]+", "-", match[1]).lower()
        yield Requirement(name, match[3].strip().strip("()"), text.strip(), path, line, group)
