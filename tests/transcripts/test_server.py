"""The server, held to transcripts of what it is asked and answers."""

from __future__ import annotations

import getpass
import json
from typing import Any

import pytest

from jupyter_realtime.server.runtime import Services
from tests.asyncapi import check_sent
from tests.builders import principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices, open_services
from tests.service.test_members import idle

from .reading import Frame, Placeholders, Step, transcripts

__all__ = ["open_services"]  # a fixture

TRANSCRIPTS = transcripts("server")
OWNER = principal(getpass.getuser())


class Replay:
    """The clients of a server, as a transcript has them."""

    def __init__(self, services: Services, names: Placeholders) -> None:
        self.services = services
        self.names = names
        self.clients: dict[str, Client] = {}
        self.read: dict[str, int] = {}

    async def step(self, step: Step) -> None:
        name = step.get("client", "")
        [(kind, value)] = [(kind, value) for kind, value in step.items() if kind != "client"]
        await getattr(self, kind)(name, value)

    async def connect(self, _: str, said: dict[str, Any]) -> None:
        name, person = said.get("client", ""), said["as"]
        self.clients[name] = Client(self.services, None if person is None else principal(person))
        self.read[name] = 0

    async def client_sends(self, name: str, frame: Frame) -> None:
        await self.client_sends_text(name, json.dumps(self.names.put_in(frame)))

    async def client_sends_text(self, name: str, text: str | dict[str, Any]) -> None:
        if isinstance(text, dict):
            # Too long to be written down.
            frame = {**text["frame"], "data": "x" * text["data_characters"]}
            text = json.dumps(self.names.put_in(frame))
        await self.clients[name].connection.receive(text)

    async def server_sends(self, name: str, frames: Frame | list[Frame]) -> None:
        expected = frames if isinstance(frames, list) else [frames]
        arrived = [await self.next(name) for _ in expected]
        for frame in expected:
            found = [a for a in arrived if self.names.match(frame, a)]
            assert found, f"{frame} did not arrive, but {arrived}"
            arrived.remove(found[0])

    async def next(self, name: str) -> Frame:
        client, number = self.clients[name], self.read[name]
        self.read[name] += 1
        frame = await client.until(
            lambda f: len(client.frames) > number and f is client.frames[number]
        )
        check_sent(frame, room_of(frame))
        return frame

    async def server_is_silent(self, _: str, __: bool) -> None:
        for name, client in self.clients.items():
            client.read()
            assert client.frames[self.read[name] :] == []

    async def server_closes(self, name: str, code: int) -> None:
        assert await self.clients[name].until_closed() == code


def room_of(frame: Frame) -> str | None:
    """In which channel it is said; what answers a request says its room by the request."""
    if frame["type"] == "reply" and "position" in frame:
        return "project:p"
    room: str | None = frame.get("room")
    return room


@pytest.mark.parametrize(
    "transcript", [t for _, t in TRANSCRIPTS], ids=[name for name, _ in TRANSCRIPTS]
)
async def test_the_server_says_what_the_transcript_has(
    transcript: dict[str, Any], open_services: OpenServices
) -> None:
    async with open_services(idle) as services:
        [project] = await services.projects.list(OWNER)
        _, document = await services.projects.document(OWNER, None, "a.py")
        rooms = {"$room": f"project:{project.id}", "$document": f"document:{document.id}"}
        replay = Replay(services, Placeholders(rooms))
        for number, step in enumerate(transcript["steps"], 1):
            try:
                await replay.step(step)
            except AssertionError as error:
                raise AssertionError(f"Step {number}, {step}: {error}") from error
        await replay.server_is_silent("", True)
