"""`import-cycles`: modules that import each other, by the graph that ruff draws.

`ruff analyze graph` tells which file imports which. Only imports that run when a module is loaded make a
cycle: those in functions wait, and those under `if TYPE_CHECKING:` never run. So the edges are those that
both ruff and the module's own top level name.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence

from ..detector import EngineError, Exit, ProjectDetector, Workplace
from ..findings import Finding
from ..processes import program
from ..shadow.model import ShadowFile
from .correctness import ruff

Graph = Mapping[str, Mapping[str, int]]


class ImportCycles(ProjectDetector):
    """Modules that import each other in a circle."""

    name = "import-cycles"
    title = "Import cycles"
    description = (
        "Modules that import each other in a circle, which works only by luck of the order."
    )
    engine = "ruff"
    modules = ("ruff",)
    distributions = ("ruff",)
    revision = 2
    default_cost = 0.0001

    def applies_to(self, file: ShadowFile) -> bool:
        """Modules only: nobody imports a notebook."""
        return file.notebook is None

    def command(self, files: Sequence[ShadowFile], place: Workplace) -> list[str]:
        """Ask ruff for the graph, without any configuration or cache of the project."""
        tree = str(place.shadow / "tree")
        # Without it ruff finds no module outside of a package: its working directory is elsewhere.
        roots = f"src=[{json.dumps(tree)}]"
        return program(ruff(), "analyze", "graph", "--isolated", "--config", roots, "--", tree)

    def read(self, end: Exit, files: Sequence[ShadowFile], place: Workplace) -> list[Finding]:
        """Look for circles in the graph."""
        if end.code != 0:
            raise EngineError(f"ruff failed: {end.stderr.decode(errors='replace').strip()[-300:]}")
        by_name = {str(file.python.relative_to(place.shadow / "tree")): file for file in files}
        edges = {
            _name(key, place): [_name(name, place) for name in names]
            for key, names in json.loads(end.stdout).items()
        }
        graph = {
            name: _loaded(by_name[name], [n for n in names if n in by_name])
            for name, names in edges.items()
            if name in by_name
        }
        return [_finding(cycle, graph, by_name) for cycle in cycles(graph)]


def _name(path: str, place: Workplace) -> str:
    """Name a file below the tree; ruff gives names relative to its folder, or absolute ones."""
    prefix = f"{place.shadow / 'tree'}/"
    return path.removeprefix(prefix)


def _loaded(file: ShadowFile, imported: Sequence[str]) -> dict[str, int]:
    """Give those of the imported files that are imported when the module is loaded, with the line."""
    try:
        tree = ast.parse(file.python.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    statements = list(_at_load(tree.body))
    found: dict[str, int] = {}
    for name in imported:
        stem = name.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
        lines = [node.lineno for node in statements if stem in _words(node)]
        if lines:
            found[name] = min(lines)
    return found


def _at_load(body: Sequence[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from _at_load(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for field in ("body", "orelse", "finalbody", "handlers"):
                for child in getattr(node, field, ()):
                    inner = child.body if isinstance(child, ast.ExceptHandler) else [child]
                    yield from _at_load(inner)


def _words(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Give all parts of the modules that a statement names."""
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        names.append(node.module)
    return {part for name in names for part in name.split(".")}


def cycles(graph: Graph) -> list[list[str]]:
    """Find one short circle in each knot of the graph (Tarjan's strongly connected components, 1972)."""
    found = []
    for knot in _knots(graph):
        start = min(knot)
        if len(knot) > 1 or start in graph.get(start, {}):
            found.append(_shortest(graph, start, knot))
    return sorted(found)


def _knots(graph: Graph) -> Iterator[set[str]]:
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in sorted(graph):
        if root in index:
            continue
        # By hand, because a chain of a thousand modules would exhaust Python's own stack.
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, following = work[-1]
            child = next(following, None)
            if child is None:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    yield _pop_knot(stack, on_stack, node)
            elif child not in index:
                index[child] = low[child] = len(index)
                stack.append(child)
                on_stack.add(child)
                work.append((child, iter(sorted(graph.get(child, ())))))
            elif child in on_stack:
                low[node] = min(low[node], index[child])


def _pop_knot(stack: list[str], on_stack: set[str], node: str) -> set[str]:
    knot: set[str] = set()
    while node not in knot:
        member = stack.pop()
        on_stack.discard(member)
        knot.add(member)
    return knot


def _shortest(graph: Graph, start: str, knot: set[str]) -> list[str]:
    """Walk the shortest way from a module back to itself."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for following in sorted(graph.get(way[-1], ())):
            if following == start:
                return way
            if following in knot and following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return [start]


def _finding(cycle: list[str], graph: Graph, by_name: Mapping[str, ShadowFile]) -> Finding:
    first, second = cycle[0], cycle[1 % len(cycle)]
    names = [_dotted(name) for name in (*cycle, cycle[0])]
    line = graph[first][second]
    return Finding(
        path=by_name[first].path,
        rule="import-cycle",
        severity="low",
        message=(
            f"These modules import each other: {' → '.join(names)}. It works only in some orders of "
            "imports; move what both need into a module of its own, or import inside the function."
        ),
        line=line,
        end_line=line,
    )


def _dotted(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
