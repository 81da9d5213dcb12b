"""What the engines' own rules mean, in the words of the engines that are installed here.

Runs in a process of its own (`python -m … <detector> <rule>` prints the text): engines are no guests of a
server's process.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable

MAX_CHARACTERS = 600
_SECTION = re.compile(r"^## (What it does|Why is this bad\?)\n(.*?)(?=^## |\Z)", re.M | re.S)
_LINK = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])?")


def of_ruff(rule: str) -> str | None:
    """Take from ruff's page what a rule does, and why."""
    from ..detectors.correctness import ruff

    command = [ruff(), "rule", rule, "--output-format=json"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=10)
    if done.returncode != 0:
        return None
    sections = _SECTION.findall(json.loads(done.stdout)["explanation"])
    return " ".join(_LINK.sub(r"\1", first_paragraph(text)) for _, text in sections)


def of_bandit(rule: str) -> str | None:
    """Take the first paragraph of the page of a plugin, or what a list of calls says."""
    from bandit.core import extension_loader

    manager = extension_loader.Manager()
    plugin = manager.plugins_by_id.get(rule)
    if plugin is not None:
        page = importlib.import_module(plugin.plugin.__module__).__doc__ or ""
        # Under the heading, which is a line between two of `=`.
        return first_paragraph(page.rpartition("===\n")[2])
    listed = manager.blacklist_by_id.get(rule)
    return None if listed is None else str(listed["message"])


def of_mypy(rule: str) -> str | None:
    """Take mypy's own word for an error code."""
    from mypy.errorcodes import error_codes

    code = error_codes.get(rule)
    return None if code is None else f"{code.description}."


BY_DETECTOR: dict[str, Callable[[str], str | None]] = {
    "correctness": of_ruff,
    "data-science": of_ruff,
    "security": of_bandit,
    "types": of_mypy,
}


def first_paragraph(text: str) -> str:
    """Take it, in one line, and no more than somebody reads beside a finding."""
    paragraph = " ".join(text.strip().partition("\n\n")[0].replace("``", "`").split())
    if len(paragraph) <= MAX_CHARACTERS:
        return paragraph
    return f"{paragraph[:MAX_CHARACTERS].rsplit(' ', 1)[0]} …"


if __name__ == "__main__":
    sys.stdout.write(BY_DETECTOR[sys.argv[1]](sys.argv[2]) or "")
