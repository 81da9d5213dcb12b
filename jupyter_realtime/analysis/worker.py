"""The worker process: takes a file a line from its input, checks it, and answers a line.

    → {"detector": "security", "task": "<pickled options and ShadowFile, base64>"}
    ← {"findings": "<pickled list of Finding, base64>"}   or   {"error": "…"}

Pickles are safe here: both ends are ours, over a pipe that nobody else holds. What engines print is sent
elsewhere, so that it can't be taken for an answer.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import sys
from typing import IO

from .detector import Detector, Options, WorkerDetector
from .registry import discover

UNWANTED = ("rfc3987_syntax",)

# Of one worker; each project has options of its own.
Detectors = dict[tuple[str, Options], WorkerDetector]


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answer requests until the input ends."""
    detectors: Detectors = {}
    for line in requests:
        request = json.loads(line)
        answers.write(json.dumps(_answer(request, detectors)) + "\n")
        answers.flush()


def _answer(request: dict[str, str], detectors: Detectors) -> dict[str, str]:
    try:
        name = request["detector"]
        options, file = pickle.loads(base64.b64decode(request["task"]))
        if (name, options) not in detectors:
            detectors[name, options] = _make(name, options)
        found = list(detectors[name, options].check(file))
        return {"findings": base64.b64encode(pickle.dumps(found)).decode()}
    except MemoryError:
        return {"error": "It needs more memory than a detector may have."}
    except Exception as error:
        # An engine may raise anything; the file is then reported, and the next one is checked.
        return {"error": f"{type(error).__name__}: {error}"}


def _make(name: str, options: Options) -> WorkerDetector:
    found: type[Detector] | str | None = discover().get(name)
    if not (isinstance(found, type) and issubclass(found, WorkerDetector)):
        raise TypeError(f"There is no worker detector {name!r}.")
    return found(options)


def _main() -> None:
    # jsonschema would load its parser, which takes longer than all other imports together, for addresses
    # with characters beyond ASCII: no schema that we look at has any. (None: such a module is not found.)
    for name in UNWANTED:
        sys.modules[name] = None  # type: ignore[assignment]  # as the import system has it
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.stdin, answers)


if __name__ == "__main__":
    _main()
