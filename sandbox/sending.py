"""Sending: from a message to one record per person, with everything that will happen to it.

Shared by ``POST /send``, bulk jobs and automations. Nothing leaves the machine.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from . import brands, channels, notifications, recipients, timeline
from .moments import new_id
from .protocol import ACCEPTED, Answer, Call, JsonObject
from .recipients import Person
from .render import render


@dataclass(frozen=True)
class Sender:
    """One request that sends, to however many people.

    Attributes:
        db: the connection, in a transaction.
        now: the moment of the request, in epoch milliseconds.
        request_id: what all its messages are found by.
        run_id: the automation run it belongs to.
    """

    db: sqlite3.Connection
    now: int
    request_id: str
    run_id: str | None = None

    def send(self, message: JsonObject, person: Person, *, message_id: str | None = None) -> str:
        """Write one person's message and give back its id."""
        message_id = message_id or new_id(self.now)
        course = _plan(self, message, person, message_id)
        metadata = message.get("metadata") or {}
        self.db.execute(
            "INSERT INTO messages (id, request_id, trace_id, run_id, recipient, event, notification, list_id,"
            " tenant_id, tags, enqueued, events, outputs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                message_id,
                self.request_id,
                metadata.get("trace_id"),
                self.run_id,
                person.recipient,
                course.event,
                course.notification,
                person.list_id,
                (message.get("context") or {}).get("tenant_id") or person.tenant_id,
                json.dumps(metadata.get("tags") or []),
                self.now,
                json.dumps(course.events),
                json.dumps(course.outputs),
            ),
        )
        return message_id


def send_message(call: Call) -> Answer:
    """``POST /send``: to one person, or to each of many."""
    message = call.body["message"]
    return Answer(ACCEPTED, {"requestId": send_to(call.db, message, call.now)})


def send_to(db: sqlite3.Connection, message: JsonObject, now: int, run_id: str | None = None) -> str:
    """Send a message to everybody in its ``to``; give back the request's id."""
    sender = Sender(db, now, new_id(now), run_id)
    shared = sender.request_id if recipients.is_single(message["to"]) else None
    for person in recipients.resolve(db, message["to"]):
        sender.send(message, person, message_id=shared)
    return sender.request_id


@dataclass(frozen=True)
class _Course:
    """What will happen to one message, and what it says."""

    event: str
    notification: str
    events: list[JsonObject]
    outputs: list[JsonObject]


def _plan(sender: Sender, message: JsonObject, person: Person, message_id: str) -> _Course:
    name: str = message.get("template") or message.get("event") or ""
    template = notifications.find(sender.db, name) if name else None
    content = message.get("content") or (template.content if template else None)
    when = timeline.schedule(message, sender.now)
    data = {**(message.get("data") or {}), **person.data}
    course = _Course(
        event=(message.get("metadata") or {}).get("event") or name,
        notification=template.id if template else "",
        events=[],
        outputs=[],
    )
    course.events.extend(_accepted(message, person, course.event, data, sender.now, when.start))
    if not when.in_time:
        late = "The message expired before it could be sent"
        at = max(sender.now, when.expires or 0)
        course.events.append(timeline.failure("UNDELIVERABLE", at, reason="FAILED", error=late))
        return course
    if content is None:
        lost = f"No template is mapped to {name}"
        course.events.append(timeline.failure("UNMAPPED", when.start + timeline.MAPPED, error=lost))
        return course
    course.events.extend(_prepared(person, course, when.start))
    routing = message.get("routing") or (template.routing if template else None)
    route = channels.find(person.profile, routing, user_id=person.user_id)
    reason = _refusal(message, person, template) or route.reason
    if reason:
        course.events.append(timeline.failure("UNROUTABLE", when.start + timeline.ROUTED, reason=reason))
        return course
    brand_id = message.get("brand_id") or message.get("brand")
    brand = brands.load(sender.db, brand_id) if brand_id else None
    values = {**data, "profile": person.profile}
    for way in route.ways:
        course.events.extend(timeline.delivery(way, when.start, message_id))
        course.outputs.append(render(content, values, way, locale=person.profile.get("locale"), brand=brand))
    return course


def _accepted(
    message: JsonObject, person: Person, event: str, data: JsonObject, now: int, start: int
) -> Iterator[JsonObject]:
    yield {
        "ts": now,
        "type": "ENQUEUED",
        "event": event,
        "recipient": person.recipient,
        "data": data,
        "profile": person.received,
        "override": message.get("override") or {},
    }
    if start > now:
        yield {"ts": now, "type": "DELAYED", "until": start}


def _prepared(person: Person, course: _Course, start: int) -> Iterator[JsonObject]:
    if course.notification:
        yield {
            "ts": start + timeline.MAPPED,
            "type": "MAPPED",
            "event_id": course.event,
            "notification_id": course.notification,
        }
    yield {
        "ts": start + timeline.PROFILE_LOADED,
        "type": "PROFILE_LOADED",
        "received_profile": person.received,
        "stored_profile": person.stored,
        "merged_profile": person.profile,
    }


def _refusal(message: JsonObject, person: Person, template: notifications.Template | None) -> str | None:
    topic = (message.get("preferences") or {}).get("subscription_topic_id")
    if channels.opted_out(list(person.preferences), template.id if template else "", topic):
        return "UNSUBSCRIBED"
    if template and not template.published and not message.get("content"):
        return "UNPUBLISHED"
    return None
