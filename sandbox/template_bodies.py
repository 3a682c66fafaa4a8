"""The shapes of templates, their content, and routing strategies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .message_body import ANY_OBJECT, CHANNEL, PROVIDER, ROUTING, element
from .validation import array, choice, identifier, mapping, matching, nullable, problem, record, string

_CONTENT = record({"elements": array(element)}, {"version": string})


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
CHECKS = record(
    {
        "checks": array(
            record(
                {"id": identifier, "status": choice("RESOLVED", "FAILED", "PENDING"), "type": choice("custom")},
            )
        )
    }
)
ROUTING_STRATEGY = record(
    {"name": identifier, "routing": ROUTING},
    {
        "description": string,
        "tags": array(string),
        "channels": mapping(CHANNEL),
        "providers": mapping(PROVIDER),
    },
)
