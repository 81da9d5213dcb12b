"""What `from module import *` brings, where that can be known."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from .names import mentions
from .shadow.model import ShadowFile


def exported_by(importer: ShadowFile, module: str) -> set[str] | None:
    """Find what a star import brings, if the module belongs to the project.

    A notebook may have put any of its project's folders above it on the path, so the module is looked
    for in each of them, and never above the project.

    Returns
    -------
    set[str] or None
        None where that can't be known.
    """
    relative = Path(*module.lstrip(".").split("."))
    depth = len(PurePosixPath(importer.path).parts)
    for folder in list(importer.python.parents)[:depth]:
        for source in (folder / relative.with_suffix(".py"), folder / relative / "__init__.py"):
            if source.is_file():
                return _public_names(source)
    return None


def _public_names(source: Path) -> set[str] | None:
    try:
        code = source.read_text(encoding="utf-8")
        found = mentions(code)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if "__all__" in code or any(mention.kind == "star" for mention in found):
        return None
    return {m.name for m in found if m.kind == "bind" and not m.name.startswith("_")}
