"""Where and with what it was measured; nothing in here tells whose machine it is."""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

from .build import NODE

PYTHON_PACKAGES = (
    "jupyter_realtime",
    "jupyter_server",
    "tornado",
    "msgspec",
    "python-socketio",
    "aiohttp",
)
NODE_PACKAGES = ("ws", "socket.io")


def describe() -> dict[str, str]:
    """Tell processor, memory, kernel, and the version of everything that takes part.

    To be asked before the run, whose own load says nothing about the machine.
    """
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "load average before the run": f"{os.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in PYTHON_PACKAGES},
        "Node.js": _first_line("node", "--version"),
        **_node_versions(),
        "C compiler": _first_line("cc", "--version"),
    }


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _node_versions() -> dict[str, str]:
    packages = json.loads((NODE / "package-lock.json").read_text())["packages"]
    return {name: packages[f"node_modules/{name}"]["version"] for name in NODE_PACKAGES}


def _first_line(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[
        0
    ]
