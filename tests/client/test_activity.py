"""The team's timeline from Python, with a real Jupyter server."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from jupyter_realtime.client.blocking import Realtime
from tests.jupyter_process import TOKEN, jupyter, until


def test_Y7_Y9_what_was_done_is_listed_in_python(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    text = {"type": "file", "format": "text", "content": "x = 1\n"}
    with (
        jupyter(tmp_path / "jupyter", root) as server,
        Realtime.connect(server.realtime_url, TOKEN) as rt,
    ):
        [project] = rt.projects()
        room = f"project:{project.id}"
        for name in ("a.py", "b.py"):
            server.call("PUT", f"api/contents/{name}", text)
        until(lambda: len(rt.activity(room=room)) == 2)
        lines = rt.activity(room=room)
        assert [(line.verb, line.object.path) for line in lines] == [
            ("created", "b.py"),
            ("created", "a.py"),
        ]
        assert {line.actor.name for line in lines} == {rt.me.user.name}
        assert rt.activity(room=room, limit=1) == lines[:1]
        assert rt.activity(room=room, user=rt.me.user.name, kind="file,comment") == lines
        assert rt.activity(room=room, kind="comment") == []
        future = datetime(2999, 1, 1, tzinfo=timezone.utc)
        assert rt.activity(room=room, since=future) == []
        assert rt.activity(room=room, until=future) == lines
