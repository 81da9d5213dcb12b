"""What a run looks like on the wire."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_realtime.client.run_record import new_analysis
from jupyter_realtime.core.issues import Analysis, Counts, DetectorState, Issue

from .live import LiveServer

RUN = "r1"
ROOM = f"analysis:{RUN}"


def analysis(**changed: Any) -> Analysis:
    """A run with one lane."""
    fields = {"detectors": [lane()], **changed}
    return msgspec.structs.replace(new_analysis(RUN, [""], room=ROOM, project="p"), **fields)


def lane(state: str = "running", done: int = 0, **changed: Any) -> DetectorState:
    """A detector's lane of four files."""
    fields = {"name": "correctness", "state": state, "done": done, "total": 4, "unit": "files"}
    return msgspec.convert({**fields, "issues": 0, "error": None, **changed}, DetectorState)


def issue(number: int, severity: str = "high", **changed: Any) -> Issue:
    """The issue with a number."""
    fields = {
        "id": f"i{number}",
        "fingerprint": f"f{number}",
        "detector": "correctness",
        "rule": "F821",
        "severity": severity,
        "message": f"Undefined name `x{number}`",
        "path": "a.py",
        "line": number + 1,
        "column": 1,
        "end_line": number + 1,
        "end_column": 3,
        "cell": None,
        "url": None,
        "fix": None,
        "status": "new",
    }
    return msgspec.convert({**fields, **changed}, Issue)


def tell_issues(live: LiveServer, *numbers: int) -> None:
    """Have a batch of issues published."""
    data = {
        "analysis": RUN,
        "detector": "correctness",
        "issues": [issue(number) for number in numbers],
    }
    live.append(ROOM, "analysis:issues", data)


def tell_end(live: LiveServer, state: str = "succeeded", found: int = 0) -> None:
    """Have the end published."""
    counts = Counts.of(["high"] * found)
    event = {"failed": "analysis:error", "cancelled": "analysis:cancelled"}
    over = analysis(state=state, progress=1.0, counts=counts)
    live.append(ROOM, event.get(state, "analysis:complete"), over)


def serve_run(live: LiveServer, **changed: Any) -> None:
    """Have the REST interface start and show the run."""
    live.answers["POST analyses"] = (201, analysis(**changed))
    live.answers[f"GET analyses/{RUN}"] = analysis(**changed)
