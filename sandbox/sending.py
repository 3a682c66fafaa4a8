"""Send a message: write one record per recipient, with all its events.

Shared by ``POST /send``, bulk jobs and automations. Nothing leaves the machine.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from . import (
    bodies,
    brands,
    channels,
    notifications,
    preferences,
    recipients,
    tenant_templates,
    tenants,
    timeline,
    tokens,
    topics,
    translations,
)
from .protocol import ACCEPTED, Call, JsonObject, Response
from .recipients import Person
from .render import render
from .route import on
from .timestamps import new_id


@dataclass(frozen=True)
class Sender:
    """A request that sends messages to any number of users.

    Attributes:
        db: the connection, in a transaction.
        now: the time of the request, in epoch milliseconds.
        request_id: the id that all its messages share.
        run_id: the automation run it belongs to.
    """

    db: sqlite3.Connection
    now: int
    request_id: str
    run_id: str | None = None

    def send(self, message: JsonObject, person: Person, *, message_id: str | None = None) -> str:
        """Write the message to one person and return its id."""
        message_id = message_id or new_id(self.now)
        plan = _plan(self, message, person, message_id)
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
                plan.event,
                plan.notification,
                person.list_id,
                person.tenant_id,
                json.dumps(metadata.get("tags") or []),
                self.now,
                json.dumps(plan.events),
                json.dumps(plan.outputs),
            ),
        )
        return message_id


@on("POST /send", bodies.SEND, audit_as="message/sent", target="requestId")
def send_message(call: Call) -> Response:
    """``POST /send``: to one person, or to each of many."""
    message = call.body["message"]
    return Response(ACCEPTED, {"requestId": send_to(call.db, message, call.now)})


def send_to(db: sqlite3.Connection, message: JsonObject, now: int, run_id: str | None = None) -> str:
    """Send a message to everyone in its ``to`` and return the request's id."""
    sender = Sender(db, now, new_id(now), run_id)
    shared = sender.request_id if recipients.is_single(message["to"]) else None
    for person in recipients.resolve(db, message["to"], (message.get("context") or {}).get("tenant_id")):
        sender.send(message, person, message_id=shared)
    return sender.request_id


@dataclass(frozen=True)
class _Plan:
    """The events and the content of one message."""

    event: str
    notification: str
    events: list[JsonObject]
    outputs: list[JsonObject]


def _plan(sender: Sender, message: JsonObject, person: Person, message_id: str) -> _Plan:
    name: str = message.get("template") or message.get("event") or ""
    template = notifications.find(sender.db, name) if name else None
    own = tenant_templates.published(sender.db, person.tenant_id, template.id if template else name) if name else None
    content = message.get("content") or (own["content"] if own else template.content if template else None)
    when = timeline.schedule(message, sender.now)
    data = {**(message.get("data") or {}), **person.data}
    plan = _Plan(
        event=(message.get("metadata") or {}).get("event") or name,
        notification=template.id if template else "",
        events=[],
        outputs=[],
    )
    plan.events.extend(_enqueued_events(message, person, plan.event, data, sender.now, when.start))
    if not when.in_time:
        late = "The message expired before it could be sent"
        at = max(sender.now, when.expires or 0)
        plan.events.append(timeline.failure("UNDELIVERABLE", at, reason="FAILED", error=late))
        return plan
    if content is None:
        lost = f"No template is mapped to {name}"
        plan.events.append(timeline.failure("UNMAPPED", when.start + timeline.MAPPED, error=lost))
        return plan
    plan.events.extend(_loaded_events(person, plan, when.start))
    preference = _preference(sender.db, message, person, template)
    chosen = {"method": "all", "channels": preference["custom_routing"]} if preference.get("custom_routing") else None
    routing = message.get("routing") or chosen or (own or {}).get("routing") or (template.routing if template else None)
    devices = tokens.active(sender.db, person.user_id, sender.now) if person.user_id else ()
    providers = tuple(device["provider_key"] for device in devices)
    route = channels.find(person.profile, routing, user_id=person.user_id, push_providers=providers)
    reason = _unroutable_reason(message, person, template, preference) or route.reason
    if reason:
        plan.events.append(timeline.failure("UNROUTABLE", when.start + timeline.ROUTED, reason=reason))
        return plan
    tenant = tenants.load(sender.db, person.tenant_id or "") or {}
    brand_id = message.get("brand_id") or message.get("brand") or tenant.get("brand_id")
    brand_id = brand_id or (template.brand_id if template else None)
    brand = brands.load(sender.db, brand_id) if brand_id else None
    values = {**data, "profile": person.profile}
    locale = person.profile.get("locale")
    translated = translations.load(sender.db, locale)
    for integration in route.integrations:
        plan.events.extend(timeline.delivery(integration, when.start, message_id))
        plan.outputs.append(render(content, values, integration, locale=locale, brand=brand, translated=translated))
    return plan


def _enqueued_events(
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


def _loaded_events(person: Person, plan: _Plan, start: int) -> Iterator[JsonObject]:
    if plan.notification:
        yield {
            "ts": start + timeline.MAPPED,
            "type": "MAPPED",
            "event_id": plan.event,
            "notification_id": plan.notification,
        }
    yield {
        "ts": start + timeline.PROFILE_LOADED,
        "type": "PROFILE_LOADED",
        "received_profile": person.received,
        "stored_profile": person.stored,
        "merged_profile": person.profile,
    }


def _preference(
    db: sqlite3.Connection, message: JsonObject, person: Person, template: notifications.Template | None
) -> JsonObject:
    """What counts for the person and the topic of the message; empty without a topic."""
    asked = (message.get("preferences") or {}).get("subscription_topic_id")
    topic = topics.load(db, asked or (template.topic_id if template else None) or "")
    return preferences.effective(db, person.user_id, person.tenant_id, topic) if topic else {}


def _unroutable_reason(
    message: JsonObject, person: Person, template: notifications.Template | None, preference: JsonObject
) -> str | None:
    topic = (message.get("preferences") or {}).get("subscription_topic_id")
    if preference.get("status") == "OPTED_OUT" or channels.opted_out(
        list(person.preferences), template.id if template else "", topic
    ):
        return "UNSUBSCRIBED"
    if template and not template.published and not message.get("content"):
        return "UNPUBLISHED"
    return None
