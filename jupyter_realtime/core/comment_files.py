"""Comments as files: as W3C Web Annotations (JSON-LD), and as Markdown for people to read. Pure.

Rules
-----
1. A thread is one annotation that comments on its code, and one for each reply, in order. Its target names
   the file, and selects the code by its quote with what stands around it, by its position, and in a
   notebook by its cell first. What the vocabulary has no word for stands under `jr:`.
2. What is deleted is left out.
3. A file is written piece by piece, so that nobody has to hold all comments of a project at once.

https://www.w3.org/TR/annotation-model/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from .anchors import AnchorSource
from .codec import encode
from .threads import Comment, Thread

CONTEXT = ["http://www.w3.org/ns/anno.jsonld", {"jr": "urn:jupyter-realtime:"}]
_MARKDOWN = "text/markdown"

Threads = Iterable[tuple[Thread, AnchorSource]]


class AnnotationPage(msgspec.Struct, frozen=True, kw_only=True):
    """All annotations of a collection, in one page."""

    type: str
    items: list[dict[str, Any]]


class AnnotationCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Comments as a W3C Annotation Collection."""

    context: list[Any] = msgspec.field(name="@context")
    id: str
    type: str
    label: str
    first: AnnotationPage
    total: int


class CommentFile(Protocol):
    """A file of comments that is being written: its beginning, threads by file and age, its end."""

    def begin(self) -> bytes:
        """Write what stands before all threads."""
        ...

    def threads(self, some: Threads) -> bytes:
        """Write some threads."""
        ...

    def end(self) -> bytes:
        """Write what stands behind them."""
        ...


class AnnotationFile:
    """Writes an `AnnotationCollection`.

    Parameters
    ----------
    of
        What they are the comments of, as `project:<id>` or `document:<id>`.
    """

    def __init__(self, of: str, label: str) -> None:
        self._of, self._label = of, label
        self._total = 0

    def begin(self) -> bytes:
        """Write what is known before it is known how many they are."""
        known = {
            "@context": CONTEXT,
            "id": f"urn:jupyter-realtime:{self._of}",
            "type": "AnnotationCollection",
            "label": self._label,
        }
        return encode(known)[:-1] + b',"first":{"type":"AnnotationPage","items":['

    def threads(self, some: Threads) -> bytes:
        """Write the annotations of some threads."""
        written = [encode(one) for thread, source in some for one in _annotations(thread, source)]
        separator = b"," if written and self._total else b""
        self._total += len(written)
        return separator + b",".join(written)

    def end(self) -> bytes:
        """Write how many they are."""
        return b']},"total":' + encode(self._total) + b"}"


def _annotations(thread: Thread, source: AnchorSource) -> Iterable[dict[str, Any]]:
    target: Any = {"source": thread.path, "selector": _selectors(source)}
    if source.scope == "document":
        target = {"source": thread.path}
    more: dict[str, Any] = {
        "jr:thread": thread.id,
        "jr:state": thread.state,
        "jr:original": thread.anchor.original,
        "jr:status": thread.anchor.status,
    }
    if thread.issue is not None:
        more["jr:issue"] = thread.issue
    motivation = "commenting"
    for one in thread.comments:
        if one.deleted:
            continue
        yield {**_annotation(one), "motivation": motivation, "target": target, **more}
        if motivation == "commenting":
            motivation, target, more = "replying", _urn(one.id), {"jr:thread": thread.id}


def _annotation(one: Comment) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": _urn(one.id),
        "type": "Annotation",
        "creator": {
            "type": "Software" if one.author.kind == "program" else "Person",
            "name": one.author.display_name,
            "nickname": one.author.name,
        },
        "created": one.created_at,
        "body": {"type": "TextualBody", "value": one.body, "format": _MARKDOWN},
    }
    return made if one.edited_at is None else {**made, "modified": one.edited_at}


def _urn(comment: str) -> str:
    return f"urn:jupyter-realtime:comment:{comment}"


def _selectors(source: AnchorSource) -> Any:
    """Select the code: the cell first, where there is one, then what in it."""
    within: list[dict[str, Any]] = [
        {
            "type": "TextQuoteSelector",
            "exact": source.quote,
            "prefix": source.prefix,
            "suffix": source.suffix,
        }
    ]
    if source.scope == "range":
        position = {"type": "TextPositionSelector", "start": source.start, "end": source.end}
        within.append(position)
    if source.cell_id is None and source.cell_index is None:
        return within
    cell = {"type": "jr:CellSelector", "jr:cell": source.cell_id, "jr:index": source.cell_index}
    return [{**cell, "refinedBy": one} for one in within]


# -- as Markdown ------------------------------------------------------------------------------------


class MarkdownFile:
    """Writes threads for people to read."""

    def __init__(self, _of: str, label: str) -> None:
        self._label = label
        self._path: str | None = None

    def begin(self) -> bytes:
        """Write the title."""
        return f"# Comments on {_line(self._label)}\n".encode()

    def threads(self, some: Threads) -> bytes:
        """Write some threads, below a heading for each file."""
        parts = []
        for thread, _ in some:
            if thread.path != self._path:
                self._path = thread.path
                parts.append(f"## {_line(thread.path)}")
            parts += _thread_markdown(thread)
        return "".join(f"\n{part}\n" for part in parts).encode()

    def end(self) -> bytes:
        """Write nothing: who reads it sees that it is over."""
        return b""


def _thread_markdown(thread: Thread) -> list[str]:
    anchor = thread.anchor
    place = "The document" if anchor.scope == "document" else "Code"
    if anchor.scope != "document" and anchor.cell_index is not None:
        place = f"Cell {anchor.cell_index + 1}"
    words = [place, thread.state, *([] if anchor.status == "exact" else [anchor.status])]
    parts = [f"### {' · '.join(words)}"]
    if anchor.original:
        fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", anchor.original)), default=0))
        parts.append(f"{fence}\n{anchor.original}\n{fence}")
    for one in thread.comments:
        if not one.deleted:
            parts.append(f"**{_line(one.author.display_name)}** · {one.created_at}")
            parts.append("\n".join(f"> {line}".rstrip() for line in one.body.splitlines()))
    return parts


def _line(text: str) -> str:
    """Write a name so that it stays one line of text, whatever is in it."""
    plain = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", plain)
