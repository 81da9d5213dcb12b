"""The OpenAPI document, as it is served at `api/v1/openapi.json` and committed.

`python -m jupyter_realtime.server.openapi` writes it to `docs/openapi.json`; `make protocol` does so too. A
test fails when it is stale.
"""

from __future__ import annotations

import json
from pathlib import Path

from .handlers.routes import api_document

TARGET = Path(__file__).parents[2] / "docs" / "openapi.json"


def text() -> str:
    """Write the document as it is committed."""
    return json.dumps(api_document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text())
