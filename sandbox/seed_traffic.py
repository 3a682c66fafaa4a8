"""The templates, automations, bulk jobs, messages and audit events of a fresh sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .protocol import JsonObject
from .timestamps import DAY, HOUR, MINUTE

WELCOME = "HB1WE1C0ME000000000000000001"
SHIPPED = "HB20RDERSH1PPED0000000000002"
RESET = "HB3PASSW0RDRESET000000000003"
DIGEST = "HB4W33K7D1G3ST00000000000004"
LAUNCH = "nt_01kmrbq6ypf25tsge12qek41r0"
DRAFT = "nt_01harbour0summer000000000004"


@dataclass(frozen=True)
class SeedTemplate:
    """A template: its list entry without dates or what a newer one keeps, its content, and its age in milliseconds."""

    summary: JsonObject
    title: str
    body: str
    channels: tuple[str, ...]
    age: int
    event_ids: tuple[str, ...] = ()
    published: bool = True
    earlier: tuple[str, ...] = ()


def _first_generation(title: str, topic: str, event: str, tag: str, channels: tuple[str, ...]) -> JsonObject:
    return {
        "title": title,
        "topic_id": topic,
        "event_ids": [event],
        "note": f"Sent on the event {event}",
        "routing": {"method": "single", "channels": list(channels)},
        "tags": {"data": [{"id": f"tag-{tag}", "name": tag}]},
    }


def _second_generation(name: str, *tags: str, strategy: str | None = None) -> JsonObject:
    return {
        "name": name,
        "tags": list(tags),
        "brand": None,
        "subscription": None,
        "routing": {"strategy_id": strategy} if strategy else None,
    }


_MAIL: tuple[str, ...] = ("email", "sms")
TEMPLATES: dict[str, SeedTemplate] = {
    WELCOME: SeedTemplate(
        _first_generation("Welcome", "topic-account", "welcome-email", "account", _MAIL),
        "Welcome, {{profile.name}}",
        "Good to have you aboard.",
        _MAIL,
        400 * DAY,
        ("welcome-email",),
    ),
    SHIPPED: SeedTemplate(
        _first_generation("Order shipped", "topic-orders", "order-shipped", "orders", _MAIL),
        "Order {{order}} is on its way",
        "{{profile.name}}, your parcel left the harbour.",
        _MAIL,
        350 * DAY,
        ("order-shipped",),
    ),
    RESET: SeedTemplate(
        _first_generation("Password reset", "topic-account", "password-reset", "account", ("email",)),
        "Reset your password",
        "Your code is {{code}}.",
        ("email",),
        300 * DAY,
        ("password-reset",),
    ),
    DIGEST: SeedTemplate(
        _first_generation("Weekly digest", "topic-news", "weekly-digest", "news", ("email",)),
        "This week: {{headline}}",
        "New on our shelves, {{profile.name}}.",
        ("email",),
        250 * DAY,
        ("weekly-digest",),
    ),
    LAUNCH: SeedTemplate(
        _second_generation("Book launch", "news", "events"),
        "{{title}} is out",
        "Meet the author on Friday.",
        (),
        90 * DAY,
        earlier=("Meet the author.", "Meet the author this week."),
    ),
    "nt_01harbour0reading00000000002": SeedTemplate(
        _second_generation("Reading reminder", "events", strategy="rs_harbour_reminders"),
        "Tomorrow: {{title}}",
        "Doors open at seven.",
        (),
        60 * DAY,
    ),
    "nt_01harbour0review000000000003": SeedTemplate(
        _second_generation("Ask for a review", strategy="rs_harbour_reminders"),
        "How did you like {{title}}?",
        "Two lines are enough.",
        (),
        30 * DAY,
    ),
    DRAFT: SeedTemplate(
        _second_generation("Summer sale", "news", strategy="rs_harbour_reminders"),
        "Summer sale",
        "Everything by the sea.",
        (),
        5 * DAY,
        published=False,
    ),
}

SUBMISSION = "sub_01harbour0summer"
CHECKS: tuple[JsonObject, ...] = (
    {"id": "legal-review", "status": "RESOLVED", "type": "custom"},
    {"id": "brand-review", "status": "PENDING", "type": "custom"},
)
STRATEGIES: dict[str, JsonObject] = {
    "rs_harbour_mail": {
        "name": "Email only",
        "description": "Email, through SendGrid with a fallback",
        "tags": ["email"],
        "routing": {"method": "single", "channels": ["email"]},
        "channels": {"email": {"providers": ["sendgrid", "aws-ses"]}},
        "providers": {"sendgrid": {"override": {}}},
    },
    "rs_harbour_phone": {"name": "Phone first", "routing": {"method": "single", "channels": ["push", "sms"]}},
    "rs_harbour_reminders": {
        "name": "Reminders",
        "description": "The first of push, email and text message",
        "routing": {"method": "single", "channels": ["push", "email", "sms"]},
    },
}

WAITING_JOB = "1-66b0c0de-4f1e2d3c5b6a798897a6b501"
COMPLETED_JOB = "1-66b0c0de-4f1e2d3c5b6a798897a6b502"
JOB_AGE = 25 * DAY  # when the completed job was run, counted back from now
COMPLETED_USERS: tuple[JsonObject, ...] = tuple(
    {"recipient": name, "profile": {"email": address}, "data": {"headline": "Tides"}}
    for name, address in (
        ("ada", "ada@example.com"),
        ("bruno", "bruno@example.com"),
        ("chen", "chen@example.org"),
        ("elif", "elif@example.org"),
        ("greta", "greta@example.org"),
        ("ines", "ines@example.org"),
    )
)
WAITING_USERS: tuple[JsonObject, ...] = ({"recipient": "ada"}, {"profile": {"email": "visitor@example.org"}})


@dataclass(frozen=True)
class SeedMessage:
    """A message sent in the past, and what its recipient or provider did with it.

    Attributes:
        to: the recipient.
        age: how long ago it was sent, in milliseconds.
        message: the rest of the message.
        after: events after it was sent: type, milliseconds after sending, further fields. An UNDELIVERABLE one
            replaces the delivery.
        canceled: milliseconds after sending when it was canceled.
        archived: whether it was archived.
        id: its id; None for a numbered one.
    """

    to: JsonObject
    age: int
    message: JsonObject
    after: tuple[tuple[str, int, dict[str, Any]], ...] = ()
    canceled: int | None = None
    archived: bool = False
    id: str | None = None


_NEWS = {"metadata": {"tags": ["news", "weekly"], "trace_id": "campaign-tides"}}
_ORDER = {"template": "order-shipped", "metadata": {"tags": ["orders"]}}
_BOUNCE = {"reason": "BOUNCED", "error_message": "The mailbox does not exist"}
MESSAGES: tuple[SeedMessage, ...] = (
    SeedMessage(
        {"list_id": "news.weekly"},
        30 * DAY,
        {
            "template": LAUNCH,
            "data": {"title": "Tides"},
            "metadata": {"event": "order-shipped", "tags": ["orders", "orders, urgent"]},
            "context": {"tenant_id": "acme"},
            "routing": {"method": "all", "channels": ["email", "sms"]},
        },
        (("OPENED", 10 * MINUTE, {}), ("CLICKED", 11 * MINUTE, {})),
        id="1-65f240a0-47a6a120c8374de9bcf9f22c",
    ),
    SeedMessage({"user_id": "ada"}, 20 * DAY, {"template": "welcome-email"}, (("OPENED", HOUR, {}),)),
    SeedMessage({"user_id": "bruno"}, 15 * DAY, {"template": "welcome-email"}, archived=True),
    SeedMessage(
        {"user_id": "ada"},
        9 * DAY,
        {**_ORDER, "data": {"order": "HB-1042"}, "brand_id": "harbour-orders"},
        (("OPENED", 5 * MINUTE, {}), ("CLICKED", 6 * MINUTE, {})),
    ),
    SeedMessage({"user_id": "dalia"}, 8 * DAY, {**_ORDER, "data": {"order": "HB-1043"}}),
    SeedMessage({"user_id": "holt"}, 8 * DAY, {**_ORDER, "data": {"order": "HB-1044"}}),
    SeedMessage(
        {"email": "gone@example.org"},
        7 * DAY,
        {"content": {"title": "Your invoice", "body": "Attached."}},
        (("UNDELIVERABLE", 2 * MINUTE, _BOUNCE),),
    ),
    SeedMessage({"user_id": "chen"}, 6 * DAY, {"template": "gift-card-expired"}),
    SeedMessage({"user_id": "farid"}, 5 * DAY, {"template": "weekly-digest", "data": {"headline": "Tides"}, **_NEWS}),
    SeedMessage({"user_id": "greta"}, 5 * DAY, {"template": "weekly-digest", "data": {"headline": "Tides"}, **_NEWS}),
    SeedMessage(
        {"user_id": "elif"}, 2 * DAY, {"template": "nt_01harbour0reading00000000002", "data": {"title": "Night Ferry"}}
    ),
    SeedMessage(
        {"user_id": "bruno"},
        1 * DAY,
        {"content": {"title": "Stocktaking", "body": "On Monday."}, "delay": {"duration": HOUR}},
        canceled=10 * MINUTE,
    ),
    SeedMessage(
        {"user_id": "ada"},
        1 * HOUR,
        {
            "content": {"title": "Reading on Friday", "body": "See you there, {{profile.name}}."},
            "delay": {"duration": 30 * DAY},
            "metadata": {"tags": ["events"]},
        },
    ),
)


@dataclass(frozen=True)
class SeedEvent:
    """An audit event in the past. Without an id, it gets a numbered one."""

    kind: str
    target: str
    age: int
    source: str = "studio"
    id: str | None = None


AUDIT_EVENTS: tuple[SeedEvent, ...] = (
    SeedEvent("brand/created", "harbour-books", 400 * DAY),
    SeedEvent("brand/created", "harbour-events", 399 * DAY, id="5b8f0d1e-6a2c-4f3b-8d7e-1c9a40e2b701"),
    SeedEvent("list/updated", "news.weekly", 380 * DAY),
    SeedEvent("list/updated", "events.oslo", 200 * DAY),
    SeedEvent("audience/updated", "engineers", 100 * DAY, "api"),
    SeedEvent("notification/published", WELCOME, 90 * DAY),
    SeedEvent("brand/updated", "harbour-kids", 40 * DAY),
    SeedEvent("profile/merged", "ada", 20 * DAY, "api"),
    SeedEvent("bulk-job/run", COMPLETED_JOB, 5 * DAY, "api"),
)
