"""`jupyter realtime announce`, against a server as people have it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from jupyter_realtime.cli import announce
from jupyter_realtime.cli.exits import TROUBLE
from tests.cli.commands import Terminal, told
from tests.jupyter_process import JupyterProcess, isolated, jupyter


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterProcess]:
    folder = tmp_path_factory.mktemp("announce")
    (folder / "root").mkdir()
    with jupyter(folder / "jupyter", folder / "root") as running:
        running.api("GET", "me")
        yield running


@pytest.fixture
def terminal(server: JupyterProcess) -> Terminal:
    return Terminal(server.environment, server.root)


def inbox(server: JupyterProcess, box: str = "inbox") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = server.api("GET", f"notifications?box={box}&limit=1000")[1][
        "items"
    ]
    return items


def program_token(server: JupyterProcess) -> str:
    scopes = ["read:system", "announce:system"]
    wanted = {"label": "ci", "scopes": scopes, "ttl_seconds": 600}
    return str(server.api("POST", "tokens", wanted)[1]["token"])


def test_Q4_it_is_announced_listed_and_taken_back(
    server: JupyterProcess, terminal: Terminal
) -> None:
    done = terminal.type("announce", "New GPUs", "--message", "Two more.", "--type", "success")
    assert done.returncode == 0, done.stderr
    made = done.stdout.strip()
    [item] = [one for one in inbox(server) if one["title"] == "New GPUs"]
    assert (item["message"], item["type"]) == ("Two more.", "success")
    assert "Announced to 1 person so far" in done.stderr
    listed = terminal.type("announce", "--list")
    assert re.fullmatch(rf"{made}  \S+  New GPUs", listed.stdout.splitlines()[0])
    back = terminal.type("announce", f"--take-back={made}")
    assert back.returncode == 0, back.stderr
    assert "New GPUs" not in [one["title"] for one in inbox(server)]
    assert terminal.type("announce", f"--take-back={made}").returncode == TROUBLE


def test_Q4_a_terminal_in_jupyterlab_announces_as_its_person(server: JupyterProcess) -> None:
    inside = Terminal(server.environment, server.root, told(server, program_token(server)))
    done = inside.type("announce", "--server-stops", "30m")
    assert done.returncode == 0, done.stderr
    [item] = [one for one in inbox(server) if one["title"].startswith("The server will stop")]
    assert (item["type"], item["message"]) == ("warning", announce.SAVE_YOUR_WORK)
    assert re.search(r"at \d\d:\d\d \(UTC[+-]\d\d:\d\d\)$", item["title"])
    _, listed = server.api("GET", "announcements")
    [stop] = [one for one in listed["items"] if one["title"] == item["title"]]
    left = (
        datetime.fromisoformat(stop["expires"].replace("Z", "+00:00")) - datetime.now().astimezone()
    )
    assert timedelta(minutes=28) < left <= timedelta(minutes=30)


def test_Q4_a_program_elsewhere_announces_nothing(server: JupyterProcess) -> None:
    folder = server.root
    elsewhere = Terminal(isolated(folder / "x"), folder, told(server, program_token(server)))
    done = elsewhere.type("announce", "Hello")
    assert (done.returncode, done.stdout) == (TROUBLE, "")
    assert "announce" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("Hi", "--server-stops", "18:00"),
        ("--list", "Hi"),
        ("--take-back=x", "--message", "y"),
        ("--server-stops", "18:00", "--expires", "19:00"),
    ],
)
def test_what_makes_no_sense_together_is_said_before_a_server_is_looked_for(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    announce.add_arguments(parser)
    assert announce.run(parser.parse_args(words)) == TROUBLE
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("text", ["soon", "25:00", "30", "2026-13-01T00:00", "-5m", "99999999d"])
def test_what_is_no_time_is_refused(text: str) -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    announce.add_arguments(parser)
    with pytest.raises((argparse.ArgumentError, SystemExit)):
        parser.parse_args(["Hi", f"--expires={text}"])


def test_times_are_those_of_this_machine_or_of_the_offset_that_is_said() -> None:
    parser = argparse.ArgumentParser()
    announce.add_arguments(parser)
    now = datetime.now().astimezone()

    def read(text: str) -> datetime:
        found: datetime = parser.parse_args(["Hi", "--expires", text]).expires
        return found

    assert timedelta(hours=1, minutes=59) < read("2h") - now < timedelta(hours=2, minutes=1)
    assert now < read(f"{now:%H:%M}") <= now + timedelta(days=1, hours=1)
    assert read("2026-11-23T18:00:00+05:30").timestamp() == 1_795_437_000
    assert read("2026-11-23T12:30:00Z").timestamp() == 1_795_437_000
    assert announce.when(now + timedelta(days=3)).startswith(
        f"on {now + timedelta(days=3):%Y-%m-%d} at"
    )
