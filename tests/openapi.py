"""What the committed OpenAPI document says about answers."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import jsonschema

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "docs" / "openapi.json").read_text()
)


@functools.cache
def _urls() -> list[tuple[re.Pattern[str], str]]:
    """The documented paths: those without placeholders first."""
    urls = sorted(DOCUMENT["paths"], key=lambda url: (url.count("{"), -len(url)))
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(url)) + "$"), url) for url in urls]


def operation(method: str, path: str) -> dict[str, Any] | None:
    """Find what a call of a path, like `analyses/abc`, is in the document."""
    found = next((url for pattern, url in _urls() if pattern.match(f"/{path}")), None)
    return None if found is None else DOCUMENT["paths"][found].get(method.lower())


def check_answer(method: str, path: str, status: int, body: Any) -> None:
    """Check that the document has this answer to this call, and that the body is as it says.

    What it doesn't have, nobody can call: that is an error, in the one shape.
    """
    documented = (operation(method, path) or {"responses": {}})["responses"]
    error = {"$ref": "#/components/responses/Error"}
    answer = documented.get(str(status), error if status >= 400 else None)
    assert answer is not None, f"{method} {path} is not documented to answer {status}"
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"]["Error"]
    if "content" in answer:
        [content] = answer["content"].values()
        schema = content["schema"]
        whole = {**schema, "components": DOCUMENT["components"]}
        jsonschema.Draft202012Validator(whole).validate(body)
    else:
        assert body is None
