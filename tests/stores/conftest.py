"""The contract suites run on each database, whatever is one's own on its own."""

from tests.databases import open_postgres, open_sqlite, open_store, postgres_server

__all__ = ["open_postgres", "open_sqlite", "open_store", "postgres_server"]
