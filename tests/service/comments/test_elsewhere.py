"""A document whose file lies elsewhere by now: nothing of it is told to those of its project."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.core.anchors import Cell
from tests.service.comments.test_following import SECOND, begin, place
from tests.service.conftest import OpenServices
from tests.service.telling import ANA, idle

SECRET = f"token = 'hunter2'\n{SECOND}"


def write(file: Path, *cells: Cell) -> None:
    content = {"cells": [{"id": c.id, "source": c.source, "cell_type": "code"} for c in cells]}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


def as_a_link(file: Path) -> None:
    outside = file.parents[2] / "outside.ipynb"
    file.rename(outside)
    file.symlink_to(outside)


def behind_a_link(file: Path) -> None:
    outside = file.parents[2] / "outside"
    file.parent.rename(outside)
    file.parent.symlink_to(outside)


def in_a_project_of_its_own(file: Path) -> None:
    (file.parent / ".git").mkdir()


@pytest.mark.parametrize("hide", [as_a_link, behind_a_link, in_a_project_of_its_own])
async def test_Y14_what_lies_elsewhere_by_now_is_not_read(
    open_services: OpenServices, tmp_path: Path, hide: Callable[[Path], None]
) -> None:
    file = tmp_path / "root" / "deep" / "eda.ipynb"
    write(file, Cell("c", SECOND))
    async with open_services(idle) as services:
        comments = services.comments
        thread = await begin(services, "deep/eda.ipynb")
        assert await comments.following.candidates(ANA, thread.id) != []
        await services.disk.look(thread.document)
        heard: list[Any] = []
        services.disk.on_changed(lambda *said: heard.append(said))
        await comments.following.look(thread.document)
        before = await place(services, thread)

        write(file, Cell("s", SECRET))
        hide(file)
        assert "hunter2" in file.read_text()
        assert await comments.following.candidates(ANA, thread.id) == []
        await comments.following.look(thread.document)
        await services.disk.look_at_all()
        exact = SECOND.splitlines()[0]
        annotation = {
            "body": "Why?",
            "target": {"selector": {"type": "TextQuoteSelector", "exact": exact}},
        }
        await comments.exchange.take_in(ANA, thread.project, thread.document, [annotation])
        pieces = comments.exchange.written(ANA, None, thread.document, "jsonld")
        written = b"".join([piece async for piece in pieces])
        assert written.endswith(b'"total":2}') and b"hunter2" not in written
        assert heard == [] and await place(services, thread) == before


async def test_Y14_a_file_that_is_gone_is_not_followed_through_a_link(
    open_services: OpenServices, tmp_path: Path
) -> None:
    file = tmp_path / "root" / "deep" / "eda.ipynb"
    write(file, Cell("c", SECOND))
    async with open_services(idle) as services:
        thread = await begin(services, "deep/eda.ipynb")
        await services.disk.look(thread.document)
        outside = tmp_path / "outside.ipynb"
        file.rename(outside)
        (tmp_path / "root" / "same.ipynb").symlink_to(outside)
        await services.disk.look_at_all()
        found = await services.store.projects.document(thread.document)
        assert found is not None and found.path == "deep/eda.ipynb"
