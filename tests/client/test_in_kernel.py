"""The SDK in a real kernel: whose program it is, and its jobs as the others see them."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jupyter_realtime.client.blocking import Realtime
from tests.jupyter_process import TOKEN, JupyterProcess, Kernel, jupyter, until

CONNECT = "from jupyter_realtime import Realtime; rt = Realtime.connect()\n"
# Ends only when its button is pressed: nothing else ends the loop.
TRAIN = """
import itertools, time
with rt.progress("train", total=1000, unit="epochs") as job:
    for epoch in itertools.count():
        job.advance()
        if job.cancelled:
            break
        time.sleep(0.01)
print(job.status, job.done == epoch + 1)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterProcess]:
    root = tmp_path_factory.mktemp("root")
    (root / "inner" / ".git").mkdir(parents=True)
    with jupyter(tmp_path_factory.mktemp("jupyter"), root) as running:
        yield running


@pytest.fixture
def human(server: JupyterProcess) -> Iterator[Realtime]:
    with Realtime.connect(server.realtime_url, TOKEN) as connected:
        yield connected


def test_P6_code_in_a_kernel_is_the_program_of_the_person_whose_kernel_it_is(
    server: JupyterProcess, human: Realtime
) -> None:
    with server.kernel() as kernel:
        said = kernel.run(CONNECT + "print(rt.me.kind, rt.me.user.kind, rt.me.user.name)")
    assert said == f"program program {human.me.user.name}\n"
    assert human.me.kind == "human"


class Person:
    """Looks at a project's board, and presses buttons."""

    def __init__(self, human: Realtime, root: str) -> None:
        self._human = human
        self._states: list[Any] = []
        until(lambda: root in {project.root for project in human.projects()})
        (project,) = [project for project in human.projects() if project.root == root]
        self.room = f"project:{project.id}"
        human.subscribe(self.room, print, on_state=self._states.append)

    def sees(self, condition: Callable[[Any], object]) -> Any:
        """Wait for a state that fits; returns the latest."""
        until(lambda: any(map(condition, self._states)))
        return next(filter(condition, reversed(self._states)))

    def presses(self, key: str) -> None:
        """Ask for the end of a job."""
        self._human.publish("custom:progress-cancel", {"key": key}, room=self.room)


def beside(kernel: Kernel, code: str, watch: Callable[[], None]) -> str:
    """Run a cell while somebody watches; a kernel's client stays on the thread that made it."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        said = kernel.run(code)
        watching.result(60)
    return said


@pytest.mark.parametrize("folder", ["", "inner"])
def test_J4_a_person_sees_the_job_of_a_kernel_and_ends_it(
    server: JupyterProcess, human: Realtime, folder: str
) -> None:
    def watch() -> None:
        person = Person(human, folder)
        seen = person.sees(lambda state: state.data and state.data.done > 10)
        assert (seen.event, seen.room) == ("progress:train", person.room)
        assert (seen.data.name, seen.data.unit, seen.data.status) == ("train", "epochs", "running")
        assert (seen.actor.name, seen.actor.kind) == (human.me.user.name, "program")
        person.presses(seen.key)
        person.sees(lambda state: state.data and state.data.status == "cancelled")
        person.sees(lambda state: state.key == seen.key and state.data is None)

    with server.kernel(folder) as kernel:
        assert beside(kernel, CONNECT + TRAIN, watch) == "cancelled True\n"
