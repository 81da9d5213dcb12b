"""The architecture, as text: which folder may import which.

Left may import right; nothing else. `jupyter_realtime/__init__.py` and this table are all that a
newcomer has to know about how the package hangs together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "jupyter_realtime"

# What runs the program may know everything below it; `core` knows nobody.
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "ports": {"core"},
    "service": {"ports", "core"},
    "stores": {"ports", "core"},
    "delivery": {"ports", "core"},
    "analysis": {"ports", "core"},
    "client": {"core"},
    "widgets": {"client", "core"},
    "cli": {"analysis", "client", "ports", "core"},
    # Commands that work on the database itself.
    "cli/database": {"server", "stores", "core"},
    # A mail as it would be, from what stands in there.
    "cli/previews": {"server", "stores", "delivery", "ports", "core"},
    "server": {"service", "ports", "core"},
    # The one place that chooses adapters.
    "server/runtime": {"server", "service", "stores", "delivery", "analysis", "ports", "core"},
    "server/mailer": {"server", "delivery", "ports", "core"},
    "server/pusher": {"server", "delivery", "ports", "core"},
    "server/engine": {"server", "analysis", "ports", "core"},
    "server/config": {"service", "stores", "core"},
}
# Third-party packages that the pure core may not know; the rest of it is the standard library.
IMPURE = {"asyncio", "tornado", "sqlalchemy", "sqlite3", "time", "random", "secrets", "threading"}


def modules() -> list[Path]:
    found = [
        path
        for path in PACKAGE.rglob("*.py")
        if not {"sample", "labextension", "static", "versions"} & set(path.parts)
    ]
    assert len(found) > 30
    return sorted(found)


def layer_of(path: Path) -> str | None:
    """The layer that a module belongs to; None for the package's own root."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    if "/".join(parts[:2]) in MAY_IMPORT:
        return "/".join(parts[:2])
    return parts[0] if parts[0] in MAY_IMPORT else None


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every import as an absolute name, with its line."""
    package = ("jupyter_realtime", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            name = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            yield from ((node.lineno, f"{name}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    layer = layer_of(path)
    if layer is None:
        assert path.parent == PACKAGE, f"{path} belongs to no layer: add its folder to MAY_IMPORT"
        return
    allowed = MAY_IMPORT[layer] | {layer.split("/")[0]}
    for line, name in imports_of(path):
        top, _, rest = name.partition(".")
        if top == "jupyter_realtime":
            target = rest.split(".")[0]
            known = target not in MAY_IMPORT or target in allowed
            assert known, f"{path.name}:{line}: {layer} may not import {target}"
        elif layer == "core":
            assert top not in IMPURE, f"{path.name}:{line}: core is pure, {top} is not"


def test_the_table_names_only_what_exists() -> None:
    for layer in MAY_IMPORT:
        assert (PACKAGE / layer).is_dir() or (PACKAGE / f"{layer}.py").is_file(), layer
