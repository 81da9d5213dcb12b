"""`project:update`: what Jupyter does to files and kernels stands in the project's log."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_realtime.core.actors import SYSTEM_ACTOR
from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import updates as updates_module
from tests.server.contents import ME, Api, Contents, document_at, project_of, text, told


async def services_of(jp_web_app: Any) -> Services:
    found: Services = await jp_web_app.settings["jupyter_realtime"].services()
    return found


async def test_Y1_what_a_page_does_to_files_is_in_the_log(api: Api, contents: Contents) -> None:
    project = await project_of(api)
    await contents("PUT", "a.py", text())
    await contents("PUT", "a.py", text("x = 2\n"))
    await contents("PATCH", "a.py", {"path": "b.py"})
    await contents("POST", "", {"copy_from": "b.py"})
    await contents("POST", "", {"type": "notebook"})
    await contents("POST", "", {"type": "directory"})
    await contents("DELETE", "b.py")
    assert await told(api, project, 7) == [
        ("created", "a.py", None, ME),
        ("saved", "a.py", None, ME),
        ("renamed", "b.py", "a.py", ME),
        ("created", "b-Copy1.py", None, ME),
        ("created", "Untitled.ipynb", None, ME),
        ("created", "Untitled Folder", None, ME),
        ("deleted", "b.py", None, ME),
    ]


async def test_Y1_looking_and_failing_are_not_told(api: Api, contents: Contents) -> None:
    project = await project_of(api)
    await contents("PUT", "a.py", text())
    await contents("GET", "a.py")
    await contents("GET", "")
    await contents("POST", "a.py/checkpoints")
    with pytest.raises(Exception, match="404"):
        await contents("DELETE", "missing.py")
    await contents("PATCH", "a.py", {"path": "z.py"})
    assert [kind for kind, *_ in await told(api, project, 2)] == ["created", "renamed"]


async def test_Y3_pieces_of_an_upload_are_few_events(api: Api, contents: Contents) -> None:
    project = await project_of(api)
    for chunk in [*range(1, 20), -1]:
        await contents("PUT", "data.csv", {**text(f"{chunk}\n"), "chunk": chunk})
    await contents("PUT", "end.py", text())
    await contents("DELETE", "end.py")
    kinds = [(kind, path) for kind, path, *_ in await told(api, project, 4)]
    assert kinds == [
        ("created", "data.csv"),
        ("created", "end.py"),
        ("saved", "data.csv"),
        ("deleted", "end.py"),
    ]


# JupyterLab asks with a path that it makes up, and sets that of the notebook when the kernel has started.
@pytest.mark.parametrize(
    "session", [{"path": "deep/nb.ipynb", "name": ""}, {"path": "deep/0a1b2c", "name": "nb.ipynb"}]
)
async def test_Y1_a_kernel_that_starts_is_told_with_its_notebook(
    api: Api, contents: Contents, jp_serverapp: ServerApp, session: dict[str, Any]
) -> None:
    project = await project_of(api)
    session = await contents("POST", "", {**session, "type": "notebook"}, api="sessions")
    kernel = session["kernel"]["id"]
    assert await told(api, project, 1) == [("kernel", "deep/nb.ipynb", None, ME)]
    await contents("POST", f"{kernel}/restart", api="kernels")
    other = await contents("POST", "", {}, api="kernels")
    # A restart is the same kernel.
    assert (await told(api, project, 2))[1:] == [("kernel", "", None, ME)]
    for one in (kernel, other["id"]):
        await jp_serverapp.kernel_manager.shutdown_kernel(one, now=True)


async def test_Y1_what_no_request_does_is_the_systems(api: Api, jp_serverapp: ServerApp) -> None:
    project = await project_of(api)
    # As when several people edit together: it is saved by a task, whoever has opened it.
    await asyncio.create_task(jp_serverapp.contents_manager.save(text(), "a.py"))
    assert await told(api, project, 1) == [("saved", "a.py", None, SYSTEM_ACTOR.name)]


async def test_Y4_two_projects_know_only_of_their_own_files(
    api: Api, contents: Contents, jp_root_dir: Path
) -> None:
    outer = await project_of(api)
    (jp_root_dir / "inner" / ".git").mkdir(parents=True)
    _, document = await api("PUT", "documents", {"path": "inner/x.py"})
    await contents("PUT", "inner/a.py", text())
    await contents("PATCH", "inner/a.py", {"path": "b.py"})
    await contents("PATCH", "inner", {"path": "moved"})
    assert await told(api, document["project"], 2) == [
        ("created", "a.py", None, ME),
        ("deleted", "a.py", None, ME),
    ]
    # That the folder was renamed is known around it.
    assert await told(api, outer, 2) == [
        ("created", "b.py", None, ME),
        ("renamed", "moved", "inner", ME),
    ]


async def test_P13_nothing_is_told_of_a_project_that_is_off(
    api: Api, contents: Contents, jp_root_dir: Path
) -> None:
    project = await project_of(api)
    (jp_root_dir / "inner" / ".git").mkdir(parents=True)
    _, document = await api("PUT", "documents", {"path": "inner/x.py"})
    await api("PATCH", f"projects/{project}", {"enabled": False})
    await contents("PUT", "a.py", text())
    # All is told in order: when this is, that was passed over.
    await contents("PUT", "inner/a.py", text())
    await told(api, document["project"], 1)
    await api("PATCH", f"projects/{project}", {"enabled": True})
    await contents("PUT", "b.py", text())
    assert await told(api, project, 1) == [("created", "b.py", None, ME)]


async def test_Y2_a_save_succeeds_whatever_becomes_of_it_here(
    api: Api,
    contents: Contents,
    jp_web_app: Any,
    jp_root_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project, services = await project_of(api), await services_of(jp_web_app)
    was_called = asyncio.Event()

    def fail(*_anything: Any) -> None:
        was_called.set()
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(services.updates, "_keep", fail)
        await contents("PUT", "a.py", text())
        assert (jp_root_dir / "a.py").read_text() == "x = 1\n"
        await was_called.wait()
    await contents("PUT", "b.py", text())
    assert await told(api, project, 1) == [("created", "b.py", None, ME)]


async def test_Y2_what_happens_while_the_store_is_away_is_told_when_it_is_back(
    api: Api, contents: Contents, jp_web_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, services = await project_of(api), await services_of(jp_web_app)
    monkeypatch.setattr(updates_module, "RETRY_SECONDS", 0.05)
    refused = asyncio.Event()
    append = services.store.log.append

    async def unavailable(_draft: Any) -> Any:
        refused.set()
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(services.store.log, "append", unavailable)
    await contents("PUT", "a.py", text())
    await contents("DELETE", "a.py")
    await refused.wait()
    monkeypatch.setattr(services.store.log, "append", append)
    assert [kind for kind, *_ in await told(api, project, 2)] == ["created", "deleted"]


async def test_Y5_a_document_follows_its_file_whoever_asks_next(
    api: Api, contents: Contents
) -> None:
    project = await project_of(api)
    await contents("PUT", "a.ipynb", text())
    document = await document_at(api, "a.ipynb")
    for number in range(20):
        # At once: a page asks for the new name as soon as it has the answer.
        await contents("PATCH", "a.ipynb", {"path": f"{number}.ipynb"})
        assert await document_at(api, f"{number}.ipynb") == document
        assert await document_at(api, "a.ipynb") != document
        await contents("PATCH", f"{number}.ipynb", {"path": "a.ipynb"})
        assert await document_at(api, "a.ipynb") == document
    _, log = await api("GET", f"rooms/project:{project}/events")
    assert {item["data"]["document"] for item in log["items"]} == {document}


async def test_Y5_a_folder_takes_its_documents_and_projects_along(
    api: Api, contents: Contents, jp_root_dir: Path
) -> None:
    (jp_root_dir / "d" / "repo" / ".git").mkdir(parents=True)
    for path in ("d/a.py", "d/repo/b.py"):
        await contents("PUT", path, text())
    _, plain = await api("PUT", "documents", {"path": "d/a.py"})
    _, inner = await api("PUT", "documents", {"path": "d/repo/b.py"})
    assert inner["project"] != plain["project"]
    await contents("PATCH", "d", {"path": "e"})
    for known, path in ((plain, "e/a.py"), (inner, "e/repo/b.py")):
        _, now = await api("PUT", "documents", {"path": path})
        assert (now["id"], now["project"]) == (known["id"], known["project"])
    _, projects = await api("GET", "projects")
    assert {item["root"] for item in projects["items"]} == {"", "e/repo"}


async def test_Y6_a_document_stays_in_its_project(
    api: Api, contents: Contents, jp_root_dir: Path
) -> None:
    (jp_root_dir / "repo" / ".git").mkdir(parents=True)
    await contents("PUT", "a.py", text())
    document = await document_at(api, "a.py")
    await contents("PATCH", "a.py", {"path": "repo/a.py"})
    assert await document_at(api, "repo/a.py") != document
    assert (await api("GET", f"documents/{document}"))[1]["path"] == "a.py"
