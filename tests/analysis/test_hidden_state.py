"""What hangs on the order in which cells ran: all of it is told, and nothing else is."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.analysis.detectors.hidden_state import HiddenState, find
from jupyter_realtime.analysis.findings import Finding
from jupyter_realtime.analysis.shadow.model import Cell, ShadowFile
from jupyter_realtime.analysis.shadow.tree import Shadow
from tests.analysis.hostile import code, markdown, notebook

ERROR = {"output_type": "error", "ename": "NameError", "evalue": "", "traceback": []}
RAN_ONCE_MORE = (
    "it existed only because of an earlier run, or of a cell that was changed or deleted"
)


class Project:
    """A folder with one notebook and some modules."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / "root"
        self._root.mkdir()
        self._shadow = Shadow(folder / "shadow")

    def look_at(self, *cells: object, modules: Mapping[str, str] | None = None) -> list[Finding]:
        """Look for hidden state in a notebook; a text is a cell that has not run."""
        made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
        (self._root / "n.ipynb").write_text(notebook(made))
        for name, text in (modules or {}).items():
            (self._root / name).write_text(text)
        return [finding for file in self._build() for finding in find(file)]

    def _build(self) -> list[ShadowFile]:
        return list(self._shadow.build(self._root, ["."]))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def ran(source: str, count: int, *, failed: bool = False) -> object:
    return code(source, execution_count=count, outputs=[ERROR] if failed else [])


def in_turn(sources: list[str]) -> list[object]:
    return [ran(source, count) for count, source in enumerate(sources, 1)]


def rules(findings: list[Finding]) -> list[tuple[str, str, int | None]]:
    return [(f.rule.removeprefix("hidden-state/"), f.severity, f.cell_index) for f in findings]


# -- undefined --------------------------------------------------------------------------------------


def test_what_no_cell_defines_although_it_ran(project: Project) -> None:
    [finding] = project.look_at(markdown("# A"), ran("é = 1\nprint(é, df.head())", 3))
    assert rules([finding]) == [("undefined", "high", 1)]
    assert finding.message == (
        "`df` is used here but no cell defines it: it existed only because of a cell that was "
        "changed or deleted. Restart and run all would fail here."
    )
    assert (finding.path, finding.line, finding.column) == ("n.ipynb", 2, 10)
    assert (finding.end_line, finding.end_column) == (2, 12)


@pytest.mark.parametrize(
    "cell",
    [
        code("df"),
        ran("df", 3, failed=True),
        code("df", execution_count=0),
        ran("if not True:\n    df", 3),
        ran("False and df", 3),
        ran("1 if True else df", 3),
        ran("try:\n    1\nexcept ValueError:\n    df", 3),
        ran("while False:\n    df", 3),
        ran("assert True, df", 3),
        ran("match 1:\n    case 2:\n        df", 3),
        ran("def show():\n    return df", 3),
        ran("show = lambda: df", 3),
        ran("rows = (df for _ in range(3))", 3),
        ran("def show(rows: df): ...", 3),
    ],
)
def test_where_nothing_proves_that_it_was_there(project: Project, cell: object) -> None:
    [finding] = project.look_at(cell)
    assert rules([finding]) == [("undefined", "medium", 0)]
    assert finding.message == "`df` is used here but no cell defines it."


@pytest.mark.parametrize(
    "source",
    [
        "class Rides(df): ...",
        "class Rides:\n    rows = df",
        "@df\ndef show(): ...",
        "def show(rows=df): ...",
        "def show(*, rows=df): ...",
        "show = lambda rows=df: rows",
        "[row for row in df]",
        "{1: df for _ in 'a'}",
        "list(df for _ in 'a')",
        "print(f'{df}')",
        "x = 1\nx.y = df",
        "for row in df: ...",
        "with df: ...",
        "with open('a') as df.file: ...",
        "del df",
        "df[0] = 1",
        "df.x += 1",
        "while df: break",
        "match df:\n    case 1: ...",
        "try:\n    df\nexcept KeyError: ...",
        "%time rows = df.head()",
        "%timeit -n 1 df.head()",
        "%%time\ndf",
        "await df",
    ],
)
def test_wherever_it_is_used(project: Project, source: str) -> None:
    [finding] = project.look_at(ran(source, 1))
    assert rules([finding]) == [("undefined", "high", 0)]
    text = source.split("\n")[finding.line - 1]
    assert finding.end_column is not None
    assert text[finding.column - 1 : finding.end_column - 1] == "df"


def test_a_name_is_told_once_a_cell(project: Project) -> None:
    findings = project.look_at("df\ndf\nfd", "df")
    assert rules(findings) == [("undefined", "medium", 0)] * 2 + [("undefined", "medium", 1)]


@pytest.mark.parametrize("below", ["%run setup.py", "from setup import *", "%%R -o df", "df = (1"])
def test_names_may_come_from_out_of_sight_below_but_not_in_time(
    project: Project, below: str
) -> None:
    [finding] = project.look_at(ran("df", 1), ran(below, 2))
    assert finding.severity == "high"
    assert finding.message.startswith("`df` is used here but no cell above defines it: ")


def test_names_of_python_2_were_in_no_cell(project: Project) -> None:
    [finding] = project.look_at(ran("xrange(3)", 1))
    assert rules([finding]) == [("undefined", "medium", 0)]
    assert finding.message.endswith(": Python 2 had it built in, Python 3 has not.")


def test_a_deleted_name_is_gone(project: Project) -> None:
    [finding] = project.look_at(*in_turn(["df = 1", "del df", "df"]))
    assert rules([finding]) == [("undefined", "high", 2)]
    assert finding.message == (
        "`df` is used here but `del` has removed it in cell 2. Restart and run all would fail here."
    )


# -- used before it is defined ------------------------------------------------------------------------


def test_what_ran_first_stands_below(project: Project) -> None:
    [finding, order] = project.look_at(ran("df.head()", 2), ran("df = 1", 1))
    assert rules([finding, order]) == [
        ("used-before-defined", "high", 0),
        ("out-of-order", "low", 1),
    ]
    assert finding.message == (
        "`df` is used here but defined only below, in cell 2. It worked because that ran first; "
        "restart and run all would fail. Move the definition up."
    )


def test_any_cell_that_ran_first_is_proof(project: Project) -> None:
    findings = project.look_at(ran("df", 5), "df = 1", ran("df = 2", 4))
    assert rules(findings)[0] == ("used-before-defined", "high", 0)
    assert "in cell 3" in findings[0].message


@pytest.mark.parametrize(
    "binding",
    [
        "df = 1",
        "import df",
        "import df.submodule",
        "from a import b as df",
        "def df(): ...",
        "class df: ...",
        "for df in 'a': ...",
        "with open('a') as (b, df): ...",
        "(df := 1)",
        "[df := 1 for _ in 'a']",
        "try:\n    1\nexcept ValueError as df: ...",
        "match 1:\n    case df: ...",
        "match 1:\n    case {'a': 1, **df}: ...",
        "match 1:\n    case [*df]: ...",
        "df: int = 1",
        "def load():\n    global df\n    df = 1",
        "%time df = 1",
        "df = !ls",
        "%%capture df\n1",
        "%sql df << SELECT 1",
    ],
)
def test_all_that_binds_a_name(project: Project, binding: str) -> None:
    assert rules(project.look_at("df", binding)) == [("used-before-defined", "medium", 0)]
    assert project.look_at(binding, "df") == []


@pytest.mark.parametrize("source", ["df = df.dropna()", "df += 1", "for x in 'ab':\n    df += x"])
def test_a_cell_that_needs_what_it_makes(project: Project, source: str) -> None:
    [finding] = project.look_at(ran(source, 1))
    assert rules([finding]) == [("used-before-defined", "high", 0)]
    assert finding.message.startswith("`df` is used here before this cell defines it: ")
    assert RAN_ONCE_MORE in finding.message


def test_a_cell_that_did_not_run_proves_nothing(project: Project) -> None:
    [finding] = project.look_at("print(df)\ndf = 1")
    assert rules([finding]) == [("used-before-defined", "medium", 0)]
    assert finding.message.endswith("before this cell defines it. Move the definition up.")


def test_the_way_of_a_call(project: Project) -> None:
    cells = ["def a(): return b()", "def b(): return LATE", "print(a())", "LATE = 1"]
    [finding] = project.look_at(*cells)
    assert rules([finding]) == [("used-before-defined", "medium", 2)]
    assert finding.column == 7
    assert finding.message == (
        "`a()` is called here and needs `LATE`, which is defined only below, in cell 4. "
        "Move the definition up."
    )


@pytest.mark.parametrize(
    "function",
    [
        "def f(x=1):\n    if x:\n        return LATE",
        "def f(x=1):\n    if x:\n        return 1\n    return LATE",
        "def f(x=()):\n    for y in x:\n        LATE",
        "def f(x=()):\n    return [LATE for y in x]",
        "def f():\n    yield LATE",
        "async def f():\n    return LATE",
        "def f():\n    def g():\n        return LATE\n    return g",
        "def f():\n    return lambda: LATE",
        "def f():\n    try:\n        return LATE\n    except NameError:\n        return 1",
        "def f(LATE=1):\n    return LATE",
        "f = print",
        "class f:\n    def later(self):\n        return LATE",
        "import functools\n@functools.partial\ndef f():\n    return LATE",
        "def f():\n    return LATE\nif True:\n    f = print",
    ],
)
def test_calls_that_may_not_need_it(project: Project, function: str) -> None:
    assert project.look_at(*in_turn([function, "f()", "LATE = 1"])) == []


# -- execution counts -----------------------------------------------------------------------------------


def test_only_the_first_cell_out_of_order_is_told(project: Project) -> None:
    [finding] = project.look_at(ran("1", 2), ran("2", 9), ran("3", 4), ran("4", 3), ran("5", 12))
    assert rules([finding]) == [("out-of-order", "low", 2)]
    assert finding.message == (
        "Cells ran out of order: this one [4] before cell 2 [9], which stands above. "
        "Restart and run all to be sure."
    )


def test_two_cells_with_one_count(project: Project) -> None:
    [finding] = project.look_at(ran("1", 2), ran("2", 3), ran("3", 3))
    assert rules([finding]) == [("duplicate-count", "low", 2)]
    assert "cell 2 both say [3]" in finding.message


def test_counts_of_nought_say_nothing(project: Project) -> None:
    assert project.look_at(*(code("1", execution_count=0) for _ in range(3))) == []


# -- what must not be told --------------------------------------------------------------------------------

HONEST = {
    "a star below": ["def f(): return helper()", "from a import *", "f()"],
    "%run below": ["def f(): return helper()", "%run a.py", "f()"],
    "a generator that waits": ["g = (f(x) for x in 'a')", "def f(x): ...", "list(g)"],
    "a generator that is handed on": ["g = map(str, (f(x) for x in 'a'))", "f = str", "list(g)"],
    "the round before": ["for i in range(3):\n    if i:\n        last\n    last = i"],
    "the round before, briefly": ["for i in range(3):\n    i and print(last)\n    last = i"],
    "perhaps later": ["import os\nif os.environ.get('X'):\n    later", "later = 1"],
    "asked for": ["if 'DEBUG' in globals() and DEBUG: ..."],
    "asked for in dir": ["x = DEBUG if 'DEBUG' in dir() else 0"],
    "asked builtins for": ["import builtins\nif hasattr(builtins, 'profile'):\n    profile"],
    "tried": ["try:\n    gone\nexcept NameError:\n    gone = 1"],
    "tried, with others": ["try:\n    gone\nexcept (KeyError, NameError): ..."],
    "tried, whatever": ["try:\n    gone\nexcept:\n    ..."],
    "suppressed": ["import contextlib\nwith contextlib.suppress(NameError):\n    gone"],
    "expected": ["import pytest\nwith pytest.raises(NameError):\n    gone"],
    "a local's annotation": ["def f():\n    x: Nowhere = 1\n    return x"],
    "lazy annotations": ["from __future__ import annotations", "def f(x: Nowhere) -> No: ..."],
    "annotations of what is below": ["def f(x: Later): ...", "class Later: ..."],
    "a shell's other name": ["ip = get_ipython()", "ip.push({'a': 1})", "a"],
    "user_ns": ["get_ipython().user_ns['a'] = 1", "a"],
    "run_line_magic": ["get_ipython().run_line_magic('run', 'a.py')", "a"],
    "%aimport": ["%load_ext autoreload\n%aimport helper", "helper.f"],
    "cython": ["%%cython\ncpdef double fast(int x):\n    return x", "fast(1)"],
    "fortran": ["%%fortran\nsubroutine f1(x)\nend", "f1(1)"],
    "R": ["%R -o fitted fitted <- 1", "fitted"],
    "R, a whole cell": ["%%R -i x -o fitted\nfitted <- 1", "fitted"],
    "BigQuery": ["%%bigquery frame --project x\nSELECT 1", "frame"],
    "Spark": ["%%sql -o frame\nSELECT 1", "frame"],
    "a cell magic of nobody's": ["%%wandb\nloss = 1", "loss"],
    "an extension of nobody's": ["%load_ext mine", "injected"],
    "%run under %time": ["%time %run a.py", "a"],
    "%run under %%capture": ["%%capture\n%run a.py", "a"],
    "%run in a block": ["if True:\n    %run a.py", "a"],
    "run without a sign": ["run a.py", "a"],
    "a cell that is broken": ["(a, b), c = f(\nfrom x import (d,\n  e)", "a, b, c, d, e"],
    "a star in a broken cell": ["from x import *\nprint 'a'", "anything"],
    "this module": ["import sys\nsetattr(sys.modules[__name__], 'a', 1)", "a"],
    "__main__": ["import __main__\n__main__.a = 1", "a"],
    "builtins": ["import builtins\nbuiltins.a = 1", "a"],
    "exec": ["exec('a = 1')", "a"],
    "vars": ["vars()['a'] = 1", "a"],
    "deleted perhaps": ["x = 1\nif x > 3:\n    del x", "x"],
    "deleted and made again": ["x = 1\ndel x\nx = 2", "x"],
    "deleted in a function": ["def f():\n    x = 1\n    del x", "x = 1\nf()\nx"],
    "a pattern's rest": ["def f(d):\n    def g(): return r\n    match d:\n        case {**r}: ..."],
    "methods": ["class A:\n    def f(self): return A.g\n    g = 1"],
    "a property": [
        "class A:\n    @property\n    def x(s): ...\n    @x.setter\n    def x(s, v): ..."
    ],
    "recursion": ["f = lambda n: f(n - 1) if n else 1", "f(3)"],
    "other Pythons": ["try: ...\nexcept (WindowsError, ExceptionGroup): ..."],
    "given": ["__name__, __annotations__, In, Out, _, _3, _i4, get_ipython, display, exit"],
    "global in a function": [
        "def a():\n    def b():\n        global q\n        q = 1\n    b()",
        "a()\nq",
    ],
    "a later cell's magic name": ["def f(): return frame", "%%bigquery frame\nSELECT 1", "f()"],
}


@pytest.mark.parametrize("sources", HONEST.values(), ids=HONEST.keys())
def test_no_false_alarm(project: Project, sources: list[str]) -> None:
    assert project.look_at(*sources) == []
    assert project.look_at(*in_turn(sources)) == []


def test_a_star_import_of_the_project_is_followed(project: Project) -> None:
    modules = {"kit.py": "import os\n_own = 1\ndef load(): ...\n"}
    cells = ["def f(): return load()", "from kit import *", "f(), os, load", "_own, df"]
    findings = project.look_at(*cells, modules=modules)
    assert rules(findings) == [("undefined", "medium", 3)] * 2


def test_nothing_above_the_project_is_read(project: Project, tmp_path: Path) -> None:
    (tmp_path / "kit.py").write_text("load = 1\n")
    (tmp_path / "shadow" / "kit.py").write_text("load = 1\n")
    assert project.look_at("from kit import *", "load, anything_else") == []


@pytest.mark.parametrize(
    "harmless",
    [
        "%load_ext autoreload\n%autoreload 2",
        "%matplotlib inline",
        "%pip install df",
        "!echo df",
        "%%bash\ndf -h",
        "%%writefile df.py\ndf = 1",
        "'google.colab' in str(get_ipython())",
        "get_ipython().run_line_magic('matplotlib', 'inline')",
        "if __name__ == '__main__': ...",
        "import pandas as pd\npd.eval('1')",
        "x = (7\n% 4)",
    ],
)
def test_what_hides_nothing(project: Project, harmless: str) -> None:
    assert rules(project.look_at(harmless, "df")) == [("undefined", "medium", 1)]


# Each cell needs some of those above it, as numbers of cells.
chains = st.lists(st.sets(st.integers(0, 7), max_size=3), min_size=1, max_size=8).map(
    lambda needs: [sorted(n for n in above if n < at) for at, above in enumerate(needs)]
)


def shadow_of(cells: Iterable[Cell]) -> ShadowFile:
    return ShadowFile(
        path="n.ipynb",
        original=Path("n.ipynb"),
        digest="",
        python=Path("n.py"),
        notebook=Path("n.ipynb"),
        kilobytes=1.0,
        cells=tuple(cells),
    )


def in_cells(sources: list[str], *, done: bool) -> ShadowFile:
    return shadow_of(
        Cell(index, None, source, source, index + 1, index + 1 if done else None, False, True)
        for index, source in enumerate(sources)
    )


@given(chains, st.booleans(), st.data())
def test_of_a_chain_exactly_the_broken_links_are_told(
    chain: list[list[int]], done: bool, data: st.DataObject
) -> None:
    sources = [f"x{at} = [{', '.join(f'x{n}' for n in above)}]" for at, above in enumerate(chain)]
    assert find(in_cells(sources, done=done)) == []
    gone = data.draw(st.integers(0, len(chain) - 1))
    sources[gone] = "# deleted"
    broken = [at for at, above in enumerate(chain) if gone in above and at != gone]
    severity = "high" if done else "medium"
    assert rules(find(in_cells(sources, done=done))) == [
        ("undefined", severity, at) for at in broken
    ]


@given(st.data())
def test_nothing_that_people_write_is_an_error(data: st.DataObject) -> None:
    pieces = st.sampled_from([source for sources in HONEST.values() for source in sources])
    sources = data.draw(st.lists(pieces, max_size=4))
    cut = [source[: data.draw(st.integers(0, len(source)))] for source in sources]
    for finding in find(in_cells(cut, done=True)):
        assert finding.line <= cut[finding.cell_index or 0].count("\n") + 1


@pytest.mark.parametrize(
    "piece", ["\n", " ", "%a", "%a ", "=", "= ", "exec (", "x=\n", "\t\n", "%\n"]
)
def test_nothing_takes_long(piece: str) -> None:
    cell = Cell(0, None, piece * 100_000, "", 1, 1, False, False)
    file = shadow_of([cell])
    began = time.process_time()
    assert find(file) == []
    assert time.process_time() - began < 5


def test_modules_are_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("print(df)\n")
    [file] = Shadow(tmp_path / "shadow").build(tmp_path, ["a.py"])
    assert not HiddenState().applies_to(file)
    assert HiddenState().check(file) == []


def test_a_cell_that_is_nested_too_deeply_takes_nobody_along(project: Project) -> None:
    deep = f"total = {'-' * 1_500}1"
    assert project.look_at(deep, "total") == []
