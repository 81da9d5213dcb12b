"""Which folders of a project are no packages, though their names are those of packages.

Courses sort their notebooks and scripts into folders called `numpy` and `pandas`. Where such a folder stood
for the package, nothing that is imported from it would be there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

_INIT = "__init__"


def hollow_folders(modules: Mapping[str, str]) -> set[str]:
    """Name the folders at the top from which nobody imports anything that is in them.

    Parameters
    ----------
    modules
        The code of modules by path.
    """
    content: dict[str, set[str]] = {}
    meant: set[str] = set()
    for path, code in modules.items():
        folder, *inside = PurePosixPath(path).parts
        if inside:
            name = inside[0].removesuffix(".py")
            content.setdefault(folder, set()).add(name)
            if name == _INIT and _does_something(code):
                meant.add(folder)
    texts = list(modules.values())
    return {
        folder
        for folder, names in content.items()
        if folder not in meant and not any(_imports_from(text, folder, names) for text in texts)
    }


def _does_something(code: str) -> bool:
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return any(not isinstance(node, ast.Expr) for node in body)


def _imports_from(text: str, folder: str, names: set[str]) -> bool:
    if folder not in text:
        return False
    found = re.findall(
        rf"^[ \t]*(?:from|import)[ \t]+{re.escape(folder)}(?:\.(\w+)|[ \t]+import[ \t(]+([^\n)]*))",
        text,
        re.MULTILINE,
    )
    return any(
        names.intersection([inner, *re.findall(r"\w+", several)]) for inner, several in found
    )
