"""Brands: the looks a message can be given."""

from __future__ import annotations

import json
import sqlite3

from .moments import iso, new_key
from .paging import page
from .protocol import NO_CONTENT, OK, Answer, Call, JsonObject, conflict, not_found


def load(db: sqlite3.Connection, brand_id: str) -> JsonObject | None:
    """The brand as it travels, None where there is none."""
    row = db.execute("SELECT * FROM brands WHERE id = ?", (brand_id,)).fetchone()
    return None if row is None else _view(row)


def save(db: sqlite3.Connection, brand_id: str, brand: JsonObject, now: int, *, standard: bool = False) -> None:
    """Write a whole brand, new or in place of the old one."""
    db.execute(
        "INSERT INTO brands (id, name, settings, snippets, created, updated, standard)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " settings = excluded.settings, snippets = excluded.snippets, updated = excluded.updated",
        (
            brand_id,
            brand["name"],
            json.dumps(brand.get("settings") or {}),
            json.dumps(brand.get("snippets") or {"items": []}),
            now,
            now,
            standard,
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
    brand = load(call.db, call.ids["brand_id"])
    if brand is None:
        raise not_found(f"Brand {call.ids['brand_id']} not found")
    return brand


def get_brands(call: Call) -> Answer:
    """All brands."""
    sql = "SELECT * FROM brands WHERE id > :after ORDER BY id LIMIT :limit"
    rows, paging = page(call, sql, {})
    return Answer(OK, {"paging": paging, "results": [_view(row) for row in rows]})


def get_brand(call: Call) -> Answer:
    """One brand."""
    return Answer(OK, _existing(call))


def create_brand(call: Call) -> Answer:
    """Make a brand, under the given id or one of its own."""
    brand_id = call.body.get("id") or new_key()
    if load(call.db, brand_id) is not None:
        raise conflict(f"Brand {brand_id} already exists")
    save(call.db, brand_id, call.body, call.now)
    return Answer(OK, load(call.db, brand_id))


def replace_brand(call: Call) -> Answer:
    """Put the values in place of the whole brand."""
    _existing(call)
    save(call.db, call.ids["brand_id"], call.body, call.now)
    return Answer(OK, _existing(call))


def delete_brand(call: Call) -> Answer:
    """Remove a brand, but never the default one."""
    gone = call.db.execute("DELETE FROM brands WHERE id = ? AND NOT standard", (call.ids["brand_id"],))
    if gone.rowcount == 0 and load(call.db, call.ids["brand_id"]) is not None:
        raise conflict("Cannot delete default brand")
    return Answer(NO_CONTENT)
