"""The first thing in a child process: limits, and an end together with its parent.

Run as a file with `python -I`, so that neither the environment nor the working directory can bring in
anything. It then becomes the program, or runs a module:

    launch.py BYTES exec PROGRAM ARGUMENTS…
    launch.py BYTES module FOLDER MODULE ARGUMENTS…

`FOLDER` is where the module's package lies, for installations that `-I` does not see (a user's own site);
it comes last on the path, so nothing in it can shadow the standard library.
"""

import contextlib
import os
import runpy
import sys


def _limit(address_space_bytes: int) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (address_space_bytes, address_space_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _die_with_parent() -> None:
    # Linux: a server that is killed can't clean up, so the kernel does (prctl(2), PR_SET_PDEATHSIG).
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, AttributeError):
            import ctypes
            import signal

            ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _main() -> None:
    _, limit, how, first, *rest = sys.argv
    _limit(int(limit))
    _die_with_parent()
    if how == "exec":
        os.execv(first, [first, *rest])
    module, *arguments = rest
    if first not in sys.path:
        sys.path.append(first)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main()
