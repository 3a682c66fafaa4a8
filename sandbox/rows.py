"""Rows of the database: the one that a query finds, and the JSON in it."""

from __future__ import annotations

import json
import sqlite3
from typing import TypeVar

from .protocol import JsonObject, not_found

_T = TypeVar("_T")


def one(db: sqlite3.Connection, sql: str, *parameters: object) -> sqlite3.Row | None:
    """The first row of a query; None if there is none."""
    row: sqlite3.Row | None = db.execute(sql, parameters).fetchone()
    return row


def found(value: _T | None, name: str) -> _T:
    """What was looked up under a name.

    Raises:
        ApiError: 404, there is nothing.
    """
    if value is None:
        raise not_found(f"{name} not found")
    return value


def parsed(text: str | None) -> JsonObject:
    """The object in a column; an empty one for null."""
    value: JsonObject = json.loads(text) if text else {}
    return value
