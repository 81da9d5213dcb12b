"""`security`: bandit, in a worker process."""

from __future__ import annotations

from typing import Any

from ...core.issues import Severity
from ..detector import WorkerDetector
from ..findings import Finding
from ..shadow.model import ShadowFile
from .secret_shapes import is_placeholder

_RATING: dict[tuple[str, str], Severity] = {
    ("HIGH", "HIGH"): "critical",
    ("HIGH", "MEDIUM"): "high",
    ("HIGH", "LOW"): "medium",
    ("MEDIUM", "HIGH"): "high",
    ("MEDIUM", "MEDIUM"): "medium",
    ("MEDIUM", "LOW"): "low",
}
# Not a defect by itself, in a notebook least of all: `assert` (B101), seedable randomness (B311), that
# pickle or subprocess is imported (B403, B404), and a subprocess without a shell (B603, B607).
SKIP = ["B101", "B311", "B403", "B404", "B603", "B607"]
# They ask to look whether an address or a file may be trusted, and know nothing against it: any download
# (B310), and a model of Hugging Face without the hash of a revision (B615).
_ONLY_ASK = frozenset({"B310", "B615"})
# Bandit's words end with the password itself, which must not be shown or kept.
_QUOTING = frozenset({"B105", "B106", "B107"})


class Security(WorkerDetector):
    """Shell injection, weak hashes, unsafe loading, requests without a timeout, and the like."""

    name = "security"
    title = "Security"
    description = (
        "Code that lets an attacker in: shell injection, unsafe loading, weak cryptography."
    )
    engine = "bandit"
    modules = ("bandit",)
    distributions = ("bandit",)
    revision = 2
    default_cost = 0.003

    def check(self, file: ShadowFile) -> list[Finding]:
        """Run bandit's tests over a file."""
        from bandit.core.config import BanditConfig
        from bandit.core.manager import BanditManager

        manager = BanditManager(BanditConfig(), "file", profile={"exclude": SKIP})
        manager.discover_files([str(file.python)])
        manager.run_tests()
        return [
            _finding(found, file)
            for found in manager.get_issue_list()
            if not (found.test_id in _QUOTING and is_placeholder(_quoted(found)))
        ]


def _finding(found: Any, file: ShadowFile) -> Finding:
    return Finding(
        path=file.path,
        rule=found.test_id,
        severity=_severity(found),
        message=_message(found),
        line=found.lineno,
        column=found.col_offset + 1,
        end_line=found.lineno if found.end_col_offset > found.col_offset else None,
        end_column=found.end_col_offset + 1 if found.end_col_offset > found.col_offset else None,
        url=_url(found),
    )


def _quoted(found: Any) -> str:
    return str(found.text).partition(": ")[2].strip("'")


def _message(found: Any) -> str:
    if found.test_id not in _QUOTING:
        return str(found.text)
    return "A password stands in the code: read it from the environment, and replace it."


def _severity(found: Any) -> Severity:
    rated = _RATING.get((found.severity, found.confidence), "low")
    return "low" if found.test_id in _ONLY_ASK else rated


def _url(found: Any) -> str | None:
    cwe = found.cwe.link() if found.cwe else ""
    return cwe or None
