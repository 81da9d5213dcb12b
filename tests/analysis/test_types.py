"""`types` and code that was never written for a type checker: what would raise is told, nothing else."""

from __future__ import annotations

import re

import pytest

from jupyter_realtime.core.issues import Issue
from tests.analysis.hostile import code, notebook
from tests.sample.running import analyze

MARK = re.compile(r"#! (\S+)")

# `#!` marks the line and the rule.
WRONG = {
    "wrong/calls.py": """
def mean(values: list[float], weight: float = 1.0) -> float:
    return sum(values) * weight / len(values)
mean([1.0], 2.0, 3.0)  #! call-arg
mean("text")  #! arg-type
len(5)  #! arg-type
"text" + 5  #! operator
"text".decode("utf-8")  #! attr-defined
float((1, 2))  #! arg-type
""",
    "wrong/reading.py": """
import csv
import pickle
with open("a.pkl") as file:
    pickle.load(file)  #! arg-type
rows = csv.reader(open("a.csv", "rb"))  #! arg-type
""",
    "wrong/classes.py": """
class Model:
    def fit(self, x):
        return self
Model().predict(3)  #! attr-defined
Model().fit()  #! call-arg
""",
    "wrong/across.py": """
from wrong.classes import Model
Model(1)  #! call-arg
""",
}
# Each cell is fine, in this order.
RIGHT_CELLS = [
    "a = 5\na = (1, 2, 2)\nprint(a.count(2))",
    "b = [1, 2]\nb.append('dwarf')\nb[0] = 1.5",
    "d = {'a': 'text', 'b': [1, 2]}\nd[7] = 'an integer'\ndel d[7]",
    "grid = [{'kernel': ['linear'], 'C': [10.0, 30.0]}, {'kernel': ['rbf'], 'C': [1, 3.5]}]",
    "losses = [0] * 5\nfor epoch in range(5):\n    losses[epoch] /= 3",
    "def model(x):\n    return x",
    "class Holder:\n    def __init__(self):\n        self.weight = 1\nmodel = Holder()\nmodel.weight",
    "class Net:\n    def __init__(self, size):\n        self.size = size\nNet(3)",
    "class Net:\n    def __init__(self, size, depth):\n        self.size = size\nNet(3, 4)",
    "def play(state, action):\n    return state\nplay(1, 2)",
    "def play(state):\n    return state\nplay(1)",
    "def step(state):\n    return state, 1",
    "for step in range(3):\n    pass",
    "import re\nmatch = re.match('a', 'abc')\nprint(match.groups())",
    "from collections import Counter, deque\nwords = Counter()\nlast = deque(maxlen=3)\nempty = {}",
    "Holder.gradient = lambda self: 2\nprint(Holder().gradient())",
    "fitted = [0] * 3\nfitted[0] = Holder()\nprint(fitted[0].weight)",
    "mixed = [1, 'a', [1, 2]]\nmixed[2].append(3)",
]
RIGHT = {
    "right/memo.py": """
def counted(function):
    def inner():
        inner.calls += 1
        return function()
    inner.calls = 0
    return inner
class Anything:
    pass
thing = Anything()
thing.colour = "red"
print(thing.colour)
import argparse
arguments = argparse.Namespace()
arguments.verbose = True
""",
    "right/late.py": """
class Task:
    timer = None
    def begin(self, timer):
        self.timer = timer
        self.timer.start()
try:
    import orjson as json
except ImportError:
    import json
import cProfile, io, pstats
stats = pstats.Stats(cProfile.Profile(), stream=io.StringIO())
print(stats.total_calls)
""",
    # A course, sorted into folders: the scripts in them import the packages.
    "numpy/__init__.py": "",
    "numpy/arrays.py": "import numpy as np\nprint(np.arange(3))\n",
    "pandas/tables.py": '"""Tables."""\nimport pandas as pd\nfrom pandas import DataFrame\n',
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Issue]:
    folder = tmp_path_factory.mktemp("project")
    book = notebook([code(source) for source in RIGHT_CELLS])
    for name, text in {**WRONG, **RIGHT, "right/cells.ipynb": book}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return analyze(folder, ["types"]).found


@pytest.mark.parametrize("path", WRONG)
def test_what_would_raise_is_told_at_its_line(path: str, found: list[Issue]) -> None:
    lines = enumerate(WRONG[path].split("\n"), 1)
    marked = [(number, match[1]) for number, line in lines if (match := MARK.search(line))]
    assert sorted((i.line, i.rule) for i in found if i.path == path) == marked != []


def test_what_only_a_type_checker_minds_is_not_told(found: list[Issue]) -> None:
    assert [(i.path, i.cell, i.line, i.message) for i in found if i.path not in WRONG] == []
