"""What has to be made before anything can be measured: two C programs, and Node's packages."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NODE = HERE / "node"
BUILT = ROOT / "build" / "bench"
COMPILE = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-o"]
SOURCES = {
    "epoll_broadcaster": ["epoll_broadcaster.c", "websocket.c"],
    "load": ["load.c", "connections.c", "settings.c", "websocket.c"],
}


def program(name: str) -> Path:
    """Compile a program, if a source of it is newer."""
    made = BUILT / name
    newest = max(path.stat().st_mtime for path in (HERE / "c").iterdir())
    if not made.exists() or made.stat().st_mtime < newest:
        if shutil.which(COMPILE[0]) is None:
            raise SystemExit("A C compiler is needed for the benchmark: install gcc.")
        BUILT.mkdir(parents=True, exist_ok=True)
        sources = [str(HERE / "c" / source) for source in SOURCES[name]]
        # Two runs may compile at once: each puts a whole program in place.
        half_made = made.with_name(f"{name}.{id(made)}")
        subprocess.run([*COMPILE, str(half_made), *sources], check=True)
        half_made.replace(made)
    return made


def node_packages() -> Path:
    """Install what the Node servers need; returns their folder."""
    if not (NODE / "node_modules" / ".package-lock.json").exists():
        if shutil.which("npm") is None:
            raise SystemExit("Node.js with npm is needed to compare with ws and Socket.IO.")
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=NODE, check=True
        )
    return NODE
