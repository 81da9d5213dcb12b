"""What every store guarantees about who has come by (`ports.Directory`)."""

from jupyter_realtime.ports import Known, Sighting
from tests.builders import actor
from tests.databases import OpenStore


async def test_G9_of_two_moments_in_a_project_the_later_one_stays(open_store: OpenStore) -> None:
    store = await open_store()
    p, q = [(await store.projects.ensure(root, "p")).id for root in ("/p", "/q")]
    directory = store.directory
    for name in ("ana", "bo", "cem"):
        await directory.see(Known(actor(name), frozenset({"team"}), 50))
    await directory.note([Sighting(p, "ana", 30), Sighting(p, "bo", 20), Sighting(q, "ana", 99)])
    await directory.note([Sighting(p, "ana", 10), Sighting(p, "bo", 40), Sighting(p, "eve", 60)])
    found = await directory.seen_in(p, 10)
    # Nobody knows who eve is.
    assert [(one.actor, one.groups, one.seen_ms) for one in found] == [
        (actor("bo"), frozenset({"team"}), 40),
        (actor("ana"), frozenset({"team"}), 30),
    ]
    assert [one.actor.name for one in await directory.seen_in(p, 1)] == ["bo"]
    await store.close()


async def test_G9_what_is_too_old_is_forgotten(open_store: OpenStore) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    for name in ("ana", "bo"):
        await store.directory.see(Known(actor(name), frozenset(), 100))
    await store.directory.note([Sighting(project, "ana", 30), Sighting(project, "bo", 40)])
    await store.directory.forget(40)
    assert [one.actor.name for one in await store.directory.seen_in(project, 10)] == ["bo"]
    await store.close()
