"""`jupyter realtime publish`, against a server as people have it."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.cli import main
from jupyter_realtime.client.blocking import Realtime
from tests.cli.commands import Terminal, told
from tests.jupyter_process import JupyterProcess, isolated, jupyter


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterProcess]:
    folder = tmp_path_factory.mktemp("publish")
    for name in ("root/inner/.git", "root/inner/deep"):
        (folder / name).mkdir(parents=True)
    with jupyter(folder / "jupyter", folder / "root") as running:
        # A folder is a project from when somebody has opened something in it.
        running.api("PUT", "documents", {"path": "inner/a.py"})
        yield running


@pytest.fixture
def terminal(server: JupyterProcess) -> Terminal:
    return Terminal(server.environment, server.root)


def room_of(server: JupyterProcess, root: str = "") -> str:
    """The room of the project in a folder."""
    projects = server.api("GET", "projects")[1]["items"]
    return next(f"project:{p['id']}" for p in projects if p["root"] == root)


def events_of(server: JupyterProcess, room: str, name: str) -> list[dict[str, Any]]:
    log = server.api("GET", f"rooms/{room}/events?limit=1000")[1]["items"]
    return [event for event in log if event["event"] == name]


def test_an_event_goes_to_the_project_of_the_folder_and_its_position_is_printed(
    server: JupyterProcess, terminal: Terminal
) -> None:
    done = terminal.type("publish", "custom:metric", '{"loss": 0.25}')
    assert (done.returncode, done.stderr) == (0, "")
    position = json.loads(done.stdout)
    (event,) = events_of(server, room_of(server), "custom:metric")
    assert set(position) == {"epoch", "seq"} and position["seq"] == event["seq"]
    assert event["data"] == {"loss": 0.25}
    deep = terminal.type("publish", "custom:deep", "1", folder=server.root / "inner" / "deep")
    assert deep.returncode == 0, deep.stderr
    assert [e["data"] for e in events_of(server, room_of(server, "inner"), "custom:deep")] == [1]
    assert not events_of(server, room_of(server), "custom:deep")


@pytest.mark.parametrize(
    ("words", "stdin", "data"),
    [
        ((), "", None),
        (('"Größe"',), "", "Größe"),
        (("-5",), "", -5),
        (("-",), '{"rows": [1, 2]}\n', {"rows": [1, 2]}),
    ],
)
def test_data_is_json_of_any_kind_also_from_standard_input(
    server: JupyterProcess, terminal: Terminal, words: tuple[str, ...], stdin: str, data: Any
) -> None:
    room = room_of(server)
    done = terminal.type("publish", "custom:any", *words, "--room", room, stdin=stdin)
    assert done.returncode == 0, done.stderr
    assert events_of(server, room, "custom:any")[-1]["data"] == data


def test_L3_under_the_same_key_it_is_there_once(server: JupyterProcess, terminal: Terminal) -> None:
    first, second = (terminal.type("publish", "custom:once", "1", "--key", "k") for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert json.loads(first.stdout) == json.loads(second.stdout)
    assert len(events_of(server, room_of(server), "custom:once")) == 1
    other = terminal.type("publish", "custom:once", "2", "--key", "k")
    assert (other.returncode, other.stdout) == (2, "")
    assert "key" in other.stderr


def test_a_kernel_publishes_as_the_program_of_its_owner(server: JupyterProcess) -> None:
    with server.kernel() as kernel:
        command = f"{sys.executable} -m jupyter_realtime.cli publish custom:kernel 1"
        said = kernel.run(f"get_ipython().system({command!r})")
    assert json.loads(said)["seq"] >= 1
    (event,) = events_of(server, room_of(server), "custom:kernel")
    assert event["actor"]["kind"] == "program"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["analysis:complete"], "put there by the server"),
        (["metric"], "clients publish custom:<name>"),
        (["custom:x", "--room", "kitchen"], "is no room"),
        (["custom:x", "--room", "user:ana"], "not to user rooms"),
        (["custom:x", "--key", ""], "A key has"),
        (["custom:x", "--key", "a\nb"], "KEY"),
        (["custom:x", '{"a":'], "Not JSON"),
        (["custom:x", "done"], "Not JSON"),
        (["custom:x", "1e999"], "Number out of range"),
    ],
    ids=str,
)
def test_what_no_server_takes_is_refused_without_one(
    words: list[str], reason: str, tmp_path: Path
) -> None:
    done = Terminal(isolated(tmp_path / "jupyter"), tmp_path).type("publish", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr and "No Jupyter server" not in done.stderr


def test_after_no_answer_it_can_be_published_again_under_the_key_that_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys: list[str] = []

    class Silent(contextlib.AbstractContextManager["Silent"]):
        """A server that takes an event and says nothing."""

        def publish(self, event: str, data: Any, *, room: str | None, key: str) -> None:
            keys.append(key)
            raise TimeoutError("No answer within 60 s.")

        def __exit__(self, *_: object) -> None:
            """Nothing is open."""

    monkeypatch.setattr(Realtime, "connect", Silent)
    assert main(["publish", "custom:x"]) == 2
    assert main(["publish", "custom:x", "--key", "mine"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and keys[1] == "mine" and len(keys[0]) == 32
    assert all(f"--key {k} " in said for k, said in zip(keys, err.splitlines(), strict=True))


def test_what_the_server_refuses_is_told_in_its_words(
    server: JupyterProcess, terminal: Terminal, tmp_path: Path
) -> None:
    elsewhere = Terminal(isolated(tmp_path / "jupyter"), tmp_path)
    wrong = Terminal(isolated(tmp_path / "jupyter"), tmp_path, told(server, "wrong"))
    unknown = terminal.type("publish", "custom:x", "--room", "project:none")
    large = terminal.type("publish", "custom:x", "-", stdin=json.dumps("x" * 70_000))
    for done, reason in (
        (elsewhere.type("publish", "custom:x"), "No Jupyter server is running"),
        (wrong.type("publish", "custom:x"), "token"),
        (unknown, "project"),
        (large, "at most 65536 bytes"),
    ):
        assert (done.returncode, done.stdout) == (2, "")
        assert reason in done.stderr, done.stderr
