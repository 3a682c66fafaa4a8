"""Fill a new database with the data of ``seed_people`` and ``seed_traffic``.

Identifiers are the same every time; times are relative to the clock, so that a new sandbox always has
recent messages and delayed ones. What the examples of the connector's actions name is here under the same ids.
"""

from __future__ import annotations

import json
import sqlite3
from itertools import count

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
from .seed_journeys import AUTOMATIONS, JOURNEY_RUN, JOURNEYS, RUN_MESSAGE, RUNS, TRANSLATIONS
from .seed_people import AUDIENCES, BRANDS, DEFAULT_BRAND, LISTS, PREFERENCES, PROFILES
from .seed_tenants import CHOICES, MEMBERS, PROVIDERS, TENANTS, TOKENS, TOPICS
from .seed_tenants import TEMPLATES as TENANT_TEMPLATES
from .seed_traffic import (
    AUDIT_EVENTS,
    CHECKS,
    COMPLETED_JOB,
    COMPLETED_USERS,
    DRAFT,
    JOB_AGE,
    MESSAGES,
    STRATEGIES,
    SUBMISSION,
    TEMPLATES,
    WAITING_JOB,
    WAITING_USERS,
    SeedMessage,
    SeedTemplate,
)
from .sending import Sender
from .timeline import SENT
from .timestamps import DAY, HOUR


def seed(db: sqlite3.Connection, now: int) -> None:
    """Write all data of a new sandbox, as of a time in epoch milliseconds."""
    _people(db, now)
    _brands(db, now)
    _tenants(db, now)
    _own_of_tenants(db, now)
    _templates(db, now)
    _traffic(db, now)
    numbers = count(1)
    for event in AUDIT_EVENTS:
        event_id = event.id or f"5b8f0d1e-6a2c-4f3b-8d7e-0000000000{next(numbers):02d}"
        audit.record(db, event.kind, event.target, now - event.age, event_id=event_id, source=event.source)


def _people(db: sqlite3.Connection, now: int) -> None:
    for age, (user_id, profile) in enumerate(PROFILES.items()):
        profiles.save(db, user_id, profile, now - (300 - age) * DAY)
    for user_id, chosen in PREFERENCES.items():
        db.execute("UPDATE profiles SET preferences = ? WHERE id = ?", (json.dumps(chosen), user_id))
    for age, (list_id, found) in enumerate(LISTS.items()):
        made = now - (200 - age) * DAY
        row = (list_id, found["name"], made, made)
        db.execute("INSERT INTO lists (id, name, created, updated) VALUES (?, ?, ?, ?)", row)
        db.executemany(
            "INSERT INTO subscriptions (list_id, user_id, created) VALUES (?, ?, ?)",
            [(list_id, user_id, made) for user_id in found["subscribers"]],
        )
    for age, (audience_id, audience) in enumerate(AUDIENCES.items()):
        audiences.save(db, audience_id, audience, now - (100 - age) * DAY)


def _brands(db: sqlite3.Connection, now: int) -> None:
    for age, (brand_id, brand) in enumerate(BRANDS.items()):
        brands.save(db, brand_id, brand, now - (400 - age) * DAY, is_default=brand_id == DEFAULT_BRAND)


def _tenants(db: sqlite3.Connection, now: int) -> None:
    for topic_id, topic in TOPICS.items():
        topics.save(db, topic_id, *topic)
    for tenant_id, tenant in TENANTS.items():
        tenants.save(db, tenant_id, tenant)
        for user_id, profile in MEMBERS[tenant_id].items():
            tenant_users.add(db, tenant_id, user_id, profile)
    for user_id, chosen_in, topic_id, chosen in CHOICES:
        preferences.save(db, user_id, chosen_in, topic_id, chosen)
    for user_id, devices in TOKENS.items():
        for token, body in devices.items():
            tokens.save(db, user_id, token, body, now)


def _own_of_tenants(db: sqlite3.Connection, now: int) -> None:
    """The templates that tenants have of their own, and the providers."""
    for tenant_id, owned in TENANT_TEMPLATES.items():
        for template_id, wordings in owned.items():
            for age, wording in enumerate(wordings):
                made = now - (50 - age) * DAY
                number = tenant_templates.save(db, tenant_id, template_id, wording, made)
                if number == 1:
                    tenant_templates.publish(db, tenant_id, template_id, number, made)
    for age, (provider_id, provider) in enumerate(PROVIDERS.items()):
        providers.save(db, provider_id, provider, now - (350 - age) * DAY)


def _templates(db: sqlite3.Connection, now: int) -> None:
    for age, (strategy_id, strategy) in enumerate(STRATEGIES.items()):
        routing_strategies.save(db, strategy_id, strategy, now - (150 - age) * DAY)
    for template_id, template in TEMPLATES.items():
        if "routing" in template.summary and "name" in template.summary:
            _newer_template(db, template_id, template, now)
        else:
            _older_template(db, template_id, template, now - template.age)
    submissions.save(db, DRAFT, SUBMISSION, list(CHECKS), now - 2 * DAY)
    _automations(db, now)


def _older_template(db: sqlite3.Connection, template_id: str, template: SeedTemplate, made: int) -> None:
    summary = {"id": template_id, **template.summary, **dict.fromkeys(("created_at", "updated_at"), made)}
    db.execute(
        "INSERT INTO templates (id, summary, content, routing, event_ids, published) VALUES (?, ?, ?, ?, ?, 1)",
        (
            template_id,
            json.dumps(summary),
            json.dumps({"title": template.title, "body": template.body}),
            json.dumps({"method": "single", "channels": list(template.channels)}),
            json.dumps(template.event_ids),
        ),
    )


def _newer_template(db: sqlite3.Connection, template_id: str, template: SeedTemplate, now: int) -> None:
    """A template with a version for each wording: the first ones are published, and the last one if it is said."""
    made = now - template.age
    for number, body in enumerate((*template.earlier, template.body), 1):
        nodes = [{"type": "meta", "title": template.title}, {"type": "text", "content": body}]
        templates.save_draft(db, template_id, {**template.summary, "content": {"elements": nodes}}, made)
        if template.published or number <= len(template.earlier):
            templates.publish(db, template_id, made)


def _automations(db: sqlite3.Connection, now: int) -> None:
    for age, (automation_id, automation) in enumerate(AUTOMATIONS.items()):
        journeys.save(db, "automation", automation_id, automation, now - (120 - age) * DAY)
    for age, (journey_id, journey) in enumerate(JOURNEYS.items()):
        journeys.save(db, "journey", journey_id, journey, now - (80 - age) * DAY)
    for run_id, (automation_id, age, steps) in RUNS.items():
        _run(db, run_id, "automation", automation_id, now - age, steps)
    _run(db, JOURNEY_RUN, "journey", next(iter(JOURNEYS)), now - HOUR, (("send", 0), ("delay", DAY), ("send", 0)))
    for locale, content in TRANSLATIONS.items():
        translations.save(db, locale, content)


def _run(
    db: sqlite3.Connection, run_id: str, kind: str, automation_id: str, started: int, steps: tuple[tuple[str, int], ...]
) -> None:
    source = f"invoke/{automation_id}"
    runs.save(db, run_id, kind=kind, automation_id=automation_id, source=source, cancel_with="harbour", started=started)
    noted: list[JsonObject] = []
    begins = started
    for action, lasts in steps:
        runs.note(noted, action, begins, begins + lasts, RUN_MESSAGE if action == "send" else None)
        begins += lasts
    runs.finish(db, run_id, noted)


def _traffic(db: sqlite3.Connection, now: int) -> None:
    """Write the messages and jobs, oldest first: messages are listed in the order of their rows."""
    numbers = count(1)
    named = [(message.id or f"1-66a8f1c0-5d2c8e7a4b1f9036c7d2e5{next(numbers):02x}", message) for message in MESSAGES]
    for message_id, message in named:
        if message.age > JOB_AGE:
            _message(db, message, message_id, now)
    _jobs(db, now - JOB_AGE)
    for message_id, message in named:
        if message.age <= JOB_AGE:
            _message(db, message, message_id, now)


def _jobs(db: sqlite3.Connection, ran: int) -> None:
    bulk.create(db, COMPLETED_JOB, {"event": "weekly-digest", "brand": DEFAULT_BRAND})
    bulk.add(db, COMPLETED_JOB, list(COMPLETED_USERS))
    names = (f"1-66b0c0df-9a8b7c6d5e4f3021b4a3f6{number:02x}" for number in range(1, len(COMPLETED_USERS) + 1))
    bulk.run(db, COMPLETED_JOB, ran, names)
    bulk.create(db, WAITING_JOB, {"event": "welcome-email", "data": {"season": "autumn"}})
    bulk.add(db, WAITING_JOB, list(WAITING_USERS))


def _message(db: sqlite3.Connection, entry: SeedMessage, message_id: str, now: int) -> None:
    sent_at = now - entry.age
    context = entry.message.get("context") or {}
    person = recipients.resolve(db, entry.to, context.get("tenant_id"))[0]
    Sender(db, sent_at, request_id=message_id).send(entry.message, person, message_id=message_id)
    if entry.after:
        row = db.execute("SELECT events FROM messages WHERE id = ?", (message_id,)).fetchone()
        events = _continued(json.loads(row["events"]), entry, sent_at)
        db.execute("UPDATE messages SET events = ? WHERE id = ?", (json.dumps(events), message_id))
    db.execute(
        "UPDATE messages SET canceled = ?, archived = ? WHERE id = ?",
        (
            None if entry.canceled is None else sent_at + entry.canceled,
            sent_at + DAY if entry.archived else None,
            message_id,
        ),
    )


def _continued(events: list[JsonObject], entry: SeedMessage, sent_at: int) -> list[JsonObject]:
    sent = next(event for event in events if event["type"] == "SENT")
    if any(kind == "UNDELIVERABLE" for kind, _, _ in entry.after):
        events = [event for event in events if event["ts"] <= sent_at + SENT]
    tags = {key: sent[key] for key in ("channel", "integration")}
    later = [{"ts": sent_at + delay, "type": kind, **tags, **more} for kind, delay, more in entry.after]
    return events + later
