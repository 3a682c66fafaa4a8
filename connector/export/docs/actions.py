"""The section of one action on a reference page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connector.catalogue.action import Action
from connector.definition.action import Effects, KnownError
from connector.export.docs.fields import description, entries, other_names, type_name
from connector.export.docs.markdown import anchor, code, json_block, table, text
from connector.export.examples import inputs_of, succeeded
from connector.export.vocabulary import Schema

PARAMETERS = ("Name", "Key", "Required", "Type", "Description")
RETURNS = ("Name", "Path", "Type", "Description")
ERRORS = ("Status", "Code", "Field", "What happened", "What to do")


class Links:
    """Links to the sections of the actions that are on the pages.

    Args:
        actions: Those actions.
    """

    def __init__(self, actions: Sequence[Action]) -> None:
        self._by_operation = {action.operation_id: action for action in actions}
        self._by_key = {action.key: action for action in actions}

    def to_key(self, key: str) -> str:
        """A link to the action with that key; the key itself where no page has it."""
        return _link(self._by_key[key]) if key in self._by_key else code(key)

    def to_operation(self, operation_id: str) -> str:
        """A link to the action with that operation id; the id itself where no page has it."""
        found = self._by_operation.get(operation_id)
        return _link(found) if found else code(operation_id)


def _link(action: Action) -> str:
    return f"[{text(action.summary)}]({action.group}.md#{anchor(action.summary)})"


def section(action: Action, links: Links) -> Iterator[str]:
    """The parts of an action's section: what it is, its tables, its errors, an example."""
    yield f"## {text(action.summary)}"
    yield text(action.description)
    yield "\n".join(f"- {fact}" for fact in _facts(action))
    yield "### Parameters"
    parameters = list(_parameters(action, links))
    yield table(PARAMETERS, parameters) if parameters else "None."
    yield "### Returns"
    returns = list(_returns(action))
    yield table(RETURNS, returns) if returns else "Nothing."
    if action.definition.errors:
        yield "### Errors"
        yield errors_table(action.definition.errors)
    yield from _example(action)


def _facts(action: Action) -> Iterator[str]:
    definition = action.definition
    yield f"Key: {code(action.key)}"
    yield f"Operation ID: {code(action.operation_id)}"
    yield f"Effect: {_effect(definition.effects)}"
    if definition.pagination is not None:
        yield (
            f"Pages: {code(definition.pagination.rows)} holds the rows of a page,"
            f" {code(definition.pagination.input)} takes the cursor of the next one"
        )
    if definition.throttle is not None:
        throttle = definition.throttle
        yield f"Limit: {throttle.calls} calls in {throttle.renewal_period:g} seconds, per connection"
    if definition.idempotency is not None:
        yield f"Idempotency key: {code(definition.idempotency.input)}, made for each run where none is given"
    if definition.deprecated:
        yield "Deprecated"


def _effect(effects: Effects) -> str:
    if effects.read_only:
        return "only reads, changes nothing"
    again = "running it twice does no more than once" if effects.idempotent else "running it twice does it twice"
    if effects.destructive:
        return f"may destroy something that cannot be brought back; {again}"
    return f"changes something; {again}"


def _parameters(action: Action, links: Links) -> Iterator[tuple[str, ...]]:
    for entry in entries(action.inputs):
        told = description(
            entry,
            names=other_names(action, entry.key),
            choices=_choices(entry.field, links),
        )
        required = "True" if entry.required else "False"
        kind = type_name(entry.field, action.inputs)
        yield text(entry.field.get("title", entry.key)), code(entry.key), required, kind, told


def _returns(action: Action) -> Iterator[tuple[str, ...]]:
    for entry in entries(action.outputs):
        told = description(entry, by_path=True)
        kind = type_name(entry.field, action.outputs)
        yield text(entry.field.get("title", entry.path)), code(entry.path), kind, told


def _choices(field: Schema, links: Links) -> str:
    source: dict[str, Any] | None = field.get("x-ms-dynamic-values")
    if source is None:
        return ""
    place = f"{code(source['value-path'])} in {code(source['value-collection'])}"
    return f"The choices come from {links.to_operation(source['operationId'])}, {place}."


def errors_table(errors: Iterable[KnownError]) -> str:
    """Known errors as a table."""
    rows = (
        (
            str(error.status),
            code(error.code),
            code(error.field) if error.field else "",
            text(error.sentence),
            text(error.hint),
        )
        for error in errors
    )
    return table(ERRORS, rows)


def _example(action: Action) -> Iterator[str]:
    """The first example that succeeds."""
    for example in succeeded(action)[:1]:
        walked = ", over all pages" if example.all_pages else ""
        yield "### Example"
        yield f"{text(example.title)}. The inputs{walked}:"
        yield json_block(inputs_of(action, example))
        yield "The result:"
        yield json_block(example.outputs)
