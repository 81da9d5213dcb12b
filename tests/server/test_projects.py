"""`projects…` over REST: roles, members, switches."""

import asyncio
import getpass
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.server.runtime import Runtime

Api = Callable[..., Any]
ME = getpass.getuser()


async def project_of(api: Api) -> dict[str, Any]:
    _, listing = await api("GET", "projects")
    project: dict[str, Any] = listing["items"][0]
    return project


async def test_P3_the_servers_own_person_owns_its_projects(api: Api) -> None:
    project = await project_of(api)
    assert (project["role"], project["enabled"], project["off"]) == ("owner", True, None)
    assert await api("GET", f"projects/{project['id']}") == (200, project)
    _, members = await api("GET", f"projects/{project['id']}/members")
    assert members == {"items": [{"user": ME, "role": "owner"}], "next": None}


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_P10_roles_are_given_and_taken_back(api: Api, method: str) -> None:
    path = f"projects/{(await project_of(api))['id']}/members"
    slashed = "realm/team"
    for member in ({"user": "bo", "role": "viewer"}, {"group": slashed, "role": "member"}):
        assert await api(method, path, member) == (200, member)
    _, first = await api("GET", path, params={"limit": 1})
    assert first == {"items": [{"group": slashed, "role": "member"}], "next": f"group:{slashed}"}
    _, rest = await api("GET", path, params={"cursor": first["next"]})
    assert {"user": "bo", "role": "viewer"} in rest["items"] and len(rest["items"]) == 2
    assert (await api("DELETE", f"{path}/user/bo"))[0] == 204
    assert (await api("DELETE", f"{path}/user/bo"))[0] == 404
    assert (await api("DELETE", f"{path}/group/{slashed}"))[0] == 204
    assert len((await api("GET", path))[1]["items"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"role": "viewer"},
        {"user": "bo"},
        {"user": "bo", "role": "king"},
        {"user": "bo", "group": "a", "role": "viewer"},
        {"user": None, "role": "viewer"},
        {"user": "", "role": "viewer"},
        {"user": "bo", "role": "viewer", "since": 1},
        {"user": "b\u0007o", "role": "viewer"},
    ],
)
async def test_P10_a_request_that_names_nobody_is_refused(api: Api, body: dict[str, Any]) -> None:
    path = f"projects/{(await project_of(api))['id']}/members"
    for method in ("PUT", "POST"):
        status, error = await api(method, path, body)
        assert (status, error["code"]) == (400, "bad_request")


async def test_P10_whoever_is_added_twice_has_the_later_role(api: Api) -> None:
    project = (await project_of(api))["id"]
    path = f"projects/{project}/members"
    for method, role in (("PUT", "viewer"), ("POST", "viewer"), ("POST", "member")):
        assert (await api(method, path, {"user": "bo", "role": role}))[0] == 200
    assert {"user": "bo", "role": "member"} in (await api("GET", path))[1]["items"]
    _, log = await api("GET", f"rooms/project:{project}/events")
    told = [event["data"]["role"] for event in log["items"] if event["event"] == "member:changed"]
    assert told == ["viewer", "member"], "the same again tells nothing, by either method"


async def test_P10_the_servers_own_person_stays_an_owner(api: Api) -> None:
    path = f"projects/{(await project_of(api))['id']}/members"
    assert (await api("PUT", path, {"user": ME, "role": "viewer"}))[0] == 409
    assert (await api("DELETE", f"{path}/user/{ME}"))[0] == 409
    assert (await api("GET", path, params={"cursor": "x"}))[0] == 400


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "projects/none", None),
        ("PATCH", "projects/none", {"enabled": False}),
        ("GET", "projects/none/members", None),
        ("PUT", "projects/none/members", {"user": "bo", "role": "viewer"}),
        ("POST", "projects/none/members", {"user": "bo", "role": "viewer"}),
        ("DELETE", "projects/none/members/user/bo", None),
    ],
)
async def test_P4_an_unknown_project_is_not_found(
    api: Api, method: str, path: str, body: Any
) -> None:
    assert (await api(method, path, body))[0] == 404


async def test_P10_a_program_of_the_owner_looks_and_changes_nothing(api: Api) -> None:
    project = (await project_of(api))["id"]
    bearer = {"Authorization": f"Bearer {os.environ['JUPYTER_REALTIME_TOKEN']}"}
    member = {"user": "bo", "role": "viewer"}
    for method, path, body, status in (
        ("GET", f"projects/{project}/members", None, 200),
        ("PUT", f"projects/{project}/members", member, 403),
        ("POST", f"projects/{project}/members", member, 403),
        ("DELETE", f"projects/{project}/members/user/bo", None, 403),
        ("PATCH", f"projects/{project}", {"enabled": False}, 403),
    ):
        assert (await api(method, path, body, headers=bearer))[0] == status


async def test_P13_a_project_is_turned_off_and_on(api: Api, jp_root_dir: Path) -> None:
    (jp_root_dir / "a.py").touch()
    project = (await project_of(api))["id"]
    status, changed = await api("PATCH", f"projects/{project}", {"enabled": False})
    assert (status, changed["enabled"]) == (200, False)
    assert (await project_of(api))["enabled"] is False
    for method, path, body in (
        ("GET", f"rooms/project:{project}/events", None),
        ("POST", "publish", {"room": f"project:{project}", "event": "custom:x", "data": 1}),
        ("POST", "analyses", {"paths": ["a.py"]}),
        ("GET", "analyses", {"project": project}),
        ("PUT", "documents", {"path": "a.py"}),
    ):
        options = {"params": body} if method == "GET" and body else {"body": body}
        refused, error = await api(method, path, **options)
        assert (refused, error["code"]) == (403, "forbidden")
        assert "turned this project off" in error["message"]
    assert (await api("PATCH", f"projects/{project}", {"enabled": True}))[0] == 200
    event = {"room": f"project:{project}", "event": "custom:x", "data": 1}
    assert (await api("POST", "publish", event))[0] == 200
    assert (await api("PATCH", f"projects/{project}", {"enabled": 1}))[0] == 400


async def test_P13_a_project_that_its_file_keeps_off_says_so(api: Api, jp_root_dir: Path) -> None:
    (jp_root_dir / ".jupyter-realtime.toml").write_text("enabled = false")
    project = await project_of(api)
    assert project["enabled"] is False and "enabled = false" in project["off"]
    status, error = await api("PATCH", f"projects/{project['id']}", {"enabled": True})
    assert (status, error["code"]) == (409, "conflict")


class TestTurnedOff:
    @pytest.fixture
    def jp_server_config(self, jp_data_dir: Path) -> dict[str, Any]:
        return {
            "ServerApp": {"jpserver_extensions": {"jupyter_realtime": True}},
            "RealtimeConfig": {
                "enabled": False,
                "store_url": f"sqlite:///{jp_data_dir / 'off' / 'realtime.sqlite'}",
            },
        }

    async def test_P14_a_server_that_is_off_has_nothing_of_ours(
        self, jp_serverapp: Any, jp_fetch: Any, jp_data_dir: Path
    ) -> None:
        assert (await jp_fetch("api/status")).code == 200
        for path in ("realtime/ws", "realtime/api/v1/health", "realtime/api/v1/projects"):
            assert (await jp_fetch(path, raise_error=False)).code == 404
        assert not [name for name in os.environ if name.startswith("JUPYTER_REALTIME")]
        assert not (jp_data_dir / "off").exists()
        settings = jp_serverapp.web_app.settings
        assert not any(isinstance(value, Runtime) for value in settings.values())
        ours = [task for task in asyncio.all_tasks() if "jupyter_realtime" in repr(task)]
        assert ours == []
