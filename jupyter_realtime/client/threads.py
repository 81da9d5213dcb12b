"""Comments on code, from a program: what `Realtime.threads`, `comment`, `reply` and `resolve` do."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..core.errors import BadRequest, NotFound
from .address import Server
from .records import Record, record
from .rest import Rest

if TYPE_CHECKING:
    from ..core.anchors import Cell

# A cell by its place, counted from 0, or by its id; None is the whole file.
CellName = int | str | None
ThreadName = str | Mapping[str, Any]
FormatName = Literal["jsonld", "markdown"]
StateName = Literal["open", "resolved", "all"]


class ThreadsClient:
    """Reads and writes comments on a server."""

    def __init__(self, server: Server, rest: Rest) -> None:
        self._server = server
        self._rest = rest

    async def of_document(self, path: str | os.PathLike[str], state: StateName) -> list[Record]:
        """List the threads of a file, the oldest first."""
        document = await self._document(path)
        query = {"document": document, "state": state}
        return [record(item) async for item in self._rest.items("threads", **query)]

    async def of_project(self, project: str, state: StateName) -> list[Record]:
        """List the threads of a project, those first where something happened last."""
        query = {"project": project, "state": state}
        return [record(item) async for item in self._rest.items("threads", **query)]

    async def open(
        self,
        path: str | os.PathLike[str],
        cell: CellName,
        text: str,
        *,
        quote: str | None,
        issue: str | None,
        key: str | None,
    ) -> Record:
        """Begin a thread."""
        where: dict[str, Any] = {"source": ""}
        if cell is not None or quote is not None:
            where = await asyncio.to_thread(_place, path, cell, quote)
        wish = {
            "document": await self._document(path),
            "body": text,
            # So that repeating it after a lost answer is safe.
            "key": key or uuid.uuid4().hex,
            "issue": issue,
            **where,
        }
        return record(await self._rest.post("threads", wish))

    async def reply(self, thread: ThreadName, text: str, key: str | None) -> Record:
        """Write one more comment."""
        wish = {"body": text, "key": key or uuid.uuid4().hex}
        return record(await self._rest.post(f"threads/{_id(thread)}/comments", wish))

    async def turn(self, thread: ThreadName, verb: Literal["resolve", "reopen"]) -> Record:
        """Resolve a thread, or open it again."""
        return record(await self._rest.post(f"threads/{_id(thread)}/{verb}", None))

    async def export(self, of: Mapping[str, str], form: FormatName) -> str:
        """Write comments as a file has them."""
        return await self._rest.text("export/comments", **of, format=form)

    async def document_of(self, path: str | os.PathLike[str]) -> Mapping[str, str]:
        """Name a file as an export takes it."""
        return {"document": await self._document(path)}

    async def take_in(
        self, annotations: Any, project: str, path: str | os.PathLike[str] | None
    ) -> Record:
        """Take annotations in."""
        wish = {"project": project, "annotations": annotations}
        if path is not None:
            wish["document"] = await self._document(path)
        return record(await self._rest.post("import/comments", wish))

    async def _document(self, path: str | os.PathLike[str]) -> str:
        [place] = self._server.server_paths(path)
        found = await self._rest.request("PUT", "documents", {"path": place})
        return str(found["id"])


def _id(thread: ThreadName) -> str:
    return thread if isinstance(thread, str) else str(thread["id"])


def _place(path: str | os.PathLike[str], name: CellName, quote: str | None) -> dict[str, Any]:
    """Find the code that is meant in the file as it lies on this machine.

    Raises
    ------
    NotFound
        If there is no such file, cell or text.
    BadRequest
        If the text stands there more than once.
    """
    file = Path(path).expanduser()
    cells = _read(file)
    index, cell = (None, cells[0]) if name is None else _cell(file, cells, name)
    where = {"source": cell.source, "cell_id": cell.id, "cell_index": index}
    if quote is None:
        return where
    if cell.source.count(quote) > 1:
        raise BadRequest(f"{quote[:80]!r} stands in {file.name} more than once; quote more of it.")
    start = cell.source.find(quote)
    if start == -1 or not quote:
        raise NotFound(f"{quote[:80]!r} does not stand there in {file.name}.")
    return {**where, "start": start, "end": start + len(quote)}


def _read(file: Path) -> list[Cell]:
    # Only who comments on code pays for what finds it again.
    from ..core.notebooks import cells_of

    try:
        cells = cells_of(file.name, file.read_bytes())
    except OSError as error:
        raise NotFound(f"{file} can't be read here: {error.strerror}.") from None
    if not cells:
        raise NotFound(f"{file.name} has no cells that could be read.")
    return cells


def _cell(file: Path, cells: list[Cell], name: int | str) -> tuple[int | None, Cell]:
    if not file.name.endswith(".ipynb"):
        raise BadRequest(f"{file.name} has no cells: give None as the cell.")
    for index, cell in enumerate(cells):
        if cell.id == name or index == name:
            return index, cell
    raise NotFound(f"There is no cell {name!r} in {file.name}.")
