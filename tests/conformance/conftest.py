"""`pytest tests/conformance --url http://localhost:8888/realtime/ --token …`, from outside.

Without an address a real Jupyter server is started, with limits that are soon reached.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.jupyter import TOKEN, Jupyter

from .target import Target

OPTIONS = (
    "--RealtimeConfig.heartbeat_seconds=2",
    "--RealtimeConfig.auth_seconds=1.5",
    "--RealtimeConfig.rooms_per_connection=6",
    "--RealtimeConfig.connections_per_user=5",
    "--RealtimeConfig.requests_per_second=300",
)
# Something for every detector to look at, and something to find.
SOURCE = "import os\n\n\ndef f(x=[]):\n    return eval('x')\n"


@pytest.fixture(scope="session")
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    """The server under test."""
    url, token = request.config.getoption("--url"), request.config.getoption("--token")
    if url is not None:
        yield from opened(Target(url, token or ""))
        return
    folder = tmp_path_factory.mktemp("conformance")
    root = folder / "root"
    root.mkdir()
    (root / "a.py").write_text(SOURCE)
    with Jupyter(folder / "home", root, app="jupyter_server", options=OPTIONS) as server:
        yield from opened(Target(f"{server.url}realtime/", TOKEN))


def opened(target: Target) -> Iterator[Target]:
    yield target
    target.close()


@pytest.fixture
def project(target: Target) -> str:
    """The room of the project of the server's root."""
    [item] = [item for item in target.get("projects")["items"] if item["root"] == ""]
    return f"project:{item['id']}"


@pytest.fixture
def run(target: Target) -> Iterator[str]:
    """The id of a run of this test's own, which nobody but the test reports on."""
    found = target.make("POST", "analyses", {"paths": ["."], "external": True})
    yield found["id"]
    target.call("DELETE", f"analyses/{found['id']}")


@pytest.fixture
def room(run: str) -> str:
    """A room with an empty log, where people publish."""
    return f"analysis:{run}"
