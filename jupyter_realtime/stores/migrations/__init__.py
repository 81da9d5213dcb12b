"""Alembic's folder: how a database came from one shape to the next."""
