"""Conditional defaults of a body: what the service expects beside the inputs. The definition says what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connector import json_pointer
from connector.definition.action import BodyDefault
from connector.validation.json_values import copied

_EVERY = "*"


def apply_body_defaults(body: dict[str, Any], body_defaults: Sequence[BodyDefault]) -> None:
    """Follow the body_defaults in their order; what is in the body already stays as it is."""
    for default in body_defaults:
        for target in _objects(body, json_pointer.parse(default.at)):
            if default.if_present is not None and default.if_present not in target:
                continue
            if default.if_absent is not None and default.if_absent in target:
                continue
            for name, value in (*default.set_values.items(), *_copied(default, body)):
                target.setdefault(name, copied(value))


def _objects(value: Any, tokens: Sequence[str]) -> list[dict[str, Any]]:
    """The objects at a place, of which `*` makes several."""
    for place, token in enumerate(tokens):
        if token == _EVERY and isinstance(value, list):
            return [target for entry in value for target in _objects(entry, tokens[place + 1 :])]
        if not isinstance(value, dict) or token not in value:
            return []
        value = value[token]
    return [value] if isinstance(value, dict) else []


def _copied(default: BodyDefault, body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, place in default.copy_values.items():
        value = json_pointer.get(body, place)
        if value is not json_pointer.MISSING:
            yield name, value
