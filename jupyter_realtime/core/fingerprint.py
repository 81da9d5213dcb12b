"""What an issue is known by from run to run.

Rules
-----
1. A fingerprint is made of the rule, the enclosing function or class, the line without white space, and
   which of several equal ones it is. Nothing else.
2. So it survives cells that are inserted, moved or get new ids, files that are renamed, and formatting.

Why no line number, path or cell id enters: someone dismisses an issue in cell 3, line 2. A colleague
inserts a cell above it and VS Code gives all cells new ids. By place, the dismissed issue would be gone,
and "a new one" would be announced to everybody.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections import Counter
from collections.abc import Callable, Iterator

FINGERPRINT_CHARACTERS = 24
# Warnings name the file that they are about: this one is muted, without touching the filters of others.
_FILENAME = "jupyter-realtime-fingerprint"


def fingerprint(rule: str, symbol: str, line_text: str, occurrence: int) -> str:
    """Make the fingerprint of one issue.

    Parameters
    ----------
    symbol
        The qualified name of the innermost function or class around it; empty at the top.
    occurrence
        Counts equal triples within a file from 1.
    """
    parts = (rule, symbol, "".join(line_text.split()), str(occurrence))
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:FINGERPRINT_CHARACTERS]


class Fingerprinter:
    """Hands out the fingerprints of one file, and counts occurrences."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str, str]] = Counter()

    def of(self, rule: str, symbol: str, line_text: str) -> str:
        """Make the next fingerprint."""
        triple = (rule, symbol, "".join(line_text.split()))
        self._seen[triple] += 1
        return fingerprint(rule, symbol, line_text, self._seen[triple])


def enclosing_symbol(code: str) -> Callable[[int], str]:
    """Find the functions and classes of some code.

    Returns
    -------
    Callable
        From a line, counted from 1, to the qualified name of what encloses it; always empty for code
        that doesn't parse.
    """
    try:
        spans = list(_spans(_parse(code), ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        spans = []

    def at(line: int) -> str:
        # Inner ones come after outer ones, so the last that holds the line is the innermost.
        names = [name for first, last, name in spans if first <= line <= last]
        return names[-1] if names else ""

    return at


def _parse(code: str) -> ast.Module:
    for category in (SyntaxWarning, DeprecationWarning):
        warnings.filterwarnings("ignore", category=category, module=_FILENAME)
    return ast.parse(code, filename=_FILENAME)


def _spans(node: ast.AST, prefix: str) -> Iterator[tuple[int, int, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}{child.name}"
            yield child.lineno, child.end_lineno or child.lineno, name
            yield from _spans(child, f"{name}.")
        else:
            yield from _spans(child, prefix)
