"""How a verb ends that asks a server for something: with 0 where it is done, else with a reason and 2."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Coroutine
from typing import Any

DONE, TROUBLE = 0, 2


def exit_code(
    arguments: argparse.Namespace,
    check: Callable[[argparse.Namespace], None],
    do: Callable[[argparse.Namespace], Coroutine[Any, Any, None]],
) -> int:
    """Do what is asked for, and return the exit code.

    Parameters
    ----------
    check
        Refuses what needs no server to be refused.
    """
    import asyncio

    from ..core.errors import RealtimeError

    try:
        check(arguments)
        asyncio.run(do(arguments))
    except RealtimeError as error:
        print(error.message, file=sys.stderr)
        return TROUBLE
    return DONE
