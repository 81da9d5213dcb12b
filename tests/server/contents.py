"""What a page does through Jupyter's own API, and what is told of it."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Any

from tests.builders import eventually

Api = Callable[..., Any]
Contents = Callable[..., Any]
# Who a page is with Jupyter's stock identity.
ME = getpass.getuser()


def text(content: str = "x = 1\n") -> dict[str, Any]:
    return {"type": "file", "format": "text", "content": content}


async def project_of(api: Api) -> str:
    _, projects = await api("GET", "projects")
    return str(projects["items"][0]["id"])


async def told(api: Api, project: str, count: int) -> list[tuple[Any, ...]]:
    """Wait for so many updates; gives kind, path, old path and whose each is."""

    found: list[tuple[Any, ...]] = []

    async def are_there() -> bool:
        _, log = await api("GET", f"rooms/project:{project}/events")
        found[:] = [
            (*(item["data"][name] for name in ("kind", "path", "old_path")), item["actor"]["name"])
            for item in log["items"]
            if item["event"] == "project:update"
        ]
        return len(found) >= count

    await eventually(are_there)
    return found


async def document_at(api: Api, path: str) -> str:
    """Ask for the document at a path; gives its id."""
    _, document = await api("PUT", "documents", {"path": path})
    return str(document["id"])
