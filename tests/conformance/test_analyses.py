"""A run's life: started, followed, reported, cancelled, and read again."""

from __future__ import annotations

from typing import Any

from .target import Frame, Socket, Target

SEVERITIES = {"critical", "high", "medium", "low", "info"}
ENDS = {"analysis:complete", "analysis:error", "analysis:cancelled"}
ACTIVE = {"queued", "running", "cancelling"}


def lane(state: str = "running", done: int = 0) -> dict[str, Any]:
    return {
        "name": "correctness",
        "state": state,
        "done": done,
        "total": 1,
        "unit": "files",
        "issues": 1,
        "error": None,
    }


def issue(number: int) -> dict[str, Any]:
    return {
        "id": f"i{number}",
        "fingerprint": f"f{number}",
        "detector": "correctness",
        "rule": "F401",
        "severity": "low",
        "message": "Unused import",
        "path": "a.py",
        "line": 1,
        "column": 1,
        "end_line": 1,
        "end_column": 2,
        "cell": None,
        "url": None,
        "fix": None,
        "status": "new",
    }


def report(target: Target, run: str, *reports: dict[str, Any], key: str) -> str:
    headers = {"Authorization": f"Bearer {target.token}", "Idempotency-Key": key}
    answer = target.call("POST", f"analyses/{run}/reports", list(reports), headers=headers)
    assert answer.status == 200, answer
    state: str = answer.body["state"]
    return state


def until_over(socket: Socket, room: str, reply: Frame) -> list[Frame]:
    """Give the events of a run to its end."""
    events = list(reply["events"])
    while not events or events[-1]["event"] not in ENDS:
        events.append(socket.next_event(room))
    return events


def test_A1_A2_a_run_is_followed_to_its_end_and_can_be_read_again(
    target: Target, project: str
) -> None:
    with target.socket() as socket:
        socket.ask("subscribe", room=project)
        wanted = {"paths": ["."], "detectors": ["correctness"]}
        run = target.make("POST", "analyses", wanted)
        assert run["room"] == f"analysis:{run['id']}" and run["state"] in ACTIVE
        reply = socket.ask("subscribe", room=run["room"], since="earliest")
        names = [event["event"] for event in until_over(socket, run["room"], reply)]
        assert names[0] == "analysis:started" and names[-1] == "analysis:complete"
        assert "analysis:detector:complete" in names
        told = socket.next(lambda f: f.get("event") == "analysis:complete" and f["room"] == project)
    ended = target.get(f"analyses/{run['id']}")
    assert ended == told["data"]
    assert (ended["state"], ended["progress"]) == ("succeeded", 1)
    assert set(ended["counts"]) == SEVERITIES
    found = [i for page in target.pages(f"analyses/{run['id']}/issues", limit=1000) for i in page]
    assert len(found) == sum(ended["counts"].values())
    assert target.call("DELETE", f"analyses/{run['id']}").status == 409, "it is over"
    listed = target.get("analyses", project=ended["project"], limit=5)["items"]
    assert ended in listed


def test_A3_progress_never_falls(target: Target) -> None:
    with target.socket() as socket:
        run = target.make("POST", "analyses", {"paths": ["."], "detectors": ["correctness"]})
        reply = socket.ask("subscribe", room=run["room"], since="earliest")
        until_over(socket, run["room"], reply)
        states = [f for f in socket.hear_all() if f.get("event") == "analysis:progress"]
        progress = [frame["data"]["progress"] for frame in states]
        assert progress == sorted(progress) and all(0 <= p <= 1 for p in progress)


def test_A6_a_run_from_outside_is_reported_by_who_registered_it(target: Target, run: str) -> None:
    room = f"analysis:{run}"
    with target.socket() as socket:
        reply = socket.ask("subscribe", room=room, since="earliest")
        started = {"type": "started", "detectors": [lane()]}
        found = {"type": "issues", "detector": "correctness", "issues": [issue(1), issue(2)]}
        assert report(target, run, started, found, key="one") == "running"
        assert report(target, run, started, found, key="one") == "running", "once is enough"
        complete = {"type": "detector_complete", "lane": lane("succeeded", 1), "timing": None}
        finished = {"type": "finished", "state": "succeeded", "error": None}
        assert report(target, run, complete, finished, key="two") == "succeeded"
        names = [event["event"] for event in until_over(socket, room, reply)]
        # What earlier runs of this project had found is told as fixed, just before the lane is complete.
        assert list(dict.fromkeys(names)) == [
            "analysis:started",
            "analysis:issues",
            "analysis:detector:complete",
            "analysis:complete",
        ]
    issues = [i["id"] for page in target.pages(f"analyses/{run}/issues", limit=1) for i in page]
    assert issues[:2] == ["i1", "i2"]
    assert target.get(f"analyses/{run}")["counts"]["low"] == 2


def test_A6_a_run_of_the_server_takes_no_reports(target: Target) -> None:
    run = target.make("POST", "analyses", {"paths": ["."], "detectors": ["correctness"]})
    finished = {"type": "finished", "state": "succeeded", "error": None}
    assert target.call("POST", f"analyses/{run['id']}/reports", [finished]).status == 403


def test_A5_a_cancel_is_told_in_the_room_and_to_the_runner(target: Target, run: str) -> None:
    room = f"analysis:{run}"
    with target.socket() as socket:
        reply = socket.ask("subscribe", room=room, since="earliest")
        report(target, run, {"type": "started", "detectors": [lane()]}, key="one")
        cancelled = target.call("DELETE", f"analyses/{run}")
        assert (cancelled.status, cancelled.body["state"]) == (202, "cancelling")
        asked = socket.next(lambda f: f.get("event") == "analysis:cancel-requested")
        assert asked["data"] == {"analysis": run}
        again = target.call("DELETE", f"analyses/{run}")
        assert (again.status, again.body["id"], again.body["state"]) == (202, run, "cancelling")
        assert report(target, run, key="two") == "cancelling"
        report(target, run, {"type": "finished", "state": "cancelled", "error": None}, key="three")
        names = [event["event"] for event in until_over(socket, room, reply)]
        assert names[-1] == "analysis:cancelled"
        assert "analysis:cancel-requested" not in names, "it was told above, once"


def test_A1_what_can_not_be_run_is_refused(target: Target) -> None:
    for wanted, status in (
        ({"paths": []}, 400),
        ({"paths": ["../x"]}, 400),
        ({"paths": ["conformance-none.py"]}, 404),
        ({"paths": ["."], "detectors": ["novelty"]}, 400),
        ({"paths": ["."], "project": "none"}, 404),
        ({"paths": "."}, 400),
        ({}, 400),
    ):
        assert target.call("POST", "analyses", wanted).status == status, wanted
    for path in ("analyses/none", "analyses/none/issues"):
        assert target.call("GET", path).status == 404


def test_E4_runs_are_listed_the_newest_first_in_pages(target: Target, run: str) -> None:
    second = target.make("POST", "analyses", {"paths": ["."], "external": True})["id"]
    project = target.get(f"analyses/{run}")["project"]
    pages = target.pages("analyses", limit=1, project=project)
    ids = [item["id"] for _, page in zip(range(3), pages, strict=False) for item in page]
    assert ids[:2] == [second, run]
    target.call("DELETE", f"analyses/{second}")
