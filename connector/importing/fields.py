"""Schemas of a package as fields of the format: objects flattened into leaves, lists of objects into rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from connector import json_pointer
from connector.importing.names import input_names, label_of, unique_labels
from connector.importing.swagger import Json, Swagger, as_list, as_object, as_text, is_true
from connector.importing.texts import description_of, with_suggestion
from connector.importing.values import DYNAMIC_SCHEMAS, constant, fits, kind_of, typed

ANY_TYPE = ["string", "number", "boolean", "object", "array"]
DYNAMIC_CHOICES = frozenset({"x-ms-dynamic-values", "x-ms-dynamic-list"})
_LIMITS = ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems")
_SAMPLES = {"date-time": "2027-01-31T09:30:00Z", "date": "2027-01-31", "email": "ada@example.com"}
_NAME = re.compile(r"[\w$@.:-]{0,40}")
_DEEPEST = 12
_MOST_FIELDS = 2_000

Side = Literal["inputs", "outputs"]


@dataclass(frozen=True)
class Leaf:
    """A value inside an object that becomes a field of its own.

    Attributes:
        path: The steps that lead to it.
        schema: What it is, with its references followed.
        required: Whether it and everything around it is required.
        shown: Its `x-ms-visibility`, or that of what is around it.
        around: The schemas that it is inside of, for seeing recursion.
    """

    path: tuple[str, ...]
    schema: Json
    required: bool
    shown: str
    around: tuple[int, ...] = field(repr=False)

    @property
    def internal(self) -> bool:
        """Whether forms hide it."""
        return self.shown == "internal"

    @property
    def key(self) -> str:
        """Its own name; the whole body has none."""
        return self.path[-1] if self.path else "Body"


class Fields:
    """The fields of one side of one operation.

    Args:
        swagger: Where references lead.
        side: Whether the fields are filled in or read.

    Attributes:
        notes: What could not be followed.
        with_choices: The fields whose choices another operation lists, each with its schema.
        body_defaults: What forms hide, in objects that are only sent if something in them is filled in.
    """

    def __init__(self, swagger: Swagger, side: Side) -> None:
        self._swagger = swagger
        self._side = side
        self._left = _MOST_FIELDS
        self.notes: list[str] = []
        self.body_defaults: list[Json] = []
        self.with_choices: list[tuple[Json, Json]] = []

    def schema(self, written: Any) -> Json:
        """A schema with its references followed."""
        return self._swagger.schema(written, self.notes)

    def is_record(self, schema: Json, around: tuple[int, ...] = ()) -> bool:
        """Whether the schema is an object whose properties become fields; a free-form object stays whole."""
        return (
            bool(as_object(schema.get("properties")))
            and kind_of(schema) == "object"
            and not any(word in schema for word in DYNAMIC_SCHEMAS)
            and _identity(schema) not in around
            and len(around) < _DEEPEST
            and self._left > 0
        )

    def leaves(
        self, schema: Json, *, required: bool = True, around: tuple[int, ...] = (), path: tuple[str, ...] = (),
        shown: str = "", place: tuple[str, ...] = (),
    ) -> Iterator[Leaf]:  # fmt: skip
        """The leaves of an object, in its order; `place` is where it is in the body."""
        inside = (*around, _identity(schema))
        names = as_list(schema.get("required"))
        for name, written in as_object(schema.get("properties")).items():
            if self._left <= 0:
                self.notes.append(f"Only its first {_MOST_FIELDS:,} fields are read.")
                return
            found = self.schema(written)
            self._left -= 1
            needed = required and name in names
            own = shown if shown == "internal" else as_text(found.get("x-ms-visibility")) or shown
            if self._side == "inputs" and found.get("readOnly") is True:
                continue
            if self.is_record(found, inside):
                below = (*path, name)
                if self._side == "inputs" and name in names and (place or not needed):
                    self.body_defaults.append({"at": json_pointer.join([*place, *path]), "set": {name: {}}})
                yield from self.leaves(found, required=needed, around=inside, path=below, shown=own, place=place)
                continue
            value = constant(found) if own == "internal" and name in names and self._side == "inputs" else None
            if value is not None and (place or not needed):
                self.body_defaults.append({"at": json_pointer.join([*place, *path]), "set": {name: value}})
                needed = False
            yield Leaf((*path, name), found, needed, own, inside)
        if self._side == "outputs" and self._may_have_more(schema) and len(around) == len(path):  # not in rows
            whole = {word: value for word, value in schema.items() if word in {"title", "description"}}
            yield Leaf(path, {**whole, "type": "object"}, required, shown, inside)

    def _may_have_more(self, schema: Json) -> bool:
        """Whether an object may have other properties, or has an object that looks named after somebody's example."""
        odd = [inner for name, inner in as_object(schema.get("properties")).items() if not _NAME.fullmatch(name)]
        is_open = schema.get("additionalProperties") not in (None, False, {})
        return is_open or any(self.is_record(self.schema(inner)) for inner in odd)

    def required_objects(self, schema: Json, around: tuple[int, ...] = ()) -> Json:
        """The objects that are always there, empty: the cloud sends them even if no field in them is filled in."""
        inside = (*around, _identity(schema))
        found: Json = {}
        for name in as_list(schema.get("required")):
            if self._left <= 0:
                break
            self._left -= 1
            inner = self.schema(as_object(schema.get("properties")).get(name)) if isinstance(name, str) else {}
            if self.is_record(inner, inside):
                found[name] = self.required_objects(inner, inside)
        return found

    def field(self, schema: Json, around: tuple[int, ...] = (), place: tuple[str, ...] = ()) -> Json:
        """A field for a value that is not taken apart: a scalar, a list, a free-form object, a record in a list."""
        kind = kind_of(schema)
        text = description_of(schema, self.schema(schema.get("items")) if kind == "array" else {})
        made: Json = {"description": text} if text else {}
        if kind == "array":
            return made | self._limits(schema, kind) | {"items": self._item(schema, around, place)}
        if kind == "object" or kind is None:
            return made | {"type": self._type("object" if kind else None)}
        made |= self._limits(schema, kind) | ({} if kind == "string" else {"type": self._type(kind)})
        if self._side == "inputs":
            made |= _choices(schema, kind) or _sample(schema, kind)
        return made

    def record(self, schema: Json, around: tuple[int, ...], place: tuple[str, ...] = ()) -> Json:
        """The rows of a list: their properties flattened, each with its place in the row."""
        leaves = self.in_form_order(self.leaves(schema, around=around, place=place))
        names = self.names(leaves)
        labels = self.labels(leaves)
        properties: Json = {}
        for name, label, leaf in zip(names, labels, leaves, strict=True):
            made = self.field(leaf.schema, leaf.around, (*place, *leaf.path))
            made |= visibility(leaf.schema, leaf.shown) if self._side == "inputs" else {}
            properties[name] = self.titled(label, made | place_of(name, leaf.path), leaf.schema)
        required = [name for name, leaf in zip(names, leaves, strict=True) if leaf.required]
        return {"properties": properties} | ({"required": required} if required and self._side == "inputs" else {})

    def titled(self, title: str, made: Json, schema: Json) -> Json:
        """A field of a form with its title; its choices are added once all operations have names."""
        found = {"title": title, **(with_suggestion(made, constant(schema)) if self._side == "inputs" else made)}
        items = as_object(found.get("items"))
        for target, each in ((found, schema), (items, self.schema(schema.get("items")) if "items" in found else {})):
            if any(isinstance(each.get(word), dict) for word in DYNAMIC_CHOICES) and "properties" not in target:
                self.with_choices.append((target, each))
        return found

    def in_form_order(self, leaves: Iterable[Leaf]) -> list[Leaf]:
        """The leaves, those of inputs that forms hide last."""
        return sorted(leaves, key=lambda leaf: leaf.internal and self._side == "inputs")

    def names(self, leaves: list[Leaf], taken: list[str] | None = None) -> list[str]:
        """Names for fields in form order: those of inputs are short, those of outputs are their dotted paths."""
        if self._side == "inputs":
            shown = input_names([leaf.path for leaf in leaves if not leaf.internal], taken or [])
            hidden = input_names([leaf.path for leaf in leaves if leaf.internal], [*(taken or []), *shown])
            return [*shown, *hidden]
        found: list[str] = []
        for path in [leaf.path for leaf in leaves]:
            dotted, number = ".".join(path) or "response", 1
            while dotted in found:
                number += 1
                dotted = f"{'.'.join(path)}_{number}"
            found.append(dotted)
        return found

    def labels(self, leaves: list[Leaf]) -> list[str]:
        """A label for each leaf, none of them twice."""
        return unique_labels([label(leaf.schema, leaf.key) for leaf in leaves], [leaf.path[:-1] for leaf in leaves])

    def _item(self, schema: Json, around: tuple[int, ...], place: tuple[str, ...]) -> Json:
        item = self.schema(schema.get("items"))
        inside = (*around, _identity(schema))
        if self.is_record(item, inside):
            return self.record(item, inside, (*place, "*"))
        made = (
            self.field(item, (*inside, _identity(item)), (*place, "*"))
            if len(around) < _DEEPEST
            else {"type": self._type(None)}
        )
        return {word: value for word, value in made.items() if word not in {"title", "description"}}

    def _type(self, kind: str | None) -> str | list[str]:
        kinds = ANY_TYPE if kind is None else [kind]
        if self._side == "outputs":
            return [*kinds, "null"]
        return kinds if kind is None else kind

    def _limits(self, schema: Json, kind: str) -> Json:
        """The bounds that can be kept; those that contradict each other are left out."""
        if self._side == "outputs" or as_list(schema.get("enum")):
            return {}
        of_kind = {"string": ("Length",), "array": ("Items",)}.get(kind, ("imum",))
        found = {
            word: schema[word]
            for word in _LIMITS
            if word.endswith(of_kind) and isinstance(schema.get(word), int | float) and schema[word] is not True
        }
        low, high = (next((value for word, value in found.items() if word[:3] == end), None) for end in ("min", "max"))
        whole = kind in {"string", "array"}
        if (low is not None and high is not None and low > high) or kind == "boolean" or (high == 0 and whole):
            return {}
        return {word: int(value) for word, value in found.items() if value >= 0} if whole else found


def label(schema: Json, key: str, words: Sequence[str] = ("title", "x-ms-summary")) -> str:
    """What a form calls a value; that of a parameter has its summary first."""
    return next(filter(None, (as_text(schema.get(word)) for word in words)), label_of(key))


def visibility(schema: Json, shown: str) -> Json:
    """Where forms show a field."""
    if is_true(schema.get("x-ms-notification-url")):
        return {}  # the cloud fills in a URL of its own here; elsewhere somebody has to
    return {"x-ms-visibility": shown} if shown in {"advanced", "internal"} else {}


def place_of(name: str, path: tuple[str, ...]) -> Json:
    """The keyword for a place in the body, left out where it is what the name says."""
    pointer = json_pointer.join(path)
    return {} if pointer == json_pointer.join(name.split(".")) else {"x-pointer": pointer}


def _identity(schema: Json) -> int:
    """What stays the same of a schema however it was reached: the object with its properties, in the file."""
    properties = schema.get("properties")
    return id(properties) if isinstance(properties, dict) else id(schema)


def _choices(schema: Json, kind: str) -> Json:
    """The values to choose from."""
    written = as_list(schema.get("enum"))
    if not written:
        written = [as_object(each).get("value") for each in as_list(schema.get("x-ms-enum-values"))]
    values = [value for value in (typed(each, kind) for each in written) if value is not None]
    return {"enum": list(dict.fromkeys(values))} if values and len(values) == len(written) else {}


def _sample(schema: Json, kind: str) -> Json:
    """An example of the value, where the package has one or the format says how it is written."""
    for value in (schema.get("x-ms-test-value"), schema.get("example"), _SAMPLES.get(as_text(schema.get("format")))):
        if value is not None and fits(value, kind) and value != "":
            return {"examples": [value]}
    return {}
