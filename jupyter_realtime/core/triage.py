"""What people decide about issues, and how an issue is known again: pure rules, without a store.

Rules
-----
1. An issue is known by its detector, its fingerprint and its path. Within a file the fingerprint decides,
   so it is the same issue after its cell was moved, split or given another id.
2. Across files it is the same if the file where it was known is gone: it was renamed, or its cell has
   moved to another notebook. A copy that was known beside it stays another.
3. `fixed` is said only of what a detector has looked at: not of files that it could not read, that are
   left out, or that it did not come to.
4. Who dismisses an issue gives a reason; it stays dismissed until somebody takes that back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from .actors import Actor
from .issues import Issue, IssueStatus, SinceBaseline

MAX_REASON_CHARACTERS = 1000
MAX_BASELINE_NAME_CHARACTERS = 100

# Detector, fingerprint, path.
IssueKey = tuple[str, str, str]


class Dismissal(msgspec.Struct, frozen=True, kw_only=True):
    """An issue that somebody has dismissed, and why."""

    fingerprint: str
    path: str
    rule: str
    detector: str
    reason: str
    actor: Actor
    created_at: str


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """The issues of a run under a name, so that "new since then" can be asked; `count` of them."""

    name: str
    analysis: str
    count: int
    actor: Actor
    created_at: str


def key_of(issue: Issue) -> IssueKey:
    """Name an issue."""
    return issue.detector, issue.fingerprint, issue.path


def is_excluded(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path is left out by patterns of files or folders."""
    return any(
        fnmatchcase(path, pattern) or path.startswith(f"{pattern.rstrip('/*')}/")
        for pattern in patterns
    )


def is_below(path: str, paths: Sequence[str]) -> bool:
    """Whether a file is one of these paths, or lies below one; nothing or a dot is the whole project."""
    return not paths or any(
        below in ("", ".") or path == below or path.startswith(f"{below}/") for below in paths
    )


class Memory:
    """What is known of a project's issues before and during one run.

    Parameters
    ----------
    standing
        Whether each known issue is still open.
    dismissed
        Fingerprints and paths of dismissed issues.
    baseline
        Those of the baseline that the run is compared with; None where there is none.
    is_gone
        Whether there is no such file any more.
    """

    def __init__(
        self,
        standing: Mapping[IssueKey, bool],
        dismissed: Iterable[tuple[str, str]],
        baseline: Iterable[tuple[str, str]] | None,
        is_gone: Callable[[str], bool],
    ) -> None:
        self._standing = dict(standing)
        self._is_gone = is_gone
        self._dismissed = _by_fingerprint(dismissed)
        self._baseline = None if baseline is None else _by_fingerprint(baseline)
        self._paths: dict[tuple[str, str], set[str]] = {}
        for detector, fingerprint, path in standing:
            self._paths.setdefault((detector, fingerprint), set()).add(path)
        self._seen: set[IssueKey] = set()
        self._moved: list[IssueKey] = []

    def judge(self, issue: Issue) -> Issue:
        """Give an issue that was found its status, and remember that it was seen."""
        return msgspec.structs.replace(
            issue, status=self._status(issue), since_baseline=self._since_baseline(issue)
        )

    def take_moved(self) -> list[IssueKey]:
        """Tell where issues were known that were found elsewhere since the last call."""
        moved, self._moved = self._moved, []
        return moved

    def gone(self, issue: Issue, new_id: str) -> Issue:
        """Tell an issue that was known once more, as fixed."""
        return msgspec.structs.replace(
            issue, id=new_id, status="fixed", since_baseline=self._since_baseline(issue)
        )

    def _status(self, issue: Issue) -> IssueStatus:
        known = self._known_as(issue)
        self._seen |= {key_of(issue)} | ({known} if known else set())
        if known is not None and known != key_of(issue):
            self._moved.append(known)
        if self._is_dismissed(issue):
            return "dismissed"
        if known is None:
            return "new"
        return "ongoing" if self._standing[known] else "regressed"

    def _is_dismissed(self, issue: Issue) -> bool:
        if self._standing.get(key_of(issue)):
            # Open here all the time: whoever dismissed a copy that is gone has not meant this one.
            return issue.path in self._dismissed.get(issue.fingerprint, ())
        return self._holds(self._dismissed, issue)

    def _known_as(self, issue: Issue) -> IssueKey | None:
        key = key_of(issue)
        if key in self._standing:
            return key
        others = self._paths.get((issue.detector, issue.fingerprint), ())
        moved = [path for path in sorted(others) if self._is_gone(path)]
        return (issue.detector, issue.fingerprint, moved[0]) if moved else None

    def _since_baseline(self, issue: Issue) -> SinceBaseline:
        if self._baseline is None:
            return None
        return "known" if self._holds(self._baseline, issue) else "new"

    def _holds(self, known: Mapping[str, set[str]], issue: Issue) -> bool:
        paths = known.get(issue.fingerprint, set())
        return issue.path in paths or any(self._is_gone(path) for path in paths)

    def fixed(
        self,
        detector: str,
        paths: Sequence[str],
        unfinished: Iterable[str] = (),
        excluded: Sequence[str] = (),
    ) -> list[IssueKey]:
        """Tell which open issues a detector would have found again, and did not.

        What was found in another file is not fixed where its old file is gone: it has moved.
        """
        left_out = set(unfinished)
        found = {key[:2] for key in self._seen}
        return sorted(
            key
            for key, is_open in self._standing.items()
            if is_open
            and key[0] == detector
            and key not in self._seen
            and not (key[:2] in found and self._is_gone(key[2]))
            and is_below(key[2], paths)
            and key[2] not in left_out
            and not is_excluded(key[2], excluded)
        )


def _by_fingerprint(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for fingerprint, path in pairs:
        found.setdefault(fingerprint, set()).add(path)
    return found
