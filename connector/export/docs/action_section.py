"""The section of one action on a reference page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connector.catalogue.action import Action
from connector.definition.action import Effects, KnownError, Pagination
from connector.export.docs.field_rows import FieldRow, by_list, detail_list, details, field_rows, summary, type_name
from connector.export.docs.markdown import anchor, code, json_block, table, text
from connector.export.examples import example_inputs, successful_examples
from connector.export.rule_texts import rule_texts
from connector.export.schema_walk import Schema

INPUTS = ("Name", "Key", "Type", "Required", "Description")
OUTPUTS = ("Name", "Path", "Type", "Description")
ERRORS = ("Status", "Code", "Input", "What happened", "What to do")


class Links:
    """Links to the sections of the actions that are on the pages."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._by_operation = {action.operation_id: action for action in actions}
        self._by_key = {action.key: action for action in actions}

    def to_key(self, key: str) -> str:
        """A link to the action with this key; the key itself if no page has the action."""
        return _link(self._by_key[key]) if key in self._by_key else code(key)

    def to_operation(self, operation_id: str) -> str:
        """A link to the action with this operation id; the id itself if no page has the action."""
        found = self._by_operation.get(operation_id)
        return _link(found) if found else code(operation_id)


def _link(action: Action) -> str:
    return f"[{text(action.summary)}]({action.group}.md#{anchor(action.summary)})"


def action_section(action: Action, links: Links) -> Iterator[str]:
    """The blocks of an action's section: description, facts, inputs, outputs, errors, an example."""
    yield f"## {text(action.summary)}"
    yield text(action.description)
    yield table(("", ""), _facts(action))
    yield "### Inputs"
    yield from _inputs(action, links)
    if rules := list(rule_texts(action.definition.inputs)):
        yield "### Rules"
        yield "\n".join(f"- {text(rule)}" for rule in rules)
    yield "### Outputs"
    yield from _outputs(action)
    if action.definition.errors:
        yield "### Errors"
        yield errors_table(action.definition.errors)
    yield from _example(action)


def _facts(action: Action) -> Iterator[tuple[str, str]]:
    definition = action.definition
    if definition.deprecated:
        yield "**Deprecated**", "Do not use it in new flows."
    yield "Key", code(action.key)
    yield "Operation ID", code(action.operation_id)
    yield "Effect", _effect(definition.effects)
    if definition.pagination is not None:
        yield "Pagination", f"Rows in {code(definition.pagination.rows)}; {_next_page(definition.pagination)}"
    if definition.long_running:
        yield "Long-running", "A run waits until the service is done"
    if definition.throttle is not None:
        throttle = definition.throttle
        yield "Limit", f"{throttle.calls} calls per {throttle.renewal_period:g} seconds and connection"
    if definition.idempotency is not None:
        yield "Idempotency key", f"{code(definition.idempotency.input)}; generated for each run if empty"


def _next_page(pagination: Pagination) -> str:
    if pagination.follow:
        return "the service says where the next page is"
    taken = "number of rows to skip" if pagination.offset else "cursor of the next page"
    return f"{code(pagination.input)} takes the {taken}"


def _effect(effects: Effects) -> str:
    if effects.read_only:
        return "Read-only"
    again = "safe to repeat" if effects.idempotent else "repeating it repeats the effect"
    return f"{'Destructive (cannot be undone)' if effects.destructive else 'Changes data'}; {again}"


def _inputs(action: Action, links: Links) -> Iterator[str]:
    rows = list(field_rows(action.inputs))
    if not rows:
        yield "None."
        return

    def cells(row: FieldRow) -> tuple[str, ...]:
        required = "Yes" if row.required else "No"
        kind = type_name(row.field, action.inputs)
        return text(_name(row, row.key)), code(row.key), kind, required, summary(row.field)

    for key, of_list in by_list(rows).items():
        yield from _heading(key)
        yield table(INPUTS, map(cells, of_list))
    found = [(row, details(row, choices=_choices(row.field, links))) for row in rows]
    yield from _details([(row.key, _name(row, row.key), statements) for row, statements in found if statements])
    yield from _other_names(action)


def _outputs(action: Action) -> Iterator[str]:
    rows = list(field_rows(action.outputs))
    if not rows:
        yield "None."
        return

    def cells(row: FieldRow) -> tuple[str, ...]:
        kind = type_name(row.field, action.outputs)
        return text(_name(row, row.path)), code(row.path), kind, summary(row.field)

    for key, of_list in by_list(rows).items():
        yield from _heading(key.replace("[]", ""))
        yield table(OUTPUTS, map(cells, of_list))
    found = [(row, details(row, by_path=True)) for row in rows]
    yield from _details([(row.path, _name(row, row.path), statements) for row, statements in found if statements])


def _name(row: FieldRow, otherwise: str) -> str:
    return str(row.field.get("title", otherwise))


def _heading(list_key: str) -> Iterator[str]:
    if list_key:
        yield f"**Rows of {code(list_key)}**"


def _details(rows: Sequence[tuple[str, str, Sequence[str]]]) -> Iterator[str]:
    if rows:
        yield "**Details**"
        yield detail_list(rows)


def _choices(field: Schema, links: Links) -> str:
    source: dict[str, Any] | None = field.get("x-ms-dynamic-values")
    if source is None:
        return ""
    place = f"{code(source['value-path'])} in {code(source['value-collection'])}"
    return f"{place} of {links.to_operation(source['operationId'])}"


def _other_names(action: Action) -> Iterator[str]:
    """The other accepted keys of the inputs; keys of flows only for documented actions, since only they have flows."""
    rows = []
    for key, declared in action.definition.inputs.properties.items():
        aliases = action.definition.inputs.resolve(declared).x_aliases
        others = [
            name
            for name, meant in action.accepted_names.items()
            if meant == key and name != key and (action.definition.documented or name in aliases)
        ]
        if others:
            rows.append((code(key), ", ".join(map(code, others))))
    if rows:
        yield "**Other accepted keys**, such as those of a Power Automate flow"
        yield table(("Key", "Also accepted"), rows)


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
    """The first successful example."""
    for example in successful_examples(action)[:1]:
        pages = ", with all pages" if example.all_pages else ""
        yield "### Example"
        yield f"{text(example.title)}. Inputs{pages}:"
        yield json_block(example_inputs(action, example))
        yield "Outputs:"
        yield json_block(example.outputs)
