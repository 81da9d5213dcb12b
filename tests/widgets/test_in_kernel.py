"""Widgets in a real kernel, with and without a server of ours, while the kernel is busy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter_process import JupyterProcess, Kernel, jupyter

BAD = "def f():\n    return undefined_name\n"
START = """
from jupyter_realtime.widgets import AnalysisProgress
widget = AnalysisProgress("bad.py", detectors=["correctness"])
"""
# The cell keeps the kernel's main thread busy; nothing of the widget may need it.
BUSY = """
import time
until = time.monotonic() + 60
while not widget._settled.is_set() and time.monotonic() < until:
    time.sleep(0.05)
print(widget.state, widget.progress, [i["path"] for i in widget.issues], widget.mode)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterProcess]:
    root = tmp_path_factory.mktemp("root")
    (root / "sub").mkdir()
    (root / "sub" / "bad.py").write_text(BAD)
    with jupyter(tmp_path_factory.mktemp("jupyter"), root) as running:
        yield running


@pytest.fixture
def kernel(server: JupyterProcess) -> Iterator[Kernel]:
    with server.kernel("sub") as running:
        yield running


def comm_states(kernel: Kernel) -> list[dict[str, Any]]:
    """What went to the page."""
    data = [m["content"]["data"] for m in kernel.messages if m["msg_type"] == "comm_msg"]
    return [each["state"] for each in data if each.get("method") == "update"]


def test_the_traits_are_complete_though_the_kernel_was_busy(kernel: Kernel) -> None:
    said = kernel.run(START + BUSY)
    assert said == "succeeded 1.0 ['sub/bad.py'] comm\n"


def test_the_page_is_kept_up_to_date_meanwhile(kernel: Kernel) -> None:
    kernel.run(START + BUSY)
    states = comm_states(kernel)
    snapshots = [state["snapshot"] for state in states if state.get("snapshot")]
    issues = [state["issues"] for state in states if state.get("issues")]
    assert snapshots[-1]["state"] == "succeeded"
    assert issues[-1][0]["path"] == "sub/bad.py"


def test_a_page_finds_the_run_on_the_server(kernel: Kernel, server: JupyterProcess) -> None:
    said = kernel.run(START + "widget.wait(60); print(widget.run_id, widget.prefix)")
    run_id, prefix = said.split()
    assert prefix == "/realtime/"
    assert server.call("GET", f"realtime/api/v1/analyses/{run_id}")["state"] == "succeeded"


def test_without_a_server_of_ours_it_works_beside_the_kernel(kernel: Kernel) -> None:
    alone = """
import os
for name in list(os.environ):
    if name.startswith(("JUPYTER_REALTIME", "JPY_PARENT")):
        del os.environ[name]
os.environ["JUPYTER_RUNTIME_DIR"] = "/nonexistent"
"""
    said = kernel.run(alone + START + BUSY + "print(repr(widget.run_id))")
    assert said == "succeeded 1.0 ['bad.py'] comm\n''\n"


def test_a_given_run_is_shown(kernel: Kernel) -> None:
    code = """
from jupyter_realtime import Realtime
from jupyter_realtime.widgets import AnalysisProgress
run = Realtime.connect().analyze("bad.py")
widget = AnalysisProgress(run)
print(widget.wait(60).state, widget.run_id == run.id, len(widget.to_frame()) == len(run.issues))
"""
    assert kernel.run(code) == "succeeded True True\n"


def test_nothing_heavy_runs_in_the_kernel(kernel: Kernel) -> None:
    said = kernel.run(
        START + "widget.wait(60)\nimport sys, json\n"
        "print(json.dumps([m for m in sys.modules if m.startswith('jupyter_realtime.')]))"
    )
    parts = {name.split(".")[1] for name in json.loads(said)}
    assert parts == {"_version", "client", "core", "widgets"}


def test_the_working_folder_of_a_kernel_is_the_notebooks(kernel: Kernel) -> None:
    assert Path(kernel.run("import os; print(os.getcwd())").strip()).name == "sub"


REVIEW = """
import queue
from jupyter_realtime.widgets import starting
from jupyter_realtime.widgets.bridge import Bridge
from jupyter_realtime.widgets.comments import review

heard = queue.Queue()
bridge = Bridge(starting.realtime, heard.put, review("sub/bad.py"))

def ask(method, path, body=None):
    bridge.take({"type": "request", "id": 1, "method": method, "path": path, "body": body})
    return heard.get(timeout=30)["body"]

document = ask("PUT", "documents", {"path": "sub/bad.py"})
[cell] = ask("GET", "code")
place = {"document": document["id"], "source": cell["text"], "start": 0, "end": 3}
ask("POST", "threads", {**place, "body": "Why?"})
[thread] = ask("GET", f"threads?document={document['id']}")["items"]
author = thread["comments"][0]["author"]
print(thread["anchor"]["quote"], author["kind"], ask("GET", f"projects/{document['project']}")["role"])
"""


def test_Z7_code_is_reviewed_through_the_kernel(kernel: Kernel) -> None:
    assert kernel.run(REVIEW) == "def program owner\n"
