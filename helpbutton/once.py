"""Rows of which there is one, written by whoever comes first."""

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from helpbutton.db import Model, dialect_of, insert_into


def add_once(session: Session, model: type[Model], **values: Any) -> bool:
    """Insert a row in the caller's transaction; False, and nothing is done, where one with its key is there."""
    row = insert_into(model, dialect_of(session)).values(**values)
    added = row.on_conflict_do_nothing().returning(*inspect(model).primary_key)
    return session.execute(added).first() is not None
