"""What the tests of the official SDK name: people, lists, templates and the rest under their placeholders."""

from __future__ import annotations

import copy
import re
import sqlite3
from typing import Any

from sandbox import (
    audiences,
    audit,
    brands,
    bulk,
    journeys,
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
from sandbox.sending import Sender

NOW = 1_785_000_000_000
"""Epoch milliseconds before the date up to which the tests' idempotency keys are valid."""

_TEXTS = [{"type": "text", "id": name, "content": "There"} for name in ("elementId", "elem_1", "elem_2")]
_CONTENT: dict[str, Any] = {"elements": [{"type": "meta", "title": "Hello"}, *_TEXTS]}
_FILTER = {"operator": "AND", "filters": [{"operator": "EQ", "path": "name", "value": "Ada"}]}
_TOPICS = (
    *("id", "topic_id", "pt_01kx4h2jdafq8bk996nn92357r", "pt_01kx4h2jdafq8bk99eyt3dx43x"),
    "pt_01kx4h2jdafq8bk9a26x0kvd1t",
)
_GIVEN_BY_THE_SERVICE = (
    (re.compile(r"([?&])cursor=cursor(&|$)"), r"\1"),
    (re.compile(r"([?&])version=version(&|$)"), r"\1version=published\2"),
    (re.compile(r"/versions/version$"), "/versions/v1"),
    (re.compile(r"^/translations/domain/"), "/translations/default/"),
)
"""Names that the service itself gives, so that nothing can be written under the placeholder: what they stand for."""


def resolved(target: str) -> str:
    """The path and query with the names that only the service gives: the first page, the published version."""
    for placeholder, name in _GIVEN_BY_THE_SERVICE:
        target = placeholder.sub(name, target)
    return target


def seed(db: sqlite3.Connection, module: str) -> None:
    """Write what the tests of a module name."""
    _people(db)
    _tenants(db)
    _templates(db)
    # The same placeholder names an automation in one module and a journey in another.
    kind = "journey" if "journeys" in module else "automation"
    journeys.save(db, kind, "templateId", {"name": "One", "alias": "templateId", "steps": []}, NOW)
    runs.save(db, "x", kind=kind, automation_id="templateId", source="invoke/x", cancel_with="x", started=NOW)
    for brand_id in (
        "brand_id",
        "brand",
        "bnd_01kx4mrd0pfzw8wt7pn7p2fzag",
        *(("id",) if "notifications" in module else ()),
    ):
        brands.save(db, brand_id, {"name": "One", "settings": {}}, NOW)
    for message_id in ("message_id", "request_id"):
        person = recipients.resolve(db, {"user_id": "user_id"}, None)[0]
        message = {"to": {"user_id": "user_id"}, "content": {"title": "Hello", "body": "There"}}
        Sender(db, NOW, request_id=message_id).send(message, person, message_id=message_id)


def _people(db: sqlite3.Connection) -> None:
    for user_id in ("user_id", "user_abc"):
        profiles.save(db, user_id, {"email": "ada@example.com", "name": "Ada"}, NOW)
    db.execute("INSERT INTO lists (id, name, created, updated) VALUES ('list_id', 'One', ?, ?)", (NOW, NOW))
    db.execute("INSERT INTO subscriptions (list_id, user_id, created) VALUES ('list_id', 'user_id', ?)", (NOW,))
    audiences.save(db, "audience_id", {"name": "One", "description": "", "filter": _FILTER}, NOW)
    audit.record(db, "message/sent", "x", NOW, event_id="audit-event-id")
    bulk.create(db, "job_id", {"event": "welcome-email"})
    translations.save(db, "locale", "")


def _tenants(db: sqlite3.Connection) -> None:
    for topic_id in _TOPICS:
        topics.save(db, topic_id, "One", ("section", "Section"), "OPTED_IN")
    for tenant_id in ("parent_tenant_id", "tenant_id", "tenant_abc", "tenant_def"):
        tenants.save(db, tenant_id, {"name": "One"})
    tenant_users.add(db, "tenant_id", "user_id", {})
    number = tenant_templates.save(
        db, "tenant_id", "template_id", {"content": {"version": "2022-01-01", **copy.deepcopy(_CONTENT)}}, NOW
    )
    tenant_templates.publish(db, "tenant_id", "template_id", number, NOW)
    tokens.save(db, "user_id", "token", {"provider_key": "firebase-fcm", "expiry_date": False}, NOW)


def _templates(db: sqlite3.Connection) -> None:
    providers.save(db, "id", {"provider": "sendgrid", "settings": {"api_key": "key"}}, NOW)
    for strategy_id in ("id", "strategy_id", "rs_01kx4h2jdafq8bk9amzvy6hbv0"):
        routing = {"method": "single", "channels": ["email"]}
        routing_strategies.save(db, strategy_id, {"name": "One", "routing": routing}, NOW)
    nothing: dict[str, Any] = {"name": "One", "tags": [], "brand": None, "subscription": None, "routing": None}
    for template_id in ("id", "x", "template_id"):
        templates.save_draft(db, template_id, {**nothing, "content": copy.deepcopy(_CONTENT)}, NOW)
        templates.publish(db, template_id, NOW)
    submissions.save(db, "id", "submissionId", [{"id": "abc-123", "type": "custom", "status": "RESOLVED"}], NOW)
