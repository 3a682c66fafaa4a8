"""Rules across fields: `x-rules` and `dependentRequired` name what is there, and mean something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector import json_pointer
from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.rules import Alike, Choice, FieldRule, Requires, VariantRule
from connector.lint.folder_view import ActionView
from connector.lint.rule import action_rule
from connector.lint.sample_folder import ACTION
from connector.validation.rules import same


@dataclass(frozen=True)
class _Form:
    """An object schema of the inputs with the rules that stand on it.

    Attributes:
        place: Its JSON pointer in the file.
        written: The schema as it stands there.
        fields: Its fields, with each `$ref` followed.
        schema: The inputs.
    """

    place: str
    written: FieldSchema | ObjectSchema
    fields: Mapping[str, FieldSchema]
    schema: ObjectSchema

    @property
    def rules(self) -> list[tuple[str, FieldRule]]:
        return [(f"{self.place}/x-rules/{index}", rule) for index, rule in enumerate(self.written.x_rules)]

    @property
    def choices(self) -> list[tuple[str, Choice]]:
        return [(place, rule) for place, rule in self.rules if isinstance(rule, Choice)]

    def row(self, name: str) -> Mapping[str, FieldSchema]:
        """The fields of the rows of a list."""
        field = self.fields.get(name, FieldSchema())
        return self.schema.resolve(field.items).properties if field.items is not None else {}

    def decisions(self) -> Iterator[tuple[str, FieldSchema, list[Any]]]:
        """Each place where the value of a field decides something: the place, the field, the values listed there."""
        for place, rule in self.rules:
            for name, values in (rule.condition.values if rule.condition else {}).items():
                if name in self.fields:
                    yield f"{place}/if/values{json_pointer.join([name])}", self.fields[name], values
            if isinstance(rule, VariantRule) and rule.field in self.fields:
                for index, variant in enumerate(rule.variants):
                    yield f"{place}/variants/{index}/values", self.fields[rule.field], variant.values
            if isinstance(rule, Alike) and rule.by in self.row(rule.field):
                yield f"{place}/values", self.schema.resolve(self.row(rule.field)[rule.by]), rule.values


def _forms(action: ActionView) -> Iterator[_Form]:
    schema = action.schema("inputs")
    yield _Form("/inputs", schema, {name: schema.resolve(field) for name, field in schema.properties.items()}, schema)
    for node in action.nodes("inputs"):
        fields = {name: schema.resolve(field) for name, field in node.field.properties.items()}
        yield _Form(node.place, node.written, fields, schema)


_SHORT = {"description": "What it shall be called."}
_SIZE = {**_SHORT, "title": "Size", "examples": ["S"], "enum": ["S", "L"]}
_NAMES = {name: {**_SHORT, "title": name.title(), "examples": [name]} for name in ("short", "long", "note")}


def _ruled(*rules: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    """A change that gives the sample three more inputs and a size, and rules about them."""
    return {ACTION: {"inputs": {"properties": {**_NAMES, "size": _SIZE, **inputs}, "x-rules": list(rules)}}}


def _choice(*options: tuple[list[str], list[str]], **keywords: Any) -> dict[str, Any]:
    made = [
        {"key": f"way{place}", "title": f"Way {place}", "fields": fields, "required": required}
        for place, (fields, required) in enumerate(options)
    ]
    return {"kind": "choice", "key": "way", "title": "Way", "options": made, **keywords}


_TWO = _choice((["short"], ["short"]), (["long"], ["long"]))


@action_rule(
    "D901",
    "Name fields of the object that the rule stands on.",
    good=_ruled(_TWO),
    bad=_ruled(_choice((["short"], ["short"]), (["lnog"], ["lnog"]))),
)
def rules_name_fields(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every name in a rule across fields, and in `dependentRequired`, is a field."""
    for form in _forms(action):
        for place, rule in form.rules:
            for name in [*rule.names, *(rule.condition.names if rule.condition else [])]:
                if name not in form.fields:
                    yield place, f"There is no field “{name[:80]}”."
            if isinstance(rule, Alike) and rule.field in form.fields and rule.by not in form.row(rule.field):
                yield place, f"The rows of “{rule.field}” have no field “{rule.by[:80]}”."
        for name, others in form.written.dependent_required.items():
            for strange in [entry for entry in (name, *others) if entry not in form.fields]:
                yield f"{form.place}/dependentRequired", f"There is no field “{strange[:80]}”."


@action_rule(
    "D902",
    "Take the field out of the options, or take its default or its place in “required” away.",
    good=_ruled(_TWO),
    bad=_ruled(_TWO, long={**_NAMES["long"], "default": "Lamp"}),
)
def fields_of_options_are_not_always_there(action: ActionView) -> Iterator[tuple[str, str]]:
    """A field of an option or a variant has no default and is not always required: it would always be filled in."""
    for form in _forms(action):
        for place, rule in form.rules:
            if not isinstance(rule, Choice | VariantRule):
                continue
            for name in rule.names if isinstance(rule, Choice) else rule.governed:
                if name in form.fields and form.fields[name].default is not None:
                    yield place, f"“{name}” has a default."
                if name in form.written.required:
                    yield place, f"“{name}” is always required."


@action_rule(
    "D903",
    "Add the field to the options that use it, or give it another place in the body.",
    good=_ruled(_TWO),
    bad={
        ACTION: {
            "request": {"method": "POST"},
            "effects": {"destructive": False},
            "inputs": {
                "properties": {name: {**field, "x-pointer": f"/to/{name}"} for name, field in _NAMES.items()},
                "x-rules": [_TWO],
            },
        }
    },
)
def siblings_are_in_options_too(action: ActionView) -> Iterator[tuple[str, str]]:
    """Where most fields of one object in the body belong to the options of a choice, the others do as well."""
    for form in _forms(action):
        parents = {name: _parent(form, name) for name in form.fields}
        for place, rule in form.choices:
            known = {*rule.names, *(rule.condition.names if rule.condition else [])}
            for parent in sorted({parents.get(name, "") for name in rule.names} - {""}):
                inside = [name for name in form.fields if parents[name] == parent]
                strange = [name for name in inside if name not in known]
                if 2 * len(strange) < len(inside):
                    yield from (
                        (place, f"“{name}” belongs to no option; its siblings in the body do.") for name in strange
                    )


def _parent(form: _Form, name: str) -> str:
    """The object in the body, or in the row, that a field stands in; empty for the outermost."""
    if name not in form.fields or form.fields[name].x_in not in {None, "body"}:
        return ""
    return json_pointer.join(json_pointer.parse(form.fields[name].pointers(name)[0])[:-1])


@action_rule(
    "D904",
    "Let each option ask for something that no other asks for, under a key that is neither a field nor used twice.",
    good=_ruled(_choice((["short", "note"], ["short"]), (["long", "note"], ["long"]))),
    bad=_ruled(_choice((["short", "note"], ["note"]), (["long", "note"], ["note"]))),
)
def options_can_be_told_apart(action: ActionView) -> Iterator[tuple[str, str]]:
    """The options of a choice ask for different fields, and the key of a choice is its own."""
    for form in _forms(action):
        keys = [rule.key for _, rule in form.choices]
        for place, rule in form.choices:
            if rule.key in form.fields or keys.count(rule.key) > 1:
                yield f"{place}/key", f"The key “{rule.key}” is the name of a field, or of another choice."
            for index, option in enumerate(rule.options):
                for other in rule.options[:index]:
                    if {frozenset(names) for names in option.asked} & {frozenset(names) for names in other.asked}:
                        where = f"{place}/options/{index}"
                        yield where, f"“{option.title}” and “{other.title}” ask for the same fields."


@action_rule(
    "D905",
    "List values of the field's “enum”, each in one variant, and all of them.",
    good=_ruled(
        {
            "kind": "variant",
            "field": "size",
            "variants": [{"values": ["S"], "fields": ["short"]}, {"values": ["L"], "fields": ["long"]}],
        }
    ),
    bad=_ruled({"kind": "variant", "field": "size", "variants": [{"values": ["S", "XL"], "fields": ["short"]}]}),
)
def deciding_values_are_of_the_field(action: ActionView) -> Iterator[tuple[str, str]]:
    """A value that decides is one of the field's, and a variant rule has a variant for each value of the field."""
    for form in _forms(action):
        for place, field, values in form.decisions():
            for value in values:
                if not any(same(value, allowed) for allowed in _values(field, value)):
                    yield place, f"{value!r} is not a value of the field."
        for place, rule in form.rules:
            if isinstance(rule, VariantRule) and rule.field in form.fields:
                listed = [value for variant in rule.variants for value in variant.values]
                for value in _values(form.fields[rule.field]):
                    count = sum(same(value, other) for other in listed)
                    if count != 1:
                        yield place, f"{value!r} is in {count or 'no'} variant{'s' if count else ''}."


def _values(field: FieldSchema, otherwise: Any = None) -> list[Any]:
    """The values that a field may have, as far as they are listed; without a list, what is asked about."""
    if field.enum is not None:
        return field.enum
    if field.types == ("boolean",):
        return [True, False]
    return [] if otherwise is None else [otherwise]


@action_rule(
    "D906",
    "Let another field decide, or make this one no secret.",
    good=_ruled({"kind": "requires", "if": {"filled": ["short", "note"]}, "fields": ["long"]}),
    bad=_ruled(
        {"kind": "requires", "if": {"values": {"note": ["x"]}}, "fields": ["long"]},
        note={**_NAMES["note"], "writeOnly": True},
    ),
)
def secrets_decide_nothing(action: ActionView) -> Iterator[tuple[str, str]]:
    """No rule depends on the value of a secret: its message would show it."""
    for form in _forms(action):
        for place, field, _ in form.decisions():
            if field.write_only:
                yield place, "The value of a secret decides, and messages would show it."


@action_rule(
    "D907",
    "Use “required” for what is always needed, and “dependentRequired” for what one other field needs.",
    good={ACTION: {"inputs": {"properties": _NAMES, "dependentRequired": {"short": ["long"]}}}},
    bad=_ruled({"kind": "requires", "if": {"filled": ["short"]}, "fields": ["long"]}),
)
def keywords_come_first(action: ActionView) -> Iterator[tuple[str, str]]:
    """What a keyword of JSON Schema says is not said by a rule."""
    for form in _forms(action):
        for place, rule in form.rules:
            if not isinstance(rule, Requires) or not rule.fields or rule.hint:
                continue
            if rule.condition is None:
                yield place, "“required” says this."
            elif len(rule.condition.names) == len(rule.condition.filled) == 1:
                yield place, "“dependentRequired” says this."


@action_rule(
    "D908",
    "Move the rules to an object with “properties” in the inputs.",
    good=_ruled(_TWO),
    bad={ACTION: {"inputs": {"properties": {"thing_id": {"x-rules": [_TWO]}}}}},
)
def rules_stand_where_they_are_checked(action: ActionView) -> Iterator[tuple[str, str]]:
    """Rules across fields stand on inputs and on objects in them, where a run checks them."""
    for form in _forms(action):
        if not form.fields and (form.written.x_rules or form.written.dependent_required):
            yield form.place, "Rules stand on something that has no fields."
    outputs = action.schema("outputs")
    if outputs.x_rules or outputs.dependent_required:
        yield "/outputs", "Nothing checks rules across outputs."
    for node in action.nodes("outputs"):
        if node.written.x_rules or node.written.dependent_required:
            yield node.place, "Nothing checks rules across outputs."
