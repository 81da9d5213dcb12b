"""What nobody has changed is not looked at again, and what was kept never lies."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_realtime.analysis.cache import Cache, project_cache
from jupyter_realtime.analysis.runner import Runner, RunRequest
from tests.sample.running import Outcome

FAULTY = "x = 1\nprint(x is 'a')\n"
FAST = ["correctness", "hidden-state", "security"]


def run(root: Path, cache: Path, detectors: list[str] = FAST) -> Outcome:
    async def go() -> Outcome:
        outcome = Outcome()
        runner = Runner(cache=cache)
        try:
            await runner.run(RunRequest(root, [], detectors, {}), outcome, asyncio.Event())
        finally:
            await runner.close()
        return outcome

    return asyncio.run(go())


def told(outcome: Outcome) -> set[tuple[str, str, str, int, str]]:
    return {(i.detector, i.rule, i.path, i.line, i.fingerprint) for i in outcome.found}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for name in "abc":
        (root / f"{name}.py").write_text(FAULTY)
    return root


def test_A9_an_unchanged_file_is_not_looked_at_again(root: Path, tmp_path: Path) -> None:
    cold = run(root, tmp_path / "cache", [*FAST, "types"])
    warm = run(root, tmp_path / "cache", [*FAST, "types"])
    assert told(warm) == told(cold) != set()
    assert warm.lanes == cold.lanes and warm.lanes["correctness"].done == 3
    assert not {i.id for i in warm.found} & {i.id for i in cold.found}


def test_A9_only_what_was_edited_is_looked_at(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(root, tmp_path / "cache")
    looked_at: list[str] = []
    keep = Cache.keep

    def note(cache: Cache, key: str, copy: object) -> None:
        looked_at.append(key.split()[-1])
        keep(cache, key, copy)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(Cache, "keep", note)
    (root / "b.py").write_text("x = 1\n")
    warm = run(root, tmp_path / "cache")
    assert looked_at == ["b.py"]
    assert {i.path for i in warm.found} == {"a.py", "c.py"}


def test_A9_changed_settings_hold_at_once(root: Path, tmp_path: Path) -> None:
    run(root, tmp_path / "cache")
    (root / "pyproject.toml").write_text("[tool.jupyter-realtime.severity]\nF632 = 'info'\n")
    warm = run(root, tmp_path / "cache")
    assert {i.severity for i in warm.found if i.rule == "F632"} == {"info"}


@pytest.mark.parametrize("ruin", [b"", b"nonsense" * 1000, None])
def test_A9_a_ruined_cache_costs_nothing_but_time(
    root: Path, tmp_path: Path, ruin: bytes | None
) -> None:
    cold = run(root, tmp_path / "cache")
    folder = project_cache(tmp_path / "cache", root)
    for file in folder.glob("results.sqlite3*"):
        file.unlink()
    if ruin is None:
        (folder / "results.sqlite3").mkdir()
    else:
        (folder / "results.sqlite3").write_bytes(ruin)
    assert told(run(root, tmp_path / "cache")) == told(cold)


def test_A9_what_cannot_be_decoded_is_not_known(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.open()
    cache._write([("k", b"\xc1 no msgpack"), ("wrong", b"\x91\x01")])
    assert cache.results(["k", "wrong", "none"]) == {}
    assert cache.find("k") is None
    cache.close()
    assert cache.results(["k"]) == {}
