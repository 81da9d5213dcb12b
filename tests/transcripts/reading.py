"""Golden transcripts: conversations written down once, replayed by pytest and by vitest.

A transcript is a list of steps. Ids, and keys that a client chooses, are placeholders (`"$a"`): the first
time one is met it takes the value that stands there, afterwards it stands for it. Fields that don't matter
are left out, and filled in from `defaults.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DEFAULTS: dict[str, dict[str, Any]] = json.loads((HERE / "defaults.json").read_text())

Frame = dict[str, Any]
Step = dict[str, Any]


def transcripts(folder: str) -> list[tuple[str, dict[str, Any]]]:
    """Read the transcripts of a folder, each with the name that a test shows."""
    found = sorted((HERE / folder).glob("*.json"))
    assert len(found) >= 15
    return [named(path.stem, json.loads(path.read_text())) for path in found]


def named(name: str, transcript: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Put the rules that a transcript holds in front of its name."""
    return "_".join([*transcript["rules"], name]), transcript


def filled(frame: Frame) -> Frame:
    """Fill in what a transcript leaves out of a server's frame."""
    carried = DEFAULTS["carried"]
    if frame["type"] in ("event", "state"):
        return {**carried, **frame}
    lists = {n: [{**carried, **e} for e in frame[n]] for n in ("states", "events") if n in frame}
    return {**DEFAULTS.get(frame["type"], {}), **frame, **lists}


class Placeholders:
    """What has been found in the place of each `$name`."""

    def __init__(self, known: dict[str, Any] | None = None) -> None:
        self._known = dict(known or {})

    def put_in(self, value: Any) -> Any:
        """Replace placeholders by what they stand for."""
        if isinstance(value, dict):
            return {name: self.put_in(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.put_in(item) for item in value]
        return self._known[value] if is_placeholder(value) else value

    def match(self, expected: Any, found: Any) -> bool:
        """Compare, and remember what stands in the place of a new placeholder."""
        news = dict(self._matches(expected, found) or ())
        matched = self._matches(expected, found) is not None
        if matched:
            self._known |= news
        return matched

    def _matches(self, expected: Any, found: Any) -> list[tuple[str, Any]] | None:
        """What the new placeholders stand for; None if something differs."""
        if is_placeholder(expected):
            if expected in self._known:
                return [] if self._known[expected] == found else None
            return None if found is None else [(expected, found)]
        if isinstance(expected, dict) and isinstance(found, dict):
            if expected.keys() != found.keys():
                return None
            return _joined(self._matches(expected[name], found[name]) for name in expected)
        if isinstance(expected, list) and isinstance(found, list):
            if len(expected) != len(found):
                return None
            return _joined(self._matches(*pair) for pair in zip(expected, found, strict=True))
        return [] if expected == found and type(expected) is type(found) else None


def _joined(parts: Iterator[list[tuple[str, Any]] | None]) -> list[tuple[str, Any]] | None:
    joined: list[tuple[str, Any]] = []
    for part in parts:
        if part is None:
            return None
        joined += part
    return joined


def is_placeholder(value: Any) -> bool:
    """Whether it is one."""
    return isinstance(value, str) and value.startswith("$")
