"""What people are told about the end of a run, in words: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

import msgspec

from .actors import SYSTEM_ACTOR, Actor
from .issues import SEVERITIES, Analysis, Counts, Issue
from .notifications import MAX_MESSAGE_CHARACTERS, MAX_URL_CHARACTERS, Notice, NotificationType

# Worth a word of their own, wherever one is.
ALARMING = ("critical", "high")
# A person's attention is for the worst; the rest is in the panel.
ISSUES_NAMED = 3
MAX_TARGET_CHARACTERS = 100
MAX_ISSUE_CHARACTERS = 300
MAX_ERROR_CHARACTERS = 1000

_TYPES: dict[str, NotificationType] = {
    "succeeded": "success",
    "partial": "warning",
    "failed": "error",
}


_GRAVITY: tuple[NotificationType, ...] = ("info", "success", "warning", "error")


def end_notice(
    run: Analysis, actor: Actor, project: str, folder: str, *, quiet: bool = False
) -> Notice | None:
    """Say how a run ended; None where its starter knows: they, or a newer run of theirs, ended it.

    Parameters
    ----------
    project
        The project's name.
    folder
        The project's, below the folder that the server shows; empty for that folder itself.
    quiet
        Whether only a failure is news: also a detector that is not installed would be missed at every save.
    """
    if run.state not in _TYPES or (quiet and run.state != "failed"):
        return None
    name = target(run.paths, project)
    return Notice(
        type=_TYPES[run.state],
        category="analysis",
        title=f"The analysis of {name} {'failed' if run.state == 'failed' else 'is done'}",
        message=_outcome(run),
        group=f"run:{run.id}",
        dedupe=f"run:{run.id}",
        reason=_reason(actor),
        actor=SYSTEM_ACTOR,
        action_url=page_of(folder, run.paths[0] if len(run.paths) == 1 else ""),
        project=run.project,
    )


def issues_notice(
    run: Analysis, found: Sequence[Issue], actor: Actor, project: str, folder: str
) -> Notice | None:
    """Say what a run has found that is new and grave; None where that is nothing."""
    grave = [issue for issue in found if is_alarming(issue)]
    if not grave:
        return None
    grave.sort(key=lambda issue: ALARMING.index(issue.severity))
    counts = Counts.of(issue.severity for issue in grave)
    return Notice(
        type="error" if counts.critical else "warning",
        category="issues",
        title=f"{_counted(counts)} in {target(run.paths, project)}",
        message="\n".join(_lines(grave)),
        group=f"issues:{run.id}",
        dedupe=f"issues:{run.id}",
        reason=_reason(actor),
        actor=SYSTEM_ACTOR,
        action_url=page_of(folder, grave[0].path),
        project=run.project,
    )


def with_end(found: Notice, end: Notice) -> Notice:
    """Say with what a run has found how it ended, so that one notice tells both."""
    return msgspec.structs.replace(
        found,
        type=max(found.type, end.type, key=_GRAVITY.index),
        message=f"{found.message}\n{end.title}. {end.message}"[:MAX_MESSAGE_CHARACTERS],
    )


def is_alarming(issue: Issue) -> bool:
    """Whether an issue is grave, and was not known before."""
    is_new = issue.status in ("new", "regressed") and issue.since_baseline != "known"
    return is_new and issue.severity in ALARMING


def target(paths: Sequence[str], project: str) -> str:
    """Name what a run is about: its file or folder, how many there are, or the project."""
    if len(paths) > 1:
        return f"{len(paths)} paths of {_plain(project)}"
    path = paths[0].strip("/") if paths else ""
    return _plain(path if path not in ("", ".") else project)


def page_of(folder: str, path: str) -> str:
    """Make the address of JupyterLab with a file or folder open, if it is not too long for one."""
    parts = [part for part in f"{folder}/{path}".split("/") if part not in ("", ".")]
    address = f"/lab/tree/{quote('/'.join(parts))}"
    return address if parts and len(address) <= MAX_URL_CHARACTERS else "/lab"


def _outcome(run: Analysis) -> str:
    counted = _counted(run.counts)
    if run.state == "failed":
        why = (run.error or "The log of the server says how.")[:MAX_ERROR_CHARACTERS]
        return f"{why} So far: {counted}."
    broken = [lane.name for lane in run.detectors if lane.state == "failed"]
    missing = f" These detectors failed: {', '.join(broken)}." if broken else ""
    return f"{counted[:1].upper()}{counted[1:]}.{missing}"


def _counted(counts: Counts) -> str:
    some = [f"{number:,} {name}" for name in SEVERITIES if (number := getattr(counts, name))]
    if not some:
        return "no issues"
    words = some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}"
    return f"{words} {'issue' if counts.total == 1 else 'issues'}"


def _lines(issues: Sequence[Issue]) -> Iterable[str]:
    for issue in issues[:ISSUES_NAMED]:
        cell = "" if issue.cell is None else f", cell {issue.cell.index + 1}"
        words = f"{_plain(issue.path)}{cell}, line {issue.line}: {issue.message}"
        yield " ".join(words.split())[:MAX_ISSUE_CHARACTERS]
    if len(issues) > ISSUES_NAMED:
        yield f"… and {len(issues) - ISSUES_NAMED:,} more."


def _reason(actor: Actor) -> str:
    whose = "You" if actor.kind == "human" else "A program of yours"
    return f"{whose} started this analysis."


def _plain(name: str) -> str:
    """Write a name as one short line; of a long path the end says most."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return line if len(line) <= MAX_TARGET_CHARACTERS else f"…{line[1 - MAX_TARGET_CHARACTERS :]}"
