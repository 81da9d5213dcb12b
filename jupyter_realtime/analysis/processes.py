"""Child processes that can't outlive a run, touch the project, or be talked into running its code.

Rules
-----
1. Each runs in a session of its own, so that the whole group can be ended: TERM, then KILL.
2. Its working directory and home are an empty private folder, its environment is made anew, its input
   is closed (or a pipe of ours).
3. Programs are named by absolute path; nothing is looked up in a PATH that a project could extend.
4. Limits: address space, and time.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .detector import EngineError, Exit

ADDRESS_SPACE_BYTES = 2 * 1024**3
TERM_GRACE_SECONDS = 0.15
MAX_OUTPUT_BYTES = 64 * 1024 * 1024
_LAUNCH = str(Path(__file__).with_name("launch.py"))


def environment(scratch: Path) -> dict[str, str]:
    """Make an environment that knows nothing of ours."""
    return {
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def program(path: str, *arguments: str) -> list[str]:
    """Write the command line for a native program."""
    return [*_launcher(), "exec", path, *arguments]


def python_module(module: str, *arguments: str) -> list[str]:
    """Write the command line for a Python module of this environment."""
    spec = importlib.util.find_spec(module.partition(".")[0])
    if spec is None or not spec.submodule_search_locations:
        raise EngineError(f"The Python package {module} is not installed.")
    folder = str(Path(next(iter(spec.submodule_search_locations))).parent)
    return [*_launcher(), "module", folder, module, *arguments]


def _launcher() -> list[str]:
    return [sys.executable, "-I", _LAUNCH, str(ADDRESS_SPACE_BYTES)]


async def start(
    command: Sequence[str],
    scratch: Path,
    *,
    talks: bool = False,
    extra: Mapping[str, str] | None = None,
) -> asyncio.subprocess.Process:
    """Start a process; with `talks` its input is a pipe, and `extra` joins its environment."""
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=scratch,
        env=environment(scratch) | dict(extra or {}),
        stdin=asyncio.subprocess.PIPE if talks else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL if talks else asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=MAX_OUTPUT_BYTES,
    )


async def run(
    command: Sequence[str],
    scratch: Path,
    *,
    timeout_seconds: float,
    extra: Mapping[str, str] | None = None,
) -> Exit:
    """Run a program to its end; nothing is left of it, however this ends.

    Raises
    ------
    EngineError
        If it takes too long, or prints without end.
    """
    process = await start(command, scratch, extra=extra)
    try:
        stdout, stderr = await asyncio.wait_for(_read_all(process), timeout_seconds)
        code = await process.wait()
    except asyncio.TimeoutError:
        raise EngineError(f"It took longer than {timeout_seconds:.0f} s and was ended.") from None
    finally:
        await end(process)
    return Exit(code, stdout, stderr)


async def _read_all(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    if process.stdout is None or process.stderr is None:
        raise EngineError("The program was started without pipes.")
    stdout, stderr = await asyncio.gather(_read(process.stdout), _read(process.stderr))
    return stdout, stderr


async def _read(stream: asyncio.StreamReader) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := await stream.read(1 << 16):
        size += len(chunk)
        if size > MAX_OUTPUT_BYTES:
            raise EngineError(f"It printed more than {MAX_OUTPUT_BYTES >> 20} MB and was ended.")
        chunks.append(chunk)
    return b"".join(chunks)


async def end(process: asyncio.subprocess.Process) -> None:
    """End a process and its whole group, also when the caller is being cancelled."""
    ending = asyncio.ensure_future(_end(process))
    try:
        await asyncio.shield(ending)
    except asyncio.CancelledError:
        await ending
        raise


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), TERM_GRACE_SECONDS)
    # The leader may have gone and left others of its group.
    _signal_group(process.pid, signal.SIGKILL)
    await process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
