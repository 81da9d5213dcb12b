"""The worker process: takes a file a line from its input, checks it, and answers a line.

    → {"detector": "security", "file": "<pickled ShadowFile, base64>"}
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

from .detector import Detector, WorkerDetector
from .registry import discover


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answer requests until the input ends."""
    detectors: dict[str, WorkerDetector] = {}
    for line in requests:
        request = json.loads(line)
        answers.write(json.dumps(_answer(request, detectors)) + "\n")
        answers.flush()


def _answer(request: dict[str, str], detectors: dict[str, WorkerDetector]) -> dict[str, str]:
    try:
        name = request["detector"]
        if name not in detectors:
            detectors[name] = _make(name)
        file = pickle.loads(base64.b64decode(request["file"]))
        found = detectors[name].check(file)
        return {"findings": base64.b64encode(pickle.dumps(found)).decode()}
    except MemoryError:
        return {"error": "It needs more memory than a detector may have."}
    except Exception as error:
        # An engine may raise anything; the file is then reported, and the next one is checked.
        return {"error": f"{type(error).__name__}: {error}"}


def _make(name: str) -> WorkerDetector:
    found: type[Detector] | str | None = discover().get(name)
    if not (isinstance(found, type) and issubclass(found, WorkerDetector)):
        raise TypeError(f"There is no worker detector {name!r}.")
    return found()


def _main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.stdin, answers)


if __name__ == "__main__":
    _main()
