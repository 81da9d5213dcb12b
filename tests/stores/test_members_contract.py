"""What every store guarantees about members and a project's switch (`ports.Members`, `ports.Projects`)."""

import asyncio

import pytest

from jupyter_realtime.core.errors import Conflict
from jupyter_realtime.core.log import StoredEvent
from jupyter_realtime.core.members import Member
from tests.builders import draft
from tests.databases import OpenStore

ANA = ("user", "ana")


async def test_P10_a_role_and_the_event_about_it_are_one_commit(open_store: OpenStore) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    heard: list[StoredEvent] = []
    store.on_commit(heard.extend)
    viewer = Member(user="ana", role="viewer")
    assert await store.members.put(project, viewer, [draft(data=1)])
    assert [event.seq for event in heard] == [1]
    await store.log.append(draft(data=0, key="k"))
    with pytest.raises(Conflict):
        await store.members.put(
            project, Member(user="ana", role="owner"), [draft(data=2), draft(data=9, key="k")]
        )
    assert await store.members.of([project]) == {project: {ANA: "viewer"}}
    assert (await store.log.position("project:p")).seq == 2
    await store.close()


async def test_P10_the_same_again_changes_nothing_and_tells_nothing(open_store: OpenStore) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    member = Member(group="ana", role="member")
    puts = [store.members.put(project, member, [draft()]) for _ in range(5)]
    assert sorted(await asyncio.gather(*puts)) == [False] * 4 + [True]
    assert await store.members.remove(project, member.key, [draft()])
    assert not await store.members.remove(project, member.key, [draft()])
    assert not await store.members.remove(project, ANA, [draft()]), "a user is no group"
    assert (await store.log.position("project:p")).seq == 2
    await store.close()


async def test_P9_rows_are_kept_and_are_of_their_project(open_store: OpenStore) -> None:
    store = await open_store()
    one, two = [(await store.projects.ensure(f"/{name}", name)).id for name in ("one", "two")]
    await store.members.put(one, Member(user="ana", role="viewer"), [])
    await store.members.put(one, Member(user="ana", role="owner"), [])
    await store.members.put(one, Member(group="ana", role="viewer"), [])
    await store.close()
    store = await open_store()
    rosters = {one: {ANA: "owner", ("group", "ana"): "viewer"}, two: {}}
    assert await store.members.of([one, two]) == rosters
    await store.close()


async def test_P13_a_switch_is_kept(open_store: OpenStore) -> None:
    store = await open_store()
    project = await store.projects.ensure("/p", "p")
    other = await store.projects.ensure("/q", "q")
    assert project.enabled
    await store.projects.enable(project.id, False)
    await store.close()
    store = await open_store()
    found = await store.projects.get(project.id)
    assert found is not None and not found.enabled
    assert (await store.projects.get(other.id)) == other
    assert not (await store.projects.ensure("/p", "p")).enabled
    await store.projects.enable(project.id, True)
    assert (await store.projects.get(project.id)) == project
    await store.close()


async def test_P3_projects_below_a_folder_are_those_below_it_to_the_letter(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    for root in ("/my_data", "/my_data/a", "/my-data/b", "/My_Data/c", "/my_data2", "/my_d%/d"):
        await store.projects.ensure(root, "p")

    async def below(folder: str) -> list[str]:
        return [project.root for project in await store.projects.within(folder)]

    assert await below("/my_data") == ["/my_data", "/my_data/a"]
    assert await below("/my_d%") == ["/my_d%/d"]
    assert len(await below("/")) == 6
    await store.close()
