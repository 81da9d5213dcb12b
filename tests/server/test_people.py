"""`me/data` and `people/<name>/data` over REST."""

import asyncio
import getpass
import json
import os
from collections.abc import Callable
from typing import Any

from tests.builders import eventually

Api = Callable[..., Any]
ME = getpass.getuser()


async def project_of(api: Api) -> str:
    _, listing = await api("GET", "projects")
    return str(listing["items"][0]["id"])


def program(token: str) -> dict[str, dict[str, str]]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


async def test_P17_what_is_stored_about_one_is_one_document(api: Api, jp_fetch: Any) -> None:
    room = f"project:{await project_of(api)}"
    for number in range(3):
        event = {"room": room, "event": "custom:x", "data": number, "key": f"k{number}"}
        assert (await api("POST", "publish", event))[0] == 200
    await api("POST", "tickets", {})
    response = await jp_fetch("realtime/api/v1/me/data")
    assert response.headers["Content-Type"] == "application/json"
    assert "attachment" in response.headers["Content-Disposition"]
    stored = json.loads(response.body)
    assert stored["user"] == {"name": ME}
    assert [event["data"] for event in stored["events"]] == [0, 1, 2]
    assert [key["key"] for key in stored["keys"]] == ["k0", "k1", "k2"]
    assert [len(stored[name]) for name in ("inbox", "analyses", "members", "tickets")] == [
        0,
        0,
        0,
        1,
    ]
    assert [token["label"] for token in stored["tokens"]] == ["Kernels and terminals of a server"]
    assert os.environ["JUPYTER_REALTIME_TOKEN"].encode() not in response.body


async def test_P18_it_is_erased_and_the_places_stay(api: Api) -> None:
    room = f"project:{await project_of(api)}"
    event = {"room": room, "event": "custom:x", "data": 1, "key": "k"}
    _, first = await api("POST", "publish", event)
    status, done = await api("DELETE", "me/data")
    assert (status, done["erased"]["events"], done["erased"]["keys"]) == (200, 1, 1)
    assert done["kept"] == {}
    _, log = await api("GET", f"rooms/{room}/events")
    [kept] = log["items"]
    assert (kept["seq"], kept["data"], kept["actor"]["display_name"]) == (1, 1, "Former user")
    assert ME not in json.dumps(kept)
    assert log["position"] == first["position"]
    assert (await api("GET", "me/data"))[1]["events"] == []


async def test_P18_kernels_that_start_later_have_a_token_that_is_good(api: Api) -> None:
    await api("GET", "me")
    old = os.environ["JUPYTER_REALTIME_TOKEN"]
    assert (await api("GET", "me", **program(old)))[0] == 200
    await api("DELETE", "me/data")

    async def is_replaced() -> bool:
        return os.environ["JUPYTER_REALTIME_TOKEN"] != old

    await eventually(is_replaced)
    assert (await api("GET", "me", **program(old)))[0] == 401
    new = os.environ["JUPYTER_REALTIME_TOKEN"]
    assert (await api("GET", "me", **program(new)))[0] == 200


async def test_P17_a_program_sees_and_erases_nothing(api: Api) -> None:
    await api("GET", "me")
    options = program(os.environ["JUPYTER_REALTIME_TOKEN"])
    for path in ("me/data", f"people/{ME}/data"):
        for method in ("GET", "DELETE"):
            status, error = await api(method, path, **options)
            assert (status, error["code"]) == (403, "forbidden")


async def test_P17_an_admin_looks_after_somebody_by_name(api: Api) -> None:
    path = f"projects/{await project_of(api)}/members"
    await api("PUT", path, {"user": "bo", "role": "viewer"})
    _, stored = await api("GET", "people/bo/data")
    assert [row["role"] for row in stored["members"]] == ["viewer"]
    assert stored["events"][0]["data"] == {"user": "bo", "role": "viewer"}
    _, done = await api("DELETE", "people/bo/data")
    assert (done["erased"]["members"], done["erased"]["events"]) == (1, 1)
    _, stored = await api("GET", "people/bo/data")
    assert not any(stored[name] for name in stored if name != "user")


async def test_P20_many_at_once_are_answered(api: Api) -> None:
    room = f"project:{await project_of(api)}"
    publishing = (
        api("POST", "publish", {"room": room, "event": "custom:x", "data": "x" * 50_000})
        for _ in range(40)
    )
    await asyncio.gather(*publishing)
    answers = await asyncio.gather(*(api("GET", "me/data") for _ in range(5)))
    assert all(len(stored["events"]) == 40 for _, stored in answers)
