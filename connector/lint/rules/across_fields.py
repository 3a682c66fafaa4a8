"""Rules across fields: `x-rules` and `dependentRequired` use existing fields and have an effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector import json_pointer
from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.rules import Alike, Choice, FieldRule, Requires, VariantRule
from connector.lint.folder_view import ActionView
from connector.lint.rule import action_rule
from connector.lint.sample_folder import ACTION, with_inputs
from connector.validation.messages import show
from connector.validation.rules import same


@dataclass(frozen=True)
class _Form:
    """An object schema of the inputs with rules: where it is, as written, its fields with each `$ref` followed."""

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


_SHORT = {"description": "What to call it from now on."}
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
    "Use fields of the object that has the rule.",
    good=_ruled(_TWO),
    bad=_ruled(_choice((["short"], ["short"]), (["lnog"], ["lnog"]))),
)
def rules_name_fields(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every name in “x-rules” and “dependentRequired” is a field.

    A rule about a field that does not exist has no effect.
    """
    for form in _forms(action):
        for place, rule in form.rules:
            for name in [*rule.names, *(rule.condition.names if rule.condition else [])]:
                if name not in form.fields:
                    yield place, f"The field “{name[:80]}” does not exist."
            if isinstance(rule, Alike) and rule.field in form.fields and rule.by not in form.row(rule.field):
                yield place, f"The rows of “{rule.field}” have no field “{rule.by[:80]}”."
        for name, others in form.written.dependent_required.items():
            for strange in [entry for entry in (name, *others) if entry not in form.fields]:
                yield f"{form.place}/dependentRequired", f"The field “{strange[:80]}” does not exist."


@action_rule(
    "D902",
    "Remove the field from the options, or remove its default or its name from “required”.",
    good=_ruled(_TWO),
    bad=_ruled(_TWO, long={**_NAMES["long"], "default": "Lamp"}),
)
def fields_of_options_are_not_always_there(action: ActionView) -> Iterator[tuple[str, str]]:
    """A field of an option or a variant has no default and is not in “required”.

    Otherwise it is always filled in, even where another option is used.
    """
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
    "Add the field to the options that use it, or change its “x-pointer”.",
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
    """If most fields of an object in the body are in the options of a choice, the others are as well.

    A field that was forgotten can be sent with every option.
    """
    for form in _forms(action):
        parents = {name: _parent(form, name) for name in form.fields}
        for place, rule in form.choices:
            known = {*rule.names, *(rule.condition.names if rule.condition else [])}
            for parent in sorted({parents.get(name, "") for name in rule.names} - {""}):
                inside = [name for name in form.fields if parents[name] == parent]
                strange = [name for name in inside if name not in known]
                if 2 * len(strange) < len(inside):
                    yield from (
                        (place, f"“{name}” is in no option, but its neighbors in the body are.") for name in strange
                    )


def _parent(form: _Form, name: str) -> str:
    """The object in the body, or in the row, that contains a field; empty for the outermost."""
    if name not in form.fields or form.fields[name].x_in not in {None, "body"}:
        return ""
    return json_pointer.join(json_pointer.parse(form.fields[name].pointers(name)[0])[:-1])


@action_rule(
    "D904",
    "Require different fields in each option, and give the choice a key of its own.",
    good=_ruled(_choice((["short", "note"], ["short"]), (["long", "note"], ["long"]))),
    bad=_ruled(_choice((["short", "note"], ["note"]), (["long", "note"], ["note"]))),
)
def options_can_be_told_apart(action: ActionView) -> Iterator[tuple[str, str]]:
    """The options of a choice require different fields, and its key is not used for anything else.

    The fields that are filled in show which option is used.
    """
    for form in _forms(action):
        keys = [rule.key for _, rule in form.choices]
        for place, rule in form.choices:
            if rule.key in form.fields or keys.count(rule.key) > 1:
                yield f"{place}/key", f"The key “{rule.key}” is also the name of a field or the key of another choice."
            for index, option in enumerate(rule.options):
                for other in rule.options[:index]:
                    if {frozenset(names) for names in option.asked} & {frozenset(names) for names in other.asked}:
                        where = f"{place}/options/{index}"
                        yield where, f"“{option.title}” and “{other.title}” require the same fields."


@action_rule(
    "D905",
    "List each value of the field's “enum” in exactly one variant.",
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
    """A rule uses values that the field can have, and a variant rule has one variant for each of them.

    A value without a variant leaves open which fields apply.
    """
    for form in _forms(action):
        for place, field, values in form.decisions():
            for value in values:
                if not any(same(value, allowed) for allowed in _values(field, value)):
                    yield place, f"The field cannot have this value: {show(value)}."
        for place, rule in form.rules:
            if isinstance(rule, VariantRule) and rule.field in form.fields:
                listed = [value for variant in rule.variants for value in variant.values]
                for value in _values(form.fields[rule.field]):
                    count = sum(same(value, other) for other in listed)
                    if count != 1:
                        yield place, f"This value must be in exactly one variant, not in {count}: {show(value)}."


def _values(field: FieldSchema, otherwise: Any = None) -> list[Any]:
    """The values that a field can have; `otherwise` if they are not listed."""
    if field.enum is not None:
        return field.enum
    if field.types == ("boolean",):
        return [True, False]
    return [] if otherwise is None else [otherwise]


@action_rule(
    "D906",
    "Use another field in the condition, or remove “writeOnly”.",
    good=_ruled({"kind": "requires", "if": {"filled": ["short", "note"]}, "fields": ["long"]}),
    bad=_ruled(
        {"kind": "requires", "if": {"values": {"note": ["x"]}}, "fields": ["long"]},
        note={**_NAMES["note"], "writeOnly": True},
    ),
)
def secrets_decide_nothing(action: ActionView) -> Iterator[tuple[str, str]]:
    """No rule depends on the value of a secret.

    The message of the rule would show the secret.
    """
    for form in _forms(action):
        for place, field, _ in form.decisions():
            if field.write_only:
                yield place, "The condition uses the value of a secret."


@action_rule(
    "D907",
    "Use “required” for a field that is always needed, and “dependentRequired” for one that another field needs.",
    good={ACTION: {"inputs": {"properties": _NAMES, "dependentRequired": {"short": ["long"]}}}},
    bad=_ruled({"kind": "requires", "if": {"filled": ["short"]}, "fields": ["long"]}),
)
def keywords_come_first(action: ActionView) -> Iterator[tuple[str, str]]:
    """No rule replaces a JSON Schema keyword.

    Every host understands the keyword.
    """
    for form in _forms(action):
        for place, rule in form.rules:
            if not isinstance(rule, Requires) or not rule.fields or rule.hint:
                continue
            if rule.condition is None:
                yield place, "Use “required” instead of this rule."
            elif len(rule.condition.names) == len(rule.condition.filled) == 1:
                yield place, "Use “dependentRequired” instead of this rule."


@action_rule(
    "D908",
    "Move the rules to an object with “properties” in the inputs.",
    good=_ruled(_TWO),
    bad=with_inputs(thing_id={"x-rules": [_TWO]}),
)
def rules_stand_where_they_are_checked(action: ActionView) -> Iterator[tuple[str, str]]:
    """Only inputs, and objects in them, have rules across fields.

    Rules are not checked anywhere else.
    """
    for form in _forms(action):
        if not form.fields and (form.written.x_rules or form.written.dependent_required):
            yield form.place, "The rules have no effect here: there are no fields."
    outputs = action.schema("outputs")
    if outputs.x_rules or outputs.dependent_required:
        yield "/outputs", "Rules across outputs are not checked."
    for node in action.nodes("outputs"):
        if node.written.x_rules or node.written.dependent_required:
            yield node.place, "Rules across outputs are not checked."
