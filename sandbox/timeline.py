"""What happens to a message, and when.

All events of a message are stored when it is sent, future ones included. The clock decides which of them have happened:
nothing runs in the background, and a sandbox that was stopped in between has missed nothing. Times are in epoch
milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .channels import Integration
from .protocol import JsonObject
from .timestamps import parse_duration, parse_timestamp

# Milliseconds after the send (or after its delay).
MAPPED = 20
PROFILE_LOADED = 40
ROUTED = 100
RENDERED = 150
DELIVERING = 200
SENT = 300
DELIVERED = 900

_STATUS_OF = {"MAPPED": "ENQUEUED", "PROFILE_LOADED": "ENQUEUED", "RENDERED": "ROUTED", "DELIVERING": "ROUTED"}
_CANCELABLE = ("ENQUEUED", "DELAYED", "ROUTED")


@dataclass(frozen=True)
class Schedule:
    """When the delivery of a message starts, and when the message expires."""

    start: int
    expires: int | None

    @property
    def in_time(self) -> bool:
        """Whether the message can be sent before it expires."""
        return self.expires is None or self.start + SENT <= self.expires


def schedule(message: JsonObject, now: int) -> Schedule:
    """Read a message's ``delay`` and ``expiry``."""
    delay = message.get("delay") or {}
    start = now + (delay.get("duration") or 0)
    until = parse_timestamp(delay.get("until") or "")
    if until is not None:
        start = max(start, until)
    expiry = message.get("expiry")
    return Schedule(start, None if expiry is None else _expires(expiry, now))


def _expires(expiry: JsonObject, now: int) -> int | None:
    ends = [parse_timestamp(expiry.get("expires_at") or "")]
    lasts = parse_duration(str(expiry["expires_in"]))
    ends.append(None if lasts is None else now + lasts)
    known = [end for end in ends if end is not None]
    return min(known) if known else None


def delivery(integration: Integration, start: int, message_id: str) -> list[JsonObject]:
    """The events of a message that is delivered."""
    tags = _tags(integration)
    parts = ("html", "title", "body", "subject", "text", "blocks")
    output = {part: f"/messages/{message_id}/output/{integration.channel_id}/{part}" for part in parts}
    return [
        {"ts": start + ROUTED, "type": "ROUTED", **tags},
        {"ts": start + RENDERED, "type": "RENDERED", **tags, "output": output},
        {"ts": start + DELIVERING, "type": "DELIVERING", **tags},
        {"ts": start + SENT, "type": "SENT", **tags},
        {
            "ts": start + DELIVERED,
            "type": "DELIVERED",
            **tags,
            "reference": {"messageId": f"{message_id}/{integration.provider}"},
        },
    ]


def _tags(integration: Integration) -> JsonObject:
    return {
        "channel": {"id": integration.channel_id, "name": integration.channel},
        "integration": {"id": integration.integration_id, "provider": integration.provider},
    }


def failure(kind: str, at: int, *, reason: str | None = None, error: str | None = None) -> JsonObject:
    """The last event of a message that is not delivered."""
    event: JsonObject = {"ts": at, "type": kind}
    if reason:
        event["reason"] = reason
    if error:
        event["error_message"] = error
    return event


def happened(events: list[JsonObject], canceled: int | None, now: int) -> list[JsonObject]:
    """The events up to now, in order."""
    end = now if canceled is None else min(now, canceled)
    past = sorted((event for event in events if event["ts"] <= end), key=lambda event: int(event["ts"]))
    if canceled is not None and canceled <= now:
        past.append({"ts": canceled, "type": "CANCELED"})
    return past


def status(past: list[JsonObject]) -> str:
    """The status of a message after these events."""
    if not past:
        return "ENQUEUED"
    last: str = past[-1]["type"]
    return _STATUS_OF.get(last, last)


def can_cancel(past: list[JsonObject]) -> bool:
    """Whether the message can still be canceled."""
    return status(past) in _CANCELABLE


def first(past: list[JsonObject], kind: str) -> int | None:
    """The time of the first event of a type."""
    return next((event["ts"] for event in past if event["type"] == kind), None)


def providers(past: list[JsonObject]) -> list[JsonObject]:
    """The record of each provider that handled the message."""
    found: dict[str, JsonObject] = {}
    for event in past:
        name = (event.get("integration") or {}).get("provider")
        if name is None:
            continue
        entry: dict[str, Any] = found.setdefault(name, {"provider": name, "channel": event["channel"]})
        entry["status"] = _STATUS_OF.get(event["type"], event["type"])
        if event["type"] in ("SENT", "DELIVERED", "OPENED", "CLICKED"):
            entry.setdefault(event["type"].lower(), event["ts"])
        if event.get("error_message"):
            entry["error"] = event["error_message"]
        if event.get("reference"):
            entry["reference"] = event["reference"]
    return list(found.values())
