"""One policy of a package, as `apiProperties.json` writes it: its words are read without regard to case."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from connector.importing.expressions import body_path
from connector.importing.swagger import Json, as_list, as_object, as_text

PARAMETER = "x-ms-apimTemplateParameter."
_OPERATIONS = "x-ms-apimTemplate-operationName"
_SECTION = "x-ms-apimTemplate-policySection"
_MOST_POLICIES = 1_000


@dataclass(frozen=True)
class Policy:
    """One policy of a package.

    Attributes:
        template: Which one, in lower case.
        title: What its author calls it.
        values: Its parameters, by the last part of their names in lower case.
        operations: The operation ids it is for, in lower case; empty for all.
        section: `request`, `response` or `failure`.
    """

    template: str
    title: str
    values: Json = field(repr=False)
    operations: frozenset[str]
    section: str

    def value(self, name: str) -> Any:
        """A parameter, without regard to case, as the cloud reads it."""
        return self.values.get(name.casefold())

    def text(self, name: str) -> str:
        """A parameter that is a text."""
        value = self.value(name)
        return str(value) if isinstance(value, str | int | float) else ""

    def applies_to(self, operation_id: str) -> bool:
        """Whether it is for the operation."""
        return not self.operations or operation_id.casefold() in self.operations

    @property
    def target(self) -> tuple[str, str]:
        """What it sets."""
        return self.template, self.text("name").casefold()

    @property
    def place(self) -> tuple[str, ...] | None:
        """The place in a body that it sets; None where only the cloud knows it."""
        around = body_path(self.text("newPropertyParentPathTemplate").strip() or "@body()")
        steps = [step for step in re.split(r"[./]", self.text("newPropertySubPathTemplate")) if step]
        is_known = steps and not any("@" in step or "(" in step for step in steps)
        return (*around, *steps) if around is not None and is_known else None

    def __str__(self) -> str:
        name = self.template[:60] or "without a template"
        return f"the policy “{self.title[:60]}” ({name})" if self.title else f"the policy {name}"


def policies_of(properties: Json) -> list[Policy]:
    """The policies of `apiProperties.json`, in their order."""
    written = as_list(properties.get("policyTemplateInstances"))[:_MOST_POLICIES]
    return [_policy(as_object(each)) for each in written if as_object(each)]


def _policy(written: Json) -> Policy:
    parameters = {word.casefold(): value for word, value in as_object(written.get("parameters")).items()}
    names = parameters.get(_OPERATIONS.casefold())
    names = [names] if isinstance(names, str) else as_list(names)
    values = {word.removeprefix(PARAMETER.casefold()): value for word, value in parameters.items()}
    return Policy(
        as_text(written.get("templateId")).lower(),
        as_text(written.get("title")),
        values,
        frozenset(as_text(name).casefold() for name in names if as_text(name)),
        (as_text(parameters.get(_SECTION.casefold())) or "Request").lower(),
    )
