"""Documents that have threads are looked at on the disk: what they say, and where they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.core.actors import SYSTEM_ACTOR, Actor
from jupyter_realtime.core.anchors import Cell
from jupyter_realtime.server.runtime import Services
from tests.builders import eventually
from tests.server.contents import ME, Api, Contents, document_at, project_of, text, told

CODE = "frame = load('data.csv')\nframe.describe()\n"


def notebook(*sources: str, output: str = "", ids: str = "c") -> str:
    """A notebook with these cells."""
    cells = [
        {
            "cell_type": "code",
            "id": f"{ids}{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": output}],
            "source": source,
        }
        for number, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


class Heard:
    """What was said about documents."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.all: list[tuple[str, list[str], str]] = []
        services.disk.on_changed(self._hear)

    def _hear(self, document: str, cells: Sequence[Cell], by: Actor) -> None:
        self.all.append((document, [cell.source for cell in cells], by.name))

    async def after_a_look(self) -> list[tuple[str, list[str], str]]:
        """Look at all files, and give what was said since the last time."""
        await self.services.disk.look_at_all()
        said, self.all = self.all, []
        return said

    async def once(self) -> list[tuple[str, list[str], str]]:
        """Wait until something was said, and give it."""

        async def is_said() -> bool:
            return bool(self.all)

        await eventually(is_said)
        said, self.all = self.all, []
        return said


async def begin(api: Api, jp_web_app: Any, path: str, source: str = CODE) -> tuple[str, Heard]:
    """Begin a thread in a file that is there; gives its document, and what is said from now on."""
    heard = Heard(await jp_web_app.settings["jupyter_realtime"].services())
    document = await document_at(api, path)
    thread = {"document": document, "source": source, "body": "Why?"}
    status, answer = await api("POST", "threads", thread)
    assert status == 201, answer
    # That it has a thread makes it worth a look.
    assert [one for one, *_ in await heard.once()] == [document]
    return document, heard


async def test_Y11_what_changes_on_the_disk_is_told_and_outputs_are_not(
    api: Api, jp_root_dir: Path, jp_web_app: Any
) -> None:
    file = jp_root_dir / "a.ipynb"
    file.write_text(notebook(CODE))
    document, heard = await begin(api, jp_web_app, "a.ipynb")
    assert await heard.after_a_look() == []
    file.write_text(notebook(CODE, output="new"))
    assert await heard.after_a_look() == []
    file.write_text(notebook("# First.\n", CODE))
    assert await heard.after_a_look() == [(document, ["# First.\n", CODE], SYSTEM_ACTOR.name)]
    file.write_text(notebook("# First.\n", CODE, ids="other"))
    assert [one for one, *_ in await heard.after_a_look()] == [document]
    file.write_text(notebook())
    assert await heard.after_a_look() == [(document, [], SYSTEM_ACTOR.name)]


async def test_Y11_who_comments_has_not_written_what_the_file_says_by_now(
    api: Api, jp_root_dir: Path, jp_web_app: Any
) -> None:
    file = jp_root_dir / "a.ipynb"
    file.write_text(notebook(CODE))
    document, heard = await begin(api, jp_web_app, "a.ipynb")
    file.write_text(notebook("# First.\n", CODE))
    thread = {"document": document, "source": CODE, "body": "And why?"}
    assert (await api("POST", "threads", thread))[0] == 201
    assert await heard.once() == [(document, ["# First.\n", CODE], SYSTEM_ACTOR.name)]


async def test_Y11_a_page_that_opens_it_has_it_looked_at(
    api: Api, jp_root_dir: Path, jp_web_app: Any
) -> None:
    file = jp_root_dir / "a.py"
    file.write_text("x\n")
    document, heard = await begin(api, jp_web_app, "a.py", "x\n")
    file.write_text("y\n")
    await document_at(api, "a.py")
    assert await heard.once() == [(document, ["y\n"], SYSTEM_ACTOR.name)]


async def test_Y11_a_save_is_told_with_who_has_saved(
    api: Api, contents: Contents, jp_web_app: Any
) -> None:
    await contents("PUT", "a.py", text(CODE))
    document, heard = await begin(api, jp_web_app, "a.py")
    await contents("PUT", "a.py", text(f"# New.\n{CODE}"))
    assert await heard.once() == [(document, [f"# New.\n{CODE}"], ME)]


async def test_Y11_what_is_half_written_is_read_when_it_is_whole(
    api: Api, jp_root_dir: Path, jp_web_app: Any
) -> None:
    file = jp_root_dir / "a.ipynb"
    file.write_text(notebook(CODE))
    document, heard = await begin(api, jp_web_app, "a.ipynb")
    whole = notebook("# First.\n", CODE)
    file.write_text(whole[:-20])
    assert await heard.after_a_look() == []
    file.write_text(whole)
    assert [one for one, *_ in await heard.after_a_look()] == [document]


async def test_Y11_what_nobody_talks_about_is_not_read(
    api: Api, contents: Contents, jp_root_dir: Path, jp_web_app: Any
) -> None:
    (jp_root_dir / "a.py").write_text(CODE)
    _, heard = await begin(api, jp_web_app, "a.py")
    await contents("PUT", "b.py", text(CODE))
    await document_at(api, "b.py")
    await contents("PUT", "a.py", text("x\n"))
    assert len(await heard.once()) == 1
    assert await heard.after_a_look() == []


@pytest.mark.parametrize("is_named", [True, False], ids=["by-a-page", "by-a-look"])
@pytest.mark.parametrize("path", ["b.ipynb", "deep/er/a.ipynb"])
async def test_Y12_a_file_that_was_moved_by_others_is_known_by_what_it_says(
    api: Api, jp_root_dir: Path, jp_web_app: Any, path: str, is_named: bool
) -> None:
    project = await project_of(api)
    file = jp_root_dir / "a.ipynb"
    file.write_text(notebook(CODE))
    document, heard = await begin(api, jp_web_app, "a.ipynb")
    target = jp_root_dir / path
    target.parent.mkdir(parents=True, exist_ok=True)
    file.rename(target)
    # It was executed there.
    target.write_text(notebook(CODE, output="new"))
    if not is_named:
        await heard.services.disk.look_at_all()
        assert (await api("GET", f"documents/{document}"))[1]["path"] == path
    assert await document_at(api, path) == document
    assert await told(api, project, 1) == [("renamed", path, "a.ipynb", SYSTEM_ACTOR.name)]
    target.write_text(notebook("# More.\n", CODE))
    assert [one for one, *_ in await heard.after_a_look()] == [document]


async def test_Y12_a_copy_is_another_document(api: Api, jp_root_dir: Path, jp_web_app: Any) -> None:
    file = jp_root_dir / "a.py"
    file.write_text(CODE)
    document, heard = await begin(api, jp_web_app, "a.py")
    (jp_root_dir / "b.py").write_text(CODE)
    assert await document_at(api, "b.py") != document
    assert await heard.after_a_look() == []


async def test_Y12_of_several_that_say_the_same_none_is_taken(
    api: Api, jp_root_dir: Path, jp_web_app: Any
) -> None:
    file = jp_root_dir / "a.py"
    file.write_text(CODE)
    document, heard = await begin(api, jp_web_app, "a.py")
    file.unlink()
    for name in ("b.py", "c.py"):
        (jp_root_dir / name).write_text(CODE)
    assert await heard.after_a_look() == []
    assert (await api("GET", f"documents/{document}"))[1]["path"] == "a.py"
    # It comes back.
    file.write_text(CODE)
    assert [one for one, *_ in await heard.after_a_look()] == [document]


async def test_Y12_too_little_is_not_enough(api: Api, jp_root_dir: Path, jp_web_app: Any) -> None:
    file = jp_root_dir / "a.py"
    file.write_text("import os\n")
    document, heard = await begin(api, jp_web_app, "a.py", "import os\n")
    file.rename(jp_root_dir / "b.py")
    await heard.services.disk.look_at_all()
    assert await document_at(api, "b.py") != document


async def test_Y12_other_projects_are_not_looked_through(
    api: Api, jp_root_dir: Path, jp_web_app: Any
) -> None:
    file = jp_root_dir / "a.py"
    file.write_text(CODE)
    document, heard = await begin(api, jp_web_app, "a.py")
    (jp_root_dir / "inner" / ".git").mkdir(parents=True)
    file.rename(jp_root_dir / "inner" / "a.py")
    await heard.services.disk.look_at_all()
    assert await document_at(api, "inner/a.py") != document


async def test_Y5_threads_of_what_was_there_before_are_joined(
    api: Api, contents: Contents, jp_root_dir: Path, jp_web_app: Any
) -> None:
    for name in ("a.py", "b.py"):
        (jp_root_dir / name).write_text(f"{CODE}# {name}\n")
    gone, _ = await begin(api, jp_web_app, "b.py")
    document, _ = await begin(api, jp_web_app, "a.py")
    await api("PUT", f"documents/{gone}/subscription", {"subscription": "all"})
    await contents("DELETE", "b.py")
    await contents("PATCH", "a.py", {"path": "b.py"})
    assert await document_at(api, "b.py") == document
    _, threads = await api("GET", f"threads?document={document}")
    assert len(threads["items"]) == 2
    assert {thread["document"] for thread in threads["items"]} == {document}
    assert (await api("GET", f"documents/{gone}"))[0] == 404


async def test_Y11_a_thread_follows_its_code(
    api: Api, contents: Contents, jp_root_dir: Path, jp_web_app: Any
) -> None:
    file = jp_root_dir / "a.ipynb"
    file.write_text(notebook("# First.\n", CODE))
    document, heard = await begin(api, jp_web_app, "a.ipynb", "# Nothing like it.\n")
    start = CODE.index("frame.describe")
    wanted = {
        "document": document,
        "cell_id": "c1",
        "source": CODE,
        "start": start,
        "end": start + len("frame.describe()"),
        "body": "Of what?",
    }
    _, thread = await api("POST", "threads", wanted)

    async def stands_at(index: int, begin: int) -> None:
        async def is_there() -> bool:
            anchor = (await api("GET", f"threads/{thread['id']}"))[1]["anchor"]
            return (anchor["cell_index"], anchor["start"]) == (index, begin)

        await eventually(is_there)

    file.write_text(notebook("# Second.\n", "# First.\n", CODE, ids="other"))
    await heard.services.disk.look_at_all()
    await stands_at(2, start)
    saved = json.loads(notebook("# First.\n", f"# More.\n{CODE}", ids="other"))
    await contents("PUT", "a.ipynb", {"type": "notebook", "content": saved})
    await stands_at(1, start + len("# More.\n"))
    _, log = await api("GET", f"rooms/project:{thread['project']}/events")
    updates = [item for item in log["items"] if item["event"] == "project:update"]
    anchors = [one["actor"]["name"] for one in updates if one["data"]["kind"] == "anchors"]
    assert anchors[-2:] == [SYSTEM_ACTOR.name, ME]
