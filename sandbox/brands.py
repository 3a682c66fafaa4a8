"""Brands: colors, logo, header and footer of a message."""

from __future__ import annotations

import json
import sqlite3

from . import bodies
from .paging import page
from .protocol import NO_CONTENT, OK, Call, JsonObject, Response, conflict
from .route import on
from .rows import found, one
from .timestamps import iso, new_key


def load(db: sqlite3.Connection, brand_id: str) -> JsonObject | None:
    """The brand, as the API returns it; None if there is none."""
    row = one(db, "SELECT * FROM brands WHERE id = ?", brand_id)
    return None if row is None else _view(row)


def save(db: sqlite3.Connection, brand_id: str, brand: JsonObject, now: int, *, is_default: bool = False) -> None:
    """Write a whole brand, replacing an old one."""
    db.execute(
        "INSERT INTO brands (id, name, settings, snippets, created, updated, is_default)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " settings = excluded.settings, snippets = excluded.snippets, updated = excluded.updated",
        (
            brand_id,
            brand["name"],
            json.dumps(brand.get("settings") or {}),
            json.dumps(brand.get("snippets") or {"items": []}),
            now,
            now,
            is_default,
        ),
    )


def _view(row: sqlite3.Row) -> JsonObject:
    return {
        "id": row["id"],
        "name": row["name"],
        "created": row["created"],
        "updated": row["updated"],
        "published": row["updated"],
        "version": iso(row["updated"]),
        "settings": json.loads(row["settings"]),
        "snippets": json.loads(row["snippets"]),
    }


def _existing(call: Call) -> JsonObject:
    return found(load(call.db, call.ids["brand_id"]), f"Brand {call.ids['brand_id']}")


@on("GET /brands")
def get_brands(call: Call) -> Response:
    """All brands."""
    sql = "SELECT * FROM brands WHERE id > :after ORDER BY id LIMIT :limit"
    rows, paging = page(call, sql, {})
    return Response(OK, {"paging": paging, "results": [_view(row) for row in rows]})


@on("GET /brands/{brand_id}")
def get_brand(call: Call) -> Response:
    """One brand."""
    return Response(OK, _existing(call))


@on("POST /brands", bodies.BRAND, audit_as="brand/created", target="id")
def create_brand(call: Call) -> Response:
    """Create a brand, with the id in the body or a new one."""
    brand_id = call.body.get("id") or new_key()
    if load(call.db, brand_id) is not None:
        raise conflict(f"Brand {brand_id} already exists")
    save(call.db, brand_id, call.body, call.now)
    return Response(OK, load(call.db, brand_id))


@on("PUT /brands/{brand_id}", bodies.BRAND_REPLACEMENT, audit_as="brand/updated")
def replace_brand(call: Call) -> Response:
    """Replace the whole brand."""
    _existing(call)
    save(call.db, call.ids["brand_id"], call.body, call.now)
    return Response(OK, _existing(call))


@on("DELETE /brands/{brand_id}", audit_as="brand/deleted")
def delete_brand(call: Call) -> Response:
    """Delete a brand. The default brand cannot be deleted."""
    gone = call.db.execute("DELETE FROM brands WHERE id = ? AND NOT is_default", (call.ids["brand_id"],))
    if gone.rowcount == 0 and load(call.db, call.ids["brand_id"]) is not None:
        raise conflict("Cannot delete default brand")
    return Response(NO_CONTENT)
