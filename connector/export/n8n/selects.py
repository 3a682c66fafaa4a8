"""The selects of a form: a choice between groups of fields, such as “Send To”, of which one group is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.catalogue.action import Action
from connector.definition.rules import Choice
from connector.export.n8n import style

ANY = "*"
"""The option, like no key of an option, that shows the fields of all options, for forms that expressions fill in."""

_ANY_OPTION = {
    "name": "Depends on the Item",
    "value": ANY,
    "description": "Show the fields of all options, to fill them in with expressions that are empty for some items",
}


@dataclass(frozen=True)
class Select:
    """A choice as a select.

    Attributes:
        parameter: Its name in the node.
        show: The value of another select under which it is shown; always when empty.
    """

    choice: Choice
    parameter: str
    show: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its label. A choice named for what is chosen is one of its type, as n8n's own nodes say: “Message Type”."""
        is_type = not self.show and self.choice.title.casefold() == self.choice.noun.casefold()
        return style.title(f"{self.choice.title} type" if is_type else self.choice.title)

    def drawn(self) -> dict[str, Any]:
        """The select as a parameter of the node."""
        options = [{"name": style.title(option.title), "value": option.key} for option in self.choice.options]
        options.sort(key=lambda option: style.listed(option["name"]))
        default = next((option.key for option in self.choice.options if option.default), self.choice.options[0].key)
        made: dict[str, Any] = {
            "displayName": self.title,
            "name": self.parameter,
            "type": "options",
            "noDataExpression": True,
        }
        if self.show:
            made["displayOptions"] = {"show": dict(self.show)}
        else:
            options = sorted([*options, _ANY_OPTION], key=lambda option: style.listed(option["name"]))
        return made | {"options": options, "default": default}


def selects_of(action: Action) -> list[Select]:
    """The choices of an action that its form shows from the beginning, each before those inside one of its options.

    The others are about additional fields: which of these is added is the choice.
    """
    choices = [rule for rule in action.definition.inputs.x_rules if isinstance(rule, Choice)]
    made = []
    for choice in choices:
        if choice.condition is not None or not _is_prominent(action, choice):
            continue
        outer = Select(choice, choice.key)
        made.append(outer)
        for option in choice.options:
            alone = {name for name in option.fields if name not in choice.shared}
            made += [
                Select(inner, inner.key, {outer.parameter: [option.key]})
                for inner in choices
                if inner is not choice and set(inner.names) <= alone
            ]
    return made


def _is_prominent(action: Action, choice: Choice) -> bool:
    fields = [action.definition.input(name) for name in choice.names]
    return (
        choice.required
        or any(option.default for option in choice.options)
        or any(declared.x_ms_visibility == "important" for declared in fields)
    )
