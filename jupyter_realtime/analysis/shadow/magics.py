r"""Cells as pure Python: what IPython alone understands is neutralised, line by line.

Rules:

1. A cell keeps its number of lines; where it can be, what stays keeps its column too.
2. What is special is decided by IPython's own finders over tokens, so that a comment which ends in `?`
   or a continuation line that begins with `%` stays what it is.
3. Code that a magic runs as Python stays (`%time x = f(y)`), so that engines see which names it sets and
   uses. All else becomes `pass`, or nothing where a whole cell is not Python.
4. A name that is set by a magic is still set, to a value whose type nobody knows.

IPython finds one special statement at a time, because tokens after it can't be trusted before it is
gone. So that this is not quadratic, it is shown a window of the lines that are left, which grows until
there is something special in it. Inside a block the window begins where the block does, so there is a
budget too: what is left over then doesn't parse, which is told.
"""

from __future__ import annotations

import ast
import re
import shlex
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .syntax import parse, parses

# An expression that every engine takes to be of any type, and that needs no import.
_UNKNOWN = 'globals()[""]'
_WINDOW_LINES = 8
_BUDGET_LINES = 100_000
# Magics that run Python, with those of their options that take a value.
_RUNNERS = {
    "time": "",
    "timeit": "nrpv",
    "prun": "lsTD",
    "memit": "rti",
    "lprun": "fmsTDu",
    "mprun": "fT",
    "capture": "",
}
_OUTPUT_OPTIONS = frozenset({"--out", "--err", "--proc"})
_COMMAND = re.compile(r"%{1,2}(?P<name>[\w.]+)[ \t]*(?P<rest>.*)", re.DOTALL)


def neutralise(source: str) -> str:
    """Turn a cell as a person wrote it into Python with the same lines."""
    if parses(source):
        return source  # Nothing that is special to IPython is valid Python.
    lines = source.split("\n")
    start = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    body = _without_prompts(lines[start:])
    is_whole = bool(body) and body[0].startswith("%%") and not _is_help(body[0])
    body = _cell(body) if is_whole else _statements(body)
    return "\n".join([""] * start + body)


def _without_prompts(lines: list[str]) -> list[str]:
    """Take away what IPython ignores: indentation of the whole, and prompts that were pasted."""
    from IPython.core.inputtransformer2 import classic_prompt, ipython_prompt

    lines = textwrap.dedent("\n".join(lines)).split("\n")
    for prompt in (classic_prompt, ipython_prompt):
        stripped = [line.rstrip("\n") for line in prompt([f"{line}\n" for line in lines])]
        lines = stripped if len(stripped) == len(lines) else lines
    return lines


def _is_help(line: str) -> bool:
    return re.fullmatch(r"%%\w+\?{1,2}\s*", line) is not None


def _cell(lines: list[str]) -> list[str]:
    """A magic for the whole cell: its first line, and a body that is Python or not."""
    match = _COMMAND.fullmatch(lines[0])
    name, rest = (match["name"], match["rest"]) if match else ("", "")
    first = _assignments(_names_set(name, rest))
    if name not in _RUNNERS:
        return [first, *[""] * (len(lines) - 1)]
    if name == "timeit":
        first = _run("", lines[0], name, rest)
    body = neutralise("\n".join(lines[1:])).split("\n") if lines[1:] else []
    return ["" if first == "pass" else first, *body]


def _names_set(magic: str, rest: str) -> list[str]:
    """Names that a magic sets besides what its code sets."""
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    if magic == "capture":
        return [word for word in words if word.isidentifier()][:1]
    if magic == "sql":
        return [words[0]] if words[1:2] == ["<<"] and words[0].isidentifier() else []
    pairs = pairwise(words)
    return [name for option, name in pairs if option in _OUTPUT_OPTIONS and name.isidentifier()]


def _assignments(names: Sequence[str]) -> str:
    return "".join(f"{name} = " for name in names) + _UNKNOWN if names else ""


def _statements(lines: list[str]) -> list[str]:
    """Neutralise one special statement after the other, in the order of the code."""
    done: list[str] = []
    window, budget = _WINDOW_LINES, _BUDGET_LINES
    while budget > 0:
        budget -= min(window, len(lines))
        special = _first_special(lines[:window])
        if special is None and window >= len(lines):
            break
        if special is None:
            window *= 2
            continue
        lines, end = _replace(lines, special)
        # After a statement that is not indented nothing that came before matters to the tokens.
        if not lines[special.start_line][:1].isspace():
            done, lines = done + lines[:end], lines[end:]
            window = _WINDOW_LINES
    return done + lines


def _first_special(lines: list[str]) -> Any | None:
    from IPython.core import inputtransformer2 as ipython

    ended = [f"{line}\n" for line in lines]
    try:
        tokens = ipython.make_tokens_by_line(ended)
        finders: tuple[Any, ...] = (
            ipython.MagicAssign,
            ipython.SystemAssign,
            ipython.EscapedCommand,
            ipython.HelpEnd,
        )
        found = [special for finder in finders if (special := finder.find(tokens))]
    except (SyntaxError, IndexError):  # Not Python in any reading: told where the cell is parsed.
        return None
    usable = (special for special in found if not _is_false_help(special, ended))
    return min(usable, key=lambda special: special.sortby(), default=None)


def _is_false_help(special: Any, lines: list[str]) -> bool:
    """Whether this is no `name?` after all, as IPython itself finds out late."""
    if not hasattr(special, "q_line"):
        return False
    try:
        special.transform(lines)
    except SyntaxError:
        return True
    return False


def _replace(lines: list[str], special: Any) -> tuple[list[str], int]:
    """Put Python in a special statement's place; also tells where the next one begins."""
    start, column = special.start_line, special.start_col
    end = getattr(special, "q_line", start)
    while end < len(lines) - 1 and lines[end].endswith("\\"):
        end += 1
    before, text = lines[start][:column], lines[start][column:]
    if hasattr(special, "q_line"):
        new = [f"{before}pass"]
    elif before.strip():
        new = [before + _value(text)]
    else:
        new = _command(before, [text, *lines[start + 1 : end + 1]])
    new += [""] * (end - start + 1 - len(new))
    return [*lines[:start], *new, *lines[end + 1 :]], end + 1


def _command(indent: str, lines: list[str]) -> list[str]:
    """A magic or a shell command that stands by itself, perhaps over several lines."""
    match = _COMMAND.fullmatch("\n".join(lines))
    if match is None:
        return [f"{indent}pass"]
    names = _names_set(match["name"], match["rest"])
    if names:
        return [indent + _assignments(names)]
    return _run(indent, "\n".join(lines), match["name"], match["rest"]).split("\n")


def _value(text: str) -> str:
    """What is assigned: the value of `%time f(x)` is that of `f(x)`, others are unknown."""
    match = _COMMAND.fullmatch(text)
    if match is None or match["name"] not in _RUNNERS:
        return _UNKNOWN
    code = _without_options(match["name"], match["rest"])
    if not code or not parses(f"_ = ({code}\n)"):
        return _UNKNOWN
    return code if match["name"] == "time" else f"({code}, {_UNKNOWN})[1]"


def _run(indent: str, text: str, name: str, rest: str) -> str:
    """Keep the code that a magic runs; `pass; ` is as wide as `%time `: columns stay."""
    code = _without_options(name, rest) if name in _RUNNERS else ""
    if not code.strip() or not parses(code):
        return f"{indent}pass"
    # A value that is not used is the point of `%timeit x ** 2`: engines would complain.
    keep = "_ =" if _is_bare_value(code) else "pass;"
    in_place = keep.ljust(len(text) - len(code)) + code
    return indent + (in_place if parses(in_place) else code)


def _is_bare_value(code: str) -> bool:
    body = parse(code).body
    return (
        len(body) == 1
        and isinstance(body[0], ast.Expr)
        and not isinstance(body[0].value, (ast.Call, ast.Await))
    )


def _without_options(name: str, rest: str) -> str:
    """Leave only the code of a magic's line."""
    valued = _RUNNERS[name]
    while match := re.match(r"-(?P<option>-?\w[\w-]*)(\s+|$)", rest):
        rest = rest[match.end() :]
        if match["option"] in valued and len(match["option"]) == 1:
            rest = re.sub(r"^\S+\s*", "", rest)
    return rest
