"""What every test shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `tests/conformance` is run against; options have to be declared here, at the top."""
    group = parser.getgroup("conformance")
    group.addoption("--url", help="Test the server behind this address of its `realtime/`.")
    group.addoption("--token", help="The server's token, for --url.")


@pytest.fixture(autouse=True, scope="session")
def caches_of_its_own() -> Iterator[None]:
    """Keep results of analyses away from those of the person who runs the tests.

    Below the checkout and not below /tmp: kingfisher keeps its compiled rules only where nobody else can
    write, and compiling them takes five seconds in each worker.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(Path(__file__).parents[1] / ".cache" / "tests"))
        yield
