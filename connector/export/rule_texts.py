"""Rules across fields in words, for formats that show text: reference pages, and descriptions of whole actions."""

from __future__ import annotations

from collections.abc import Iterator

from connector.call.handler import checks_of
from connector.catalogue.action import Action
from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.rules import Alike, Choice, Condition, FieldGroup, FieldRule, Requires, Same, Together
from connector.definition.rules import VariantRule as Variants
from connector.validation import rule_messages as say


def description_with_rules(action: Action) -> str:
    """The action's description, with what its form always asks for: its required choices, and one of several fields."""
    form = _Texts(action.definition.inputs, action.definition.inputs.properties)
    rules = [rule for rule in action.definition.inputs.x_rules if rule.condition is None]
    asked = [rule for rule in rules if isinstance(rule, Requires) or (isinstance(rule, Choice) and rule.required)]
    return " ".join([action.description, *map(form.of_rule, asked)])


def checks_across_fields(action: Action) -> int:
    """How many rules and checks of its handler look at several inputs of an action at once."""
    form = action.definition.inputs
    fields: list[FieldSchema | ObjectSchema] = [form, *_inside(form)]
    rules = sum(len(each.x_rules) + len(each.dependent_required) for each in fields)
    return rules + len(checks_of(action.handler))


def _inside(declared: FieldSchema | ObjectSchema) -> Iterator[FieldSchema]:
    inner = [*declared.properties.values(), *(declared.defs.values() if isinstance(declared, ObjectSchema) else ())]
    if isinstance(declared, FieldSchema) and declared.items is not None:
        inner.append(declared.items)
    for field in inner:
        yield field
        yield from _inside(field)


def rule_texts(schema: ObjectSchema) -> Iterator[str]:
    """A sentence for every rule of an action's inputs, those of rows after those of the form."""
    yield from _of_object(schema, schema, "", set())


def _of_object(declared: FieldSchema | ObjectSchema, schema: ObjectSchema, place: str, seen: set[str]) -> Iterator[str]:
    texts = _Texts(schema, declared.properties)
    reported = [*texts.of_dependents(declared.dependent_required), *map(texts.of_rule, declared.x_rules)]
    yield from (f"{place}{sentence}" for sentence in reported)
    for name, written in declared.properties.items():
        field, references = schema.resolve(written), [written.ref]
        rows = field.items is not None
        while field.items is not None:
            references.append(field.items.ref)
            field = schema.resolve(field.items)
        known = {reference for reference in references if reference}
        if field.properties and not known & seen:
            inside = f"{'In each row of' if rows else 'In'} {texts.title(name)}: "
            yield from _of_object(field, schema, inside, seen | known)


class _Texts:
    """Sentences about the fields of one object."""

    def __init__(self, schema: ObjectSchema, fields: dict[str, FieldSchema]) -> None:
        self._schema = schema
        self._fields = fields

    def title(self, name: str) -> str:
        """What the form calls a field."""
        return self._schema.resolve(self._fields[name]).title or name if name in self._fields else name

    def of_dependents(self, dependents: dict[str, list[str]]) -> Iterator[str]:
        """What `dependentRequired` says."""
        for name, needed in dependents.items():
            yield say.required([self._titles(needed)], say.is_filled(self.title(name)))

    def of_rule(self, rule: FieldRule) -> str:
        """What a rule says."""
        when = self._when(rule.condition) if rule.condition is not None else ""
        match rule:
            case Choice():
                asked = say.listed([self._titles(names) for option in rule.options for names in option.asked], "or")
                few = "fill in" if rule.required else "fill in at most one of"
                return f"{rule.title}{f' (when {when})' if when else ''}: {few} {asked}."
            case Variants():
                reported = [self._of_values(rule, variant.values, variant) for variant in rule.variants]
                return f"{f'When {when}: ' if when else ''}{' '.join(reported)}"
            case Requires():
                asked_of = [rule.fields] if rule.fields else [[name] for name in rule.at_least_one_of]
                return say.required([self._titles(names) for names in asked_of], when)
            case Together():
                return f"Fill in {self._and(rule.fields)} together{f', when {when}' if when else ''}."
            case Same():
                return f"{self._and(rule.fields)} must be the same{f' when {when}' if when else ''}."
            case Alike():
                row = self._schema.resolve(self._fields[rule.field]).items
                by = _Texts(self._schema, self._schema.resolve(row).properties if row else {}).title(rule.by)
                values = say.listed([[say.shown(value)] for value in rule.values], "or")
                return f"Either every row of {self.title(rule.field)} has {by} {values}, or none has."

    def _of_values(self, rule: Variants, values: list[object], group: FieldGroup) -> str:
        name = f"{self.title(rule.field)} {say.listed([[say.shown(value)] for value in values], 'or')}"
        optional = [field for field in group.fields if field not in {*group.required, *group.at_least_one_of}]
        parts = [f"{self.title(field)} (required)" for field in group.required]
        if group.at_least_one_of:
            asked = say.listed([[title] for title in self._titles(group.at_least_one_of)], "or")
            parts.append(f"{asked} (at least one)" if len(group.at_least_one_of) > 1 else f"{asked} (required)")
        parts += self._titles(optional)
        return f"{name}: {', '.join(parts) or 'nothing more'}."

    def _when(self, condition: Condition) -> str:
        filled = [self.title(name) for name in condition.filled]
        parts = [say.is_filled(say.listed([[title] for title in filled], "or"))] if filled else []
        for name, values in condition.values.items():
            parts.append(f"{self.title(name)} is {say.listed([[say.shown(value)] for value in values], 'or')}")
        parts += [say.has_several(self.title(name)) for name in condition.several]
        return " or ".join(parts)

    def _titles(self, names: list[str]) -> list[str]:
        return [self.title(name) for name in names]

    def _and(self, names: list[str]) -> str:
        return say.listed([[title] for title in self._titles(names)], "and")
