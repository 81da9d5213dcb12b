"""Key files: each is made once, whoever of several servers comes first, and only its owner reads it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """Read a key; make one if there is none.

    A file appears whole or not at all, under its own name: who reads it at that moment reads all of it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.draft")
    if not path.exists():
        try:
            draft.touch(mode=0o600, exist_ok=False)
            draft.write_bytes(make())
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
    return path.read_bytes()
