"""Which of mypy's errors would be errors when the code runs, in code that was never written for mypy.

Rules
-----
1. What is told by others, or is a wish for annotations, is left out.
2. A type that mypy only inferred is no promise: a list that has held numbers may hold a text next, and a
   `dict` may get a key of another kind. Nothing is said of what goes into a container, nor of `object`,
   which is what mypy calls things that have nothing in common.
3. A function or class that is defined again, or whose name is given to something else, is known to mypy by
   its first definition only. Nothing is said of where such a name is used.
4. An attribute that is assigned from outside (`inner.calls = 0`, `Add.gradient = …`) is there. What
   classes of other packages have is known from stubs only, which don't know all: nothing is said of them.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Set
from typing import Any

# Names and formats are told by others, then wishes, and what is no statement about types (misc).
_IGNORED = frozenset(
    {
        *("name-defined", "used-before-def", "no-redef", "str-format", "misc"),
        *("var-annotated", "has-type"),
    }
)
# The way of notebooks: `await` in a cell, a name that holds something else a few cells later, and a
# search that is known to find something.
_IGNORED_IN_NOTEBOOKS = frozenset(
    {"top-level-await", "assignment", "list-item", "dict-item", "union-attr"}
)
_INFERRED_ONLY = re.compile(
    r'^Argument \d+ to "\w+" of "(?:list|dict|set|deque|defaultdict|Counter|Mutable\w+)"'
    r'|^Invalid index type "[^"]*" for "(?:dict|defaultdict|Counter)\['
    r'|^No overload variant of "__(?:get|set|del)item__" of '
    r'|"(?:builtins\.)?object"'
    r'|^Item "(?!None")[^"]*" of '
    r'|^Unsupported target for indexed assignment \(".* \| |^Value of type ".* \| .* is not indexable'
    r'|\| Any\b|\bAny \||variable has type "None"'
    r'|^"(?:Callable\[|def )|^"overloaded function" has no attribute'
)
_CLASS = re.compile(r"^[ \t]*class[ \t]+(\w+)", re.MULTILINE)
_WORD = re.compile(r"[^\W\d]\w*")
_NO_ATTRIBUTE = re.compile(r'^(?P<owner>.*) has no attribute "(?P<name>\w+)"')
# Of these everything is known; what is in a list of them is inferred, too.
_BUILT_IN = re.compile(
    r'"(?:type\[)?(?:str|bytes|int|float|complex|bool|list|dict|set|frozenset|tuple|range)\b'
)


class TypeErrors:
    """What is worth telling of one file.

    Parameters
    ----------
    code
        Of the file; one that parses.
    classes
        The names of all classes of the project.
    """

    def __init__(self, code: str, classes: Set[str], *, is_notebook: bool) -> None:
        self._lines = code.split("\n")
        self._classes = classes
        self._ignored = _IGNORED | (_IGNORED_IN_NOTEBOOKS if is_notebook else frozenset())
        tree = ast.parse(code)
        self._redefined = _redefined(tree)
        self._given_attributes = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }

    def would_happen(self, row: dict[str, Any]) -> bool:
        """Whether an error, a row of mypy's output, is one that people would call so."""
        message = row["message"]
        if (row.get("code") or "misc") in self._ignored or _INFERRED_ONLY.search(message):
            return False
        attribute = _NO_ATTRIBUTE.match(message)
        if attribute is not None and not self._is_missing(attribute, row):
            return False
        last = row.get("end_line") or row["line"]
        text = "\n".join(self._lines[max(0, row["line"] - 1) : last])
        return not self._redefined.intersection(_WORD.findall(f"{text}\n{message}"))

    def _is_missing(self, attribute: re.Match[str], row: dict[str, Any]) -> bool:
        """Whether what has no attribute is known so well that this can be said."""
        owner = attribute["owner"]
        if attribute["name"] in self._given_attributes:
            return False
        if owner.startswith("Module"):
            return True
        if _BUILT_IN.search(owner):
            text = self._lines[row["line"] - 1][max(0, row["column"]) :]
            return not re.match(rf"\w+\[[^\]]*\]\s*\.\s*{attribute['name']}\b", text)
        return not self._classes.isdisjoint(_WORD.findall(owner))


def classes_in(code: str) -> set[str]:
    """Name the classes of a file."""
    return set(_CLASS.findall(code))


def _redefined(tree: ast.Module) -> set[str]:
    """Name what a file defines and, in the same place, gives another meaning."""
    bound = Counter(name for name, _ in _bindings(tree.body))
    defined = {name for name, is_definition in _bindings(tree.body) if is_definition}
    return {name for name in defined if bound[name] > 1}


def _bindings(body: list[ast.stmt]) -> Iterator[tuple[str, bool]]:
    """Go through what statements bind outside of functions, and whether by a definition."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, True
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, False
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0], False
        if not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)
