"""Fill a new database with the data of the ``seed_*.json`` files: an invented bookshop, its readers and its traffic.

Identifiers are the same every time; times are relative to the clock, so that a new sandbox always has
recent messages and delayed ones. What the examples of the connector's actions name is here under the same ids.
"""

from __future__ import annotations

import json
import sqlite3
from itertools import count
from pathlib import Path
from typing import Any

from . import (
    audiences,
    audit,
    brands,
    bulk,
    journeys,
    preferences,
    profiles,
    providers,
    recipients,
    routing_strategies,
    runs,
    submissions,
    templates,
    tenant_templates,
    tenant_users,
    tenants,
    tokens,
    topics,
    translations,
)
from .protocol import JsonObject
from .sending import Sender
from .timeline import SENT
from .timestamps import DAY, parse_duration

_JOB_AGE = 25 * DAY  # when the completed job was run, counted back from now


def seed(db: sqlite3.Connection, now: int) -> None:
    """Write all data of a new sandbox, as of a time in epoch milliseconds."""
    people, branches, flows, traffic = map(_data, ("people", "tenants", "journeys", "traffic"))
    _people(db, people, now)
    _tenants(db, branches, now)
    _own_of_tenants(db, branches, now)
    _templates(db, traffic, now)
    _automations(db, flows, now)
    _traffic(db, traffic, now)
    numbers = count(1)
    for event in traffic["audit_events"]:
        event_id = event.get("id") or f"5b8f0d1e-6a2c-4f3b-8d7e-0000000000{next(numbers):02d}"
        made = now - _age(event)
        audit.record(db, event["type"], event["target"], made, event_id=event_id, source=event["source"])


def _data(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name(f"seed_{name}.json").read_text(encoding="utf-8"))
    return found


def _time(text: str | None) -> int:
    """Milliseconds of a duration such as “30 days”."""
    return parse_duration(text or "0") or 0


def _age(entry: JsonObject) -> int:
    return _time(entry["age"])


def _people(db: sqlite3.Connection, data: JsonObject, now: int) -> None:
    for age, (user_id, profile) in enumerate(data["profiles"].items()):
        profiles.save(db, user_id, profile, now - (300 - age) * DAY)
    for user_id, chosen in data["preferences"].items():
        db.execute("UPDATE profiles SET preferences = ? WHERE id = ?", (json.dumps(chosen), user_id))
    for age, (list_id, found) in enumerate(data["lists"].items()):
        made = now - (200 - age) * DAY
        row = (list_id, found["name"], made, made)
        db.execute("INSERT INTO lists (id, name, created, updated) VALUES (?, ?, ?, ?)", row)
        db.executemany(
            "INSERT INTO subscriptions (list_id, user_id, created) VALUES (?, ?, ?)",
            [(list_id, user_id, made) for user_id in found["subscribers"]],
        )
    for age, (audience_id, audience) in enumerate(data["audiences"].items()):
        audiences.save(db, audience_id, audience, now - (100 - age) * DAY)
    for age, (brand_id, brand) in enumerate(data["brands"].items()):
        brands.save(db, brand_id, brand, now - (400 - age) * DAY, is_default=age == 0)


def _tenants(db: sqlite3.Connection, data: JsonObject, now: int) -> None:
    """The tenants, and their users with topics, choices and devices."""
    for topic_id, topic in data["topics"].items():
        topics.save(db, topic_id, *topic)
    for tenant_id, tenant in data["tenants"].items():
        tenants.save(db, tenant_id, tenant)
        for user_id, profile in data["members"][tenant_id].items():
            tenant_users.add(db, tenant_id, user_id, profile)
    for user_id, chosen_in, topic_id, chosen in data["choices"]:
        preferences.save(db, user_id, chosen_in, topic_id, chosen)
    for user_id, devices in data["tokens"].items():
        for token, body in devices.items():
            tokens.save(db, user_id, token, body, now)


def _own_of_tenants(db: sqlite3.Connection, data: JsonObject, now: int) -> None:
    """The templates that tenants have of their own, and the providers."""
    for tenant_id, owned in data["templates"].items():
        for template_id, texts in owned.items():
            for age, text in enumerate(texts):
                made = now - (50 - age) * DAY
                template = {"content": {"version": templates.CONTENT_VERSION, **_content("Welcome to Acme", text)}}
                routing = {"method": "single", "channels": ["email", "sms"]}
                number = tenant_templates.save(db, tenant_id, template_id, {**template, "routing": routing}, made)
                if number == 1:
                    tenant_templates.publish(db, tenant_id, template_id, number, made)
    for age, (provider_id, provider) in enumerate(data["providers"].items()):
        providers.save(db, provider_id, provider, now - (350 - age) * DAY)


def _content(title: str, text: str) -> JsonObject:
    return {"elements": [{"type": "meta", "title": title}, {"type": "text", "content": text}]}


def _templates(db: sqlite3.Connection, data: JsonObject, now: int) -> None:
    for age, (strategy_id, strategy) in enumerate(data["strategies"].items()):
        routing_strategies.save(db, strategy_id, strategy, now - (150 - age) * DAY)
    for template_id, template in data["templates"]["older"].items():
        _older_template(db, template_id, template, now - _age(template))
    for template_id, template in data["templates"]["newer"].items():
        _newer_template(db, template_id, template, now - _age(template))
    submission = data["submission"]
    submissions.save(db, submission["template"], submission["id"], submission["checks"], now - 2 * DAY)


def _older_template(db: sqlite3.Connection, template_id: str, template: JsonObject, made: int) -> None:
    routing = {"method": "single", "channels": template["channels"]}
    summary = {
        "id": template_id,
        "title": template["name"],
        "topic_id": template["topic"],
        "event_ids": [template["event"]],
        "note": f"Sent on the event {template['event']}",
        "routing": routing,
        "tags": {"data": [{"id": f"tag-{template['tag']}", "name": template["tag"]}]},
        **dict.fromkeys(("created_at", "updated_at"), made),
    }
    content = {"title": template["title"], "body": template["body"]}
    db.execute(
        "INSERT INTO templates (id, summary, content, routing, event_ids, published) VALUES (?, ?, ?, ?, ?, 1)",
        (template_id, *map(json.dumps, (summary, content, routing, summary["event_ids"]))),
    )


def _newer_template(db: sqlite3.Connection, template_id: str, template: JsonObject, made: int) -> None:
    """A template with a published version for each wording, or only a draft."""
    strategy = template.get("strategy")
    for body in template["versions"]:
        draft = {
            **{"name": template["name"], "tags": template["tags"], "brand": None, "subscription": None},
            "routing": {"strategy_id": strategy} if strategy else None,
            "content": _content(template["title"], body),
        }
        templates.save_draft(db, template_id, draft, made)
        if template.get("published", True):
            templates.publish(db, template_id, made)


def _automations(db: sqlite3.Connection, data: JsonObject, now: int) -> None:
    for age, (automation_id, automation) in enumerate(data["automations"].items()):
        journeys.save(db, "automation", automation_id, automation, now - (120 - age) * DAY)
    for age, (journey_id, journey) in enumerate(data["journeys"].items()):
        journeys.save(db, "journey", journey_id, journey, now - (80 - age) * DAY)
    for run_id, run in data["runs"].items():
        _run(db, run_id, run, now - _age(run))
    for locale, content in data["translations"].items():
        translations.save(db, locale, content)


def _run(db: sqlite3.Connection, run_id: str, run: JsonObject, started: int) -> None:
    source, kind = f"invoke/{run['of']}", run["kind"]
    runs.save(db, run_id, kind=kind, automation_id=run["of"], source=source, cancel_with="harbour", started=started)
    noted: list[JsonObject] = []
    begins = started
    for action, lasts, *message in run["steps"]:
        ends = begins + _time(lasts)
        runs.note(noted, action, begins, ends, message[0] if message else None)
        begins = ends
    runs.finish(db, run_id, noted)


def _traffic(db: sqlite3.Connection, data: JsonObject, now: int) -> None:
    """Write the messages and jobs, oldest first: messages are listed in the order of their rows."""
    numbers = count(1)
    named = [
        (message.get("id") or f"1-66a8f1c0-5d2c8e7a4b1f9036c7d2e5{next(numbers):02x}", message)
        for message in data["messages"]
    ]
    for message_id, message in named:
        if _age(message) > _JOB_AGE:
            _message(db, message, message_id, now)
    _jobs(db, data["jobs"], now - _JOB_AGE)
    for message_id, message in named:
        if _age(message) <= _JOB_AGE:
            _message(db, message, message_id, now)


def _jobs(db: sqlite3.Connection, jobs: JsonObject, ran: int) -> None:
    for job in jobs.values():
        bulk.create(db, job["id"], job["message"])
        bulk.add(db, job["id"], job["users"])
    completed = jobs["completed"]
    names = (f"1-66b0c0df-9a8b7c6d5e4f3021b4a3f6{number:02x}" for number, _ in enumerate(completed["users"], 1))
    bulk.run(db, completed["id"], ran, names)


def _message(db: sqlite3.Connection, entry: JsonObject, message_id: str, now: int) -> None:
    sent_at = now - _age(entry)
    context = entry["message"].get("context") or {}
    person = recipients.resolve(db, entry["to"], context.get("tenant_id"))[0]
    Sender(db, sent_at, request_id=message_id).send(entry["message"], person, message_id=message_id)
    if entry.get("after"):
        row = db.execute("SELECT events FROM messages WHERE id = ?", (message_id,)).fetchone()
        events = _continued(json.loads(row["events"]), entry["after"], sent_at)
        db.execute("UPDATE messages SET events = ? WHERE id = ?", (json.dumps(events), message_id))
    canceled = sent_at + _time(entry["canceled"]) if "canceled" in entry else None
    archived = sent_at + DAY if entry.get("archived") else None
    db.execute("UPDATE messages SET canceled = ?, archived = ? WHERE id = ?", (canceled, archived, message_id))


def _continued(events: list[JsonObject], after: list[JsonObject], sent_at: int) -> list[JsonObject]:
    """The events of a message with those that came after it was sent; one of type UNDELIVERABLE replaces delivery."""
    sent = next(event for event in events if event["type"] == "SENT")
    if any(event["type"] == "UNDELIVERABLE" for event in after):
        events = [event for event in events if event["ts"] <= sent_at + SENT]
    tags = {key: sent[key] for key in ("channel", "integration")}
    later = [{"ts": sent_at + _time(event["after"]), "type": event["type"], **tags, **event["more"]} for event in after]
    return events + later
