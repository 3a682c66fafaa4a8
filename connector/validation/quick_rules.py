"""Whether the rules of inputs hold that are right by themselves, without saying which one does not.

What a rule finds depends on which fields are filled in, and on little else, such as which variant a value selects.
So it is asked once per combination of these, and what it found is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.rules import Alike, Condition, FieldRule, Same, VariantRule
from connector.validation.rules import Form, among, broken_rules, of_rule

Check = Callable[[Any], bool]
Values = Mapping[str, Any]

_MOST_REMEMBERED = 1_000
"""Combinations per object."""


def quick_rules(schema: ObjectSchema) -> Check:
    """A function that says whether all rules of inputs hold.

    Args:
        schema: The inputs of an action; the function takes values that this schema accepts.
    """
    return _Compiler(schema).of_object(schema)


class _Compiler:
    """Makes the checks of one schema; rows may hold rows of the same kind, so each object's is made once."""

    def __init__(self, schema: ObjectSchema) -> None:
        self._schema = schema
        self._made: dict[int, Check] = {}

    def of_object(self, declared: FieldSchema | ObjectSchema) -> Check:
        own, inner = self._own(declared), dict[str, Check]()
        for name, field in declared.properties.items():
            if self._has_rules(field, set()):
                inner[name] = self._inside(field)

        def check(values: Values) -> bool:
            if own is not None and not own(values):
                return False
            return all(holds(values[name]) for name, holds in inner.items() if name in values)

        return check

    def _inside(self, declared: FieldSchema) -> Check:
        """The check of a value, which makes those of the rows or objects in it when there is the first one."""
        if id(declared) in self._made:
            return self._made[id(declared)]
        field = self._schema.resolve(declared)
        inner: Check | None = None

        def check(value: Any) -> bool:
            nonlocal inner
            if isinstance(value, list) and field.items is not None:
                inner = inner or self._inside(field.items)
                return all(map(inner, value))
            if isinstance(value, dict) and field.properties:
                inner = inner or self.of_object(field)
                return inner(value)
            return True

        self._made[id(declared)] = check
        return check

    def _has_rules(self, declared: FieldSchema, seen: set[int]) -> bool:
        """Whether there are rules anywhere in a field."""
        field = self._schema.resolve(declared)
        if id(declared) in seen or not (field.properties or field.items):
            return False
        seen.add(id(declared))
        inner = [*field.properties.values(), *([field.items] if field.items is not None else [])]
        return bool(field.x_rules or field.dependent_required) or any(self._has_rules(each, seen) for each in inner)

    def _own(self, declared: FieldSchema | ObjectSchema) -> Check | None:
        """The check of an object's own rules; None if it has none."""
        if not declared.x_rules and not declared.dependent_required:
            return None
        names = frozenset(_names(declared))
        features = [feature for rule in declared.x_rules for feature in self._features(rule, declared)]
        remembered: dict[Hashable, bool] = {}

        def check(values: Values) -> bool:
            key = (names.intersection(values), *(feature(values) for feature in features))
            found = remembered.get(key)
            if found is None:
                form = Form(self._schema, declared.properties, values, ())
                found = next(broken_rules(declared, form), None) is None
                if len(remembered) < _MOST_REMEMBERED:
                    remembered[key] = found
            return found

        return check

    def _features(
        self, rule: FieldRule, declared: FieldSchema | ObjectSchema
    ) -> Iterator[Callable[[Values], Hashable]]:
        """What a rule looks at beside which fields are filled in."""
        if rule.condition is not None:
            yield from _conditions(rule.condition)
        if isinstance(rule, VariantRule):
            yield partial(_variant, rule)
        if isinstance(rule, Same | Alike):
            yield partial(self._is_kept, rule, declared, frozenset(rule.names))

    def _is_kept(
        self, rule: FieldRule, declared: FieldSchema | ObjectSchema, names: frozenset[str], values: Values
    ) -> bool:
        """Whether a rule finds nothing; it compares values, so it is asked each time."""
        if names.isdisjoint(values):
            return True
        return next(of_rule(rule, Form(self._schema, declared.properties, values, ()), ""), None) is None


def _names(declared: FieldSchema | ObjectSchema) -> Iterator[str]:
    """The fields that an object's rules look at."""
    for rule in declared.x_rules:
        yield from (*rule.names, *(rule.condition.names if rule.condition is not None else ()))
    for name, needed in declared.dependent_required.items():
        yield from (name, *needed)


def _conditions(condition: Condition) -> Iterator[Callable[[Values], Hashable]]:
    for name, listed in condition.values.items():
        yield partial(_has_value, name, listed)
    for name in condition.several:
        yield partial(_has_several, name)


def _has_value(name: str, listed: Sequence[Any], values: Values) -> bool:
    return name in values and among(values[name], listed)


def _has_several(name: str, values: Values) -> bool:
    return isinstance(values.get(name), list) and len(values[name]) > 1


def _variant(rule: VariantRule, values: Values) -> int | None:
    """The place of the variant that the field's value selects."""
    found = (place for place, each in enumerate(rule.variants) if among(values[rule.field], each.values))
    return next(found, None) if rule.field in values else None
