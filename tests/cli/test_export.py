"""`jupyter realtime export` and `import`, against a server as people have it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import Terminal
from tests.client.test_with_server import NOTEBOOK
from tests.jupyter_process import JupyterProcess, jupyter


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterProcess]:
    folder = tmp_path_factory.mktemp("export")
    (folder / "root" / "inner").mkdir(parents=True)
    for name in ("eda.ipynb", "inner/copy.ipynb"):
        (folder / "root" / name).write_text(json.dumps(NOTEBOOK))
    with jupyter(folder / "jupyter", folder / "root") as running:
        document = running.api("PUT", "documents", {"path": "eda.ipynb"})[1]
        source = NOTEBOOK["cells"][0]["source"]  # type: ignore[index]  # it is JSON
        begun = {"document": document["id"], "cell_id": "first", "source": source, "body": "Why?"}
        assert running.api("POST", "threads", begun)[0] == 201
        yield running


@pytest.fixture
def terminal(server: JupyterProcess) -> Terminal:
    return Terminal(server.environment, server.root)


def test_I22_comments_and_activity_are_written(terminal: Terminal, server: JupyterProcess) -> None:
    done = terminal.type("export")
    assert (done.returncode, done.stderr) == (0, "")
    assert [one["body"]["value"] for one in json.loads(done.stdout)["first"]["items"]] == ["Why?"]
    done = terminal.type("export", "eda.ipynb", "--format", "markdown", "--output", "out.md")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "> Why?" in (server.root / "out.md").read_text()
    done = terminal.type("export", "--activity")
    assert "commented" in {json.loads(line)["verb"] for line in done.stdout.splitlines()}


def test_I23_a_sidecar_goes_with_its_notebook(terminal: Terminal, server: JupyterProcess) -> None:
    assert terminal.type("export", "eda.ipynb", "--sidecar").returncode == 0
    name = "eda.ipynb.comments.jsonld"
    moved = server.root / "inner" / "copy.ipynb.comments.jsonld"
    Path(server.root / name).rename(moved)
    for new in (1, 0):
        done = terminal.type("import", "inner/copy.ipynb.comments.jsonld")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"1 threads, {new} of them new\n"
    assert "Why?" in terminal.type("export", "inner/copy.ipynb").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("export", "--sidecar"),
        ("export", "eda.ipynb", "--activity"),
        ("export", "--output", "no/such/folder/x"),
        ("import", "nothing.jsonld"),
        ("import", "eda.ipynb"),
    ],
)
def test_I23_what_can_not_be_done_is_said(terminal: Terminal, words: tuple[str, ...]) -> None:
    done = terminal.type(*words)
    assert (done.returncode, done.stdout) == (2, "") and done.stderr
