"""What a route takes and gives, said where it is declared, and the OpenAPI document made from that.

A handler's method carries a `Description`; the regular expressions of the table of routes and the
method's signature name what stands in the path, its docstring is the text.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.client import responses as responses_by_status
from typing import Any, Literal, TypeVar

import msgspec

from ...core.errors import BY_CODE, ErrorBody
from ...core.messages import PROTOCOL
from ...core.schema import components, text_of

METHODS = ("get", "post", "put", "patch", "delete")
Method = TypeVar("Method", bound=Callable[..., Any])
Table = Sequence[tuple[str, type]]
_GROUP = re.compile(r"\(([^()]+)\)")
_JSON = "application/json"
_SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True)
class Parameter:
    """Something that stands in the query, or in a header."""

    name: str
    type: Any
    description: str
    place: Literal["query", "header"] = "query"


@dataclass(frozen=True)
class Description:
    """What a route takes and gives, for the OpenAPI document.

    Parameters
    ----------
    takes
        The shape of the request's body; None for none.
    gives
        The shape of the answer; None for an empty one.
    statuses
        With which that shape is answered.
    parts
        Structs that the shape names with `one_of`.
    is_open
        Whether nobody has to be known.
    media
        What the answer is; of JSON lines, `gives` is the shape of each.
    """

    takes: Any = None
    gives: Any = None
    statuses: tuple[int, ...] = (200,)
    parameters: tuple[Parameter, ...] = ()
    parts: tuple[type, ...] = ()
    is_open: bool = False
    media: str = _JSON


def one_of(*names: str) -> msgspec.Meta:
    """Say that a value is one of some structs."""
    refs = [{"$ref": f"{_SCHEMAS}{name}"} for name in names]
    return msgspec.Meta(extra_json_schema={"anyOf": refs})


def describe(description: Description) -> Callable[[Method], Method]:
    """Note what a handler's method takes and gives."""

    def note(method: Method) -> Method:
        vars(method)["description"] = description
        return method

    return note


def operations(table: Table) -> Iterator[tuple[str, str, Callable[..., Any], Description]]:
    """Walk the table: path, HTTP method, the handler's method and what it takes and gives.

    Raises
    ------
    AttributeError
        If a route does not say.
    """
    for path, handler in table:
        for method in METHODS:
            if method in vars(handler):
                function = vars(handler)[method]
                yield path, method, function, function.description


def document(table: Table) -> dict[str, Any]:
    """Make the OpenAPI document of a table of routes."""
    found = list(operations(table))
    shapes = _Shapes([description for *_, description in found])
    paths: dict[str, dict[str, Any]] = {}
    for path, method, function, description in found:
        url = _url(path, function)
        paths.setdefault(url, {})[method] = _operation(path, method, function, description, shapes)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "jupyter_realtime",
            "version": str(PROTOCOL),
            "description": _ABOUT,
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        # Relative to the address of this document.
        "servers": [{"url": "./"}],
        "security": [{"token": []}, {"cookie": [], "xsrf": []}],
        "paths": paths,
        "components": {
            "schemas": shapes.schemas,
            "responses": {"Error": _error()},
            "securitySchemes": _SECURITY,
        },
    }


_ABOUT = (
    "Every error has the shape `ErrorBody`. Lists are `{items, next}`: `next` goes into `?cursor=`. The "
    "rooms' events and states, and the WebSocket at `../../ws`, are described by the AsyncAPI document."
)
_SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "The Jupyter server's token, or a token that was made with `POST tokens` (a JWT).",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "username-<host>-<port>",
        "description": "As Jupyter sets it when somebody logs in; with `_xsrf` unless it is a GET.",
    },
    "xsrf": {"type": "apiKey", "in": "header", "name": "X-XSRFToken"},
}


class _Shapes:
    """The schemas of all that is taken and given, and how to refer to them."""

    def __init__(self, descriptions: list[Description]) -> None:
        types: list[Any] = [ErrorBody]
        for description in descriptions:
            types += [p.type for p in description.parameters] + list(description.parts)
            types += [t for t in (description.takes, description.gives) if t is not None]
        made, self.schemas = components(types, _SCHEMAS)
        self._by_type = list(zip(types, made, strict=True))

    def of(self, wanted: Any) -> dict[str, Any]:
        return next(schema for type_, schema in self._by_type if type_ == wanted)


def _url(path: str, function: Callable[..., Any]) -> str:
    names = iter(_path_names(function))
    return "/" + _GROUP.sub(lambda _: f"{{{next(names)}}}", path).replace("\\", "")


def _path_names(function: Callable[..., Any]) -> list[str]:
    """The arguments that come from the path; the first ones are the handler and the principal."""
    return [
        name
        for name in inspect.signature(function).parameters
        if name.lstrip("_") not in ("self", "principal")
    ]


def _operation(
    path: str,
    method: str,
    function: Callable[..., Any],
    description: Description,
    shapes: _Shapes,
) -> dict[str, Any]:
    summary, more = text_of(function)
    operation: dict[str, Any] = {
        "operationId": _operation_id(path, method),
        "tags": [re.split(r"\W", path)[0]],
        "summary": summary,
        "responses": _responses(description, shapes),
    }
    if parameters := [*_in_path(path, function), *_beside(description, shapes)]:
        operation["parameters"] = parameters
    if more:
        operation["description"] = more
    if description.takes is not None:
        content = {_JSON: {"schema": shapes.of(description.takes)}}
        operation["requestBody"] = {"required": True, "content": content}
    if description.is_open:
        operation["security"] = []
    return operation


def _operation_id(path: str, method: str) -> str:
    words = re.findall(r"[a-z]+", _GROUP.sub("one", path))
    return method + "".join(word.capitalize() for word in words)


def _in_path(path: str, function: Callable[..., Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^({pattern})$"},
        }
        for name, pattern in zip(_path_names(function), _GROUP.findall(path), strict=True)
    ]


def _beside(description: Description, shapes: _Shapes) -> list[dict[str, Any]]:
    return [
        {
            "name": parameter.name,
            "in": parameter.place,
            "description": parameter.description,
            "schema": shapes.of(parameter.type),
        }
        for parameter in description.parameters
    ]


def _responses(description: Description, shapes: _Shapes) -> dict[str, Any]:
    content = {}
    if description.gives is not None:
        content = {"content": {description.media: {"schema": shapes.of(description.gives)}}}
    error = {"$ref": "#/components/responses/Error"}
    responses = {
        str(status): {"description": responses_by_status[status], **content}
        for status in description.statuses
    }
    return responses | {"4XX": error, "5XX": error}


def _error() -> dict[str, Any]:
    codes = ", ".join(f"`{code}` {cls.status}" for code, cls in BY_CODE.items())
    return {
        "description": f"Refused or failed: {codes}.",
        "headers": {
            "Retry-After": {
                "description": "Seconds, rounded; where the error says `retry_after`.",
                "schema": {"type": "integer"},
            }
        },
        "content": {_JSON: {"schema": {"$ref": f"{_SCHEMAS}ErrorBody"}}},
    }
