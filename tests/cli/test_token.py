"""`jupyter realtime token`, against a server as people have it."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from jupyter_realtime.core.times import unix_seconds
from tests.cli.commands import Terminal, told
from tests.jupyter_process import JupyterProcess, isolated, jupyter

DAY = 24 * 3600


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterProcess]:
    folder = tmp_path_factory.mktemp("token")
    (folder / "root").mkdir()
    with jupyter(folder / "jupyter", folder / "root") as running:
        yield running


@pytest.fixture
def terminal(server: JupyterProcess) -> Terminal:
    return Terminal(server.environment, server.root)


def room_of(server: JupyterProcess) -> str:
    return f"project:{server.api('GET', 'projects')[1]['items'][0]['id']}"


def me(server: JupyterProcess, token: str) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{server.realtime_url}api/v1/me", headers=headers)
    return answer.status_code, answer.json()


def listed(terminal: Terminal) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(terminal.type("token", "list", "--json").stdout)
    return items


def made(terminal: Terminal, *words: str) -> tuple[str, dict[str, Any]]:
    """Make a token: its text, and how it is listed."""
    done = terminal.type("token", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.removesuffix("\n"), listed(terminal)[0]


def test_T4_the_token_is_alone_on_standard_output_and_works(
    server: JupyterProcess, terminal: Terminal, tmp_path: Path
) -> None:
    room = room_of(server)
    done = terminal.type(
        "token", "--label", "nightly", "--scope", f"publish:{room}", "--scope", "read:system"
    )
    token, end = done.stdout[:-1], done.stdout[-1]
    assert (done.returncode, end, token.count(".")) == (0, "\n", 2)
    assert token.isprintable() and " " not in token
    item = listed(terminal)[0]
    assert (item["label"], item["scopes"]) == ("nightly", [f"publish:{room}", "read:system"])
    assert item["id"] in done.stderr and token not in done.stderr
    assert me(server, token)[1]["scopes"] == item["scopes"]
    ci = Terminal(isolated(tmp_path / "jupyter"), tmp_path, told(server, token))
    published = ci.type("publish", "custom:nightly", "1", "--room", room)
    assert published.returncode == 0, published.stderr


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ((), 30 * DAY),
        (("--days", "2"), 2 * DAY),
        (("--days", ".5"), DAY / 2),
        (("--ttl", "90"), 90),
    ],
)
def test_T3_it_lives_as_long_as_it_shall(
    terminal: Terminal, words: tuple[str, ...], seconds: float
) -> None:
    before = time.time()
    _, item = made(terminal, "--scope", "read:*", *words)
    assert before - 1 <= unix_seconds(item["expires"]) - seconds <= time.time() + 1
    assert item["label"] == "Made in a terminal"


def test_T3_a_kernel_makes_one_too_that_ends_no_later_than_its_own(
    server: JupyterProcess, terminal: Terminal
) -> None:
    with server.kernel() as kernel:
        program = f"{sys.executable} -m jupyter_realtime.cli"
        command = f"{program} token --scope 'read:*' --days 365 2>/dev/null"
        token = kernel.run(f"get_ipython().system({command!r})").strip()
    status, who = me(server, token)
    assert (status, who["scopes"]) == (200, ["read:*"])
    own = next(item for item in listed(terminal) if item["scopes"] is None)
    assert unix_seconds(listed(terminal)[0]["expires"]) <= unix_seconds(own["expires"])


def test_T3_a_scoped_token_makes_lists_and_revokes_none(
    server: JupyterProcess, terminal: Terminal, tmp_path: Path
) -> None:
    token, item = made(terminal, "--scope", "read:*")
    scoped = Terminal(isolated(tmp_path / "jupyter"), tmp_path, told(server, token))
    for words in (["--scope", "read:*"], ["list"], ["revoke", "--", item["id"]]):
        done = scoped.type("token", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert "A scoped token can't" in done.stderr
    assert me(server, token)[0] == 200


def test_T5_a_revoked_token_has_ended_and_is_listed_as_such(
    server: JupyterProcess, terminal: Terminal
) -> None:
    token, item = made(terminal, "--scope", "read:*", "--label", "to be ended")
    done = terminal.type("token", "revoke", "--", item["id"])
    assert (done.returncode, done.stdout) == (0, "")
    assert item["id"] in done.stderr
    assert me(server, token)[0] == 401
    row = next(x for x in terminal.type("token", "list").stdout.splitlines() if item["id"] in x)
    assert re.split(r"\s{2,}", row)[1:] == ["to be ended", "revoked", "read:*"]
    again = terminal.type("token", "revoke", "--", "-no-such-token")
    assert again.returncode == 2 and "You have no token '-no-such-token'" in again.stderr
    for nonsense in ("", "..", "a/b"):
        assert "You have no token" in terminal.type("token", "revoke", nonsense).stderr


def test_T4_the_list_has_what_each_may_and_no_text(terminal: Terminal) -> None:
    token, item = made(terminal, "--scope", "read:*", "--label", "in the list", "--ttl", "1")
    text = terminal.type("token", "list").stdout
    head, *rows = text.splitlines()
    assert head.split() == ["ID", "LABEL", "ENDS", "MAY"]
    assert len({row.index("in the list") for row in rows if item["id"] in row}) == 1
    assert "all that a program of yours may" in text
    assert token not in text and token.split(".")[2] not in text


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "Say what the token may"),
        (["--scope", "fly:system"], "begins with no verb"),
        (["--scope", "read:kitchen"], "names no room"),
        (["--scope", "read:*", "--days", "0"], "1 second to 365 days"),
        (["--scope", "read:*", "--days", "366"], "1 second to 365 days"),
        (["--scope", "read:*", "--days", "nan"], "no number of days"),
        (["--scope", "read:*", "--ttl", "1.5"], "no whole number"),
        (["--scope", "read:*", "--ttl", "1", "--days", "1"], "not allowed with"),
        (["--scope", "read:*", "--label", "a\nb"], "printable"),
        (["--scope", "read:*", "list"], "for a new token"),
        (["burn"], "invalid choice"),
        (["--scope", "read:*"], "No Jupyter server is running"),
    ],
    ids=str,
)
def test_T3_what_no_server_makes_is_refused_without_one(
    words: list[str], reason: str, tmp_path: Path
) -> None:
    done = Terminal(isolated(tmp_path / "jupyter"), tmp_path).type("token", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr, done.stderr


def test_T3_a_label_that_is_too_long_is_refused_in_the_servers_words(terminal: Terminal) -> None:
    done = terminal.type("token", "--scope", "read:*", "--label", "x" * 101)
    assert (done.returncode, done.stdout) == (2, "")
    assert "1 to 100 printable characters" in done.stderr
    empty = terminal.type("token", "--scope", "read:*", "--label", "")
    assert (empty.returncode, empty.stdout) == (2, "")
