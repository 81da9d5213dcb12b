"""`api/v1/projects…`: projects, their switch, their members."""

from __future__ import annotations

from typing import cast

from ...core.actors import Principal
from ...core.errors import BadRequest
from ...core.members import Member, MemberKey, MemberKind, NamedMember
from ...service.standings import Standing
from . import shapes
from .base import CURSOR, LIMIT, RealtimeHandler, route
from .describing import Parameter

_PATH = Parameter("path", str, "A file or folder below what the server shows.")


class _ProjectHandler(RealtimeHandler):
    def item(self, principal: Principal, standing: Standing) -> shapes.ProjectItem:
        """Write a project for whoever asks."""
        projects = self.services.projects
        return shapes.ProjectItem(
            id=standing.id,
            name=standing.project.name,
            root=projects.relative_root(standing),
            role=projects.role(principal, standing) or "viewer",
            enabled=standing.off is None,
            off=standing.off,
        )


class ProjectsHandler(_ProjectHandler):
    """`projects`."""

    @route("read", gives=shapes.Listing[shapes.ProjectItem], parameters=(_PATH,))
    async def get(self, principal: Principal) -> None:
        """List the projects that one may read, those that are off too.

        The one that holds `?path=` is among them from then on.
        """
        if path := self.get_query_argument("path", None):
            await self.services.projects.of_path(path)
        found = await self.services.projects.list(principal)
        items = [self.item(principal, standing) for standing in found]
        self.answer(shapes.Listing(items=items, next=None))


class ProjectHandler(_ProjectHandler):
    """`projects/<id>`."""

    @route("read", gives=shapes.ProjectItem)
    async def get(self, principal: Principal, project: str) -> None:
        """Show a project."""
        standing = await self.services.projects.visible(principal, project)
        self.answer(self.item(principal, standing))

    @route("write", takes=shapes.ProjectChange, gives=shapes.ProjectItem)
    async def patch(self, principal: Principal, project: str) -> None:
        """Turn everything of a project on or off."""
        wanted = self.body(shapes.ProjectChange)
        standing = await self.services.projects.enable(principal, project, wanted.enabled)
        self.answer(self.item(principal, standing))


class MembersHandler(RealtimeHandler):
    """`projects/<id>/members`."""

    @route("read", gives=shapes.Listing[Member], parameters=(CURSOR, LIMIT))
    async def get(self, principal: Principal, project: str) -> None:
        """List who was given a role, and the server's own person."""
        cursor = self.get_query_argument("cursor", None)
        members, following = await self.services.members.list(
            principal, project, None if cursor is None else _key(cursor), self.limit()
        )
        self.answer(shapes.Listing(items=members, next=following and ":".join(following)))

    @route("write", takes=shapes.MemberRequest, gives=Member)
    async def put(self, principal: Principal, project: str) -> None:
        """Give a user or a group a role."""
        await self._give_role(principal, project)

    @route("write", takes=shapes.MemberRequest, gives=Member)
    async def post(self, principal: Principal, project: str) -> None:
        """Add a user or a group with a role; the same as PUT."""
        await self._give_role(principal, project)

    async def _give_role(self, principal: Principal, project: str) -> None:
        wanted = self.body(shapes.MemberRequest)
        member = Member.of(wanted.key, wanted.role)
        self.answer(await self.services.members.put(principal, project, member))


class MemberHandler(RealtimeHandler):
    """`projects/<id>/members/<user|group>/<name>`."""

    @route("write", status=204)
    async def delete(self, principal: Principal, project: str, kind: str, name: str) -> None:
        """Take a role back."""
        member = NamedMember(user=name) if kind == "user" else NamedMember(group=name)
        await self.services.members.remove(principal, project, member)
        self.set_status(204)
        self.finish()


def _key(cursor: str) -> MemberKey:
    kind, colon, name = cursor.partition(":")
    if not colon or kind not in ("user", "group"):
        raise BadRequest("cursor is what `next` of the page before says.")
    return cast("MemberKind", kind), name
