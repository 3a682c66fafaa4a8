"""Validation of inputs and outputs against their JSON Schema, every problem at once.

A quick check lets pass what is certainly valid. Everything else is for `jsonschema`; the messages are written here,
because its own quote the value, which may be a secret.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from connector.definition.field import FieldSchema, ObjectSchema
from connector.errors import Problem
from connector.validation.flow_action import is_expression
from connector.validation.form_order import in_form_order
from connector.validation.json_values import is_encodable, misplaced_rule
from connector.validation.messages import Subject, sentence
from connector.validation.quick_check import quick_check

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_LONGEST_NUMBER = 14_000
"""Bits. Python writes no more than 4,300 digits."""


class Validator:
    """Validates values against one schema; made once per action and used from many threads.

    Args:
        document: The same schema as plain JSON.
        quotes: Whether a problem may show the value; that of an output may repeat a secret.
    """

    def __init__(self, schema: ObjectSchema, document: Mapping[str, Any], *, quotes: bool = True) -> None:
        self._schema = schema
        self._document = document
        self._quotes = quotes

    @cached_property
    def accepts(self) -> Callable[[Any], bool]:
        """A quick check: whether values are certainly valid. Of what it does not accept, `all_problems` says more."""
        return quick_check(self._schema, self._document)

    def problems(
        self, values: Mapping[str, Any], names: Sequence[str] = (), *, from_flow: bool = False
    ) -> list[Problem]:
        """Everything that is wrong with `values`, in the order of the form.

        Args:
            values: Inputs or outputs under their own names.
            names: Every accepted name, for “did you mean”.
            from_flow: Whether they were copied from a flow, whose expressions nothing evaluates here.
        """
        return [] if not from_flow and self.accepts(values) else self.all_problems(values, names, from_flow=from_flow)

    def all_problems(
        self, values: Mapping[str, Any], names: Sequence[str] = (), *, from_flow: bool = False
    ) -> list[Problem]:
        """The same as `problems`, without the quick check."""
        from connector.validation.json_schema_errors import errors  # noqa: PLC0415 - it takes a while

        found: list[Problem] = []
        unsendable = list(self._unsendable(values, from_flow=from_flow))
        try:
            for error in errors(self._document, values):
                found.extend(self._notify(error, names))
        except ValueError:
            # jsonschema quotes values, and Python writes no number of so many digits; that is reported below.
            if not any(problem.rule == "json" for problem in unsendable):
                raise
        # jsonschema reports each missing name by itself, and each report lists all of them.
        found = list(dict.fromkeys(found))
        evaluated = {problem.field for problem in unsendable if problem.rule == "expression"}
        found = [problem for problem in found if problem.field not in evaluated]
        shown = {problem.field for problem in found}
        found.extend(problem for problem in unsendable if problem.rule != "json" or problem.field not in shown)
        return in_form_order(found, self._schema)

    def _notify(self, error: ValidationError, names: Sequence[str]) -> Iterator[Problem]:
        path = list(error.absolute_path)
        if error.validator == "dependentRequired":
            return  # it relates fields, so `connector.validation.rules` checks it
        if error.validator == "required":
            for name in cast("list[str]", error.validator_value):
                if isinstance(error.instance, dict) and name not in error.instance:
                    yield sentence("required", self._subject([*path, name]), None, None)
        elif error.validator == "additionalProperties":
            known = self._row(path).properties if path else dict.fromkeys(names)
            inside = self._subject(path).name if path else ""
            declared = cast("dict[str, Any]", error.schema).get("properties", {})
            for name in sorted(set(cast("dict[str, Any]", error.instance)) - set(declared), key=str):
                yield sentence("unknown", Subject(_key([*path, name]), str(name), inside), list(known), None)
        else:
            yield sentence(str(error.validator), self._subject(path), error.validator_value, error.instance)

    def _row(self, path: Sequence[str | int]) -> FieldSchema:
        """The schema of the field at `path`, which names one."""
        field, properties = FieldSchema(), self._schema.properties
        for step in path:
            inner = field.items if isinstance(step, int) else properties.get(step)
            field = self._schema.resolve(inner) if inner is not None else FieldSchema()
            properties = field.properties
        return field

    def _subject(self, path: Sequence[str | int]) -> Subject:
        """Who a sentence is about: `Recipients, row 2, Email`."""
        words: list[str] = []
        secret = not self._quotes
        example = None
        for depth, step in enumerate(path):
            field = self._row(path[: depth + 1])
            secret = secret or field.write_only
            if isinstance(step, int):
                words.append(f"row {step + 1}" if field.properties else f"item {step + 1}")
            else:
                words.append(field.title or str(step))
            example = field.examples[0] if field.examples else None
        return Subject(_key(path), words[-1] if words else "The inputs", ", ".join(words[:-1]), secret, example)

    def _unsendable(
        self, value: Any, path: tuple[str | int, ...] = (), *, from_flow: bool = False
    ) -> Iterator[Problem]:
        """What JSON Schema lets pass and is not to be sent: lone surrogates, infinity, line breaks, dot segments."""
        if isinstance(value, dict):
            for key, inner in value.items():
                if rule := _unsendable_rule(key):
                    yield sentence(rule, self._subject(path), None, None)
                yield from self._unsendable(inner, (*path, key), from_flow=from_flow)
        elif isinstance(value, list | tuple):
            for index, inner in enumerate(value):
                yield from self._unsendable(inner, (*path, index), from_flow=from_flow)
        elif (rule := _unsendable_rule(value)) or (
            isinstance(value, str) and path and (rule := misplaced_rule(value, self._row(path[:1]).x_in))
        ):
            yield sentence(rule, self._subject(path), None, None)
        elif from_flow and is_expression(value):
            yield sentence("expression", self._subject(path), None, None)


def _unsendable_rule(value: Any) -> str | None:
    """The rule of the wire that a single value breaks."""
    if isinstance(value, str):
        return None if is_encodable(value) else "encoding"
    if isinstance(value, float):
        return None if math.isfinite(value) else "finite"
    if value is None or (isinstance(value, int) and value.bit_length() <= _LONGEST_NUMBER):
        return None
    return "json"


def _key(path: Sequence[str | int]) -> str:
    """`recipients[1].email`: the way to a value in the inputs, as text that can be shown and written anywhere."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text.encode("utf-8", "replace").decode()
