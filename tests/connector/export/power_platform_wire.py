"""What the definitions say of the wire, read from their JSON: the other half of the package's round trip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.connector.export.power_platform_package import Place
from tests.connector.export.whole import Json

LEVELS = 2
"""How deep rows in rows of the same kind are drawn."""


@dataclass(frozen=True)
class Said:
    """A field of a definition, with every place it may have on the wire."""

    name: str
    places: tuple[Place, ...]
    kinds: frozenset[str]
    title: str
    required: bool
    annotations: Json

    @property
    def is_time_text(self) -> bool:
        return "x-time" in self.annotations


def in_body(document: Json, side: str) -> Iterator[Said]:
    """The fields that travel in the body of the request, or are read from the body of the answer."""
    schema = document[side]
    defs = schema.get("$defs", {})
    properties = {name: _followed(entry, defs) for name, entry in schema["properties"].items()}
    if side == "inputs":
        properties = {name: entry for name, entry in properties.items() if entry["x-in"] == "body"}
    else:
        properties = {name: entry for name, entry in properties.items() if entry.get("x-from", "body") == "body"}
    raw = {name: schema["properties"][name] for name in properties}
    yield from _fields(raw, schema.get("required", []), defs, "", (), ())


def beside_the_body(document: Json) -> dict[str, Json]:
    """The inputs of the path, the query and the headers, by name."""
    schema = document["inputs"]
    entries = {name: _followed(entry, schema.get("$defs", {})) for name, entry in schema["properties"].items()}
    return {name: entry for name, entry in entries.items() if entry["x-in"] != "body"}


def pointer(text: str) -> Place:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])


def _followed(entry: Json, defs: Mapping[str, Json]) -> Json:
    if "$ref" not in entry:
        return entry
    return {**_followed(defs[entry["$ref"].removeprefix("#/$defs/")], defs), **entry}


def _fields(
    properties: Json, required: list[str], defs: Json, name: str, at: Place, met: tuple[str, ...]
) -> Iterator[Said]:
    for key, raw in properties.items():
        entry = _followed(raw, defs)
        found = entry.get("x-pointer", "/" + key.replace(".", "/"))
        places = tuple((*at, *pointer(place)) for place in ([found] if isinstance(found, str) else found))
        yield from _field(raw, entry, defs, f"{name}{key}", places, key in required, met)


def _field(
    raw: Json, entry: Json, defs: Json, name: str, places: tuple[Place, ...], required: bool, met: tuple[str, ...]
) -> Iterator[Said]:
    met += (raw["$ref"],) if "$ref" in raw else ()
    kinds = _kinds(entry)
    if "x-map-key" in entry:
        kinds = frozenset({"object"})
    elif "x-time" in entry:
        kinds = frozenset({"integer"})
    yield Said(name, places, kinds, entry.get("title", ""), required, entry)
    item = entry.get("items")
    if item is None or any(met.count(ref) > LEVELS for ref in met):
        return
    inner = _followed(item, defs)
    met += (item["$ref"],) if "$ref" in item else ()
    step = "*" if "x-map-key" in entry else "[]"
    for place in places:
        yield from _entries(inner, entry, defs, f"{name}[]", (*place, step), met)


def _entries(inner: Json, entry: Json, defs: Json, name: str, at: Place, met: tuple[str, ...]) -> Iterator[Said]:
    if any(met.count(ref) > LEVELS for ref in met):
        yield Said(name, (at,), frozenset({"object"}), "", True, {})
        return
    value = entry.get("x-map-value")
    if value is not None:
        yield Said(name, (at,), _kinds(_followed(inner["properties"][value], defs)), "", True, {})
        return
    found = inner.get("x-pointer", "")
    places = [found] if isinstance(found, str) else found
    for place in places:
        if place:
            yield Said(name, (at,), frozenset({"object"}), "", True, inner)
        yield Said(name, ((*at, *pointer(place)),), _kinds(inner), "", True, inner)
    if "properties" in inner:
        rows = {key: row for key, row in inner["properties"].items() if key != entry.get("x-map-key")}
        yield from _fields(rows, inner.get("required", []), defs, f"{name}.", at, met)


def _kinds(entry: Json) -> frozenset[str]:
    kinds = entry["type"]
    return frozenset([kinds] if isinstance(kinds, str) else kinds) - {"null"}
