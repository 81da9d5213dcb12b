"""W3C Web Annotations (JSON-LD), read: pure. How they are written: `core.comment_files`.

What other programs have written is read as far as it is understood: a text about a file is enough. Who is
said to have written it is only said: authors are the server's business.

https://www.w3.org/TR/annotation-model/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from .anchors import AnchorSource
from .errors import BadRequest
from .texts import is_visible
from .threads import MAX_QUOTE_CHARACTERS, Scope

MAX_ANNOTATIONS = 2_000
MAX_OFFSET = 2**31
# Of what other programs call a cell or an issue: what is longer is none that there is here.
MAX_NAME_CHARACTERS = 256
CONTEXT_CHARACTERS = 128


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
    if not is_visible(text):
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
