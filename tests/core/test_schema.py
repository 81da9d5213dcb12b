import json
from pathlib import Path

import jsonschema

from jupyter_realtime.core import schema
from tests.builders import issue

ROOT = Path(__file__).parents[2]


def test_M1_the_committed_schema_is_the_one_of_the_structs() -> None:
    assert schema.TARGET.read_text() == schema.text(), "Run `make protocol` and commit the result."


def test_M1_the_schema_accepts_what_the_structs_encode() -> None:
    import msgspec

    definitions = json.loads(schema.text())
    validator = jsonschema.Draft7Validator({**definitions, **{"$ref": "#/definitions/Issue"}})
    validator.validate(msgspec.to_builtins(issue()))


def test_python_and_npm_have_one_version() -> None:
    from jupyter_realtime import __version__

    package = json.loads((ROOT / "js" / "package.json").read_text())
    assert package["version"] == __version__


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "js" / "package-lock.json").read_text()
