"""The shapes of templates, their content, and routing strategies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .message_body import ANY_OBJECT, CHANNEL, PROVIDER, ROUTING, stored_element
from .validation import Check, array, boolean, choice, identifier, mapping, matching, nullable, problem, record, string

_LONGEST_KEY = 128
_CONTENT = record({"elements": array(stored_element)}, {"version": string})


def _state(value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str) or value.upper() not in ("DRAFT", "PUBLISHED"):
        yield problem(path, "Expected DRAFT or PUBLISHED")


_EMAIL = record(optional={"from": string, "reply_to": string, "cc": array(string), "bcc": array(string)})
_PAYLOAD = record(
    {
        "name": identifier,
        "tags": array(string),
        "brand": nullable(record({"id": identifier})),
        "subscription": nullable(record({"topic_id": identifier})),
        "routing": nullable(record({"strategy_id": identifier})),
        "content": _CONTENT,
    },
    {"email": _EMAIL, "alias": string},
)
TEMPLATE = record({"notification": _PAYLOAD}, {"state": _state})
PUBLICATION = record(optional={"version": matching(r"v\d+", "format: v001, v002, etc.")})
CONTENT = record({"content": _CONTENT}, {"state": _state})
ELEMENT = record(
    {"type": identifier},
    {"channels": array(string), "data": ANY_OBJECT, "if": string, "loop": string, "ref": string, "state": _state},
)
LOCALE = record({"elements": array(record({"id": identifier}))}, {"state": _state})
TENANT_TEMPLATE = record(
    {
        "template": record(
            {"content": record({"version": string, "elements": array(stored_element)})},
            {"routing": ROUTING, "channels": mapping(CHANNEL), "providers": mapping(PROVIDER)},
        )
    },
    {"published": boolean},
)
TENANT_PUBLICATION = record(optional={"version": string})


def _key(value: Any, path: str) -> Iterator[str]:
    yield from identifier(value, path)
    if isinstance(value, str) and len(value) > _LONGEST_KEY:
        yield problem(path, f"Expected at most {_LONGEST_KEY} characters")


_PROVIDER: dict[str, Check] = {"title": string, "alias": string, "settings": ANY_OBJECT}
NEW_PROVIDER = record({"provider": _key}, _PROVIDER)
PROVIDER_PATCH = record(optional={"provider": _key, **_PROVIDER})
CHECKS = record(
    {
        "checks": array(
            record({"id": identifier, "status": choice("RESOLVED", "FAILED", "PENDING"), "type": choice("custom")})
        )
    }
)
ROUTING_STRATEGY = record(
    {"name": identifier, "routing": ROUTING},
    {"description": string, "tags": array(string), "channels": mapping(CHANNEL), "providers": mapping(PROVIDER)},
)
