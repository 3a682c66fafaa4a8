"""Routing strategies: which channels and providers a message takes, kept under an id for several templates."""

from __future__ import annotations

import json
import sqlite3

from . import template_bodies
from .paging import page
from .protocol import CREATED, NO_CONTENT, OK, Call, JsonObject, Response, conflict
from .route import on
from .rows import found, one
from .timestamps import new_id

_PERSON = "bruno"  # who uses the API key, for fields that name a person
_SUMMARY = ("id", "name", "description", "tags", "created", "creator", "updated", "updater")


def save(db: sqlite3.Connection, strategy_id: str, strategy: JsonObject, now: int) -> None:
    """Write a whole strategy, replacing an old one."""
    kept = {key: strategy.get(key) for key in ("name", "description", "tags", "routing", "channels", "providers")}
    db.execute(
        "INSERT INTO routing_strategies (id, body, created) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET body = excluded.body, updated = excluded.created",
        (strategy_id, json.dumps(kept), now),
    )


def load(db: sqlite3.Connection, strategy_id: str) -> JsonObject | None:
    """The strategy, as the API returns it; None if there is none."""
    row = one(db, "SELECT * FROM routing_strategies WHERE id = ?", strategy_id)
    return None if row is None else _view(row)


def routing(db: sqlite3.Connection, strategy_id: str | None) -> JsonObject | None:
    """The routing of a strategy; None without one."""
    strategy = load(db, strategy_id) if strategy_id else None
    found: JsonObject | None = strategy["routing"] if strategy else None
    return found


def used_by(template: sqlite3.Row) -> set[str]:
    """The ids of the strategies that a template's draft and its published version use."""
    draft = json.loads(template["draft"]) if template["draft"] else {}
    named = [(draft.get("routing") or {}).get("strategy_id"), json.loads(template["summary"]).get("strategy_id")]
    return {name for name in named if name}


def _view(row: sqlite3.Row) -> JsonObject:
    body = json.loads(row["body"])
    return {
        "id": row["id"],
        **body,
        "channels": body["channels"] or {},
        "providers": body["providers"] or {},
        "created": row["created"],
        "creator": _PERSON,
        "updated": row["updated"],
        "updater": _PERSON if row["updated"] else None,
    }


def existing(call: Call) -> JsonObject:
    """The strategy that the path names.

    Raises:
        ApiError: 404, there is none.
    """
    return found(load(call.db, call.ids["id"]), f"Routing strategy {call.ids['id']}")


@on("GET /routing-strategies")
def get_strategies(call: Call) -> Response:
    """All strategies, without their routing."""
    sql = "SELECT * FROM routing_strategies WHERE id > :after ORDER BY id LIMIT :limit"
    rows, paging = page(call, sql, {}, most=100)
    results = [{key: value for key, value in _view(row).items() if key in _SUMMARY} for row in rows]
    return Response(OK, {"paging": paging, "results": results})


@on("POST /routing-strategies", template_bodies.ROUTING_STRATEGY, audit_as="routing-strategy/created", target="id")
def create_strategy(call: Call) -> Response:
    """Create a strategy under a new id."""
    strategy_id = f"rs_{new_id(call.now).rpartition('-')[2]}"
    save(call.db, strategy_id, call.body, call.now)
    return Response(CREATED, load(call.db, strategy_id))


@on("GET /routing-strategies/{id}")
def get_strategy(call: Call) -> Response:
    """One strategy."""
    return Response(OK, existing(call))


@on("PUT /routing-strategies/{id}", template_bodies.ROUTING_STRATEGY, audit_as="routing-strategy/updated")
def replace_strategy(call: Call) -> Response:
    """Replace the whole strategy."""
    save(call.db, existing(call)["id"], call.body, call.now)
    return Response(OK, existing(call))


@on("DELETE /routing-strategies/{id}", audit_as="routing-strategy/archived")
def archive_strategy(call: Call) -> Response:
    """Archive a strategy that no template uses."""
    strategy_id = existing(call)["id"]
    templates = call.db.execute("SELECT * FROM templates WHERE archived IS NULL")
    if any(strategy_id in used_by(row) for row in templates):
        raise conflict(f"Routing strategy {strategy_id} has associated templates and cannot be archived")
    call.db.execute("DELETE FROM routing_strategies WHERE id = ?", (strategy_id,))
    return Response(NO_CONTENT)
