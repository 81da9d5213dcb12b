"""Comments as W3C Web Annotations (JSON-LD), and as Markdown: pure.

Rules
-----
1. A thread is one annotation that comments on its code, and one for each reply, in order. Its target names
   the file, and selects the code by its quote with what stands around it, by its position, and in a
   notebook by its cell first. What the vocabulary has no word for stands under `jr:`.
2. What is deleted is left out.
3. What other programs have written is read as far as it is understood: a text about a file is enough. Who
   is said to have written it is only said: authors are the server's business.

https://www.w3.org/TR/annotation-model/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from .anchors import AnchorSource
from .errors import BadRequest
from .threads import MAX_QUOTE_CHARACTERS, Comment, Scope, Thread

CONTEXT = ["http://www.w3.org/ns/anno.jsonld", {"jr": "urn:jupyter-realtime:"}]
MAX_ANNOTATIONS = 2_000
MAX_OFFSET = 2**31
# Of what other programs call a cell or an issue: what is longer is none that there is here.
MAX_NAME_CHARACTERS = 256
CONTEXT_CHARACTERS = 128
_MARKDOWN = "text/markdown"


class AnnotationPage(msgspec.Struct, frozen=True, kw_only=True):
    """All annotations of a collection, in one page."""

    items: list[dict[str, Any]]
    type: str = "AnnotationPage"


class AnnotationCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Comments as a W3C Annotation Collection."""

    context: list[Any] = msgspec.field(name="@context", default_factory=lambda: list(CONTEXT))
    id: str
    type: str = "AnnotationCollection"
    label: str
    total: int
    first: AnnotationPage


class ImportedComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as another program has written it; `creator` is who is said to have written it."""

    id: str
    body: str
    creator: str | None
    created: str | None


class ImportedThread(msgspec.Struct, frozen=True, kw_only=True):
    """A thread as another program has written it; `path` is its file, as far as that is said."""

    path: str | None
    source: AnchorSource
    comments: list[ImportedComment]
    resolved: bool
    issue: str | None


def collection(
    of: str, label: str, threads: Iterable[tuple[Thread, AnchorSource]]
) -> AnnotationCollection:
    """Write threads as annotations.

    Parameters
    ----------
    of
        What they are the comments of, as `project:<id>` or `document:<id>`.
    """
    items = [one for thread, source in threads for one in _annotations(thread, source)]
    return AnnotationCollection(
        id=f"urn:jupyter-realtime:{of}",
        label=label,
        total=len(items),
        first=AnnotationPage(items=items),
    )


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


def markdown(label: str, threads: Iterable[tuple[Thread, AnchorSource]]) -> str:
    """Write threads for people to read."""
    parts = [f"# Comments on {_line(label)}"]
    path = None
    for thread, _ in threads:
        if thread.path != path:
            path = thread.path
            parts.append(f"## {_line(path)}")
        parts += _thread_markdown(thread)
    return "\n\n".join(parts) + "\n"


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


# -- read again -------------------------------------------------------------------------------------


def read_annotations(data: Any) -> list[ImportedThread]:
    """Read annotations: a list of them, a page, a collection, or one.

    Raises
    ------
    BadRequest
        Names the first one that can't be understood.
    """
    items = _items(data)
    if len(items) > MAX_ANNOTATIONS:
        raise BadRequest(f"At most {MAX_ANNOTATIONS:,} annotations are read at once.")
    threads: dict[str, ImportedThread] = {}
    for number, item in enumerate(items):
        try:
            _read(item, threads)
        except (TypeError, ValueError, LookupError, AttributeError):
            raise BadRequest(f"Annotation {number} has no text, or no target.") from None
    return list({id(thread): thread for thread in threads.values()}.values())


def _items(data: Any) -> list[Any]:
    if isinstance(data, list):
        return data
    if isinstance(data, Mapping):
        if "first" in data:
            return _items(data["first"])
        return _items(data["items"]) if "items" in data else [data]
    raise BadRequest("annotations is a list of annotations, a page or a collection.")


def _read(item: Mapping[str, Any], threads: dict[str, ImportedThread]) -> None:
    one = ImportedComment(
        id=_text(item["id"]) if "id" in item else "",
        body=_body(item),
        creator=_creator(item.get("creator")),
        created=_maybe_text(item.get("created")),
    )
    target = item.get("target")
    target = target[0] if isinstance(target, list) and target else target
    known = threads.get(target) if isinstance(target, str) else None
    if known is not None:
        known.comments.append(one)
    else:
        known = _thread(item, target, one)
    threads[one.id or f"#{len(threads)}"] = known


def _thread(item: Mapping[str, Any], target: Any, first: ImportedComment) -> ImportedThread:
    if not isinstance(target, str | Mapping):
        raise TypeError(target)
    selectors: Any = [] if isinstance(target, str) else target.get("selector") or []
    path = target if isinstance(target, str) else target.get("source")
    if isinstance(path, Mapping):
        path = path.get("id")
    return ImportedThread(
        path=_maybe_text(path),
        source=_source(
            selectors if isinstance(selectors, list) else [selectors], item.get("jr:original")
        ),
        comments=[first],
        resolved=item.get("jr:state") == "resolved",
        issue=_name(item.get("jr:issue")),
    )


def _source(selectors: Sequence[Mapping[str, Any]], original: Any) -> AnchorSource:
    """Make of selectors what an anchor is looked for by."""
    found: dict[str, Any] = {}
    for selector in selectors:
        if "jr:cell" in selector:
            found |= {"cell": _name(selector["jr:cell"]), "index": _index(selector.get("jr:index"))}
        inner = selector.get("refinedBy") or selector
        if inner.get("type") == "TextQuoteSelector":
            names = ("exact", "prefix", "suffix")
            found |= {name: _text(inner.get(name) or "") for name in names}
        elif inner.get("type") == "TextPositionSelector":
            found |= dict(zip(("start", "end"), _range(inner["start"], inner["end"]), strict=True))
    quote = found.get("exact", "")[:MAX_QUOTE_CHARACTERS]
    is_range = bool(quote) and (
        "start" in found or bool(found.get("prefix") or found.get("suffix"))
    )
    has_cell = found.get("cell") is not None or found.get("index") is not None
    scope: Scope = "document"
    if quote:
        scope = "range" if is_range or not has_cell else "cell"
    return AnchorSource(
        scope=scope,
        cell_id=found.get("cell"),
        cell_index=found.get("index"),
        start=found.get("start", 0) if scope == "range" else None,
        end=found.get("end", len(quote)) if scope == "range" else None,
        quote=quote,
        prefix=found.get("prefix", "")[-CONTEXT_CHARACTERS:],
        suffix=found.get("suffix", "")[:CONTEXT_CHARACTERS],
        original=quote if original is None else _text(original)[:MAX_QUOTE_CHARACTERS],
    )


def _range(start: Any, end: Any) -> tuple[int, int]:
    if not (_is_offset(start) and _is_offset(end) and start <= end):
        raise ValueError(start, end)
    return start, end


def _index(value: Any) -> int | None:
    return value if _is_offset(value) else None


def _is_offset(value: Any) -> bool:
    # Not `isinstance`: true is an integer to Python, and none to whoever reads it again.
    return type(value) is int and 0 <= value <= MAX_OFFSET


def _name(value: Any) -> str | None:
    text = _maybe_text(value)
    return text if text is None or len(text) <= MAX_NAME_CHARACTERS else None


def _body(item: Mapping[str, Any]) -> str:
    value = item.get("bodyValue", item.get("body"))
    parts = value if isinstance(value, list) else [value]
    texts = [part if isinstance(part, str) else _text(part["value"]) for part in parts]
    text = "\n\n".join(texts).strip()
    if not text:
        raise ValueError(item)
    return text


def _creator(value: Any) -> str | None:
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("nickname") or value.get("id")
    return _maybe_text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _maybe_text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
