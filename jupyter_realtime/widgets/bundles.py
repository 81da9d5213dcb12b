"""The JavaScript of the widgets, which the build puts beside this file."""

from __future__ import annotations

import json
from pathlib import Path

STATIC = Path(__file__).parent / "static"

NOT_BUILT = (
    "The JavaScript of this widget is missing from this installation of jupyter_realtime. "
    "In a clone, run `make js`; otherwise install the package again. "
    "The widget's Python side (wait, issues, to_frame) works without it."
)


def script(name: str) -> str:
    """Read a widget's module; if it was not built, one that says so in the page."""
    path = STATIC / f"{name}.js"
    if path.is_file():
        return path.read_text(encoding="utf-8")
    return (
        "export default { render({ el }) { el.setAttribute('role', 'alert'); "
        f"el.textContent = {json.dumps(NOT_BUILT)}; }} }};\n"
    )


def style(name: str) -> str:
    """Read a widget's style sheet, if it has one."""
    path = STATIC / f"{name}.css"
    return path.read_text(encoding="utf-8") if path.is_file() else ""
