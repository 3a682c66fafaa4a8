"""Random JSON values: what fields take, what they nearly take, and what nobody expects."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.catalogue.action import Action
from tests.vectors.files import Json

ODD: Json = json.loads((Path(__file__).parent / "odd_values.json").read_text(encoding="utf-8"))
"""Values by kind, at the edges of what a language, a format or a field takes."""

_DEEPEST = 2
"""Levels of objects and lists that are made up."""


class Values:
    """Makes random values.

    Args:
        rng: Where the chance comes from.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def changed_fields(self, given: Json, declared: Json, root: Json, action: Action | None = None) -> Json:
        """The fields of an object with one change."""
        properties = declared.get("properties", {})
        way = self.rng.random()
        if way < 0.1 and given:
            gone = self.rng.choice(list(given))
            return {name: value for name, value in given.items() if name != gone}
        if way < 0.15:
            return dict(self.rng.sample(list(given.items()), len(given)))
        if way < 0.25:
            known = [*properties, *(action.accepted_names if action else ()), *ODD["names"]]
            name = self.rng.choice(known)
            if self.rng.random() < 0.5:
                name = self.spoiled(name)
            return {
                **given,
                name: self.odd() if self.rng.random() < 0.5 else given.get(self.rng.choice([*given, ""]), "x"),
            }
        if way < 0.6 and properties:
            name = self.rng.choice(list(properties))
            return {**given, name: self.value(properties[name], root)}
        if not given:
            return given
        name = self.rng.choice(list(given))
        return {**given, name: self.changed(given[name], properties.get(name, {}), root)}

    def changed(self, value: Any, declared: Any, root: Json) -> Any:
        """A value with one change in it, more often further inside."""
        field = self._resolved(declared, root)
        if isinstance(value, dict) and self.rng.random() < 0.9:
            return self.changed_fields(value, field, root)
        if isinstance(value, list) and value and self.rng.random() < 0.9:
            place, items = self.rng.randrange(len(value)), field.get("items", {})
            if self.rng.random() < 0.2:
                return [*value, *copy.deepcopy(value[place:])]
            if self.rng.random() < 0.1:
                return [*value, self.value(items, root)]
            return [*value[:place], self.changed(value[place], items, root), *value[place + 1 :]]
        if isinstance(value, str) and self.rng.random() < 0.6:
            return self.spoiled(value)
        return self.value(field, root) if self.rng.random() < 0.5 else self.odd()

    def value(self, declared: Any, root: Json, depth: int = 0) -> Any:
        """A value for a field: what it takes, or nearly."""
        field = self._resolved(declared, root)
        if self.rng.random() < 0.1 or depth > _DEEPEST + 2:
            return self.odd()
        if "enum" in field and self.rng.random() < 0.9:
            chosen = self.rng.choice(field["enum"])
            return self.spoiled(chosen) if isinstance(chosen, str) and self.rng.random() < 0.3 else chosen
        kinds = field.get("type", "string")
        kind = self.rng.choice([kinds] if isinstance(kinds, str) else kinds)
        if kind in {"object", "array"}:
            return self._inside(field, root, depth, kind)
        if kind in {"integer", "number"}:
            return self._number(field)
        if kind == "boolean":
            return self.rng.choice((True, False))
        return None if kind == "null" else self._fitting_text(field)

    def _inside(self, field: Json, root: Json, depth: int, kind: str) -> Any:
        if kind == "array":
            rows = range(self.rng.choice((0, 1, 1, 2, 3)))
            return [self.value(field.get("items", {}), root, depth + 1) for _ in rows]
        properties = field.get("properties", {})
        if not properties:
            return {_named(self.text()): self.odd() for _ in range(self.rng.randint(0, 2))}
        names = self.rng.sample(list(properties), min(len(properties), self.rng.randint(0, 4)))
        return {name: self.value(properties[name], root, depth + 1) for name in names}

    def _number(self, field: Json) -> Any:
        words = [word for word in ("minimum", "maximum") if word in field]
        bounds = [field[word] + step for word in words for step in (-1, 0, 0.5, 1)]
        return self.rng.choice([*(bound for bound in bounds * 2 if abs(bound) < 2**53), *ODD["numbers"]])

    def _fitting_text(self, field: Mapping[str, Any]) -> str:
        form = ODD[{"date": "dates", "uri": "urls"}.get(field.get("format", ""), "texts")]
        pool = [*field.get("examples", [])[:3], self.rng.choice(form), self.text()]
        if field.get("format") == "date-time":
            pool += [self.rng.choice(ODD["dates"]) + self.rng.choice(ODD["times"])] * 4
        if "maxLength" in field:
            pool += [self.rng.choice(("x", "ü", "😀")) * (field["maxLength"] + self.rng.choice((-1, 0, 1)))]
        return str(self.rng.choice(pool))

    def text(self) -> str:
        made = self.rng.choice((*ODD["empty"], *ODD["texts"], "x", "Hello", "x" * 3_000))
        return self.spoiled(made) if self.rng.random() < 0.5 else made

    def spoiled(self, text: str) -> str:
        """The text with characters more, fewer, or others."""
        for _ in range(self.rng.choice((1, 1, 2, 4))):
            place = self.rng.randint(0, len(text))
            way = self.rng.random()
            if way < 0.5:
                text = text[:place] + self.rng.choice(ODD["characters"]) + text[place:]
            elif way < 0.7:
                text = text[:place] + text[place + 1 :]
            elif way < 0.8:
                text = text.upper() if self.rng.random() < 0.5 else text.title()
            elif way < 0.9:
                text = text[:place] + text[place : place + 2][::-1] + text[place + 2 :]
            else:
                text = text.replace(self.rng.choice("_- eai"), self.rng.choice("_- eai"))
        return text

    def odd(self, depth: int = 0) -> Any:
        """Any JSON value."""
        way = self.rng.random()
        if way < 0.4:
            return self.text()
        if way < 0.65:
            return self.rng.choice(ODD["numbers"])
        if way < 0.8 or depth > _DEEPEST:
            return self.rng.choice((None, True, False, "", [], {}))
        if way < 0.9:
            return [self.odd(depth + 1) for _ in range(self.rng.randint(1, 3))]
        if self.rng.random() < 0.1:
            return self._deep()
        names = [self.rng.choice((*ODD["names"], self.text())) for _ in range(self.rng.randint(1, 2))]
        return {_named(name): self.odd(depth + 1) for name in names}

    def _deep(self) -> Any:
        """Objects and lists inside one another, deeper than a quick check looks."""
        made: Any = self.text()
        for _ in range(self.rng.choice((20, 31, 32, 33, 100))):
            made = [made] if self.rng.random() < 0.5 else {"a": made}
        return made

    def field(self, depth: int) -> Json:
        """The schema of a field."""
        kind = self.rng.choice(("string", "string", "integer", "number", "boolean", "array", "object"))
        field: Json = {
            "type": kind if self.rng.random() < 0.8 else [kind, "null"],
            "title": self.rng.choice(("A", "B c", "Ü")),
        }
        if kind == "string":
            bounds = {"minLength": self.rng.randint(0, 3), "maxLength": self.rng.randint(1, 60)}
            more: Json = {
                "format": self.rng.choice(ODD["formats"]),
                "pattern": self.rng.choice(ODD["patterns"]),
                **bounds,
                "enum": self._enum(),
            }
        elif kind in {"integer", "number"}:
            more = {
                word: self.rng.choice(ODD["numbers"])
                for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
            }
            more["enum"] = self.rng.sample(ODD["numbers"], 3)
        elif kind == "array":
            more = {
                "minItems": 1,
                "maxItems": 2,
                "uniqueItems": True,
                "items": self.field(depth + 1) if depth < _DEEPEST else {"type": "string"},
            }
        elif kind == "object":
            inner = {name: self.field(depth + 1) for name in ("x", "y")} if depth < _DEEPEST else {}
            more = {"minProperties": 1, "maxProperties": 2, "properties": inner, "required": ["x"] if inner else []}
            more["additionalProperties"] = self.rng.choice((True, False)) if inner else True
        else:
            more = {"const": True}
        words = self.rng.sample(list(more), min(len(more), self.rng.randint(0, 2)))
        example = (
            {"examples": [json.loads(encodable(json.dumps(self.odd(), ensure_ascii=False)))]}
            if self.rng.random() < 0.3
            else {}
        )
        return field | {word: more[word] for word in words} | example

    def _enum(self) -> list[str]:
        return self.rng.sample(ODD["choices"], 4)

    @staticmethod
    def _resolved(declared: Any, root: Json) -> Json:
        field: Json = declared if isinstance(declared, dict) else {}
        while "$ref" in field:
            found = root.get("$defs", {}).get(field["$ref"].removeprefix("#/$defs/"), {})
            field = {**found, **{word: value for word, value in field.items() if word != "$ref"}}
        return field


def encodable(text: str) -> str:
    """The text without half characters, which no body can have."""
    return text.encode("utf-8", "replace").decode()


def _named(name: str) -> str:
    """The name, or another one for a whole number: those JavaScript sorts."""
    return f"{name}_" if name.isdigit() else name
