"""The audit trail: one event per call that changed something. Its type is at the function of the route."""

from __future__ import annotations

import sqlite3
import uuid

from .paging import NEWEST, page
from .protocol import OK, Call, JsonObject, Response
from .route import on
from .rows import found, one
from .timestamps import iso

# The token is not stored, so all calls have the same author.
_ACTOR = {"id": "sandbox-api-key", "email": "integrations@example.com"}


def record(
    db: sqlite3.Connection, kind: str, target: str, at: int, *, event_id: str | None = None, source: str = "api"
) -> None:
    """Write one event, at a time in epoch milliseconds."""
    db.execute(
        "INSERT INTO audit_events (id, type, target, source, at) VALUES (?, ?, ?, ?, ?)",
        (event_id or str(uuid.uuid4()), kind, target, source, at),
    )


def _view(row: sqlite3.Row) -> JsonObject:
    return {
        "auditEventId": row["id"],
        "actor": dict(_ACTOR),
        "target": row["target"],
        "source": row["source"],
        "timestamp": iso(row["at"]),
        "type": row["type"],
    }


@on("GET /audit-events")
def get_events(call: Call) -> Response:
    """All events, newest first."""
    sql = "SELECT * FROM audit_events WHERE seq < :after ORDER BY seq DESC LIMIT :limit"
    rows, paging = page(call, sql, {}, key="seq", start=NEWEST)
    return Response(OK, {"paging": paging, "results": [_view(row) for row in rows]})


@on("GET /audit-events/{audit_event_id}")
def get_event(call: Call) -> Response:
    """One event."""
    event_id = call.ids["audit_event_id"]
    row = one(call.db, "SELECT * FROM audit_events WHERE id = ?", event_id)
    return Response(OK, _view(found(row, f"Audit event {event_id}")))
