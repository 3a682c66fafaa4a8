"""Checking inputs against the rules across their fields: `dependentRequired` and `x-rules`.

docs/rules.md defines what each rule means, for every language the same; the vectors in tests/vectors/rules hold them to
it. Values are looked at only where JSON Schema found nothing wrong with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.rules import (
    Alike,
    Choice,
    Condition,
    FieldGroup,
    FieldRule,
    Option,
    Requires,
    Same,
    Together,
    VariantRule,
)
from connector.errors import Problem
from connector.validation import rule_messages as say

Found = Iterator[Problem]


@dataclass(frozen=True)
class Form:
    """One object that rules are about: the inputs as a whole, or a row.

    Attributes:
        schema: The schema of the whole inputs, for its `$defs`.
        fields: The fields of this object.
        values: What is filled in.
        wrong: Paths, from the inputs' top, of values in which something is wrong by itself.
        path: The way to this object, such as `recipients[1].`; empty for the inputs.
        labels: The same in words: `Recipients`, `row 2`.
    """

    schema: ObjectSchema
    fields: Mapping[str, FieldSchema]
    values: Mapping[str, Any]
    wrong: Collection[str]
    path: str = ""
    labels: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Whether the field is filled in, even with a wrong value."""
        return name in self.values

    def filled(self, names: Sequence[str]) -> list[str]:
        """Those of the fields that are filled in."""
        return [name for name in names if name in self.values]

    def usable(self, name: str) -> bool:
        """Whether the field is filled in, and neither it nor anything inside it is wrong."""
        return name in self.values and self.path + name not in self.wrong

    def title(self, name: str) -> str:
        """What the form calls the field."""
        return (self.field(name).title or name) if name in self.fields else name

    def titles(self, names: Sequence[str]) -> list[str]:
        """What the form calls the fields."""
        return [self.title(name) for name in names]

    def field(self, name: str) -> FieldSchema:
        """The field, with its `$ref` followed."""
        return self.schema.resolve(self.fields[name])

    def is_switch(self, name: str) -> bool:
        """Whether the field is true or false and nothing else."""
        return name in self.fields and self.field(name).types == ("boolean",)

    def problem(self, name: str, rule: str, message: str, hint: str = "") -> Problem:
        """A problem of a field of this object."""
        return Problem(self.path + name, rule, say.place(self.labels) + message, hint)

    def missing(self, name: str, when: str, hint: str) -> Problem:
        """The problem of one field that must be filled in."""
        message = say.required([[self.title(name)]], when, boolean=self.is_switch(name))
        return self.problem(name, "required", message, hint)


def rule_problems(schema: ObjectSchema, values: Mapping[str, Any], wrong: Collection[str] = ()) -> list[Problem]:
    """What the rules find in normalized inputs, each once; `wrong` are paths of values that are invalid themselves."""
    found: dict[tuple[str, str], Problem] = {}
    around = frozenset(path[:end] for path in wrong for end in _ends(path))
    for problem in _of_object(schema, Form(schema, schema.properties, values, around)):
        found.setdefault((problem.field, problem.rule), problem)
    return list(found.values())


def _ends(path: str) -> Iterator[int]:
    """Where a path, and each one that leads to it, ends."""
    yield from (index for index, sign in enumerate(path) if sign in ".[")
    yield len(path)


def _of_object(declared: FieldSchema | ObjectSchema, form: Form) -> Found:
    yield from broken_rules(declared, form)
    for name in form.fields:
        if name in form.values:
            path, labels = form.path + name, (*form.labels, form.title(name))
            yield from _inside(form, form.field(name), form.values[name], path, labels)


def broken_rules(declared: FieldSchema | ObjectSchema, form: Form) -> Found:
    """What an object's own rules find, without those of the rows and objects in it."""
    for name, needed in declared.dependent_required.items():
        if form.has(name):
            when = say.is_filled(form.title(name))
            yield from (form.missing(other, when, "") for other in needed if not form.has(other))
    for rule in declared.x_rules:
        trigger = _trigger(rule.condition, form) if rule.condition is not None else ""
        if trigger is not None:
            yield from of_rule(rule, form, trigger)


def _inside(form: Form, field: FieldSchema, value: Any, path: str, labels: tuple[str, ...]) -> Found:
    if isinstance(value, dict) and field.properties:
        yield from _of_object(field, Form(form.schema, field.properties, value, form.wrong, f"{path}.", labels))
    elif isinstance(value, list) and field.items is not None:
        row = form.schema.resolve(field.items)
        for index, inner in enumerate(value):
            yield from _inside(form, row, inner, f"{path}[{index}]", (*labels, f"row {index + 1}"))


def _trigger(condition: Condition, form: Form) -> str | None:
    """What makes the condition hold, in words; None when nothing does."""
    if filled := form.filled(condition.filled):
        return say.is_filled(form.title(filled[0]))
    for name, values in condition.values.items():
        if form.usable(name) and among(form.values[name], values):
            return say.has_value(form.title(name), form.values[name])
    for name in condition.several:
        if form.usable(name) and isinstance(form.values[name], list) and len(form.values[name]) > 1:
            return say.has_several(form.title(name))
    return None


def of_rule(rule: FieldRule, form: Form, trigger: str) -> Found:
    """What one rule finds, `trigger` being what made its condition hold."""
    match rule:
        case Choice():
            yield from _of_choice(rule, form, trigger)
        case VariantRule():
            yield from _of_variant(rule, form)
        case Requires():
            group = FieldGroup.model_construct(required=rule.fields, at_least_one_of=rule.at_least_one_of)
            yield from _complete(group, form, trigger, rule.hint, rule.noun)
        case Together():
            if filled := form.filled(rule.fields):
                when = say.is_filled(form.title(filled[0]))
                yield from (form.missing(name, when, rule.hint) for name in rule.fields if not form.has(name))
        case Same():
            yield from _of_same(rule, form)
        case Alike():
            yield from _of_alike(rule, form)


def _complete(group: FieldGroup, form: Form, when: str, hint: str, noun: str = "") -> Found:
    """What a group of fields asks for and does not have."""
    yield from (form.missing(name, when, hint) for name in group.required if not form.has(name))
    if group.at_least_one_of and not form.filled(group.at_least_one_of):
        first, asked = group.at_least_one_of[0], [[title] for title in form.titles(group.at_least_one_of)]
        boolean = len(asked) == 1 and form.is_switch(first)
        yield form.problem(first, "required", say.required(asked, when, noun=noun, boolean=boolean), hint)


def _of_choice(rule: Choice, form: Form, trigger: str) -> Found:
    filled = form.filled(rule.names)
    own = [name for name in filled if name not in rule.shared]
    marks = [(option, [name for name in option.fields if name in own]) for option in rule.options] if own else []
    marked = [(option, names) for option, names in marks if names]
    if len(marked) > 1:
        naming = [_naming(option, names) for option, names in marked]
        message = say.not_both([form.titles(names) for names in naming])
        yield form.problem(naming[1][0], "conflict", message, rule.hint)
    elif marked:
        option, names = marked[0]
        others = form.titles(_naming(option, names))
        for name in filled:
            if name not in option.fields:
                yield form.problem(name, "conflict", say.cannot_be_used_with(form.title(name), others), rule.hint)
        when = say.is_filled(form.title(form.filled(option.fields)[0]))
        yield from _complete(option, form, when, rule.hint)
    else:
        yield from _unmarked(rule, form, trigger, filled)


def _naming(option: Option, own: list[str]) -> list[str]:
    """The filled fields that a message calls a marked option by."""
    needed = {*option.required, *option.at_least_one_of}
    return [name for name in own if name in needed] or own[:1]


def _unmarked(rule: Choice, form: Form, trigger: str, filled: list[str]) -> Found:
    """A choice of which no option's own field is filled in; fields that several options share may be."""
    candidates = [option for option in rule.options if set(filled) <= set(option.fields)]
    if filled and not candidates:
        first, *others = filled
        sharing = [option for option in rule.options if first in option.fields]
        apart = [name for name in others if not any(name in option.fields for option in sharing)]
        name = apart[0] if apart else others[-1]
        message = say.cannot_be_used_with(form.title(name), [form.title(first)])
        yield form.problem(name, "conflict", message, rule.hint)
        return
    if filled and any(not list(_complete(option, form, "", "")) for option in candidates):
        return
    if filled or rule.required:
        when = say.is_filled(form.title(filled[0])) if filled else trigger
        chosen = next((option for option in candidates if option.default), candidates[0])
        target = next(_asked(chosen, form))[0]
        asked = list(
            dict.fromkeys(tuple(form.titles(names)) for option in candidates for names in _asked(option, form))
        )
        if len(asked) > say.MOST_ITEMS:
            asked = [*asked[: say.MOST_ITEMS], (f"another {rule.noun or f'option of {rule.title}'}",)]
        boolean = len(asked) == 1 and form.is_switch(target)
        noun = "" if filled else rule.noun
        yield form.problem(target, "required", say.required(asked, when, noun=noun, boolean=boolean), rule.hint)


def _asked(option: Option, form: Form) -> Iterator[list[str]]:
    """What an option asks for and does not have."""
    if missing := [name for name in option.required if not form.has(name)]:
        yield missing
    else:
        yield from ([name] for name in option.at_least_one_of or option.fields if not form.has(name))


def _of_variant(rule: VariantRule, form: Form) -> Found:
    if not form.usable(rule.field):
        return
    value = form.values[rule.field]
    variant = next((variant for variant in rule.variants if among(value, variant.values)), None)
    if variant is None:
        return
    when = say.has_value(form.title(rule.field), value)
    for name in form.filled(rule.governed):
        if name not in variant.fields:
            yield form.problem(name, "conflict", say.not_used(form.title(name), when), rule.hint)
    yield from _complete(variant, form, when, rule.hint)


def _of_same(rule: Same, form: Form) -> Found:
    usable = [name for name in rule.fields if form.usable(name)]
    for name in usable[1:]:
        if not same(form.values[name], form.values[usable[0]]):
            message = say.must_be_same(form.title(usable[0]), form.title(name))
            yield form.problem(name, "conflict", message, rule.hint)
            return


def _of_alike(rule: Alike, form: Form) -> Found:
    rows = form.values.get(rule.field)
    field = form.field(rule.field) if rule.field in form.fields else FieldSchema()
    if not isinstance(rows, list) or field.items is None:
        return
    row = form.schema.resolve(field.items)
    named: int | None = None
    stray: Form | None = None
    for index, values in enumerate(rows):
        path, labels = f"{form.path}{rule.field}[{index}].", (*form.labels, form.title(rule.field), f"row {index + 1}")
        inner = Form(form.schema, row.properties, values if isinstance(values, dict) else {}, form.wrong, path, labels)
        if not inner.usable(rule.by):
            continue
        if among(values[rule.by], rule.values):
            named = index if named is None else named
        else:
            stray = stray or inner
    if named is not None and stray is not None:
        message = say.as_in_row(stray.title(rule.by), rule.values, named + 1)
        yield stray.problem(rule.by, "conflict", message, rule.hint)


def among(value: Any, values: Sequence[Any]) -> bool:
    """Whether a value is one of a list, as JSON."""
    return any(same(value, other) for other in values)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal as JSON: true is not 1, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
