"""What tests of notifications say to services: who may read, what somebody is told, what they have."""

from __future__ import annotations

import getpass
from typing import Any

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.members import Grant, Member, NamedMember, Role
from jupyter_realtime.core.notifications import Notification
from jupyter_realtime.ports import RunReporter, Search
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service.telling import Wish
from tests.builders import eventually, principal

OWNER = principal(getpass.getuser())
ANA, BEN = principal("ana"), principal("ben")


async def idle(_reporter: RunReporter, _cancel: object) -> None:
    """Run nothing."""


async def project_of(services: Services) -> str:
    """The project of the root."""
    [project] = await services.projects.list(OWNER)
    return project.id


def only_by_row(*servers: Services) -> None:
    """Let only those in who have a row, so that losing one means losing everything."""
    for services in servers:
        services.projects.grant = Grant(owner=OWNER.name, others=None)


async def give(services: Services, project: str, role: Role, user: str = "ana") -> None:
    await services.members.put(OWNER, project, Member(user=user, role=role))


async def take(services: Services, project: str, user: str = "ana") -> None:
    await services.members.remove(OWNER, project, NamedMember(user=user))


async def come_by(services: Services, *people: Principal) -> None:
    """Have them known in the store."""
    for one in people:
        services.directory.seen(one)

    async def known() -> bool:
        return len(await services.store.directory.find([p.name for p in people])) == len(people)

    await eventually(known)


def wish(title: str = "Done", **fields: Any) -> Wish:
    """Something that somebody wants others to be told."""
    known = {
        "to": ["@me"],
        "type": "info",
        "category": "system",
        "message": "",
        "action_url": None,
        "dedupe": None,
        "project": None,
    }
    return Wish(title=title, **{**known, **fields})


async def items(services: Services, person: str = "ana") -> list[Notification]:
    """What stands in somebody's inbox, the newest first."""
    return (await services.store.inbox.page(person, Search(), None, 100)).items


async def titles(services: Services, person: str = "ana") -> list[str]:
    """The titles of it, in the order of the alphabet; without what membership itself tells."""
    return sorted(one.title for one in await items(services, person) if one.category == "reply")
