"""The OpenAPI document: whole, valid, and true of what the server takes and gives."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import msgspec
import openapi_spec_validator
import pytest

from jupyter_realtime.server import openapi
from jupyter_realtime.server.handlers.base import RealtimeHandler
from jupyter_realtime.server.handlers.routes import api_document, routes
from tests.builders import issue, lane
from tests.server.every_call import CALLS, LINKS, WORKER, Api, Make, filled, served

ID = "{run}"
REPORTS = [
    {"type": "started", "detectors": [msgspec.to_builtins(lane())]},
    {"type": "issues", "detector": "correctness", "issues": [msgspec.to_builtins(issue())]},
]
# Beside the plain calls: answers that carry something.
RICH = [
    ("POST", "/analyses/{run}/reports", f"analyses/{ID}/reports", REPORTS),
    ("GET", "/analyses/{run}/issues", f"analyses/{ID}/issues", None),
    ("GET", "/analyses/{run}", f"analyses/{ID}", None),
    ("GET", "/rooms/{room}/events", f"rooms/analysis:{ID}/events", None),
    (
        "POST",
        "/poll",
        "poll",
        {"rooms": {f"analysis:{ID}": "earliest", "project:none": None}, "wait": 0},
    ),
]


def template(route: str) -> str:
    """How the document writes a route of the table, whatever it calls what stands in the path."""
    return "/" + re.sub(r"\([^()]+\)", "{}", route).replace("\\", "")


def unnamed(url: str) -> str:
    return re.sub(r"{\w+}", "{}", url)


def operation(method: str, url: str) -> dict[str, Any]:
    paths = {unnamed(path): methods for path, methods in api_document()["paths"].items()}
    found: dict[str, Any] = paths[unnamed(url)][method.lower()]
    return found


def check(schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": api_document()["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def check_answer(method: str, url: str, status: int, body: Any) -> None:
    """Check that the document has this answer, and that the body is as it says."""
    documented = operation(method, url)["responses"]
    answer = documented.get(str(status)) or documented[f"{status // 100}XX"]
    if "$ref" in answer:
        answer = api_document()["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    if "content" in answer:
        [content] = answer["content"].values()
        check(content["schema"], body)
    else:
        assert (status, body) == (204, {})


def test_E2_the_committed_document_is_the_one_of_the_handlers() -> None:
    assert openapi.TARGET.read_text() == openapi.text(), (
        "Run `make protocol` and commit the result."
    )


def test_E2_the_document_is_valid_openapi() -> None:
    openapi_spec_validator.validate(api_document())


def test_E2_the_document_has_every_route_and_method() -> None:
    documented = {
        (method.upper(), unnamed(url))
        for url, methods in api_document()["paths"].items()
        for method in methods
    }
    # What is for people has pages, and no shapes.
    called = set(served()) - LINKS - WORKER
    real = {(method, template(route)) for method, route in called if route != "(.*)"}
    assert documented == real
    ids = [
        operation["operationId"]
        for methods in api_document()["paths"].values()
        for operation in methods.values()
    ]
    assert len(ids) == len(set(ids)) > 20


async def test_E2_what_is_served_is_what_is_committed(api: Api) -> None:
    status, served_document = await api("GET", "openapi.json")
    assert (status, served_document) == (200, json.loads(openapi.TARGET.read_text()))


async def test_E2_answers_are_as_the_document_says(api: Api, make: Make) -> None:
    names = await make()
    plain = [(c.method, template(c.route), c.path, c.body) for c in CALLS if c.route != "(.*)"]
    statuses = {}
    for method, url, path, body in [*RICH, *plain]:
        status, answer = await api(method, filled(path, names), filled(body, names))
        check_answer(method, url, status, answer)
        statuses[method, url] = status
    assert {*statuses.values()} == {200, 201, 202, 204}, statuses


async def test_E2_errors_are_as_the_document_says(api: Api, make: Make) -> None:
    names = await make()
    for call in CALLS:
        if call.body is not None:
            status, error = await api(call.method, filled(call.path, names), b'{"no":"body"}')
            assert status == 400
            check_answer(call.method, template(call.route), status, error)


async def test_E2_requests_are_as_the_document_says(
    api: Api, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = record(monkeypatch, "_body", lambda args: args[0])
    asked = record(monkeypatch, "get_query_argument", lambda args: args[0])
    names = await make()
    described = {}
    for call in CALLS:
        if call.route == "(.*)":
            continue
        taken.clear()
        asked.clear()
        await api(call.method, filled(call.path, names), filled(call.body, names))
        found = operation(call.method, template(call.route))
        assert bool(taken) == ("requestBody" in found) == (call.body is not None)
        if taken:
            check(found["requestBody"]["content"]["application/json"]["schema"], call.body)
        parameters = {p["name"] for p in found.get("parameters", ()) if p["in"] == "query"}
        assert set(asked) == parameters, call
        described[call.method, call.route] = taken[0] if taken else None
    declared = {
        (method.upper(), path.removeprefix("/api/v1/")): vars(handler)[method].description.takes
        for path, handler, *_ in routes("/")
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(vars(handler).get(method), "description") and "(.*)" not in path
    }
    assert {k: declared[k] for k in described} == described


def record(
    monkeypatch: pytest.MonkeyPatch, name: str, what: Callable[[tuple[Any, ...]], Any]
) -> list[Any]:
    """Note with what a method of the handlers is called."""
    calls: list[Any] = []
    original = getattr(RealtimeHandler, name)

    def recorded(self: Any, *args: Any, **kwargs: Any) -> Any:
        calls.append(what(args))
        return original(self, *args, **kwargs)

    monkeypatch.setattr(RealtimeHandler, name, recorded)
    return calls


def test_E2_a_wrong_answer_would_be_noticed() -> None:
    with pytest.raises(jsonschema.ValidationError):
        check_answer("GET", "/me", 200, {"user": {"name": "ana"}})
    with pytest.raises(jsonschema.ValidationError):
        check_answer("POST", "/poll", 200, {"rooms": {"system": {"position": None}}})
    with pytest.raises(KeyError):
        check_answer("GET", "/me", 302, {})
