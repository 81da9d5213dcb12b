"""Names that come from where no reader of code can see them: IPython, magics, other files.

A magic's name says whether it may bind names. Most are known not to; those that run other code may bind
anything; of the rest the words in their line are taken to be names (`%R -o fitted`, `%%bigquery rides`).
A magic for a whole cell that nobody knows may do anything with its body, so it may bind anything too.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator

from .shadow.model import Cell
from .shadow.syntax import LINE_CHARACTERS

# What IPython puts there, what other Pythons than this have, and what hosted notebooks give.
_GIVEN = frozenset(
    {
        *dir(builtins),
        *("get_ipython", "display", "In", "Out", "exit", "quit", "open", "_exit_code"),
        *("__name__", "__file__", "__doc__", "__builtin__", "__builtins__", "__spec__"),
        *("__annotations__", "__loader__", "__package__", "__IPYTHON__"),
        *("_dh", "_ih", "_oh", "_i", "_ii", "_iii", "__session__", "__vsc_ipynb_file__"),
        *("WindowsError", "BaseExceptionGroup", "ExceptionGroup", "PythonFinalizationError"),
        *("spark", "sc", "sqlContext", "dbutils", "displayHTML", "mssparkutils", "notebookutils"),
    }
)
# Built in once: no cell was lost where these are read. `file` and the like may be anybody's.
_PYTHON_2 = frozenset({"basestring", "execfile", "raw_input", "unichr", "unicode", "xrange"})
_HISTORY = re.compile(r"_{1,3}|_i?\d+")

_WORD = re.compile(r"[^\W\d]\w*")
_MAGIC = re.compile(r"(?P<signs>%{1,2})(?P<name>[\w.]+)[ \t]*(?=(?P<rest>.{0,500}))")
_AUTOMAGIC = re.compile(r"[ \t]*(?:run|pylab|load|macro|recall|rerun|store\s+-r)\s+\S")
_BINDS_ANYTHING = frozenset({"run", "pylab", "load", "loadpy", "macro", "recall", "rerun", "rep"})
_BINDS_NOTHING = frozenset(
    {
        *("pip", "conda", "mamba", "uv", "micromamba", "matplotlib", "config", "env", "set_env"),
        *("time", "timeit", "prun", "memit", "lprun", "mprun", "capture", "autoreload", "cd"),
        *("writefile", "file"),
    }
)
# Whole cells that run elsewhere, whose body is no Python, or that the shadow tree reads as Python.
_KNOWN_CELLS = frozenset(
    {
        *("bash", "sh", "cmd", "script", "system", "sx", "perl", "ruby", "pypy", "python"),
        *("python2", "python3", "html", "HTML", "javascript", "js", "latex", "markdown", "svg"),
        *("SVG", "writefile", "file", "sql", "bigquery", "R", "julia", "mermaid", "ai", "spark"),
        *("time", "timeit", "prun", "memit", "lprun", "mprun", "capture"),
    }
)
_KNOWN_EXTENSIONS = frozenset(
    {
        *("autoreload", "memory_profiler", "line_profiler", "tensorboard", "watermark", "sql"),
        *("dotenv", "rpy2.ipython", "google.cloud.bigquery", "bigquery_magics", "Cython", "cython"),
        *("google.colab.data_table", "nb_black", "lab_black", "jupyter_black", "snakeviz"),
        *("jupyter_ai", "jupyter_ai_magics", "pyinstrument", "scalene", "version_information"),
    }
)
_PYTHON_THAT_HIDES = re.compile(
    r"\bexec\s*\("
    r"|\b(?:globals|locals|vars)\(\)\s*(?:\[|\.\s*(?:update|setdefault)|\|=)"
    r"|=\s*get_ipython\(\)\s*$"
    r"|\bget_ipython\(\)\s*\.\s*(?:user_ns|push|ex\b)"
    r"|\brun_cell(?:_magic)?\s*\("
    r"|\b(?:run_line_magic|magic)\(\s*(?!['\"]%?(?:matplotlib|config|autoreload|load_ext|pip)\b)"
    r"|\bsys\.modules\[|(?<!['\"])\b__main__\b(?!['\"])"
    r"|\bsetattr\(\s*(?:builtins|__builtins__)\b|^[ \t]*(?:builtins|__builtins__)\.\w+\s*=(?!=)",
    re.MULTILINE,
)


def is_given(name: str) -> bool:
    """Whether a name is there in every notebook."""
    return name in _GIVEN or _HISTORY.fullmatch(name) is not None


def was_built_in(name: str) -> bool:
    """Whether Python 2 had a name that Python 3 has not."""
    return name in _PYTHON_2


def may_bind_anything(cell: Cell) -> bool:
    """Whether nobody can say which names there are after a cell."""
    if _PYTHON_THAT_HIDES.search(cell.source):
        return True
    if not cell.parses and ("import *" in cell.source or _runs_without_sign(cell.source)):
        return True
    return any(_hides(*magic) for magic in _magics(cell))


def _runs_without_sign(source: str) -> bool:
    return any(_AUTOMAGIC.match(line) for line in source.split("\n"))


def _hides(signs: str, name: str, rest: str) -> bool:
    if signs == "%%":
        return name not in _KNOWN_CELLS
    if name in ("load_ext", "reload_ext"):
        return rest.strip() not in _KNOWN_EXTENSIONS
    return name in _BINDS_ANYTHING or (name == "store" and "-r" in rest.split())


def hinted_names(cell: Cell) -> set[str]:
    """Name what a cell may bind: words after magics, and all of a cell that nobody can parse."""
    if not cell.parses:
        return words(cell.source)
    rests = (rest for _, name, rest in _magics(cell) if name not in _BINDS_NOTHING)
    return {word for rest in rests for word in words(rest)}


def words(text: str) -> set[str]:
    """Find all that might be a name."""
    return set(_WORD.findall(text))


def _magics(cell: Cell) -> Iterator[tuple[str, str, str]]:
    """Find magics, in lines only that engines don't get as they are."""
    sources, codes = cell.source.split("\n"), cell.code.split("\n")
    for source, code in zip(sources, codes, strict=False):
        read = source != code and len(source) <= LINE_CHARACTERS
        found = _MAGIC.finditer(source) if read else ()
        yield from ((match["signs"], match["name"], match["rest"]) for match in found)
