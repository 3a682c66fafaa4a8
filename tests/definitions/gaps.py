"""The differences between a definition, the service and the documented table, each as one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from connector import json_pointer
from connector.definition.action import ActionDefinition
from connector.definition.field import FieldSchema
from connector.validation.normalize import accepted_names, path_style_key
from tests.definitions.places import Spot, documented_inputs, documented_outputs, inside, received, sent
from tests.definitions.wire import Side, Tokens, Wire, as_pointer, read

WIRE = Wire()
TABLE: dict[str, Any] = read("table.json")
EXCEPTIONS: dict[str, list[dict[str, Any]]] = read("exceptions.json")

USED: list[dict[str, Any]] = []
"""The exceptions that were asked for so far."""

_NUMBERS = {"integer", "number"}


def operation(definition: ActionDefinition) -> str:
    """Method and anonymous path, the name of an operation in the facts."""
    return f"{definition.request.method} {re.sub(r'{[^}]*}', '{}', definition.request.path)}"


def excused(kind: str, definition: ActionDefinition, **found: str) -> bool:
    """Whether an exception covers what was found."""
    for entry in EXCEPTIONS[kind]:
        matches = all(value == entry.get(word) or value in entry.get(word, ()) for word, value in found.items())
        if matches and entry.get("action", definition.key) == definition.key:
            USED.append(entry)
            return True
    return False


def unknown_places(definition: ActionDefinition) -> Iterator[str]:
    """Inputs and outputs at places that the service does not have, or of a type or choice it does not know."""
    name = operation(definition)
    if name not in WIRE.operations:
        yield f"the service has no operation {name}"
        return
    yield from _parameters(definition, WIRE.operations[name])
    sides: list[tuple[Side, list[Spot]]] = [
        ("request", list(sent(definition))),
        ("response", list(received(definition))),
    ]
    for side, spots in sides:
        faults: dict[str, list[list[str]]] = {}
        for spot in spots:
            fine = _whole(spot, side) or excused("not_described", definition, place=as_pointer(spot.place))
            faults.setdefault(spot.name, []).append([] if fine else list(_misplaced(spot, definition, side)))
        for shown, alternatives in faults.items():
            # Of several places that are tried in turn, one that the service has is enough.
            if all(alternatives):
                yield from (f"{side} {shown}: {text}" for found in alternatives for text in found)
    for place, title in _in_examples(definition):
        known = WIRE.find(name, "request", place)
        if not known and not excused("not_described", definition, place=as_pointer(place)):
            yield f"the example “{title}” sends {as_pointer(place)}, which the service does not take"


def _whole(spot: Spot, side: str) -> bool:
    """Whether an output is the whole body as it stands."""
    return side == "response" and not spot.place and "object" in spot.field.types


def _parameters(definition: ActionDefinition, facts: dict[str, Any]) -> Iterator[str]:
    for name, declared in definition.inputs.properties.items():
        field = definition.inputs.resolve(declared)
        wire_name = field.x_name or name
        if field.x_in == "query":
            kind = facts.get("query", {}).get(wire_name)
            if kind is None:
                yield f"input {name}: the service has no query parameter {wire_name}"
            elif field.items is not None and not kind.endswith(" list"):
                yield f"input {name}: the query parameter {wire_name} is “{kind}”"
        elif field.x_in == "header" and wire_name.lower() not in map(str.lower, facts.get("headers", [])):
            yield f"input {name}: the service reads no header {wire_name}"


def _misplaced(spot: Spot, definition: ActionDefinition, side: Side) -> Iterator[str]:
    name = operation(definition)
    found = WIRE.find(name, side, spot.place, named=True)
    if not found:
        yield f"the service has nothing at {as_pointer(spot.place) or 'the start'}"
        return
    described = WIRE.types(found)
    declared = set(spot.field.types) - {"null"}
    if spot.field.x_time:
        declared = {"integer"}
    if "any" in described or not described:
        return
    strange = {kind for kind in declared if not _same(kind, described)}
    if strange:
        yield f"{as_pointer(spot.place)} is {'|'.join(sorted(described))}, not {'|'.join(sorted(strange))}"
    elif spot.raw and not spot.spread and declared <= {"object", "array"} and not WIRE.is_free(found):
        yield f"{as_pointer(spot.place)} is a raw field, the service names its parts: {', '.join(WIRE.names(found))}"
    if side == "request" and spot.field.enum is not None:
        choices = WIRE.enum(found)
        given = {choice for choice in spot.field.enum if choice is not None}
        if choices is None and excused("narrowed", definition, place=as_pointer(spot.place)):
            return
        if choices is None:
            yield f"{as_pointer(spot.place)} has choices, though the service takes anything"
        elif given != set(choices):
            yield f"{as_pointer(spot.place)} offers {sorted(given)}; the service has {sorted(choices)}"


def _same(kind: str, described: Iterable[str]) -> bool:
    described = set(described)
    return kind in described or (kind in _NUMBERS and bool(described & _NUMBERS))


def _in_examples(definition: ActionDefinition) -> Iterator[tuple[Tokens, str]]:
    for example in definition.examples:
        for interaction in example.interactions:
            if isinstance(interaction.request.body, dict):
                for place in inside(interaction.request.body):
                    yield place, example.title


def unreached(definition: ActionDefinition) -> Iterator[str]:
    """What the service takes and no input sends; what it returns and no output reads."""
    name = operation(definition)
    facts = WIRE.operations.get(name)
    if facts is None:
        return
    fields = [(n, definition.inputs.resolve(f)) for n, f in definition.inputs.properties.items()]
    for kind in ("query", "header"):
        have = {(field.x_name or n).lower() for n, field in fields if field.x_in == kind}
        for wanted in facts.get("query" if kind == "query" else "headers", []):
            if wanted.lower() not in have and not excused("not_offered", definition, place=wanted):
                yield f"{kind} {wanted} has no input"
    shown = {place for place, _ in _in_examples(definition)}
    yield from _uncovered(definition, "request", list(sent(definition)), shown)
    yield from _uncovered(definition, "response", list(received(definition)), set())


def _uncovered(definition: ActionDefinition, side: Side, spots: list[Spot], shown: set[Tokens]) -> Iterator[str]:
    name = operation(definition)
    # A readable twin of a time stands beside the time itself.
    exact = {spot.place for spot in spots if not spot.raw and not spot.field.x_time}
    exact |= {_general(place, definition, side) for place in shown}
    opaque = {spot.place for spot in spots if spot.raw}
    # Rows with a name and a value are an object whose names the user chooses.
    keyed = {spot.place[:-1] for spot in spots if spot.place[-1:] == ("*",)}
    whole = {place for place in opaque if _covers_all(definition, name, side, place)}
    for leaf in WIRE.leaves(name, side):
        recursive = any(kind.startswith("@") for kind in leaf.types)
        reached = (
            leaf.place in exact | opaque
            or (leaf.place in keyed and leaf.types <= {"any", "object"})
            or any(leaf.place[: len(place)] == place for place in whole)
            or (recursive and any(place[: len(leaf.place)] == leaf.place for place in exact | opaque))
        )
        if not reached and not excused("not_offered", definition, place=str(leaf)):
            what = "no input sends" if side == "request" else "no output reads"
            yield f"{what} {leaf} ({'|'.join(sorted(leaf.types))})"


def _covers_all(definition: ActionDefinition, name: str, side: Side, place: Tokens) -> bool:
    """Whether a field covers all below it: the service names no parts there, or an exception says so."""
    return not WIRE.names(WIRE.find(name, side, place)) or excused("not_described", definition, place=as_pointer(place))


def _general(place: Tokens, definition: ActionDefinition, side: Side) -> Tokens:
    """The place with the service's own tokens: a key of a keyed object becomes `*`."""
    spots = WIRE.root(operation(definition), side, optional=True)
    general: list[str] = []
    for step in place:
        names = WIRE.names(spots)
        general.append("*" if step not in names and "*" in names and step != "[]" else step)
        spots = WIRE.step(spots, step)
    return tuple(general)


def undocumented(definition: ActionDefinition) -> Iterator[str]:
    """Rows of the documented table that the definition does not honour."""
    row = TABLE.get(definition.operation_id)
    if row is None:
        return
    if definition.summary != row["summary"]:
        yield f"the summary is “{row['summary']}”"
    if (definition.request.method, definition.request.path) != (row["method"], row["path"]):
        yield f"the request is {row['method']} {row['path']}"
    inputs = {path: (name, field) for path, name, field in reversed(list(documented_inputs(definition)))}
    for _key, where, path, kind, title, required in row["parameters"]:
        name, field = inputs.get(path, ("", None))
        if field is None:
            yield f"no input is documented as {path} ({kind}, “{title}”)"
            continue
        yield from _input_row(definition, name, field, (where, path, kind, title, required))
    outputs = dict(reversed(list(documented_outputs(definition))))
    for path, kind, title in row["returns"]:
        if path not in outputs:
            yield f"no output {path} ({kind}, “{title}”)"
            continue
        yield from _typed(definition, path, outputs[path], kind, title)
    yield from _response(definition, row["response"])


def _response(definition: ActionDefinition, kind: str | None) -> Iterator[str]:
    found = definition.outputs.properties.get("response")
    if kind is None:
        return
    if found is None:
        yield f"no output response ({kind})"
    elif kind not in found.types or (kind == "string" and found.x_from != "text"):
        yield f"the output response is a {kind}: {'the text' if kind == 'string' else 'the whole'} of the body"


def _input_row(
    definition: ActionDefinition, name: str, field: FieldSchema, row: tuple[str, str, str, str, bool]
) -> Iterator[str]:
    where, path, kind, title, required = row
    yield from _typed(definition, name, field, kind, title)
    nested = "[]" in name
    if not nested:
        if field.x_in != where and not excused("documented_otherwise", definition, name=name, what="place"):
            yield f"{name} is documented in the {where}"
        flag = name in definition.inputs.required
        if flag != required and not excused("documented_otherwise", definition, name=name, what="required"):
            yield f"{name} must {'' if required else 'not '}be required"
        steps = [json_pointer.join([step]) for step in path.split(".")]
        flow_key = path if where != "body" else "body" + "".join(steps)
        if accepted_names(definition).get(flow_key) != name:
            yield f"{name} must be accepted as {flow_key}, but is as {path_style_key(name, field)}"
    else:
        top = name.partition("[]")[0]
        flow_key = "/".join(["body", *[step for step in path.partition("[]")[0].split(".") if step]])
        if accepted_names(definition).get(flow_key) != top:
            yield f"{top} must be accepted as {flow_key}"


def _typed(definition: ActionDefinition, name: str, field: FieldSchema, kind: str, title: str) -> Iterator[str]:
    declared = set(field.types) - {"null"}
    wanted, _, entry = kind.partition(" of ")
    if declared != {wanted} and not excused("documented_otherwise", definition, name=name, what="type"):
        yield f"{name} is documented as {kind}, not {'|'.join(sorted(declared)) or 'anything'}"
    elif entry:
        found = set(field.items.types if field.items else ()) - {"null"}
        if entry not in found and not excused("documented_otherwise", definition, name=name, what="type"):
            yield f"{name} is documented as {kind}, not a list of {'|'.join(sorted(found)) or 'anything'}"
    same = field.title == title or (field.title or "").endswith(" " + title)
    if not same and not excused("documented_otherwise", definition, name=name, what="title"):
        yield f"{name} has the title “{title}”, perhaps with its parent's before it, not “{field.title}”"
