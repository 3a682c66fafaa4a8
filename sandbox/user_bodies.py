"""The shapes of what belongs to users: tenants, preferences and device tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .message_body import ANY_OBJECT, CHANNEL_NAMES, STATUS
from .validation import Check, anything, array, boolean, choice, identifier, problem, record, string

_CHOSEN: dict[str, Check] = {"has_custom_routing": boolean, "custom_routing": array(CHANNEL_NAMES)}
DEFAULT_PREFERENCE = record({"status": STATUS}, _CHOSEN)
TENANT = record(
    {"name": identifier},
    {
        "parent_tenant_id": string,
        "default_preferences": record(optional={"items": array(record({"id": identifier, "status": STATUS}, _CHOSEN))}),
        "properties": ANY_OBJECT,
        "user_profile": ANY_OBJECT,
        "brand_id": string,
    },
)
MEMBERSHIP = record(optional={"profile": ANY_OBJECT})
MEMBERSHIPS = record({"tenants": array(record({"tenant_id": identifier}, {"user_id": string, "profile": ANY_OBJECT}))})

PREFERENCE = record({"topic": record({"status": STATUS}, {**_CHOSEN, "digest_schedule_id": string})})
_TOPIC = record({"topic_id": identifier, "status": choice("OPTED_IN", "OPTED_OUT")}, _CHOSEN)
_MOST_TOPICS = 50


def _topics(value: Any, path: str, least: int) -> Iterator[str]:
    yield from array(_TOPIC, min_items=least)(value, path)
    if isinstance(value, list) and len(value) > _MOST_TOPICS:
        yield problem(path, f"Expected at most {_MOST_TOPICS} item(s)")


PREFERENCES_REPLACEMENT = record({"topics": lambda value, path: _topics(value, path, 0)})
PREFERENCES_UPDATE = record({"topics": lambda value, path: _topics(value, path, 1)})


def _expiry(value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str | bool):
        yield problem(path, "Expected a date, or false")


_TEXTS = ("app_id", "ad_id", "device_id", "platform", "manufacturer", "model")
TOKEN = record(
    {"provider_key": choice("firebase-fcm", "apn", "expo", "onesignal")},
    {
        "expiry_date": _expiry,
        "properties": anything,
        "device": record(optional=dict.fromkeys(_TEXTS, string)),
        "tracking": record(optional=dict.fromkeys(("os_version", "ip", "lat", "long"), string)),
    },
)


def _listed_token(value: Any, path: str) -> Iterator[str]:
    yield from record({"token": identifier})(value, path)
    if isinstance(value, dict):
        yield from TOKEN(value, path)


TOKENS = record({"tokens": array(_listed_token)})
