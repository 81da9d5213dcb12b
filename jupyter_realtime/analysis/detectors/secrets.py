"""`secrets`: keys and passwords in code and in saved outputs.

kingfisher knows the shapes of some hundred services' keys. Beside it, three rules of ours for what has no
shape: a password in an address, a text that is given to something called `password`, and one that is given
to something called a key or token and looks like one.

Sources and text outputs are looked at as a person reads them, never the notebook's JSON, where pictures
look like keys. The value itself goes nowhere: not into the message, not into the fingerprint, of which
sixteen bits tell one value from another and say nothing more about it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...core.issues import Severity
from ..detector import WorkerDetector
from ..findings import Finding
from ..shadow.model import ShadowFile
from ..shadow.notebooks import NOTEBOOK_BYTES
from ..shadow.reading import LeftOut, read_regular
from .secret_shapes import Shape, shapes_in

# Of one cell's outputs; what is printed by the megabyte is data.
MAX_OUTPUT_CHARACTERS = 200_000
SCAN_SECONDS = 20.0
_SALT = b"jupyter_realtime: secrets"
_SEVERITIES: dict[str, Severity] = {"high": "high", "medium": "medium"}


@dataclass(frozen=True)
class _Text:
    """A piece of text: a module, the source of a cell, or what a cell has printed."""

    text: str
    cell: int | None
    is_output: bool


class Secrets(WorkerDetector):
    """Keys, tokens and passwords, in code and in saved outputs."""

    name = "secrets"
    title = "Secrets"
    description = (
        "Keys, tokens and passwords in code and in saved outputs; their values are never shown."
    )
    engine = "kingfisher"
    modules = ("kingfisher_sdk",)
    distributions = ("kingfisher-secret-scanner",)
    default_cost = 0.002

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self._scanner: Any = None

    def check(self, file: ShadowFile) -> Iterable[Finding]:
        """Look through the sources and the text outputs of a file."""
        for text in _texts(file):
            found = [
                *self._known_shapes(text.text),
                *shapes_in(text.text, is_code=not text.is_output),
            ]
            told: set[int] = set()
            for shape in found:
                if shape.line not in told:
                    told.add(shape.line)
                    yield _finding(file, text, shape)

    def _known_shapes(self, text: str) -> Iterator[Shape]:
        import kingfisher_sdk

        if self._scanner is None:
            # Reading its rules takes most of a second, once for each worker.
            self._scanner = kingfisher_sdk.Scanner(dedup=True)
        for found in self._scanner.scan(text, timeout=SCAN_SECONDS):
            if found.visible:
                yield Shape(
                    rule=found.rule_id.rpartition(".")[2],
                    what=found.rule_id.rpartition(".")[2].replace("-", " "),
                    severity=_SEVERITIES.get(found.confidence, "low"),
                    value=found.secret,
                    line=found.location["line"]
                    if isinstance(found.location, dict)
                    else found.location.line,
                )


def _texts(file: ShadowFile) -> Iterator[_Text]:
    if file.notebook is None:
        yield _Text(file.python.read_text(encoding="utf-8"), None, is_output=False)
        return
    for cell in file.cells:
        yield _Text(cell.source, cell.index, is_output=False)
    yield from _outputs(file)


def _outputs(file: ShadowFile) -> Iterator[_Text]:
    try:
        cells = json.loads(read_regular(file.original, NOTEBOOK_BYTES))["cells"]
    except (LeftOut, ValueError, KeyError, TypeError, RecursionError):
        return
    for index, cell in enumerate(cells):
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        texts = (_text_of(output) for output in outputs) if isinstance(outputs, list) else ()
        text = "\n".join(text for text in texts if text)[:MAX_OUTPUT_CHARACTERS]
        if text:
            yield _Text(text, index, is_output=True)


def _text_of(output: Any) -> str:
    """Read what a person sees of an output as text."""
    if not isinstance(output, dict):
        return ""
    data = output.get("data")
    parts = [output.get("text"), data.get("text/plain") if isinstance(data, dict) else None]
    parts += [output.get("evalue"), output.get("traceback")]
    return "\n".join(_joined(part) for part in parts if part)


def _joined(part: Any) -> str:
    if isinstance(part, list):
        return "\n".join(line for line in part if isinstance(line, str))
    return part if isinstance(part, str) else ""


def _finding(file: ShadowFile, text: _Text, shape: Shape) -> Finding:
    where = "The saved output of this cell shows" if text.is_output else "This line has"
    mend = (
        "Clear the output and replace the secret: it is in the file."
        if text.is_output
        else "Read it from the environment, and replace it: it is in the file, and in its history."
    )
    # An output has no lines that a person could go to.
    line = 1 if text.is_output else shape.line
    return Finding(
        path=file.path,
        rule=shape.rule,
        severity=shape.severity,
        message=f"{where} what looks like {_article(shape.what)} {shape.what}. {mend}",
        line=line,
        cell_index=text.cell,
        identity=f"{shape.rule} {_mark(shape.value)}",
    )


def _article(what: str) -> str:
    return "an" if re.match(r"[aeiou]", what) else "a"


def _mark(value: str) -> str:
    """Tell values apart without saying anything about them: too short to be searched for."""
    return hashlib.blake2b(value.encode("utf-8", "replace"), key=_SALT, digest_size=2).hexdigest()
