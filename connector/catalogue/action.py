"""An action as a host sees it: what to draw, what to ask, what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from connector.call.handler import Handler, InputView, checks_of
from connector.catalogue.loader import Bundle
from connector.definition.action import ActionDefinition
from connector.definition.field import FieldSchema
from connector.errors import Problem
from connector.http.request import collisions
from connector.http.templates import template_problems
from connector.validation.file_values import has_files, read_files, without_files
from connector.validation.flow_action import holds_expression, is_from_flow, parameters_of, with_inputs
from connector.validation.form_order import in_form_order
from connector.validation.normalize import accept, accepted_names
from connector.validation.quick_rules import quick_rules
from connector.validation.rules import rule_problems

if TYPE_CHECKING:
    from connector.validation.validator import Validator


class Action:
    """One action of a connector folder."""

    def __init__(self, bundle: Bundle, key: str) -> None:
        self._bundle = bundle
        self._loaded = bundle.actions[key]
        self.key = key

    @cached_property
    def definition(self) -> ActionDefinition:
        """Its definition as a model.

        Raises:
            DefinitionError: Its file is wrong; with every problem of it.
        """
        return self._loaded.definition

    @property
    def document(self) -> dict[str, Any]:
        """Its definition as plain JSON, with everything that its file leaves out."""
        return self._loaded.document

    @property
    def operation_id(self) -> str:
        """The name under which Power Automate flows know it."""
        return self._loaded.operation_id

    @property
    def summary(self) -> str:
        """The name that people see."""
        return self._loaded.summary

    @property
    def description(self) -> str:
        """What it does, in a few sentences."""
        return self._loaded.description

    @property
    def group(self) -> str:
        """Key of the family it belongs to."""
        return self._loaded.group

    @property
    def effects(self) -> dict[str, bool]:
        """`readOnly`, `destructive`, `idempotent`."""
        return dict(self.document["effects"])

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs as JSON Schema 2020-12."""
        return dict(self.document["inputs"])

    @property
    def outputs(self) -> dict[str, Any]:
        """The outputs as JSON Schema 2020-12."""
        return dict(self.document["outputs"])

    @cached_property
    def handler(self) -> Handler:
        """The function that runs it."""
        return self._bundle.handler(self.key)

    @cached_property
    def _validators(self) -> tuple[Validator, Validator]:
        """For the inputs and the outputs. Imported here: who only lists actions does not pay for a validator."""
        from connector.validation.validator import Validator  # noqa: PLC0415

        return (
            Validator(self.definition.inputs, self.document["inputs"]),
            Validator(self.definition.outputs, self.document["outputs"], quotes=False),
        )

    @cached_property
    def _rules_hold(self) -> Callable[[Any], bool]:
        return quick_rules(self.definition.inputs)

    @cached_property
    def _takes_files(self) -> bool:
        return has_files(self.definition.inputs)

    @cached_property
    def _spoken_names(self) -> list[str]:
        """The names people may mean when they mistype one: the inputs' own, and their aliases."""
        aliases = [alias for field in self._resolved.values() for alias in field.x_aliases]
        return [*self._resolved, *aliases]

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {name: field.title or name for name, field in self._resolved.items()}

    @cached_property
    def _resolved(self) -> dict[str, FieldSchema]:
        return {name: self.definition.input(name) for name in self.definition.inputs.properties}

    @cached_property
    def accepted_names(self) -> dict[str, str]:
        """Every accepted name of an input, and the input it means."""
        return accepted_names(self.definition)

    def validate_inputs(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """The inputs under their own names with defaults, and everything that is wrong with them."""
        inputs, problems = accept(self.definition, given, self.accepted_names)
        from_flow = is_from_flow(self.accepted_names, given)
        plain = inputs
        if self._takes_files:
            inputs, wrong_files = read_files(self.definition.inputs, inputs)
            problems += wrong_files
            plain = without_files(self.definition.inputs, inputs)
        problems += self._validators[0].problems(plain, self._spoken_names, from_flow=from_flow)
        wrong = {_input_of(problem) for problem in problems}
        if problems or not self._rules_hold(inputs):
            problems += rule_problems(self.definition.inputs, inputs, {problem.field for problem in problems})
        right = {name: value for name, value in inputs.items() if name not in wrong}
        problems += collisions(self.definition, right)
        problems += template_problems(self.definition, right)
        view = InputView(right, frozenset(inputs), self._labels)
        for check in checks_of(self.handler):
            problems += check(view)
        return inputs, in_form_order(problems, self.definition.inputs)

    def warnings(self, given: Mapping[str, Any]) -> list[str]:
        """What the caller should know about inputs that are right: what is not sent, or not evaluated."""
        empty, dynamic = [], []
        for given_name, value in parameters_of(self.accepted_names, given).items():
            name = self.accepted_names.get(given_name, given_name)
            if name not in self._labels:
                continue
            if value == "" and not self._resolved[name].x_keep_empty:
                empty.append(self._labels[name])
            if (type(value) is not str or "@" in value) and holds_expression(value):
                dynamic.append(self._labels[name])
        if not empty and not dynamic:
            return []
        found = {
            "Empty fields are not sent, so they change nothing": empty,
            "Power Automate expressions are sent as they are": dynamic,
        }
        return [f"{message}: {', '.join(labels)}." for message, labels in found.items() if labels]

    def output_problems(self, outputs: Mapping[str, Any], rows: int | None = None) -> list[Problem]:
        """Where the outputs do not match the definition; with `rows`, only so many rows of each list are checked."""
        if rows is not None:
            longer = {
                name: value[:rows] for name, value in outputs.items() if type(value) is list and len(value) > rows
            }
            outputs = {**outputs, **longer} if longer else outputs
        try:
            return self._validators[1].problems(outputs)
        except RecursionError:
            # The call has been made: what it returned counts more than a look at all of it.
            return [Problem("", "depth", "The outputs are nested too deeply to be checked.")]

    def idempotency_key(self, inputs: Mapping[str, Any]) -> str | None:
        """The key under which the service remembers a call with these inputs; None where the action has none."""
        declared = self.definition.idempotency
        return inputs.get(declared.input) if declared is not None else None

    def with_idempotency_key(self, given: Mapping[str, Any], key: str | None) -> Mapping[str, Any]:
        """The inputs with an idempotency key from outside, unless they bring their own or the action has none."""
        declared = self.definition.idempotency
        if declared is None or not key:
            return given
        parameters = parameters_of(self.accepted_names, given)
        own = (value for name, value in parameters.items() if self.accepted_names.get(name, name) == declared.input)
        return given if any(own) else with_inputs(self.accepted_names, given, {declared.input: key})

    def __repr__(self) -> str:
        return f"<Action {self.key}: {self.summary}>"


def _input_of(problem: Problem) -> str:
    """The input that a problem is about, whatever the place inside it."""
    return problem.field.split("[")[0].split(".")[0]
