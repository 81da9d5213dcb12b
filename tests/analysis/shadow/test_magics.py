"""Cells with magics become Python with the same lines."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.analysis.shadow import magics
from jupyter_realtime.analysis.shadow.magics import neutralise
from jupyter_realtime.analysis.shadow.syntax import parses

UNKNOWN = 'globals()[""]'


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("%time X = f(y)", "pass; X = f(y)"),
        ("%timeit f(x)", "pass;   f(x)"),
        ("%timeit -n 10 -r3 x ** 2", "_ =               x ** 2"),
        ("%time for i in x: print(i)", "for i in x: print(i)"),
        ("%prun -s cumulative f(x)", "pass;               f(x)"),
        ("x = !ls", f"x = {UNKNOWN}"),
        ("a, b = !ls", f"a, b = {UNKNOWN}"),
        ("x = %magic a b", f"x = {UNKNOWN}"),
        ("y = %time f(z)", "y = f(z)"),
        ("y = %timeit -o f(z)", f"y = (f(z), {UNKNOWN})[1]"),
        ("%sql result << select 1", f"result = {UNKNOWN}"),
        ("%matplotlib inline\nimport os", "pass\nimport os"),
        ("?obj", "pass"),
        ("obj.x??", "pass"),
        ("/f x\n,f a b\n;f a b", "pass\npass\npass"),
        ("%time !ls", "pass"),
        ("!ls 'unbalanced (\nx = 1", "pass\nx = 1"),
        ("if a:\n    !ls\nelse:\n    %cd ..", "if a:\n    pass\nelse:\n    pass"),
        ("if a:\n\t%ls\n\tb = 1", "if a:\n\tpass\n\tb = 1"),
        ("files = !ls \\\n  -l \\\n  foo\nz", f"files = {UNKNOWN}\n\n\nz"),
        ("%time x = f() \\\n  + 1", "pass; x = f() \\\n  + 1"),
    ],
)
def test_lines(source: str, code: str) -> None:
    assert neutralise(source) == code
    ast.parse(code)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("%%bash\nls\necho", "\n\n"),
        ("\n\n%%html\n<b>", "\n\n\n"),
        ("%%script --out text bash\nls", f"text = {UNKNOWN}\n"),
        ("%%time\nX = 1\n!ls", "\nX = 1\npass"),
        ("%%capture out --no-stderr\nprint(1)", f"out = {UNKNOWN}\nprint(1)"),
        ("%%timeit a = 1\nb(a)", "pass;    a = 1\nb(a)"),
        ("%%capture\n%%time\nx = 1", "\n\nx = 1"),
        ("%%time?", "pass"),
        ("%%", ""),
    ],
)
def test_whole_cells(source: str, code: str) -> None:
    assert neutralise(source) == code


@pytest.mark.parametrize(
    "source",
    [
        "# is it so?",
        "y = (a\n% b)",
        "x = 10 \\\n % 3",
        "s = '''\n%ls\n!ls\nwhat?\n'''",
        "x = f'{a!r}'",
        "x != 1",
        "await f()",
    ],
)
def test_what_is_no_magic_stays_even_beside_one(source: str) -> None:
    assert neutralise(source) == source
    assert neutralise(f"%ls\n{source}\n%ls") == f"pass\n{source}\npass"


def test_prompts_and_indentation_that_were_pasted_go_as_in_ipython() -> None:
    assert neutralise(">>> a = 1\n>>> b") == "a = 1\nb"
    assert neutralise("In [1]: a = 1\n   ...: b") == "a = 1\nb"
    assert neutralise("  a = 1\n  !ls") == "a = 1\npass"


def test_columns_stay_where_code_stays() -> None:
    source = textwrap.dedent("""\
        %time total = sum(values)
        %timeit -n 3 total.bit_length()""")
    for before, after in zip(source.split("\n"), neutralise(source).split("\n"), strict=True):
        assert after.index("total") == before.index("total")


def test_a_cell_of_nothing_but_magics_has_an_end() -> None:
    source = "\n".join(["%ls"] * 3000)
    assert neutralise(source).count("\n") == 2999


LONG_TEXT = "s = '''\n" + "%ls\n" * 50 + "'''\n!ls\n"
LONG_LIST = "x = [\n" + "1,\n" * 50 + "2]\n!ls\n"
LONG_BLOCK = "if x:\n" + "    !ls\n    y = 1\n" * 50 + "else:\n    %cd\n"


@pytest.mark.parametrize("source", [LONG_TEXT, LONG_LIST, LONG_BLOCK, LONG_LIST + LONG_TEXT])
@pytest.mark.parametrize("window", [1, 2, 8, 10_000])
def test_the_window_that_is_searched_changes_nothing(
    source: str, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(magics, "_WINDOW_LINES", window)
    lines = source.split("\n")
    is_text = [line == "%ls" for line in lines]
    expected = [
        line if text else line.replace("!ls", "pass").replace("%cd", "pass")
        for line, text in zip(lines, is_text, strict=True)
    ]
    assert neutralise(source).split("\n") == expected


def test_a_block_that_costs_too_much_is_left_as_it_is() -> None:
    source = "if x:\n" + "    !ls\n" * 3000
    code = neutralise(source)
    assert code.count("\n") == source.count("\n")
    assert not parses(code)


PIECES = [
    "%",
    "!",
    "?",
    "%%",
    "=",
    " ",
    "\n",
    "\\\n",
    "(",
    "'",
    '"""',
    "x",
    "time ",
    "if x:\n ",
    "#",
    "\t",
    "\f",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_text_keeps_its_lines(source: str) -> None:
    assert neutralise(source).count("\n") == source.count("\n")


@given(st.text(max_size=40))
def test_python_is_left_alone(source: str) -> None:
    source = source.replace("\r", "")
    assert neutralise(source) == source or not parses(source)
