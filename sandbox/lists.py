"""Lists, and who is subscribed to them.

A deleted list keeps its subscribers and comes back when it is restored, replaced or subscribed to.
"""

from __future__ import annotations

import json
import re
import sqlite3

from .paging import page
from .protocol import NO_CONTENT, OK, Call, JsonObject, Response, not_found
from .timestamps import iso


def matches(pattern: str, list_id: str) -> bool:
    """Whether the id matches: ``*`` is one part between dots, ``**`` one or more."""
    parts = {"*": r"[^.]+", "**": r".+"}
    expression = r"\.".join(parts.get(part, re.escape(part)) for part in pattern.split("."))
    return re.fullmatch(expression, list_id, re.DOTALL) is not None


def load(db: sqlite3.Connection, list_id: str) -> sqlite3.Row | None:
    """The list's row; None if there is none or it is deleted."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM lists WHERE id = ? AND deleted IS NULL", (list_id,)).fetchone()
    return row


def subscribers(db: sqlite3.Connection, list_id: str) -> list[sqlite3.Row]:
    """All subscriptions of a list, ordered by user id. None if the list is deleted."""
    return db.execute(
        "SELECT subscriptions.* FROM subscriptions JOIN lists ON lists.id = list_id"
        " WHERE list_id = ? AND deleted IS NULL ORDER BY user_id",
        (list_id,),
    ).fetchall()


def matching(db: sqlite3.Connection, pattern: str) -> list[str]:
    """The ids of the lists that match a pattern."""
    rows = db.execute("SELECT id FROM lists WHERE deleted IS NULL ORDER BY id")
    return [row["id"] for row in rows if matches(pattern, row["id"])]


def subscribe(db: sqlite3.Connection, list_id: str, user_id: str, preferences: JsonObject | None, now: int) -> None:
    """Subscribe a user. A missing list is created, a deleted one restored. Existing subscriptions keep their date."""
    db.execute(
        "INSERT INTO lists (id, name, created, updated) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET deleted = NULL",
        (list_id, list_id, now, now),
    )
    db.execute(
        "INSERT INTO subscriptions (list_id, user_id, preferences, created) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (list_id, user_id) DO UPDATE SET"
        " preferences = coalesce(excluded.preferences, preferences)",
        (list_id, user_id, _text(preferences), now),
    )


def _text(value: JsonObject | None) -> str | None:
    return None if value is None else json.dumps(value)


def _existing(call: Call) -> sqlite3.Row:
    row = load(call.db, call.ids["list_id"])
    if row is None:
        raise not_found(f"List {call.ids['list_id']} not found")
    return row


def view(row: sqlite3.Row) -> JsonObject:
    """A list, as the API returns it."""
    return {"id": row["id"], "name": row["name"], "created": iso(row["created"]), "updated": iso(row["updated"])}


def get_lists(call: Call) -> Response:
    """All lists, or those whose id matches the pattern."""
    pattern = call.one("pattern")
    rows, paging = page(
        call,
        "SELECT * FROM lists WHERE deleted IS NULL AND id > :after ORDER BY id LIMIT :limit",
        {},
        keep=lambda row: pattern is None or matches(pattern, row["id"]),
    )
    return Response(OK, {"paging": paging, "items": [view(row) for row in rows]})


def get_list(call: Call) -> Response:
    """One list."""
    return Response(OK, view(_existing(call)))


def put_list(call: Call) -> Response:
    """Create a list, or replace its name and preferences. Subscribers stay."""
    call.db.execute(
        "INSERT INTO lists (id, name, preferences, created, updated) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, preferences = excluded.preferences,"
        " updated = excluded.updated, deleted = NULL",
        (call.ids["list_id"], call.body["name"], _text(call.body.get("preferences")), call.now, call.now),
    )
    return Response(NO_CONTENT)


def delete_list(call: Call) -> Response:
    """Delete a list. It can be restored."""
    _existing(call)
    call.db.execute("UPDATE lists SET deleted = ? WHERE id = ?", (call.now, call.ids["list_id"]))
    return Response(NO_CONTENT)


def restore_list(call: Call) -> Response:
    """Restore a deleted list with its subscribers. Other lists stay as they are."""
    changed = call.db.execute(
        "UPDATE lists SET deleted = NULL, updated = iif(deleted IS NULL, updated, ?) WHERE id = ?",
        (call.now, call.ids["list_id"]),
    )
    if changed.rowcount == 0:
        raise not_found(f"List {call.ids['list_id']} not found")
    return Response(NO_CONTENT)


def get_subscriptions(call: Call) -> Response:
    """The subscriptions of a list."""
    _existing(call)
    rows, paging = page(
        call,
        "SELECT * FROM subscriptions WHERE list_id = :list_id AND user_id > :after ORDER BY user_id LIMIT :limit",
        {"list_id": call.ids["list_id"]},
        key="user_id",
    )
    return Response(OK, {"paging": paging, "items": [_subscription(row) for row in rows]})


def _subscription(row: sqlite3.Row) -> JsonObject:
    shown: JsonObject = {"recipientId": row["user_id"], "created": iso(row["created"])}
    if row["preferences"] is not None:
        shown["preferences"] = json.loads(row["preferences"])
    return shown


def add_subscriptions(call: Call) -> Response:
    """Subscribe users, in addition to existing subscribers."""
    list_id = call.ids["list_id"]
    if not call.body["recipients"]:
        _ensure_list(call)
    for entry in call.body["recipients"]:
        subscribe(call.db, list_id, entry["recipientId"], entry.get("preferences"), call.now)
    return Response(NO_CONTENT)


def replace_subscriptions(call: Call) -> Response:
    """Subscribe users and unsubscribe everyone else."""
    call.db.execute("DELETE FROM subscriptions WHERE list_id = ?", (call.ids["list_id"],))
    return add_subscriptions(call)


def _ensure_list(call: Call) -> None:
    call.db.execute(
        "INSERT INTO lists (id, name, created, updated) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET deleted = NULL",
        (call.ids["list_id"], call.ids["list_id"], call.now, call.now),
    )


def subscribe_user(call: Call) -> Response:
    """Subscribe one user."""
    subscribe(call.db, call.ids["list_id"], call.ids["user_id"], call.body.get("preferences"), call.now)
    return Response(NO_CONTENT)


def unsubscribe_user(call: Call) -> Response:
    """Unsubscribe one user."""
    _existing(call)
    gone = call.db.execute(
        "DELETE FROM subscriptions WHERE list_id = ? AND user_id = ?",
        (call.ids["list_id"], call.ids["user_id"]),
    )
    if gone.rowcount == 0:
        raise not_found(f"User {call.ids['user_id']} is not subscribed to list {call.ids['list_id']}")
    return Response(NO_CONTENT)
