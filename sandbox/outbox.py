"""What was sent, as its receivers see it: an entry for every channel of a message, or why there is none."""

from __future__ import annotations

import json
import sqlite3

from . import messages, recipients, timeline
from .protocol import JsonObject
from .timestamps import iso

_NEWEST = "SELECT * FROM messages ORDER BY seq DESC LIMIT ?"
_SIZE = 100
_ADDRESSES = {
    "email": ("email",),
    "sms": ("phone_number",),
    "direct_message": ("slack", "ms_teams", "pagerduty"),
    "webhook": ("webhook",),
}


def sent(db: sqlite3.Connection, now: int) -> list[JsonObject]:
    """The last 100 messages, newest first, as of a time in epoch milliseconds."""
    return [entry for row in db.execute(_NEWEST, (_SIZE,)) for entry in _entries(row, now)]


def _entries(row: sqlite3.Row, now: int) -> list[JsonObject]:
    record = messages.view(row, now)
    past = messages.past_of(row, now)
    profile: JsonObject = next((event["merged_profile"] for event in past if event["type"] == "PROFILE_LOADED"), {})
    shown = {
        "id": row["id"],
        "time": iso(record["enqueued"]),
        "status": record["status"],
        "recipient": row["recipient"],
        "reason": record.get("error") or record.get("reason"),
    }
    nothing = {"channel": None, "to": None, "title": None, "text": None, "html": None}
    if timeline.first(past, "RENDERED") is None:
        return [shown | nothing]
    return [shown | _on_channel(output, profile) for output in json.loads(row["outputs"])]


def _on_channel(output: JsonObject, profile: JsonObject) -> JsonObject:
    content = output["content"]
    channel = output["channel"]
    return {
        "channel": channel,
        "to": recipients.address(profile, _ADDRESSES.get(channel, ())),
        "title": content["title"] or None,
        "text": content["text"],
        "html": content["html"] or None,
    }
