"""This repository's connector and the parcel service, exported for the tests of every format."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from connector.catalogue.loader import Bundle, LoadedAction, load
from connector.definition.action import ActionDefinition
from connector.export import Only, export
from tests.connector.parcels import write_folder
from tests.courier import BUNDLE

ROOT = Path(__file__).parents[3]

Json = dict[str, Any]


def bundle() -> Bundle:
    """The connector folder of this repository."""
    return BUNDLE


@cache
def exported(format_name: str, groups: Sequence[str] = (), only: Only = "all") -> Mapping[str, bytes]:
    """An export of this repository's connector."""
    return export(bundle(), format_name, groups=groups, only=only)


@cache
def document(format_name: str, file: str) -> Json:
    """A JSON file of an export."""
    return json.loads(exported(format_name)[file])  # type: ignore[no-any-return]


def definitions() -> dict[str, ActionDefinition]:
    """The definitions by key, in catalogue order."""
    return {key: loaded.definition for key, loaded in bundle().actions.items()}


def with_word(key: str, change: Callable[[Json], None]) -> Bundle:
    """This repository's connector, with the file of one action changed behind the back of the models."""
    loaded = bundle().actions[key]
    document = copy.deepcopy(loaded.document)
    change(document)
    return dataclasses.replace(
        bundle(), actions={**bundle().actions, key: LoadedAction.of(loaded.definition, document)}
    )


def parcels(place: Path, *actions: Json, connector: Json | None = None, handlers: str | None = None) -> Bundle:
    """The parcel service with these actions, and with icons."""
    folder = write_folder(place / "parcels", actions, handlers, connector)
    (folder / "icons").mkdir()
    for name in ("connector", "parcels"):
        (folder / f"icons/{name}.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    return load(folder)


def nodes(schema: Json) -> Iterator[Json]:
    """Every schema in a schema."""
    yield schema
    for word in ("properties", "$defs"):
        for inner in schema.get(word, {}).values():
            yield from nodes(inner)
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from nodes(schema[word])
    for branch in schema.get("anyOf", []):
        yield from nodes(branch)
