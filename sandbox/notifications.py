"""Notification templates, found by their id or by an event mapped to them, and their list.

The list has two generations side by side, as in the service: older templates have ``title`` and ``routing``, newer
ones ``name`` and ``state``. What is kept of a newer one beside its summary is in ``templates``.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from . import routing_strategies
from .paging import page
from .protocol import OK, Call, JsonObject, Response
from .route import on


@dataclass(frozen=True)
class Template:
    """A template, as sending needs it."""

    id: str
    content: JsonObject
    routing: JsonObject
    published: bool
    topic_id: str | None = None
    brand_id: str | None = None


def find(db: sqlite3.Connection, name: str) -> Template | None:
    """The template with the id, or the one that the event is mapped to; None if there is neither."""
    row = db.execute(
        "SELECT * FROM templates WHERE archived IS NULL AND (id = :name OR EXISTS"
        " (SELECT 1 FROM json_each(event_ids) WHERE value = :name)) ORDER BY id = :name DESC LIMIT 1",
        {"name": name},
    ).fetchone()
    if row is None:
        return None
    summary = json.loads(row["summary"])
    return Template(
        row["id"],
        json.loads(row["content"]),
        routing_strategies.routing(db, summary.get("strategy_id")) or json.loads(row["routing"]),
        published=bool(row["published"]),
        topic_id=summary.get("topic_id"),
        brand_id=summary.get("brand_id"),
    )


@on("GET /notifications")
def get_notifications(call: Call) -> Response:
    """All templates, or those of an event or with all of the tags."""
    event_id = call.one("event_id")
    wanted = {tag.lower() for tag in call.listed("tags")}
    with_notes = call.one("notes") == "true"
    rows, paging = page(
        call,
        "SELECT * FROM templates WHERE id > :after AND archived IS NULL ORDER BY id LIMIT :limit",
        {},
        keep=lambda row: (event_id is None or event_id in json.loads(row["event_ids"])) and wanted <= _tags(row),
    )
    return Response(OK, {"paging": paging, "results": [summary(row, with_notes=with_notes) for row in rows]})


@on("GET /routing-strategies/{id}/notifications")
def get_linked(call: Call) -> Response:
    """The templates that use a routing strategy."""
    strategy_id = routing_strategies.existing(call)["id"]
    rows, paging = page(
        call,
        "SELECT * FROM templates WHERE id > :after AND archived IS NULL ORDER BY id LIMIT :limit",
        {},
        keep=lambda row: strategy_id in routing_strategies.used_by(row),
        most=100,
    )
    return Response(OK, {"paging": paging, "results": [summary(row) for row in rows]})


def _tags(row: sqlite3.Row) -> set[str]:
    tags = json.loads(row["summary"]).get("tags") or []
    names = [tag["name"] for tag in tags["data"]] if isinstance(tags, dict) else tags
    return {name.lower() for name in names}


def summary(row: sqlite3.Row, *, with_notes: bool = False) -> JsonObject:
    """The entry of a template in a list."""
    shown: JsonObject = json.loads(row["summary"])
    for key in ("strategy_id", "brand_id", *(() if with_notes else ("note",))):
        shown.pop(key, None)
    return shown
