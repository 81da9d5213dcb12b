"""`jupyter realtime migrate`, as somebody types it, on each kind of database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from jupyter_realtime.cli import main
from jupyter_realtime.cli.database import NEWEST
from jupyter_realtime.stores.postgres import SCHEMA
from tests.databases import KINDS
from tests.postgres import Postgres, postgres


@pytest.fixture(params=KINDS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where nothing is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/realtime.sqlite"
    server: Postgres = request.getfixturevalue("own_server")
    return server.url()


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """A PostgreSQL server without a schema of ours."""
    with postgres() as server:
        yield server


def typed(capsys: pytest.CaptureFixture[str], url: str, *words: str) -> tuple[int, str]:
    """Run the command; its exit code, and what it printed."""
    code = main(["migrate", *words, "--store-url", url])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_O10_a_database_is_made_and_brought_up_to_date_and_never_back(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = typed(capsys, store_url, "--check")
    assert (code, said) == (1, "There is no database yet: it will be made.\n")
    code, said = typed(capsys, store_url)
    assert (code, said) == (0, f"The database has shape {NEWEST}; it was new.\n")
    for words in ([], ["--check"], [NEWEST]):
        code, said = typed(capsys, store_url, *words)
        assert (code, said) == (0, f"The database has shape {NEWEST}, which is this version's.\n")
    code, said = typed(capsys, store_url, "0001")
    assert code == 2
    assert "restore a backup" in said and "secret" not in said
    code, said = typed(capsys, store_url, "9999")
    assert code == 2 and "Install the version" in said


def test_O10_a_newer_database_is_said_to_be_newer(
    own_server: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(capsys, own_server.url())[0] == 0

    async def make_newer() -> None:
        connection = await asyncpg.connect(own_server.url())
        await connection.execute(f"UPDATE {SCHEMA}.alembic_version SET version_num = '9000'")
        await connection.close()

    asyncio.run(make_newer())
    code, said = typed(capsys, own_server.url())
    assert (code, "of a newer version" in said) == (0, True)


def test_O10_a_database_that_cant_be_reached_is_said_to_be_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, said = typed(capsys, "postgresql://realtime:secret@127.0.0.1:1/nowhere")
    assert code == 2
    assert said.startswith("The database was not changed") and "secret" not in said
