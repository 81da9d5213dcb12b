"""Which folder a run belongs to: paths in issues are relative to it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

MARKERS = (".jupyter-realtime.toml", ".git")


def project_of(paths: Sequence[Path], here: Path) -> Path:
    """Find the folder that a run belongs to.

    That is the nearest one around all paths that is marked as a project; without a mark `here`, where
    the person is, if the paths lie below it; else the nearest folder around them.
    """
    together = Path(os.path.commonpath(paths))
    folder = together if together.is_dir() else together.parent
    for candidate in (folder, *folder.parents):
        if any((candidate / marker).exists() for marker in MARKERS):
            return candidate
    return here if folder.is_relative_to(here) else folder


def below(root: Path, paths: Sequence[Path]) -> list[str]:
    """Write paths relative to a project, as the runner and the server want them."""
    relative = (path.relative_to(root).as_posix() for path in paths)
    return ["" if path == "." else path for path in relative]
