"""Subscription topics: what users subscribe to, and each one's default."""

from __future__ import annotations

import sqlite3

from .rows import found, one


def save(db: sqlite3.Connection, topic_id: str, name: str, section: tuple[str, str], default_status: str) -> None:
    """Write a topic; the section is its id and name."""
    db.execute("INSERT INTO topics VALUES (?, ?, ?, ?, ?)", (topic_id, name, *section, default_status))


def load(db: sqlite3.Connection, topic_id: str) -> sqlite3.Row | None:
    """The topic's row; None if there is none."""
    return one(db, "SELECT * FROM topics WHERE id = ?", topic_id)


def every(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """All topics."""
    return db.execute("SELECT * FROM topics ORDER BY id").fetchall()


def existing(db: sqlite3.Connection, topic_id: str) -> sqlite3.Row:
    """The topic's row.

    Raises:
        ApiError: 404, there is none.
    """
    return found(load(db, topic_id), f"Subscription topic {topic_id}")
