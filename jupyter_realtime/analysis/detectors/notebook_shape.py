"""The shape of notebooks as nearly all are: whoever fits it needs no look at the schema.

Loading nbformat's validators takes a second and a half in each worker, and nearly every notebook is valid.
So the common shape of format 4 is written down here, more narrowly than the schema has it; only what does
not fit is given to nbformat, which then says what is wrong, if anything is.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Text = str | list[str]
MimeBundle = dict[str, Any]
_ID = re.compile(r"^[a-zA-Z0-9-_]{1,64}$")
_JSON_TYPE = re.compile(r"^application/(.*\+)?json$")


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing but what is named."""


class _Output(_Strict, tag_field="output_type"):
    """What all outputs are."""


class _Stream(_Output, tag="stream"):
    name: str
    text: Text


class _Display(_Output, tag="display_data"):
    data: MimeBundle
    metadata: dict[str, Any]


class _Result(_Output, tag="execute_result"):
    execution_count: Annotated[int, Meta(ge=0)] | None
    data: MimeBundle
    metadata: dict[str, Any]


class _Error(_Output, tag="error"):
    ename: str
    evalue: str
    traceback: list[str]


class _Metadata(msgspec.Struct):
    """All that the schema says of any cell's metadata; whatever else there is, is free."""

    collapsed: bool = False
    deletable: bool = False
    editable: bool = False
    execution: dict[str, str] = {}
    format: str = ""
    jupyter: dict[str, Any] = {}
    name: Annotated[str, Meta(pattern="^.+$")] = "-"
    scrolled: bool | Literal["auto"] = False
    tags: list[Annotated[str, Meta(pattern="^[^,]+$")]] = []


class _Cell(_Strict, tag_field="cell_type"):
    """What all cells are."""

    id: str
    metadata: _Metadata
    source: Text


class _Code(_Cell, tag="code"):
    execution_count: Annotated[int, Meta(ge=0)] | None
    outputs: list[_Stream | _Display | _Result | _Error]


class _Markdown(_Cell, tag="markdown"):
    attachments: dict[str, MimeBundle] = {}


class _Raw(_Cell, tag="raw"):
    attachments: dict[str, MimeBundle] = {}


class _Notebook(_Strict):
    nbformat: Literal[4]
    nbformat_minor: int
    metadata: dict[str, Any]
    cells: list[_Code | _Markdown | _Raw]


def is_surely_valid(document: dict[str, Any]) -> bool:
    """Whether a notebook of format 4 is valid beyond doubt; False says nothing."""
    minor = document.get("nbformat_minor")
    try:
        if isinstance(minor, int) and 0 <= minor < 5:
            document = _with_ids(document)
        book = msgspec.convert(document, _Notebook)
    except (msgspec.ValidationError, AttributeError, TypeError):
        return False
    return (
        book.nbformat_minor in range(6)
        and all(_ID.match(cell.id) for cell in book.cells)
        and all(len(set(cell.metadata.tags)) == len(cell.metadata.tags) for cell in book.cells)
        and all(_is_text(bundle) for cell in book.cells for bundle in _bundles(cell))
        and _is_plain_book(book.metadata)
    )


def _bundles(cell: _Code | _Markdown | _Raw) -> list[MimeBundle]:
    if isinstance(cell, _Code):
        return [out.data for out in cell.outputs if isinstance(out, _Display | _Result)]
    return list(cell.attachments.values())


def _is_text(bundle: MimeBundle) -> bool:
    """Whether all of its data are texts, but for JSON, which may be anything."""
    return all(
        _JSON_TYPE.match(kind)
        or isinstance(value, str)
        or (isinstance(value, list) and all(isinstance(line, str) for line in value))
        for kind, value in bundle.items()
    )


def _with_ids(document: dict[str, Any]) -> dict[str, Any]:
    """Before minor version 5 no cell has an id."""
    cells = [{**cell, "id": "none"} for cell in document["cells"] if "id" not in cell]
    if len(cells) != len(document["cells"]):
        return {}
    return {**document, "cells": cells}


def _is_plain_book(metadata: dict[str, Any]) -> bool:
    kernel, language = metadata.get("kernelspec"), metadata.get("language_info")
    if {"authors", "orig_nbformat", "title"} & set(metadata):
        return False
    if kernel is not None and not (
        isinstance(kernel, dict)
        and isinstance(kernel.get("name"), str)
        and isinstance(kernel.get("display_name"), str)
    ):
        return False
    return language is None or (
        isinstance(language, dict)
        and isinstance(language.get("name"), str)
        and all(
            isinstance(language.get(field, ""), str)
            for field in ("file_extension", "mimetype", "pygments_lexer")
        )
    )
