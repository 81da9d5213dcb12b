"""The contract of the port `Projects`: what was moved keeps its documents and its projects."""

from __future__ import annotations

from jupyter_realtime.core.rooms import project_room
from jupyter_realtime.ports import Move
from tests.builders import draft
from tests.databases import OpenStore


def move(project: str, old_path: str, path: str, root: str = "/p") -> Move:
    return Move(project, old_path, path, f"{root}/{old_path}", f"{root}/{path}")


async def test_Y5_a_document_follows_its_file_with_the_event_about_it(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    document = await store.projects.ensure_document(project, "a.py")
    other = await store.projects.ensure_document(project, "ab.py")
    [moved] = await store.projects.move(
        move(project, "a.py", "b/c.py"), [draft(project_room(project))]
    )
    assert (moved.id, moved.path) == (document.id, "b/c.py")
    assert await store.projects.document(document.id) == moved
    assert await store.projects.find_document(project, "b/c.py") == moved
    assert await store.projects.find_document(project, "a.py") is None
    assert await store.projects.document(other.id) == other
    assert (await store.log.position(project_room(project))).seq == 1
    # What comes to the old place is something else.
    assert (await store.projects.ensure_document(project, "a.py")).id != document.id
    await store.close()


async def test_Y5_a_folder_takes_along_what_is_in_it_and_nothing_else(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    paths = ["d_/a.py", "d_/e/b.py", "dx/a.py", "D_/a.py", "d_.py"]
    ids = {path: (await store.projects.ensure_document(project, path)).id for path in paths}
    moved = await store.projects.move(move(project, "d_", "new/%"), [])
    assert {document.id: document.path for document in moved} == {
        ids["d_/a.py"]: "new/%/a.py",
        ids["d_/e/b.py"]: "new/%/e/b.py",
    }
    for path in paths[2:]:
        kept = await store.projects.document(ids[path])
        assert kept is not None and kept.path == path
    await store.close()


async def test_Y5_projects_that_begin_in_a_folder_go_along(open_store: OpenStore) -> None:
    store = await open_store()
    outer = (await store.projects.ensure("/p", "p")).id
    roots = ["/p/d", "/p/d/deep", "/p/dd", "/p/d2"]
    ids = {root: (await store.projects.ensure(root, "x")).id for root in roots}
    await store.projects.move(move(outer, "d", "d2"), [])
    found = {project.id: project.root for project in await store.projects.within("/p")}
    assert found == {
        outer: "/p",
        ids["/p/d"]: "/p/d2",
        ids["/p/d/deep"]: "/p/d2/deep",
        ids["/p/dd"]: "/p/dd",
        # There was nothing any more where the other one came.
        ids["/p/d2"]: "/p/d",
    }
    await store.close()
