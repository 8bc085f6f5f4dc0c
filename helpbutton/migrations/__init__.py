"""Alembic migrations: the database's shape, step by step, on SQLite and PostgreSQL."""
