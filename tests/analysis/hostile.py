"""Folders that are out to break an analysis, or to be run by it."""

from __future__ import annotations

import json
import os
import shlex
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MAGICS = (
    "%matplotlib inline\nimport os\n",
    "%time timed = len('abc')\nprint(timed)",
    "%timeit -n 1 -r 1 timed ** 2",
    "files = !ls \\\n  -l\nprint(files)",
    "where = %pwd\nif where:\n    !echo {where} 'unbalanced\n    print(where)",
    "?print",
    "os.path?",
    "# is this a magic?\nvalue = (timed\n% 2)\nvalue",
    "%%bash\nfor i in 1 2; do echo $i; done",
    "%%html\n<b>bold</b>",
    "%%capture captured\nprint(1)",
    "captured.show()",
    "%%time\nin_body = 1\n!ls",
    "%%writefile never.py\nnot python at all",
    "print(in_body)",
)


def code(source: Any, **more: Any) -> dict[str, Any]:
    """Make a code cell of format 4, with no id unless it is given."""
    empty: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    return {**empty, "source": source, **more}


def markdown(source: str) -> dict[str, Any]:
    """Make a cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def notebook(cells: Sequence[Any], *, language: str = "python", minor: int = 4) -> str:
    """Make the text of a notebook of format 4."""
    kernel = {"name": language, "display_name": language, "language": language}
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": minor,
            "metadata": {"kernelspec": kernel},
            "cells": list(cells),
        }
    )


def make_hostile(folder: Path) -> None:
    """Fill a folder with all that can be wrong, and two good files with a finding each."""
    _make_good(folder)
    _make_broken_notebooks(folder)
    _make_odd_notebooks(folder)
    _make_modules(folder)
    _make_links_and_pipes(folder)
    _make_huge_notebook(folder / "huge.ipynb")


def _make_good(folder: Path) -> None:
    (folder / "good.py").write_text("print(undefined_in_good)\n")
    cells = [markdown("# Good"), code("x = 1\nx"), code("print(undefined_in_notebook)")]
    (folder / "good.ipynb").write_text(notebook(cells))


def _make_broken_notebooks(folder: Path) -> None:
    (folder / "broken.ipynb").write_text('{\n "cells": [\n  {"cell_type": \n')
    text = json.dumps(json.loads(notebook([code("x = 1")])), indent=1)
    conflict = f"<<<<<<< HEAD\n{text}\n=======\n{text}\n>>>>>>> theirs\n"
    (folder / "conflict.ipynb").write_text(conflict)
    cells = [code("a = 1"), code("b = 2\ndef broken(:\n    pass"), code("print(a)")]
    (folder / "syntax.ipynb").write_text(notebook(cells))
    (folder / "wrong_types.ipynb").write_text(
        notebook([7, None, code("ok = 1", id=5), code([1, 2]), {"cell_type": ["code"]}])
    )
    (folder / "list.ipynb").write_text("[1, 2]")
    (folder / "empty.ipynb").write_text("")


def _make_odd_notebooks(folder: Path) -> None:
    (folder / "magics.ipynb").write_text(notebook([code(source) for source in MAGICS]))
    (folder / "r.ipynb").write_text(notebook([code("x <- 1")], language="R"))
    (folder / "no_ids.ipynb").write_text(notebook([code("x = 1")], minor=5))
    twins = [code("x = 1", id="twin"), code("y = 2", id="twin")]
    (folder / "duplicate_ids.ipynb").write_text(notebook(twins, minor=5))
    old = {"cell_type": "code", "language": "python", "input": ["z = 3\n", "z"], "outputs": []}
    sheets = [{"cells": [{"cell_type": "heading", "source": "Old", "level": 1}, old]}]
    (folder / "v3.ipynb").write_text(
        json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets})
    )


def _make_modules(folder: Path) -> None:
    (folder / "latin.py").write_bytes("# coding: latin-1\nname = 'Zoé'\n".encode("latin-1"))
    (folder / "undecodable.py").write_bytes(b"x = 1\nname = '\xff\xfe'\n")
    (folder / "syntax_error.py").write_text("x = 1\ndef broken(:\n    pass\n")
    (folder / "deep.py").write_text(f"x = {'-' * 40_000}1\n")
    (folder / "-rf.py").write_text("x = 1\n")
    (folder / "two\nlines.py").write_text("x = 1\n")


def _make_links_and_pipes(folder: Path) -> None:
    os.mkfifo(folder / "x.py")
    (folder / "loop").symlink_to(folder)
    (folder / "circle.py").symlink_to(folder / "circle.py")
    (folder / "outside.py").symlink_to(os.__file__)
    (folder / "outside").symlink_to(Path(os.__file__).parent)


def _make_huge_notebook(path: Path) -> None:
    """50 MB, nearly all of it an image that was shown."""
    output = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "@"}}
    before, after = notebook([code("x = 1", outputs=[output])]).split("@")
    path.write_text(f"{before}{'A' * 50_000_000}{after}")


def make_traps(folder: Path, marker: Path) -> None:
    """Fill a folder with all that a careless tool would run; each leaves a file of its name in `marker`."""
    for name in ("conftest.py", "conf.py", "json.py", "types.py", "ast.py"):
        (folder / name).write_text(_trap(marker, name))
    for name in ("sitecustomize.py", "usercustomize.py", "setup.py", "noxfile.py"):
        (folder / name).write_text(_trap(marker, name))
    (folder / "evil.pth").write_text(f"import os; {_trap(marker, 'evil.pth')}")
    _make_configurations(folder, marker)
    for name in ("ruff", "mypy", "python", "python3", ".venv/bin/python"):
        _make_program(folder / name, marker)


def _trap(marker: Path, name: str) -> str:
    return f"open({str(marker / name)!r}, 'w').close()\n"


def _make_configurations(folder: Path, marker: Path) -> None:
    """Write settings that load a plugin where there are any, and that hide all findings."""
    plugins = {
        name: f"plugin_{uuid.uuid5(uuid.NAMESPACE_URL, name).hex[:8]}"
        for name in ("mypy.ini", "setup.cfg", "tox.ini", "pyproject.toml")
    }
    for name, plugin in plugins.items():
        (folder / f"{plugin}.py").write_text(_trap(marker, name))
    hidden = 'exclude = ["*"]\n[lint]\nselect = ["D100"]\n'
    texts = {
        "mypy.ini": f"[mypy]\nplugins = {plugins['mypy.ini']}\nignore_errors = true\n",
        "setup.cfg": f"[mypy]\nplugins = {plugins['setup.cfg']}\nignore_errors = true\n",
        "tox.ini": f"[pytest]\naddopts = -p {plugins['tox.ini']}\n[bandit]\nexclude = *\n",
        "pyproject.toml": f'[tool.mypy]\nplugins = ["{plugins["pyproject.toml"]}"]\n'
        '[tool.ruff]\nexclude = ["*"]\n[tool.bandit]\nexclude_dirs = ["*"]\n',
        "ruff.toml": hidden,
        ".ruff.toml": hidden,
        ".bandit": "[bandit]\nexclude = /\nskips = B101,B102,B301,B307\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)


def _make_program(path: Path, marker: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n: > {shlex.quote(str(marker / path.name))}\nexit 0\n")
    path.chmod(0o755)
