"""Inboxes under faults, with another seed each time; and the checker sees what it looks for."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from jupyter_realtime.core.notifications import Notice
from jupyter_realtime.ports import Change
from jupyter_realtime.stores.sqlite import SqliteStore
from tests.builders import notice
from tests.faults import inbox_world
from tests.faults.history import Violation
from tests.faults.inbox_episode import run_inboxes
from tests.faults.soak import SEEDS

CAUSES, FAULTS = 300, 60


def test_N1_N2_N3_N4_nothing_is_lost_or_told_twice_and_all_badges_agree() -> None:
    seed = int(os.environ.get("INBOX_SEED") or random.SystemRandom().randrange(SEEDS))
    print(f"INBOX_SEED={seed}")
    faults = run_inboxes(seed, CAUSES, FAULTS)
    assert faults.total() >= FAULTS
    assert all(faults[kind] for kind in ("stall", "hints", "kill", "stop", "full disk"))


def test_N2_a_seed_leads_to_the_same_run_again() -> None:
    assert run_inboxes(1, 60, 12) == run_inboxes(1, 60, 12)


def test_N2_who_would_tell_a_cause_twice_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_dedupe(title: str, *, dedupe: str, **fields: Any) -> Notice:
        return notice(title, **fields)

    monkeypatch.setattr(inbox_world, "notice", without_dedupe)
    with pytest.raises(Violation, match="one key at two positions"):
        run_inboxes(1, 60, 12)


def test_N3_who_would_read_what_nobody_has_seen_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def everything(up_to: int | None = None, **fields: Any) -> Change:
        return Change(**fields)

    monkeypatch.setattr(inbox_world, "Change", everything)
    with pytest.raises(Violation, match="has not seen"):
        run_inboxes(3, 100, 20)


def test_N4_a_tab_that_is_told_late_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def blind(_store: SqliteStore) -> None:
        """Look at nothing that another server has written."""

    monkeypatch.setattr(SqliteStore, "_watch", blind)
    with pytest.raises(Violation, match="tabs show"):
        run_inboxes(24, 60, 12)
