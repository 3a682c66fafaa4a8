"""Lists, and who is subscribed to them.

A deleted list keeps its subscribers and comes back when it is restored, replaced or subscribed to.
"""

from __future__ import annotations

import json
import re
import sqlite3

from . import bodies
from .paging import page
from .protocol import NO_CONTENT, OK, Call, JsonObject, Response, not_found
from .route import on
from .rows import found, one
from .timestamps import iso


def matches(pattern: str, list_id: str) -> bool:
    """Whether the id matches: ``*`` is one part between dots, ``**`` one or more."""
    parts = {"*": r"[^.]+", "**": r".+"}
    expression = r"\.".join(parts.get(part, re.escape(part)) for part in pattern.split("."))
    return re.fullmatch(expression, list_id, re.DOTALL) is not None


def load(db: sqlite3.Connection, list_id: str) -> sqlite3.Row | None:
    """The list's row; None if there is none or it is deleted."""
    return one(db, "SELECT * FROM lists WHERE id = ? AND deleted IS NULL", list_id)


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


def restore(db: sqlite3.Connection, list_id: str, now: int) -> None:
    """Create a list that is missing, named after its id, or restore one that is deleted."""
    db.execute(
        "INSERT INTO lists (id, name, created, updated) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET deleted = NULL",
        (list_id, list_id, now, now),
    )


def subscribe(db: sqlite3.Connection, list_id: str, user_id: str, preferences: JsonObject | None, now: int) -> None:
    """Subscribe a user. A missing list is created, a deleted one restored. Existing subscriptions keep their date."""
    restore(db, list_id, now)
    db.execute(
        "INSERT INTO subscriptions (list_id, user_id, preferences, created) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (list_id, user_id) DO UPDATE SET"
        " preferences = coalesce(excluded.preferences, preferences)",
        (list_id, user_id, _text(preferences), now),
    )


def _text(value: JsonObject | None) -> str | None:
    return None if value is None else json.dumps(value)


def _existing(call: Call) -> sqlite3.Row:
    return found(load(call.db, call.ids["list_id"]), f"List {call.ids['list_id']}")


def view(row: sqlite3.Row) -> JsonObject:
    """A list, as the API returns it."""
    return {"id": row["id"], "name": row["name"], "created": iso(row["created"]), "updated": iso(row["updated"])}


@on("GET /lists")
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


@on("GET /lists/{list_id}")
def get_list(call: Call) -> Response:
    """One list."""
    return Response(OK, view(_existing(call)))


@on("PUT /lists/{list_id}", bodies.LIST, audit_as="list/updated")
def put_list(call: Call) -> Response:
    """Create a list, or replace its name and preferences. Subscribers stay."""
    call.db.execute(
        "INSERT INTO lists (id, name, preferences, created, updated) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, preferences = excluded.preferences,"
        " updated = excluded.updated, deleted = NULL",
        (call.ids["list_id"], call.body["name"], _text(call.body.get("preferences")), call.now, call.now),
    )
    return Response(NO_CONTENT)


@on("DELETE /lists/{list_id}", audit_as="list/deleted")
def delete_list(call: Call) -> Response:
    """Delete a list. It can be restored."""
    _existing(call)
    call.db.execute("UPDATE lists SET deleted = ? WHERE id = ?", (call.now, call.ids["list_id"]))
    return Response(NO_CONTENT)


@on("PUT /lists/{list_id}/restore", bodies.EMPTY, audit_as="list/restored", optional=True)
def restore_list(call: Call) -> Response:
    """Restore a deleted list with its subscribers. Other lists stay as they are."""
    changed = call.db.execute(
        "UPDATE lists SET deleted = NULL, updated = iif(deleted IS NULL, updated, ?) WHERE id = ?",
        (call.now, call.ids["list_id"]),
    )
    if changed.rowcount == 0:
        raise not_found(f"List {call.ids['list_id']} not found")
    return Response(NO_CONTENT)


@on("GET /lists/{list_id}/subscriptions")
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


@on("POST /lists/{list_id}/subscriptions", bodies.SUBSCRIPTIONS, audit_as="list/subscribers-added")
def add_subscriptions(call: Call) -> Response:
    """Subscribe users, in addition to existing subscribers."""
    restore(call.db, call.ids["list_id"], call.now)
    for entry in call.body["recipients"]:
        subscribe(call.db, call.ids["list_id"], entry["recipientId"], entry.get("preferences"), call.now)
    return Response(NO_CONTENT)


@on("PUT /lists/{list_id}/subscriptions", bodies.SUBSCRIPTIONS, audit_as="list/subscribers-replaced")
def replace_subscriptions(call: Call) -> Response:
    """Subscribe users and unsubscribe everyone else."""
    call.db.execute("DELETE FROM subscriptions WHERE list_id = ?", (call.ids["list_id"],))
    return add_subscriptions.handler(call)


@on("PUT /lists/{list_id}/subscriptions/{user_id}", bodies.SUBSCRIPTION, audit_as="list/subscribed", optional=True)
def subscribe_user(call: Call) -> Response:
    """Subscribe one user."""
    subscribe(call.db, call.ids["list_id"], call.ids["user_id"], call.body.get("preferences"), call.now)
    return Response(NO_CONTENT)


@on("DELETE /lists/{list_id}/subscriptions/{user_id}", audit_as="list/unsubscribed")
def unsubscribe_user(call: Call) -> Response:
    """Unsubscribe one user."""
    _existing(call)
    gone = call.db.execute(
        "DELETE FROM subscriptions WHERE list_id = ? AND user_id = ?", (call.ids["list_id"], call.ids["user_id"])
    )
    if gone.rowcount == 0:
        raise not_found(f"User {call.ids['user_id']} is not subscribed to list {call.ids['list_id']}")
    return Response(NO_CONTENT)
