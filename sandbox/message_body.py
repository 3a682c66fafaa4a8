"""The shape of a message: recipients, content and delivery options.

Written from the API's description of ``POST /send``. Where the description requires more than its own examples have
(an alignment for every text, locales for every button), the examples win.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .validation import (
    Check,
    anything,
    array,
    at,
    choice,
    first_of,
    identifier,
    integer,
    lazy,
    mapping,
    problem,
    record,
    string,
)

ANY_OBJECT = mapping(anything)
CHANNEL_NAMES = choice("direct_message", "email", "push", "sms", "webhook", "inbox")
STATUS = choice("OPTED_IN", "OPTED_OUT", "REQUIRED")

_RULE = record({"until": string}, {"start": string})
_PREFERENCE = record(
    {"status": STATUS}, {"rules": array(_RULE), "channel_preferences": array(record({"channel": CHANNEL_NAMES}))}
)
PREFERENCES = record(optional={"categories": mapping(_PREFERENCE), "notifications": mapping(_PREFERENCE)})

_NODES: dict[str, Check] = {
    "text": record({"content": string}),
    "meta": record(optional={"title": string}),
    "channel": record({"channel": string}, {"raw": ANY_OBJECT, "elements": array(lazy(lambda: element))}),
    "image": record({"src": string}),
    "action": record({"content": string, "href": string}),
    "divider": record(),
    "quote": record({"content": string}),
    "html": record({"content": string}),
}
EMPTY_TEXT = {"type": "text", "content": ""}
_TYPED = record({"type": choice(*_NODES)})
_BASE = record(
    optional={
        "channels": array(string),
        "ref": string,
        "if": string,
        "loop": string,
        "locales": mapping(record({"content": string})),
    }
)


def element(value: Any, path: str) -> Iterator[str]:
    """One Elemental node. Its type decides what is required."""
    problems = list(_TYPED(value, path))
    yield from problems
    if not problems:
        yield from _BASE(value, path)
        yield from _NODES[value["type"]](value, path)


def stored_element(value: Any, path: str) -> Iterator[str]:
    """One Elemental node of a template, where a node without a type is a text."""
    yield from element({**EMPTY_TEXT, **value} if isinstance(value, dict) and "type" not in value else value, path)


_ELEMENTAL = record({"version": string, "elements": array(element)})
_TITLE_AND_BODY = record({"title": string, "body": string})


def content(value: Any, path: str) -> Iterator[str]:
    """Either a title and a body, or a version and elements."""
    elemental = isinstance(value, dict) and ("elements" in value or "version" in value)
    yield from (_ELEMENTAL if elemental else _TITLE_AND_BODY)(value, path)


ROUTING: Check = record({"method": choice("all", "single"), "channels": array(first_of(string, lazy(lambda: ROUTING)))})
_UTM = record(optional=dict.fromkeys(("source", "medium", "campaign", "term", "content"), string))
METADATA = record(optional={"event": string, "tags": array(string), "utm": _UTM, "trace_id": string})
CHANNEL = record(
    optional={
        "brand_id": string,
        "providers": array(string),
        "routing_method": choice("all", "single"),
        "if": string,
        "timeouts": record(optional={"provider": integer, "channel": integer}),
        "override": ANY_OBJECT,
        "metadata": record(optional={"utm": _UTM}),
    }
)
PROVIDER = record(
    optional={"override": ANY_OBJECT, "if": string, "timeouts": integer, "metadata": record(optional={"utm": _UTM})}
)
_TIMEOUT = record(
    optional={
        "provider": mapping(integer),
        "channel": mapping(integer),
        "message": integer,
        "escalation": integer,
        "criteria": choice("no-escalation", "delivered", "viewed", "engaged"),
    }
)
_CONTEXT = record(optional={"tenant_id": string})
_MEMBERSHIP = record({"operator": choice("MEMBER_OF"), "path": choice("account_id"), "value": string})

_SLACK = first_of(
    record({"access_token": string, "channel": string}),
    record({"access_token": string, "email": string}),
    record({"access_token": string, "user_id": string}),
)
_TEAMS_BASE: dict[str, Check] = {"tenant_id": string, "service_url": string}
_TEAMS = first_of(
    record({**_TEAMS_BASE, "user_id": string}),
    record({**_TEAMS_BASE, "email": string}),
    record({**_TEAMS_BASE, "channel_id": string}),
    record({**_TEAMS_BASE, "conversation_id": string}),
    record({**_TEAMS_BASE, "channel_name": string, "team_id": string}),
)
_PAGERDUTY = record(optional=dict.fromkeys(("routing_key", "event_action", "severity", "source"), string))
_WEBHOOK = record(
    {"url": string},
    {
        "method": choice("POST", "PUT"),
        "headers": mapping(string),
        "authentication": record(
            {"mode": choice("none", "basic", "bearer")}, {"username": string, "password": string, "token": string}
        ),
        "profile": choice("limited", "expanded"),
    },
)
USER_RECIPIENT = record(
    optional={
        "user_id": identifier,
        "account_id": string,
        "context": _CONTEXT,
        "data": ANY_OBJECT,
        "email": string,
        "locale": string,
        "phone_number": string,
        "list_id": string,
        "tenant_id": string,
        "preferences": record(
            {"notifications": mapping(_PREFERENCE)}, {"categories": mapping(_PREFERENCE), "templateId": string}
        ),
    }
)
_OTHER_RECIPIENT = record(
    optional={
        "audience_id": identifier,
        "list_pattern": identifier,
        "filters": array(_MEMBERSHIP),
        "slack": _SLACK,
        "ms_teams": _TEAMS,
        "pagerduty": _PAGERDUTY,
        "webhook": _WEBHOOK,
    }
)


def recipient(value: Any, path: str) -> Iterator[str]:
    """One recipient of any kind; not empty."""
    problems = list(USER_RECIPIENT(value, path))
    yield from problems
    if not isinstance(value, dict):
        return
    yield from _OTHER_RECIPIENT(value, path)
    if all(entry is None for entry in value.values()):
        yield problem(path, "Expected a user, a list, an audience or an address")


def recipients(value: Any, path: str) -> Iterator[str]:
    """One recipient, or an array of them."""
    yield from (array(recipient, min_items=1) if isinstance(value, list) else recipient)(value, path)


DELIVERY = record(
    optional={
        "template": string,
        "content": content,
        "data": ANY_OBJECT,
        "brand_id": string,
        "channels": mapping(CHANNEL),
        "context": _CONTEXT,
        "metadata": METADATA,
        "preferences": record({"subscription_topic_id": string}),
        "providers": mapping(PROVIDER),
        "routing": ROUTING,
        "timeout": _TIMEOUT,
        "delay": record(optional={"duration": integer, "until": string, "timezone": string}),
        "expiry": record({"expires_in": first_of(string, integer)}, {"expires_at": string}),
    }
)


def content_source(value: Any, path: str) -> Iterator[str]:
    """A template, or content."""
    if isinstance(value, dict) and not value.get("template") and value.get("content") is None:
        yield problem(at(path, "content"), "Required, unless there is a template")


def message(value: Any, path: str) -> Iterator[str]:
    """The message of ``POST /send``."""
    yield from record({"to": recipients})(value, path)
    if isinstance(value, dict):
        yield from DELIVERY(value, path)
        yield from content_source(value, path)
