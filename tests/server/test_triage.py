"""Dismissals, baselines and SARIF over REST."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.analysis.outputs.schema import assert_valid
from tests.builders import issue, lane

Api = Callable[..., Any]


@pytest.fixture
def run(api: Api, jp_root_dir: Path) -> Callable[..., Any]:
    """Report a run from outside that finds issues by these fingerprints, and give it when it has ended."""
    (jp_root_dir / "a.py").write_text("x\n")

    async def report(*fingerprints: str, **options: Any) -> dict[str, Any]:
        body = {"paths": ["a.py"], "external": True, **options}
        status, begun = await api("POST", "analyses", body)
        assert status == 201, begun
        issues = [msgspec.to_builtins(issue(fingerprint)) for fingerprint in fingerprints]
        reports = [
            {"type": "started", "detectors": [msgspec.to_builtins(lane())]},
            {"type": "issues", "detector": "correctness", "issues": issues},
            {
                "type": "detector_complete",
                "lane": msgspec.to_builtins(lane(state="succeeded", done=2)),
                "timing": None,
            },
            {"type": "finished", "state": "succeeded", "error": None},
        ]
        await api("POST", f"analyses/{begun['id']}/reports", reports)
        _, ended = await api("GET", f"analyses/{begun['id']}")
        return dict(ended)

    return report


async def statuses(api: Api, run: dict[str, Any]) -> dict[str, Any]:
    _, listing = await api("GET", f"analyses/{run['id']}/issues")
    return {
        item["fingerprint"]: (item["status"], item["since_baseline"]) for item in listing["items"]
    }


async def updates(api: Api, project: str) -> list[dict[str, Any]]:
    _, log = await api("GET", f"rooms/project:{project}/events")
    return [item["data"] for item in log["items"] if item["event"] == "project:update"]


async def test_A12_an_issue_is_dismissed_and_taken_back(api: Api, run: Any) -> None:
    project = (await run("f", "g"))["project"]
    path = f"projects/{project}/dismissals"
    wanted = {"fingerprint": "f", "path": "a.py", "reason": " It is a test. "}
    status, row = await api("PUT", path, wanted)
    assert status == 200
    assert (row["rule"], row["detector"], row["reason"]) == ("F821", "correctness", "It is a test.")
    assert (await api("GET", path))[1] == {"items": [row], "next": None}
    again = await run("f", "g")
    assert await statuses(api, again) == {"f": ("dismissed", None), "g": ("ongoing", None)}
    assert again["counts"]["high"] == 1
    assert (await api("DELETE", f"{path}/f", params={"path": "a.py"}))[0] == 204
    assert (await api("DELETE", f"{path}/f", params={"path": "a.py"}))[0] == 404
    assert await statuses(api, await run("f")) == {"f": ("ongoing", None), "g": ("fixed", None)}
    told = [(u["changed"], u["fingerprint"], u["removed"]) for u in await updates(api, project)]
    assert told == [("dismissal", "f", False), ("dismissal", "f", True)]


@pytest.mark.parametrize(
    ("change", "status"),
    [({"reason": " "}, 400), ({"reason": "x" * 1001}, 400), ({"fingerprint": "other"}, 404)],
)
async def test_A12_a_dismissal_needs_an_issue_and_a_reason(
    api: Api, run: Any, change: dict[str, str], status: int
) -> None:
    project = (await run("f"))["project"]
    body = {"fingerprint": "f", "path": "a.py", "reason": "fine", **change}
    assert (await api("PUT", f"projects/{project}/dismissals", body))[0] == status


async def test_A13_a_baseline_is_kept_compared_with_and_dropped(api: Api, run: Any) -> None:
    first = await run("f")
    path = f"projects/{first['project']}/baselines"
    status, row = await api("PUT", f"{path}/before lunch", {"analysis": first["id"]})
    assert (status, row["name"], row["count"]) == (200, "before lunch", 1)
    assert (await api("GET", path))[1] == {"items": [row], "next": None}
    known = {"name": "before lunch", "issues": [{"fingerprint": "f", "path": "a.py"}]}
    assert await api("GET", f"{path}/before lunch") == (200, known)
    compared = await run("f", "g", baseline="before lunch")
    assert compared["baseline"] == "before lunch"
    assert await statuses(api, compared) == {"f": ("ongoing", "known"), "g": ("new", "new")}
    later = await run(baseline="before lunch")
    assert await statuses(api, later) == {"f": ("fixed", "known"), "g": ("fixed", "new")}
    assert (await api("DELETE", f"{path}/before lunch"))[0] == 204
    status, error = await api("GET", f"{path}/before lunch")
    assert (status, error["message"]) == (404, "There is no baseline 'before lunch'.")


async def test_A13_an_unknown_baseline_is_refused_with_words(api: Api, run: Any) -> None:
    await run("f")
    body = {"paths": ["a.py"], "baseline": "v9"}
    status, error = await api("POST", "analyses", body)
    assert (status, error["message"]) == (404, "There is no baseline 'v9'.")


async def test_A15_a_run_is_given_as_sarif(api: Api, run: Any) -> None:
    project = (await run("f", "g"))["project"]
    wanted = {"fingerprint": "f", "path": "a.py", "reason": "On purpose."}
    await api("PUT", f"projects/{project}/dismissals", wanted)
    ended = await run("f", "h")
    status, log = await api("GET", f"analyses/{ended['id']}/sarif")
    assert status == 200
    assert_valid(log)
    [one] = log["runs"]
    found = {r["partialFingerprints"]["jupyterRealtime/v1"]: r for r in one["results"]}
    states = {known_by: result["baselineState"] for known_by, result in found.items()}
    assert states == {"f": "unchanged", "h": "new", "g": "absent"}
    assert found["f"]["suppressions"][0]["justification"] == "On purpose."
    assert (await api("GET", "analyses/nonsense/sarif"))[0] == 404
