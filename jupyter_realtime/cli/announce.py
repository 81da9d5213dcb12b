"""`jupyter realtime announce`: tell everybody something, and when the server will stop."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import datetime, timedelta
from typing import Any, get_args

from ..core.notifications import NotificationType
from . import words
from .exits import exit_code

HELP = "tell everybody something"
DESCRIPTION = """\
Tells everybody something who is known to the server, and whoever comes by before it expires:
it rings in their open pages and stays in their inboxes. It is for admins: who started the
server on this machine, and those in RealtimeConfig.admins.

  jupyter realtime announce "New GPUs" --message "Two more, from Monday on."
  jupyter realtime announce --server-stops 18:00
  jupyter realtime announce --server-stops 30m --message "A new disk is built in."

A time is a time of the day (18:00), a while from now (30m, 2h, 3d), or a date and a time
(2026-11-23T18:00, with an offset where it is not this machine's zone).

The server is the one that started this kernel or terminal, or the one that shows the
current folder; elsewhere set JUPYTER_REALTIME_URL and JUPYTER_REALTIME_TOKEN.

exit codes:
  0  it is done
  2  it is not; the reason is printed
"""

USAGE = """\
%(prog)s TITLE [--message TEXT] [--type TYPE] [--expires TIME]
       %(prog)s --server-stops TIME [--message TEXT]
       %(prog)s --list
       %(prog)s --take-back ID
"""

SAVE_YOUR_WORK = "Save your work before: kernels and terminals end then."
_WHILE = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("title", nargs="?", metavar="TITLE", help="what it is about, in a line")
    parser.add_argument("--message", metavar="TEXT", help="what more there is to say")
    parser.add_argument(
        "--type", choices=get_args(NotificationType), help="how it looks (default: info)"
    )
    parser.add_argument(
        "--expires", metavar="TIME", type=_time,
        help="until when it is told to those who come by (default: while notifications are kept)",
    )  # fmt: skip
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--server-stops", metavar="TIME", type=_time,
        help="announce when the server will stop; nothing but you stops it then",
    )  # fmt: skip
    instead.add_argument("--list", action="store_true", help="list what was announced")
    instead.add_argument(
        "--take-back", metavar="ID",
        help="end an announcement: it leaves the inboxes that it is in",
    )  # fmt: skip
    parser.usage = USAGE


def _time(text: str) -> datetime:
    """Read a time as people write it, in this machine's zone where it names none."""
    now = datetime.now().astimezone()
    span, of_day = _WHILE.fullmatch(text), _TIME_OF_DAY.fullmatch(text)
    try:
        if span:
            return now + timedelta(**{_UNITS[span[2]]: int(span[1])})
        if of_day:
            return _next(now, int(of_day[1]), int(of_day[2]))
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time; write one like 18:00, 30m or 2026-11-23T18:00"
        ) from None


def _next(now: datetime, hour: int, minute: int) -> datetime:
    """Find when a clock on the wall shows this next, also where it is put back or forward before."""
    for day in (0, 1):
        wall = datetime(now.year, now.month, now.day, hour, minute) + timedelta(days=day)
        if (moment := wall.astimezone()) > now:
            return moment
    raise ValueError("no such time within a day")


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked for, and return the exit code."""
    return exit_code(arguments, _check, _run)


def _check(arguments: argparse.Namespace) -> None:
    from ..core.errors import BadRequest

    tells = not (arguments.list or arguments.take_back)
    given = (arguments.title, arguments.message, arguments.type, arguments.expires)
    if not tells and given != (None, None, None, None):
        raise BadRequest("--list and --take-back take nothing else.")
    if tells and (arguments.title is None) == (arguments.server_stops is None):
        raise BadRequest("Say TITLE, or when the server stops: --server-stops 18:00.")
    if arguments.server_stops is not None and arguments.expires is not None:
        raise BadRequest("That the server stops expires when it does.")


async def _run(arguments: argparse.Namespace) -> None:
    from ..client.discovery import as_its_owner, find_server
    from ..client.rest import Rest

    rest = Rest(as_its_owner(find_server()))
    try:
        if arguments.list:
            await _list(rest)
        elif arguments.take_back:
            await rest.delete(f"announcements/{_path_part(arguments.take_back)}")
            print(f"{words.clean(arguments.take_back)} is taken back.", file=sys.stderr)
        else:
            made = await rest.post("announcements", announcement(arguments))
            reached = f"{made['told']} {'person' if made['told'] == 1 else 'people'}"
            print(
                f"Announced to {reached} so far. To end it: jupyter realtime announce "
                f"--take-back={made['id']}",
                file=sys.stderr,
            )
            print(made["id"])
    finally:
        await rest.close()


def announcement(arguments: argparse.Namespace) -> dict[str, Any]:
    """Write what the command line says as the server takes it."""
    stops: datetime | None = arguments.server_stops
    expires: datetime | None = stops or arguments.expires
    return {
        "title": arguments.title if stops is None else f"The server will stop {when(stops)}",
        "message": arguments.message or ("" if stops is None else SAVE_YOUR_WORK),
        "type": arguments.type or ("info" if stops is None else "warning"),
        "expires": None if expires is None else expires.isoformat(timespec="milliseconds"),
    }


def when(moment: datetime) -> str:
    """Say when something is, for people who may read it elsewhere, and on another day."""
    today = datetime.now().astimezone().date()
    day = "" if moment.date() == today else f"on {moment:%Y-%m-%d} "
    offset = moment.isoformat(timespec="minutes")[-6:]
    return f"{day}at {moment:%H:%M} (UTC{offset})"


def _path_part(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


async def _list(rest: Any) -> None:
    async for one in rest.items("announcements"):
        end = (
            "" if one["expires"] is None else f"  until {one['expires'][:16].replace('T', ' ')} UTC"
        )
        print(f"{one['id']}  {one['created_at'][:10]}  {words.clean(one['title'])}{end}")
