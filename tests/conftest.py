"""What every test shares."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `tests/conformance` is run against; options have to be declared here, at the top."""
    group = parser.getgroup("conformance")
    group.addoption("--url", help="Test the server behind this address of its `realtime/`.")
    group.addoption("--token", help="The server's token, for --url.")
