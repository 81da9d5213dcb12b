"""`jupyter realtime token`: a token for a program, the list of those there are, the end of one."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import words
from .exits import exit_code

if TYPE_CHECKING:
    from ..client.tokens import Token, Tokens

HELP = "make, list and revoke tokens for programs"
DESCRIPTION = """\
Makes a token with which a program may what its scopes name, and nothing else. Its text is
alone on standard output, this once:

  jupyter realtime token --label "nightly build" --scope publish:project:k3J9x > ci.token

A scope is a verb (read, state, publish, run, manage, announce), a colon and a room, in which
* stands for any text. A token never may more than a program of yours may, and ends no later
than the credential with which it was made.

The server is the one that started this kernel or terminal, or the one that shows the
current folder; elsewhere set JUPYTER_REALTIME_URL and JUPYTER_REALTIME_TOKEN.

exit codes:
  0  it is done
  2  it is not; the reason is printed
"""

USAGE = """\
%(prog)s --scope VERB:ROOM [--label TEXT] [--days DAYS | --ttl SECONDS]
       %(prog)s list [--json]
       %(prog)s revoke ID
"""

DEFAULT_LABEL = "Made in a terminal"
DAY_SECONDS = 24 * 3600
DEFAULT_DAYS = 30
# No server makes one that lives longer.
MAX_DAYS = 365


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--label", metavar="TEXT", help=f"what it is for (default: {DEFAULT_LABEL!r})"
    )
    parser.add_argument(
        "--scope", action="append", dest="scopes", metavar="VERB:ROOM",
        help="what it may, for example read:project:<id>; give it once for each",
    )  # fmt: skip
    lifetime = parser.add_mutually_exclusive_group()
    lifetime.add_argument(
        "--days", type=_days, dest="ttl_seconds", metavar="DAYS",
        help=f"how long it lives, {MAX_DAYS} at most (default: {DEFAULT_DAYS})",
    )  # fmt: skip
    lifetime.add_argument(
        "--ttl", type=_seconds, dest="ttl_seconds", metavar="SECONDS", help="the same in seconds"
    )
    actions = parser.add_subparsers(title="instead of making one", dest="action", metavar="ACTION")
    listing = actions.add_parser("list", help="list your tokens, without their text")
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    revoking = actions.add_parser("revoke", help="end a token, and its connections")
    revoking.add_argument(
        "id", metavar="ID", help="as in the list; write -- before one that begins with a hyphen"
    )
    # After the actions, whose own usage begins with what this one would say.
    parser.usage = USAGE


def _days(text: str) -> int:
    try:
        return _checked(round(float(text) * DAY_SECONDS))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days") from None


def _seconds(text: str) -> int:
    try:
        return _checked(int(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of seconds") from None


def _checked(seconds: int) -> int:
    if not 1 <= seconds <= MAX_DAYS * DAY_SECONDS:
        raise argparse.ArgumentTypeError(f"a token lives for 1 second to {MAX_DAYS} days")
    return seconds


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked for, and return the exit code."""
    return exit_code(arguments, _check, _run)


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what every server refuses, before one is looked for."""
    from ..core.errors import BadRequest
    from ..core.scopes import parse_scopes

    makes = arguments.action is None
    given = (arguments.label, arguments.scopes, arguments.ttl_seconds)
    if not makes and given != (None, None, None):
        raise BadRequest("--label, --scope, --days and --ttl are for a new token.")
    if makes and not arguments.scopes:
        raise BadRequest(
            "Say what the token may: --scope publish:project:<id>, for example. "
            "Realtime.connect().projects() tells the ids."
        )
    if makes:
        parse_scopes(arguments.scopes)
    if not (arguments.label or DEFAULT_LABEL).isprintable():
        raise BadRequest("A label has printable characters only.")


async def _run(arguments: argparse.Namespace) -> None:
    from ..client.discovery import find_server
    from ..client.rest import Rest
    from ..client.tokens import Tokens

    rest = Rest(find_server())
    tokens = Tokens(rest)
    try:
        if arguments.action == "list":
            await _list(tokens, as_json=arguments.json)
        elif arguments.action == "revoke":
            await tokens.revoke(arguments.id)
            print(f"The token {arguments.id} is revoked.", file=sys.stderr)
        else:
            await _make(tokens, arguments)
    finally:
        await rest.close()


async def _make(tokens: Tokens, arguments: argparse.Namespace) -> None:
    label = DEFAULT_LABEL if arguments.label is None else arguments.label
    ttl_seconds = arguments.ttl_seconds or DEFAULT_DAYS * DAY_SECONDS
    made = await tokens.make(label, arguments.scopes, ttl_seconds)
    separator = "-- " if made.id.startswith("-") else ""
    # First: should its text not arrive where it is written to, one knows how to end it.
    print(
        f"The token {made.id} may {', '.join(arguments.scopes)} until {_moment(made.expires)}. Its text "
        f"is shown this once. To end it: jupyter realtime token revoke {separator}{made.id}",
        file=sys.stderr,
        flush=True,
    )
    print(made.token, flush=True)


async def _list(tokens: Tokens, *, as_json: bool) -> None:
    from ..core.codec import encode

    found = await tokens.all()
    if as_json:
        print(encode(found).decode())
        return
    for line in _table([("ID", "LABEL", "ENDS", "MAY"), *map(_row, found)]):
        print(line)


def _row(token: Token) -> tuple[str, str, str, str]:
    may = "all that a program of yours may" if token.scopes is None else ", ".join(token.scopes)
    return token.id, words.clean(token.label), _end(token), words.clean(may)


def _end(token: Token) -> str:
    from ..core.times import unix_seconds

    if token.revoked is not None:
        return "revoked"
    return "over" if unix_seconds(token.expires) <= time.time() else _moment(token.expires)


def _moment(text: str) -> str:
    return f"{text[:16].replace('T', ' ')} UTC"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = (zip(row, widths, strict=True) for row in rows)
    return ["  ".join(cell.ljust(width) for cell, width in row).rstrip() for row in padded]
