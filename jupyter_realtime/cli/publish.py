"""`jupyter realtime publish`: an event of one's own, from a script or a terminal."""

from __future__ import annotations

import argparse
import sys
import uuid
from typing import Any

HELP = "publish an event of your own"
DESCRIPTION = """\
Appends an event of your own to the log of a project or a run, and prints its position as
JSON when it is on disk. Whoever listens gets it once, also after a reconnect.

  jupyter realtime publish custom:metric '{"loss": 0.25}'
  jupyter realtime publish custom:stage '"done"'          # a text has quotes of its own
  jq .summary report.json | jupyter realtime publish custom:report -

The server is the one that started this kernel or terminal, or the one that shows the
current folder; elsewhere set JUPYTER_REALTIME_URL and JUPYTER_REALTIME_TOKEN.

exit codes:
  0  the event is there
  2  it is not, or no one knows; the reason is printed
"""

TROUBLE = 2
STANDARD_INPUT = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("event", metavar="EVENT", help="custom:<name>")
    parser.add_argument(
        "data", nargs="?", metavar="DATA",
        help="JSON, or - to read it from standard input (default: null)",
    )  # fmt: skip
    parser.add_argument(
        "--room", metavar="ROOM",
        help="project:<id> or analysis:<run> (default: the project of the current folder)",
    )  # fmt: skip
    parser.add_argument(
        "--key", metavar="KEY",
        help="under the same key the event is there once, however often this is repeated",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Publish, and return the exit code."""
    import json

    from ..client.blocking import Realtime
    from ..core.errors import RealtimeError

    key = uuid.uuid4().hex if arguments.key is None else arguments.key
    try:
        _check(arguments.event, arguments.room, key)
        data = _read(arguments.data)
        with Realtime.connect() as rt:
            position = rt.publish(arguments.event, data, room=arguments.room, key=key)
    except RealtimeError as error:
        print(error.message, file=sys.stderr)
        return TROUBLE
    except TimeoutError as error:
        print(
            f"{error} The event may be there or not; with --key {key} it can be published again "
            "and is there once.",
            file=sys.stderr,
        )
        return TROUBLE
    print(json.dumps(position))
    return 0


def _check(event: str, room: str | None, key: str) -> None:
    """Refuse what every server refuses, before anything is read or looked for."""
    from ..core.codec import check_key
    from ..core.errors import BadRequest
    from ..core.events import check_published
    from ..core.rooms import RoomKind, RoomName

    # Without a room it will be a project's, whichever.
    check_published(event, RoomName(RoomKind.PROJECT, "") if room is None else RoomName.parse(room))
    check_key(key)
    if not key.isprintable():
        raise BadRequest("KEY has characters that nobody can type.")


def _read(text: str | None) -> Any:
    from ..core.codec import decode_json
    from ..core.errors import BadRequest

    if text is None:
        return None
    try:
        return decode_json(sys.stdin.buffer.read() if text == STANDARD_INPUT else text)
    except BadRequest as error:
        raise BadRequest(f"DATA: {error.message}") from None
