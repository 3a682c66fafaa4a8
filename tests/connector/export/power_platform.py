"""The two halves of the package's round trip side by side: what is packaged, and what the definitions say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.connector.export.power_platform_package import PackagedOperation, followed, left_out, operations
from tests.connector.export.power_platform_wire import Said, in_body
from tests.connector.export.whole import Json, bundle, definitions, exported

by_action = pytest.mark.parametrize("key", sorted(definitions()))


def packaged(key: str) -> PackagedOperation:
    return operations()[definitions()[key].operation_id]


def said(key: str, side: str) -> list[Said]:
    """What the definition says of a body, without what the readme says is not here."""
    summary = definitions()[key].summary
    gone = {name for where, name in left_out(side.removesuffix("s")) if where == summary}
    every = in_body(bundle().actions[key].document, side)
    return [each for each in every if not any(within(each.name, name) for name in gone)]


def within(name: str, outer: str) -> bool:
    """Whether a field is another one, or stands in its rows."""
    return name == outer or name.startswith((f"{outer}[]", f"{outer}."))


def properties() -> Json:
    return json.loads(exported("power-platform")["apiProperties.json"])["properties"]  # type: ignore[no-any-return]


def examples(key: str) -> Iterator[tuple[Any, Any]]:
    for example in definitions()[key].examples:
        for interaction in example.interactions:
            yield interaction.request, interaction.response


def as_checked(schema: Json) -> Json:
    """The schema as a run-time checks an answer: null passes where the package says so."""
    schema = followed(schema)
    made: Json = {}
    if "type" in schema:
        made["type"] = [schema["type"], "null"] if schema.get("x-nullable") else schema["type"]
    if "properties" in schema:
        made["properties"] = {name: as_checked(inner) for name, inner in schema["properties"].items()}
    if "items" in schema:
        made["items"] = as_checked(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = as_checked(schema["additionalProperties"])
    return made
