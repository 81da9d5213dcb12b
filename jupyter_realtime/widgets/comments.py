"""The widget of comments: a document's code with its threads, like a review.

The page asks its own server, as the widgets of notifications do. Where it has none, the kernel reads the
code from the file and the threads from its server, where what is written is its person's program's. Neither
the code nor a comment is a trait: who gets the saved notebook does not get what people said about another.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

import traitlets as t

from ..client.address import Server
from ..client.blocking import Realtime
from ..client.portal import portal
from ..client.rest import Rest
from ..client.sources import read_source
from ..core.errors import NotFound
from ..core.rooms import project_room
from . import bundles
from .bridge import REQUEST_SECONDS, Scope
from .notifications import InboxWidget

_ID = "[A-Za-z0-9_-]+"
# What one has read and follows is a person's own, and no program's.
_REQUESTS = re.compile(
    rf"PUT documents|GET documents/{_ID}/mentionable\?.*|GET projects/{_ID}"
    rf"|GET threads\?document=.*|GET threads/{_ID}(?:/candidates)?|POST threads(?:/preview)?"
    rf"|POST threads/{_ID}/(?:comments|resolve|reopen|reactions)|PUT threads/{_ID}/anchor"
    rf"|(?:PATCH|DELETE) threads/{_ID}/comments/{_ID}|PUT threads/{_ID}/comments/{_ID}/undelete"
)


def review(path: str) -> Scope:
    """Let a widget show a document's code, and read and write its threads."""
    return Scope(
        _REQUESTS,
        lambda connection: project_room(_project(connection, path)),
        humans_only=False,
        own={"GET code": lambda server: read_code(server, path)},
    )


def _project(connection: Realtime, path: str) -> str:
    async def find() -> str:
        rest = Rest(connection.server)
        try:
            return str((await rest.request("PUT", "documents", {"path": path}))["project"])
        finally:
            await rest.close()

    return portal().call(find(), REQUEST_SECONDS)


def read_code(server: Server, path: str) -> list[dict[str, str | None]]:
    """Read the cells of a document, or the text of a file as one, from this machine.

    Raises
    ------
    NotFound
        If it isn't here, or can't be read.
    """
    if server.root is None:
        raise NotFound("The kernel does not know which folder the server shows.")
    try:
        found = read_source(server.root, server.root / path)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise NotFound(f"The kernel can't read {path}: {error}") from None
    if not found.is_notebook:
        return [{"id": None, "kind": "file", "text": found.text}]
    return [{"id": cell.id, "kind": cell.kind, "text": cell.source} for cell in found.cells]


class CodeComments(InboxWidget):
    """The code of a notebook or a module with its threads: read, answered, resolved and begun, live.

    Parameters
    ----------
    path
        Of the document, from the root of the Jupyter server.

    Examples
    --------
    >>> from jupyter_realtime.widgets import CodeComments
    >>> CodeComments("notebooks/eda.ipynb")
    """

    path = t.Unicode(help="Of the document, from the root of the Jupyter server.").tag(sync=True)

    _esm = bundles.script("code-comments")
    _css = bundles.style("code-comments")

    def __init__(self, path: str | PurePath, **traits: Any) -> None:
        super().__init__(path=PurePath(path).as_posix().lstrip("/"), **traits)

    @classmethod
    def _scope(cls, traits: dict[str, Any]) -> Scope:
        return review(traits["path"])
