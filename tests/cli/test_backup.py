"""`jupyter realtime backup` and `restore`, as somebody types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from jupyter_realtime.cli import main
from jupyter_realtime.core.messages import SUBPROTOCOL
from tests.jupyter import TOKEN, Jupyter


def typed(server: Jupyter, *words: str) -> tuple[int, str]:
    """Run a command with the settings of a server; its exit code, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_realtime.cli", *words],
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def publish(server: Jupyter, room: str, data: object) -> dict[str, Any]:
    event = {"room": room, "event": "custom:x", "data": data}
    status, answer = server.api("POST", "publish", event)
    assert status == 200
    return dict(answer["position"])


def resume(server: Jupyter, room: str, since: dict[str, Any]) -> dict[str, Any]:
    """Subscribe as a client does that comes back."""
    url = server.url.replace("http", "ws") + "realtime/ws"
    headers = {"Authorization": f"token {TOKEN}"}
    spoken = [Subprotocol(SUBPROTOCOL)]
    with connect(url, additional_headers=headers, subprotocols=spoken) as socket:
        socket.send(json.dumps({"type": "subscribe", "id": 1, "room": room, "since": since}))
        while (frame := json.loads(socket.recv(10))).get("id") != 1:
            pass
        return dict(frame)


def test_O8_a_server_is_backed_up_while_it_runs_and_restored_when_it_does_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "root").mkdir()
    server = Jupyter(tmp_path / "home", tmp_path / "root", app="jupyter_server")
    file = str(tmp_path / "backup.sqlite")
    try:
        server.start()
        room = f"project:{server.api('GET', 'projects')[1]['items'][0]['id']}"
        in_backup = publish(server, room, "before")
        code, said = typed(server, "backup", file)
        assert (code, "events: 1, rooms: 1" in said) == (0, True)
        later = publish(server, room, "after")
        assert resume(server, room, in_backup)["recovered"] is True
        code, said = typed(server, "restore", file)
        assert (code, "Stop it" in said) == (2, True)
        assert publish(server, room, "still here")["seq"] == 3
        server.stop()
        code, said = typed(server, "restore", file)
        assert code == 0 and "before-restore" in said
        server.start()
        for known in (in_backup, later):
            answer = resume(server, room, known)
            assert (answer["recovered"], answer["events"]) == (False, [])
            assert answer["position"]["seq"] == 1
            assert answer["position"]["epoch"] != known["epoch"]
        page = server.api("GET", f"rooms/{room}/events")[1]
        assert [item["data"] for item in page["items"]] == ["before"]
        assert publish(server, room, "goes on")["seq"] == 2
    finally:
        server.stop()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of somebody's Jupyter settings."""
    for name in ("CONFIG", "DATA", "RUNTIME"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name))
    monkeypatch.setenv("JUPYTER_NO_CONFIG", "")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path / "CONFIG"))
    return tmp_path / "CONFIG"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("jupyter_server_config.py", "c.RealtimeConfig.store_url = 'sqlite:////nowhere/a.sqlite'"),
        ("jupyter_config.json", '{"RealtimeConfig": {"store_url": "sqlite:////nowhere/a.sqlite"}}'),
    ],
)
def test_O8_the_database_is_the_one_that_the_server_would_open(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, text: str
) -> None:
    assert main(["backup", str(tmp_path / "b")]) == 2
    default = tmp_path / "DATA" / "realtime" / "realtime-v1.sqlite"
    assert f"no database {default}" in capsys.readouterr().err
    (settings / file).write_text(text)
    assert main(["backup", str(tmp_path / "b")]) == 2
    assert "no database /nowhere/a.sqlite" in capsys.readouterr().err
    assert main(["backup", "--store-url", "sqlite:////other/b.sqlite", str(tmp_path / "b")]) == 2
    assert "no database /other/b.sqlite" in capsys.readouterr().err


def test_O8_what_is_wrong_is_said(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", str(tmp_path / "none")]) == 2
    assert "no backup" in capsys.readouterr().err
    assert main(["backup", "--store-url", "mysql://x", str(tmp_path / "b")]) == 2
    assert "sqlite:///" in capsys.readouterr().err
    assert main(["backup", "--store-url", f"sqlite:///{tmp_path}", str(tmp_path / "b")]) == 2
    assert "no database" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()
