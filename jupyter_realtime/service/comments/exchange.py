"""Comments taken out, as W3C Web Annotations or as Markdown, and taken in again.

Rules
-----
1. What somebody takes in is theirs: who is said to have written it stands in the text, and is no author.
   Nobody is told of it, whoever it mentions.
2. The same annotation taken in again by the same person is there once.
3. What is taken in is looked for in the file as it lies there: it stands where its code is, or is orphaned.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ...core.access import Verb
from ...core.actors import Principal
from ...core.anchors import AnchorSource, Cells, first_place, refresh, resolve
from ...core.annotations import ImportedComment, ImportedThread, read_annotations
from ...core.comment_files import AnnotationFile, CommentFile, MarkdownFile
from ...core.errors import BadRequest
from ...core.threads import MAX_BODY_CHARACTERS, Anchor, Comment, Resolution, Thread
from ...core.times import rfc3339
from ...ports import Document, Store, ThreadSearch
from ..projects import Projects
from .checks import MAX_ISSUE_CHARACTERS
from .contents import read_cells
from .following import LOOKING_SECONDS
from .reading import ThreadReading
from .rendering import Rendering

ID_BYTES = 9
# Fewer where they say much (`ports.threads`).
THREADS_A_PAGE = 500
MAX_CREATOR_CHARACTERS = 100

Form = Literal["jsonld", "markdown"]
FORMS: Mapping[Form, Callable[[str, str], CommentFile]] = {
    "jsonld": AnnotationFile,
    "markdown": MarkdownFile,
}


class Exchange:
    """Takes comments out and in."""

    def __init__(
        self, store: Store, projects: Projects, reading: ThreadReading, rendering: Rendering
    ) -> None:
        self._store = store
        self._projects = projects
        self._reading = reading
        self._rendering = rendering

    # -- out --------------------------------------------------------------------------------------

    async def written(
        self, principal: Principal, project: str | None, document: str | None, form: Form
    ) -> AsyncIterator[bytes]:
        """Write the comments of a project or a document, piece by piece.

        Whoever may no longer read them gets no further piece.
        """
        of, label, documents = await self._named(principal, project, document)
        file = FORMS[form](of, label)
        yield file.begin()
        for one in documents:
            async for some in self._threads(principal, one):
                yield await asyncio.to_thread(file.threads, some)
        yield file.end()

    async def _named(
        self, principal: Principal, project: str | None, document: str | None
    ) -> tuple[str, str, list[Document]]:
        """Find what is meant: its name, how people call it, and its documents by path."""
        if document is not None:
            found = await self._reading.document(principal, document)
            return f"document:{found.id}", found.path, [found]
        if project is None:
            raise BadRequest("Name either a document or a project.")
        await self._projects.check_project(principal, Verb.READ, project)
        documents = [one for one, _ in await self._store.looks.watched([project])]
        label = (await self._projects.get(project)).project.name
        return f"project:{project}", label, documents

    async def _threads(
        self, principal: Principal, document: Document
    ) -> AsyncIterator[list[tuple[Thread, AnchorSource]]]:
        """Read the threads of a document in pages, the oldest first."""
        anchored = await self._store.threads.anchored(document.id)
        sources = {one.thread: one.source for one in anchored}
        search = ThreadSearch(document=document.id)
        after = None
        while True:
            await self._projects.check_project(principal, Verb.READ, document.project)
            page, after = await self._store.threads.page(search, None, after, THREADS_A_PAGE)
            yield [(thread, sources[thread.id]) for thread in page if thread.id in sources]
            if after is None:
                return

    # -- in ---------------------------------------------------------------------------------------

    async def take_in(
        self, principal: Principal, project: str, document: str | None, annotations: object
    ) -> tuple[int, int]:
        """Take annotations in.

        Parameters
        ----------
        document
            What all of them are about; None: the files that they name.

        Returns
        -------
        threads, new
            How many threads they are, and how many of them were not there.
        """
        await self._projects.check_project(principal, Verb.PUBLISH, project)
        threads = read_annotations(annotations)
        new = 0
        by_document: dict[str, list[tuple[ImportedThread, Document]]] = {}
        for thread in threads:
            found = await self._document(principal, project, document, thread)
            by_document.setdefault(found.id, []).append((thread, found))
        for some in by_document.values():
            new += await self._take_in(principal, some[0][1], [thread for thread, _ in some])
        return len(threads), new

    async def _document(
        self, principal: Principal, project: str, document: str | None, thread: ImportedThread
    ) -> Document:
        if document is not None:
            found = await self._reading.document(principal, document, Verb.PUBLISH)
            if found.project != project:
                raise BadRequest("This document belongs to another project.")
            return found
        if thread.path is None:
            raise BadRequest("An annotation names no file: say which document it is about.")
        return (await self._projects.document(principal, project, thread.path))[1]

    async def _take_in(
        self, principal: Principal, document: Document, threads: Sequence[ImportedThread]
    ) -> int:
        root = (await self._projects.get(document.project)).project.root
        found = await asyncio.to_thread(_placed, Path(root), document.path, threads)
        new = 0
        for thread, (anchor, source) in zip(threads, found, strict=True):
            new += await self._keep(principal, document, thread, anchor, source)
        return new

    async def _keep(
        self,
        principal: Principal,
        document: Document,
        thread: ImportedThread,
        anchor: Anchor,
        source: AnchorSource,
    ) -> bool:
        now_ms = time.time_ns() // 1_000_000
        first, *replies = [await self._comment(principal, one, now_ms) for one in thread.comments]
        new = Thread(
            id=secrets.token_urlsafe(ID_BYTES),
            project=document.project,
            document=document.id,
            path=document.path,
            state="open",
            anchor=anchor,
            comments=[first],
            issue=None if thread.issue is None else thread.issue[:MAX_ISSUE_CHARACTERS],
            resolved=None,
            created_at=first.created_at,
            updated_at=first.created_at,
        )
        keys = [_key(document.id, one) for one in thread.comments]
        kept = await self._store.threads.open(new, source, keys[0], (), now_ms)
        for reply, key in zip(replies, keys[1:], strict=True):
            await self._store.threads.reply(kept.thread, reply, key, None, (), now_ms)
        if thread.resolved and kept.is_new:
            by = principal.actor
            done = Resolution(by=by, at=rfc3339(now_ms / 1000))
            await self._store.threads.turn(kept.thread, done, "person", by, (), now_ms)
        return kept.is_new

    async def _comment(self, principal: Principal, one: ImportedComment, now_ms: int) -> Comment:
        body = _credited(one)
        return Comment(
            id=secrets.token_urlsafe(ID_BYTES),
            author=principal.actor,
            body=body,
            html=await self._rendering.rendered(body),
            created_at=rfc3339(now_ms / 1000),
            edited_at=None,
            deleted=False,
            reactions=[],
            mentions=[],
        )


def _placed(
    root: Path, path: str, threads: Sequence[ImportedThread]
) -> list[tuple[Anchor, AnchorSource]]:
    """Look for threads in a file; where that can't be read, or takes long, they stand where it is said."""
    found = read_cells(root, path)
    if found is None:
        return [(first_place(one.source), one.source) for one in threads]
    cells = Cells(found)
    until = time.monotonic() + LOOKING_SECONDS
    return [
        _found(one.source, cells)
        if time.monotonic() < until
        else (first_place(one.source), one.source)
        for one in threads
    ]


def _found(source: AnchorSource, cells: Cells) -> tuple[Anchor, AnchorSource]:
    anchor = resolve(source, cells)
    return anchor, refresh(source, anchor, cells)


def _credited(one: ImportedComment) -> str:
    """Say in the text who is said to have written it, and when."""
    if one.creator is None:
        return one.body[:MAX_BODY_CHARACTERS]
    name = " ".join(one.creator.split())[:MAX_CREATOR_CHARACTERS].replace("`", "'")
    when = f", {one.created[:10]}" if one.created else ""
    return f"`{name}{when}`:\n\n{one.body}"[:MAX_BODY_CHARACTERS]


def _key(document: str, one: ImportedComment) -> str:
    known_by = one.id or msgspec.json.encode([one.creator, one.created, one.body]).decode()
    said = f"{document}\0{known_by}\0{one.body}".encode()
    digest = hashlib.blake2b(said, digest_size=16).hexdigest()
    return f"import:{digest}"
