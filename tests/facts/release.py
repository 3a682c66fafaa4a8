"""What was released stays: the names and types that flows rely on, and how a later state may differ from them.

`python -m tests.facts.release` adds what is new to `released.json`. It refuses to write a change that would break a
flow, unless `--breaking` says that this is known.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from connector.definition.action import ActionDefinition
from connector.definition.field import FieldSchema, ObjectSchema
from connector.lint.rules.files import FolderReader

FILE = Path(__file__).parent / "released.json"
ROOT = Path(__file__).parent.parent.parent

Snapshot = dict[str, Any]

_UPPER = {"maxLength", "maximum", "maxItems", "exclusiveMaximum", "maxProperties"}
_LOWER = {"minLength", "minimum", "minItems", "exclusiveMinimum", "minProperties"}
_DEEPEST = 4


def snapshot(definitions: Iterable[ActionDefinition]) -> Snapshot:
    """Names, types and bounds of every action."""
    return {
        definition.key: {
            "operationId": definition.operation_id,
            "inputs": dict(_fields(definition.inputs, with_constraints=True)),
            "outputs": dict(_fields(definition.outputs, with_constraints=False)),
        }
        for definition in sorted(definitions, key=lambda definition: definition.key)
    }


def current() -> Snapshot:
    """The snapshot of the definitions as they are now."""
    return snapshot(view.definition for view in FolderReader(ROOT).read().sound)


def _fields(schema: ObjectSchema, *, with_constraints: bool) -> Iterator[tuple[str, Any]]:
    for name, declared in schema.properties.items():
        yield from _field(schema, name, declared, with_constraints, name in schema.required, 0)


def _field(
    schema: ObjectSchema, name: str, declared: FieldSchema, with_constraints: bool, required: bool, depth: int
) -> Iterator[tuple[str, Any]]:
    field = schema.resolve(declared)
    shown: dict[str, Any] = {"type": "|".join(sorted(set(field.types) - {"null"}))}
    if with_constraints:
        shown |= {"required": True} if required else {}
        shown |= _bounds(field)
    yield name, shown if with_constraints else shown["type"]
    if depth >= _DEEPEST:
        return
    item = schema.resolve(field.items) if field.items is not None else field
    if field.items is not None and not item.properties:
        yield from _field(schema, f"{name}[]", item, with_constraints, False, _DEEPEST)
    for inner, written in item.properties.items():
        yield from _field(schema, f"{name}[].{inner}", written, with_constraints, inner in item.required, depth + 1)


def _bounds(field: FieldSchema) -> dict[str, Any]:
    document = field.model_dump(by_alias=True, exclude_none=True, exclude_unset=True)
    words = _UPPER | _LOWER | {"enum", "format", "pattern", "uniqueItems"}
    return {word: value for word, value in document.items() if word in words}


def broken(released: Snapshot, now: Snapshot) -> Iterator[str]:
    """What would break a flow that was made with the released state."""
    for key, was in released.items():
        action = now.get(key)
        if action is None:
            yield f"the action {key} is gone"
            continue
        if action["operationId"] != was["operationId"]:
            yield f"{key}: the operation id was {was['operationId']}"
        yield from (f"{key}: {text}" for text in _broken_inputs(was["inputs"], action["inputs"]))
        for name, kind in was["outputs"].items():
            if name not in action["outputs"]:
                yield f"{key}: the output {name} is gone"
            elif action["outputs"][name] != kind:
                yield f"{key}: the output {name} was {kind}, and is {action['outputs'][name]}"


def _broken_inputs(released: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for name, was in released.items():
        field = now.get(name)
        if field is None:
            yield f"the input {name} is gone"
            continue
        if set(was["type"].split("|")) - set(field["type"].split("|")):
            yield f"the input {name} took {was['type']}, and takes {field['type']}"
        if field.get("required") and not was.get("required"):
            yield f"the input {name} was optional"
        for word in sorted(field.keys() - {"type", "required"}):
            if _tighter(word, was.get(word), field[word]):
                yield f"the input {name} is bound by {word} {field[word]}, which was {was.get(word, 'free')}"
    for name, field in now.items():
        # A new list may ask for what it likes in its rows: nobody has such rows yet.
        parent = name.rpartition("[].")[0]
        if name not in released and field.get("required") and (not parent or parent in released):
            yield f"the input {name} is new and required"


def _tighter(word: str, was: Any, now: Any) -> bool:
    if was is None:
        return True
    if word == "enum":
        return bool(set(was) - set(now))
    if word in _UPPER | _LOWER:
        return bool(now < was) if word in _UPPER else bool(now > was)
    return bool(was != now)


def missing(released: Snapshot, now: Snapshot) -> Iterator[str]:
    """What is there now and not yet in the snapshot."""
    for key, action in now.items():
        if key not in released:
            yield key
            continue
        for part in ("inputs", "outputs"):
            yield from (f"{key} {name}" for name in action[part] if name not in released[key][part])


def main() -> int:
    """Bring the snapshot up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--breaking", action="store_true", help="write even what breaks flows")
    knowingly = parser.parse_args().breaking
    now = current()
    released = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    faults = list(broken(released, now))
    for fault in faults:
        sys.stderr.write(f"breaks flows: {fault}\n")
    if faults and not knowingly:
        return 1
    lines = [f"  {json.dumps(key)}: {_shown(action)}" for key, action in now.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return 0


def _shown(action: dict[str, Any]) -> str:
    """An action of the snapshot, a field to a line."""
    parts = [f'    "operationId": {json.dumps(action["operationId"])}']
    for part in ("inputs", "outputs"):
        fields = [f"      {json.dumps(name)}: {json.dumps(shown)}" for name, shown in action[part].items()]
        parts.append(f'    "{part}": ' + ("{\n" + ",\n".join(fields) + "\n    }" if fields else "{}"))
    return "{\n" + ",\n".join(parts) + "\n  }"


if __name__ == "__main__":
    sys.exit(main())
