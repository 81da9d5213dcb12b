"""Whether code parses, found out without being hurt by it.

Nested operators make engines overflow their stacks, some with a crash that loses a whole batch of files.
So code is too deep for us long before it is too deep for them. A level of nesting needs at least one
character: statements that are short can't be deep, and are not looked into.
"""

from __future__ import annotations

import ast
import threading
import warnings
from dataclasses import dataclass
from itertools import accumulate

LINE_CHARACTERS = 20_000
DEPTH = 200
# Of code that doesn't parse only the text can be looked at: a line with more operators than this
# is not written by hand.
_OPERATORS = frozenset("-+~*/%&|^<>.([{")
_OPERATORS_IN_A_LINE = 1_000
# Warnings name the file that they are about: this one is muted, without touching the filters of others.
_FILENAME = "jupyter-realtime-shadow"
# Python counts the depth of a tree for all threads together; where one parses while another does, it loses
# count and raises a SystemError (CPython's issue 106905).
_PARSING = threading.Lock()


@dataclass(frozen=True)
class Fault:
    """Why code does not parse, or is too deep to be given to anyone."""

    message: str
    line: int
    too_deep: bool = False


def find_fault(code: str) -> Fault | None:
    """Parse code, which ends with no error whatever it is."""
    lines = code.split("\n")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_CHARACTERS:
            words = f"A line of {len(line):,} characters: too long or too deeply nested to analyse."
            return Fault(words, number, too_deep=True)
    try:
        tree = parse(code)
    except SyntaxError as error:
        return _syntax_fault(error, lines)
    except (RecursionError, MemoryError):
        return _too_deep(1)
    except (ValueError, OverflowError) as error:  # A NUL, an integer with too many digits.
        return Fault(f"{error}".capitalize(), 1)
    return _find_depth(tree, lines)


def parses(code: str) -> bool:
    """Whether code is Python that can be analysed."""
    return find_fault(code) is None


def parse(code: str) -> ast.Module:
    """Parse, with no warning about what strangers wrote."""
    for category in (SyntaxWarning, DeprecationWarning):
        warnings.filterwarnings("ignore", category=category, module=_FILENAME)
    with _PARSING:
        try:
            return ast.parse(code, filename=_FILENAME)
        except SystemError:
            # Somebody else parses, who knows nothing of our lock.
            return ast.parse(code, filename=_FILENAME)


def _syntax_fault(error: SyntaxError, lines: list[str]) -> Fault:
    line = min(max(1, error.lineno or 1), len(lines))
    if "too many nested" in error.msg or "too many levels" in error.msg:
        return _too_deep(line)
    for number, text in enumerate(lines, 1):
        if len(text) > _OPERATORS_IN_A_LINE:
            operators = sum(character in _OPERATORS for character in text)
            if operators > _OPERATORS_IN_A_LINE:
                return _too_deep(number)
    return Fault(f"Not valid Python: {error.msg}", line)


def _find_depth(tree: ast.Module, lines: list[str]) -> Fault | None:
    ends = list(accumulate((len(line) for line in lines), initial=0))
    waiting: list[tuple[ast.AST, int, int]] = [(node, 1, node.lineno) for node in tree.body]
    while waiting:
        node, depth, line = waiting.pop()
        if depth > DEPTH:
            return _too_deep(line)
        if isinstance(node, ast.stmt):
            line = node.lineno
            if ends[node.end_lineno or line] - ends[line - 1] < DEPTH:
                continue
        waiting.extend((child, depth + 1, line) for child in ast.iter_child_nodes(node))
    return None


def _too_deep(line: int) -> Fault:
    return Fault("Too deeply nested to analyse.", line, too_deep=True)
