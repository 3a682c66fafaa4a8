"""Audiences: the users whose profiles match a filter, looked up again at each call."""

from __future__ import annotations

import json
import sqlite3

from . import bodies
from .filters import belongs, describe
from .paging import page
from .protocol import NO_CONTENT, OK, Call, JsonObject, Response, bad_request
from .route import on
from .rows import found, one
from .timestamps import iso


def load(db: sqlite3.Connection, audience_id: str) -> sqlite3.Row | None:
    """The audience's row, None where there is none."""
    return one(db, "SELECT * FROM audiences WHERE id = ?", audience_id)


def members(db: sqlite3.Connection, audience: sqlite3.Row) -> list[str]:
    """The ids of all users who match the audience's filter now."""
    rows = db.execute("SELECT id, profile FROM profiles ORDER BY id")
    return [row["id"] for row in rows if _fits(audience, row)]


def save(db: sqlite3.Connection, audience_id: str, audience: JsonObject, now: int) -> None:
    """Write a whole audience, as a new one or as the next version."""
    rule = audience.get("filter")
    db.execute(
        "INSERT INTO audiences (id, name, description, operator, filter, version, created, updated)"
        " VALUES (?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " description = excluded.description, operator = excluded.operator, filter = excluded.filter,"
        " version = version + 1, updated = excluded.updated",
        (
            audience_id,
            audience["name"],
            audience["description"],
            audience.get("operator"),
            None if rule is None else json.dumps(rule),
            now,
            now,
        ),
    )


def _fits(audience: sqlite3.Row, person: sqlite3.Row) -> bool:
    if audience["filter"] is None:
        return False
    return belongs(json.loads(person["profile"]), json.loads(audience["filter"]), audience["operator"])


def _view(row: sqlite3.Row) -> JsonObject:
    shown: JsonObject = {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "created_at": iso(row["created"]),
        "updated_at": iso(row["updated"]),
    }
    if row["filter"] is not None:
        shown["filter"] = json.loads(row["filter"])
    if row["operator"] is not None:
        shown["operator"] = row["operator"]
    return shown


def _existing(call: Call) -> sqlite3.Row:
    return found(load(call.db, call.ids["audience_id"]), f"Audience {call.ids['audience_id']}")


@on("GET /audiences")
def get_audiences(call: Call) -> Response:
    """All audiences."""
    sql = "SELECT * FROM audiences WHERE id > :after ORDER BY id LIMIT :limit"
    rows, paging = page(call, sql, {})
    return Response(OK, {"paging": paging, "items": [_view(row) for row in rows]})


@on("GET /audiences/{audience_id}")
def get_audience(call: Call) -> Response:
    """One audience."""
    return Response(OK, _view(_existing(call)))


@on("PUT /audiences/{audience_id}", bodies.AUDIENCE, audit_as="audience/updated")
def put_audience(call: Call) -> Response:
    """Make an audience, or change the values in the body."""
    audience_id = call.ids["audience_id"]
    old = load(call.db, audience_id)
    known = {"name": audience_id, "description": ""} if old is None else _view(old)
    values = {key: value for key, value in call.body.items() if value is not None}
    audience = {**known, **values}
    rule = audience.get("filter") or {}
    if len(rule.get("filters") or ()) > 1 and not (rule.get("operator") or audience.get("operator")):
        raise bad_request("filter.operator: Required")
    save(call.db, audience_id, audience, call.now)
    return Response(OK, {"audience": _view(_existing(call))})


@on("DELETE /audiences/{audience_id}", audit_as="audience/deleted")
def delete_audience(call: Call) -> Response:
    """Delete an audience. Its members' profiles stay."""
    call.db.execute("DELETE FROM audiences WHERE id = ?", (call.ids["audience_id"],))
    return Response(NO_CONTENT)


@on("GET /audiences/{audience_id}/members")
def get_members(call: Call) -> Response:
    """The users who match an audience's filter now."""
    audience = _existing(call)
    rows, paging = page(
        call,
        "SELECT * FROM profiles WHERE id > :after ORDER BY id LIMIT :limit",
        {},
        keep=lambda row: _fits(audience, row),
    )
    return Response(OK, {"paging": paging, "items": [_member(audience, row) for row in rows]})


def _member(audience: sqlite3.Row, person: sqlite3.Row) -> JsonObject:
    return {
        "member_id": person["id"],
        "audience_id": audience["id"],
        "audience_version": audience["version"],
        # The filter and the profile match since the later of their changes.
        "added_at": iso(max(audience["updated"], person["updated"])),
        "reason": describe(json.loads(audience["filter"]), audience["operator"]),
    }
