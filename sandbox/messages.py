"""Messages that were sent: their records, history and content."""

from __future__ import annotations

import json
import sqlite3

from . import timeline
from .paging import NEWEST, page
from .protocol import CONFLICT, NO_CONTENT, OK, Call, JsonObject, Response, bad_request, not_found
from .route import on
from .rows import found, one
from .timestamps import new_id, parse_timestamp

_MILESTONES = {"sent": "SENT", "delivered": "DELIVERED", "opened": "OPENED", "clicked": "CLICKED"}


def past_of(row: sqlite3.Row, now: int) -> list[JsonObject]:
    """The events of a message up to now."""
    return timeline.happened(json.loads(row["events"]), row["canceled"], now)


def view(row: sqlite3.Row, now: int) -> JsonObject:
    """A message's record, as the API returns it."""
    past = past_of(row, now)
    shown: JsonObject = {
        "id": row["id"],
        "status": timeline.status(past),
        "enqueued": row["enqueued"],
        "recipient": row["recipient"],
        "event": row["event"],
        "notification": row["notification"],
    }
    for key, kind in _MILESTONES.items():
        timestamp = timeline.first(past, kind)
        if timestamp is not None:
            shown[key] = timestamp
    last = past[-1] if past else {}
    shown.update({"error": last["error_message"]} if last.get("error_message") else {})
    shown.update({"reason": last["reason"]} if last.get("reason") else {})
    optional = {"canceledAt": row["canceled"], "archivedAt": row["archived"], "traceId": row["trace_id"]}
    shown.update({key: value for key, value in optional.items() if value is not None})
    tags = json.loads(row["tags"])
    return {**shown, "tags": tags} if tags else shown


def _existing(call: Call) -> sqlite3.Row:
    message_id = call.ids["message_id"]
    return found(one(call.db, "SELECT * FROM messages WHERE id = ?", message_id), f"Message {message_id}")


def _flag(call: Call, name: str) -> bool:
    value = call.one(name) or "false"
    if value not in ("true", "false"):
        raise bad_request(f"{name}: Expected boolean")
    return value == "true"


def _enqueued_after(call: Call) -> int:
    value = call.one("enqueued_after")
    timestamp = -1 if value is None else parse_timestamp(value)
    if timestamp is None:
        raise bad_request("enqueued_after: Expected a date")
    return timestamp


_FILTERED = (
    "SELECT * FROM messages WHERE seq < :after"
    " AND (:archived OR archived IS NULL)"
    " AND enqueued > :enqueued_after"
    " AND (:message_id IS NULL OR id = :message_id)"
    " AND (:event IS NULL OR event = :event)"
    " AND (:list IS NULL OR list_id = :list)"
    " AND (:notification IS NULL OR notification = :notification)"
    " AND (:recipient IS NULL OR recipient = :recipient)"
    " AND (:tenant_id IS NULL OR tenant_id = :tenant_id)"
    " AND (:trace_id IS NULL OR request_id = :trace_id OR trace_id = :trace_id)"
    " ORDER BY seq DESC LIMIT :limit"
)


@on("GET /messages")
def get_messages(call: Call) -> Response:
    """All messages that match the filters, newest first."""
    params = {name: call.one(name) for name in ("event", "list", "notification", "recipient", "tenant_id")}
    statuses = {name.upper() for name in call.listed("status")}
    providers = set(call.listed("provider"))
    tags = {*call.repeated("tag"), *call.listed("tags")}

    def keep(row: sqlite3.Row) -> bool:
        if tags and tags.isdisjoint(json.loads(row["tags"])):
            return False
        if not statuses and not providers:
            return True
        past = past_of(row, call.now)
        if statuses and timeline.status(past) not in statuses:
            return False
        return not providers or any(entry["provider"] in providers for entry in timeline.providers(past))

    rows, paging = page(
        call,
        _FILTERED,
        {
            **params,
            "message_id": call.one("messageId"),
            "trace_id": call.one("traceId"),
            "archived": _flag(call, "archived"),
            "enqueued_after": _enqueued_after(call),
        },
        key="seq",
        start=NEWEST,
        keep=keep,
    )
    return Response(OK, {"paging": paging, "results": [view(row, call.now) for row in rows]})


@on("GET /messages/{message_id}")
def get_message(call: Call) -> Response:
    """One message, with a record for each provider."""
    row = _existing(call)
    return Response(OK, {**view(row, call.now), "providers": timeline.providers(past_of(row, call.now))})


@on("GET /messages/{message_id}/history")
def get_history(call: Call) -> Response:
    """The events of a message so far, or only those of one type."""
    wanted = call.one("type")
    past = past_of(_existing(call), call.now)
    return Response(OK, {"results": [event for event in past if wanted in (None, event["type"])]})


@on("GET /messages/{message_id}/output")
def get_output(call: Call) -> Response:
    """The content of a message on each channel. Empty until the message is rendered."""
    row = _existing(call)
    rendered = timeline.first(past_of(row, call.now), "RENDERED") is not None
    return Response(OK, {"results": json.loads(row["outputs"]) if rendered else []})


@on("POST /messages/{message_id}/cancel", audit_as="message/canceled")
def cancel_message(call: Call) -> Response:
    """Cancel a message that has not been sent. 409 when it is too late, with the record either way."""
    row = _existing(call)
    stopped = row["canceled"] is not None or cancel_row(call.db, row, call.now)
    return Response(OK if stopped else CONFLICT, view(_existing(call), call.now))


def cancel_row(db: sqlite3.Connection, row: sqlite3.Row, now: int) -> bool:
    """Cancel one message if that is still possible; return whether it was."""
    possible = row["canceled"] is None and timeline.can_cancel(past_of(row, now))
    if possible:
        db.execute("UPDATE messages SET canceled = ? WHERE seq = ?", (now, row["seq"]))
    return possible


_HAPPENED_LATER = ("OPENED", "CLICKED", "UNDELIVERABLE")


@on("POST /messages/{message_id}/resend", audit_as="message/resent")
def resend_message(call: Call) -> Response:
    """Send a message again, to the same recipient and with the same content."""
    row = _existing(call)
    message_id = new_id(call.now)
    later = call.now - row["enqueued"]
    kept = [event for event in json.loads(row["events"]) if event["type"] not in _HAPPENED_LATER]
    events = json.dumps([{**event, "ts": event["ts"] + later} for event in kept]).replace(row["id"], message_id)
    call.db.execute(
        "INSERT INTO messages (id, request_id, trace_id, run_id, recipient, event, notification, list_id, tenant_id,"
        " tags, enqueued, events, outputs) SELECT :id, :id, trace_id, NULL, recipient, event, notification, list_id,"
        " tenant_id, tags, :now, :events, outputs FROM messages WHERE seq = :seq",
        {"id": message_id, "now": call.now, "events": events, "seq": row["seq"]},
    )
    return Response(OK, {"messageId": message_id})


@on("PUT /requests/{request_id}/archive", audit_as="request/archived")
def archive_request(call: Call) -> Response:
    """Hide all messages of a request from the list."""
    changed = call.db.execute(
        "UPDATE messages SET archived = coalesce(archived, ?) WHERE request_id = ?", (call.now, call.ids["request_id"])
    )
    if changed.rowcount == 0:
        raise not_found(f"Request {call.ids['request_id']} not found")
    return Response(NO_CONTENT)
