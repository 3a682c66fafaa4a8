"""`readme.md`: how to import the package, how it differs from the documented connector, and its limitations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from connector.definition.action import BodyDefault
from connector.definition.field import FieldSchema
from connector.export.handler_code import handler_summary, is_standard
from connector.export.power_platform.api_properties import credential_text
from connector.export.power_platform.body_tree import LEVELS
from connector.export.power_platform.operations import Operation
from connector.export.power_platform.policies import policies
from connector.export.power_platform.sign_in import sign_in
from connector.export.rule_texts import checks_across_fields
from connector.export.selection import ExportSelection
from connector.export.templates import filled

_ASCII = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})  # noqa: RUF001


def readme(selection: ExportSelection, operations: list[Operation]) -> str:
    """The README as Markdown, from `readme.md` beside this module, with plain quotation marks.

    Raises:
        ExportError: Nobody publishes the connector.
    """
    manifest, publisher = selection.manifest, selection.required_publisher
    fields = manifest.connection.properties.items()
    differences = (*_handler_code(operations), *_body_defaults(operations), *_left_out(operations))
    return filled(
        Path(__file__).with_name("readme.md"),
        title=manifest.title,
        about=manifest.description,
        version=manifest.version,
        website=manifest.website or publisher.url,
        publisher=publisher.name,
        email=publisher.email,
        url=publisher.url,
        credentials="\n".join(
            f"- **{field.title or name}**: {credential_text(selection.bundle, field)}" for name, field in fields
        ),
        policies=_policies(selection),
        operations="\n\n".join(_operations(selection)),
        moved="\n\n".join(_moved(operations)),
        limit=f"{manifest.throttle.calls} calls per {manifest.throttle.renewal_period:g} seconds",
        levels=LEVELS,
        more="".join(_limits(operations)) + "".join(f"\n{block}\n" for block in differences),
    ).translate(_ASCII)


def _policies(selection: ExportSelection) -> str:
    """What the portal does not import, as the rest of a sentence."""
    account = sign_in(selection.manifest)
    found = policies(selection, account)
    if not found:
        return ""
    if len(found) > 1 or not account.header:
        return ", and under Definition, Policies, add the policies from `apiProperties.json`"
    return (
        ', and under Definition, Policies, add the policy "Set HTTP header" with the values from `apiProperties.json`.'
        f" Without the policy, the {account.header} header has no prefix and every call fails"
    )


def _operations(selection: ExportSelection) -> Iterator[str]:
    for key, actions in selection.groups.items():
        yield f"### {selection.manifest.groups[key].title}"
        yield "\n".join(f"- **{action.summary}** (`{action.operation_id}`): {action.description}" for action in actions)


def _moved(operations: list[Operation]) -> Iterator[str]:
    rows = [
        (operation.action.summary, moved.title, f"`{moved.before}`", f"`{moved.here}`")
        for operation in operations
        for moved in operation.moved
    ]
    yield _table(("Operation", "Field", "Documented key", "Key in this package"), rows)
    rows = [
        (operation.action.summary, found.title, f"`{found.before}`", f"`{found.here or '(the whole body)'}`")
        for operation in operations
        for found in operation.found
    ]
    if rows:
        yield "In the response body, these outputs have another place than their documented name:"
        yield _table(("Operation", "Output", "Documented name", "Place in the body"), rows)
    texts = [
        (operation.action.summary, field.title or name)
        for operation in operations
        for name, field in _inputs(operation)
        if field.items is not None and operation.action.definition.inputs.resolve(field.items).x_text_for
    ]
    if texts:
        yield "These lists are documented as lists of strings. The service expects objects, and so does this package:"
        yield _table(("Operation", "Field"), texts)


def _limits(operations: list[Operation]) -> Iterator[str]:
    actions = [operation.action for operation in operations]
    paged = [(action.summary, action.definition.pagination) for action in actions]
    for way, names in (
        (
            "The service names the URL of the next one, which an action cannot call. Only the first page can be read.",
            [name for name, paging in paged if paging is not None and paging.follow],
        ),
        (
            "To get all pages, repeat the action in a Do until loop with the cursor of the previous page, until there"
            " are no more.",
            [name for name, paging in paged if paging is not None and not (paging.follow or paging.offset)],
        ),
        (
            "To get all pages, repeat the action in a Do until loop with the number of rows to skip, until a page has"
            " none.",
            [name for name, paging in paged if paging is not None and paging.offset],
        ),
    ):
        if names:
            yield f"- One call returns one page. {way} This applies to: {', '.join(names)}.\n"
    if keyed := ", ".join(action.summary for action in actions if action.definition.idempotency):
        yield (
            "- No idempotency key is generated, but the cloud retries failed calls. To prevent duplicates, set a key "
            "that stays the same during a run, such as `@{workflow()?['run']?['name']}` plus the name of the action. "
            f"This applies to: {keyed}.\n"
        )


def _handler_code(operations: list[Operation]) -> Iterator[str]:
    rows = []
    for operation in operations:
        handler = operation.action.handler
        checks, standard = checks_across_fields(operation.action), is_standard(handler)
        if checks or not standard:
            about = "" if standard else handler_summary(handler)
            rows.append((operation.action.summary, "yes" if checks else "no", about))
    if rows:
        yield "### Code of the Connector"
        yield (
            "These actions have code in the connector that does not run in the cloud. Only the service checks whether "
            "fields fit together, with less specific error messages, and responses are passed on unchanged."
        )
        yield _table(("Operation", "Checks across fields", "What the code does"), rows)


def _body_defaults(operations: list[Operation]) -> Iterator[str]:
    rows = []
    for operation in operations:
        request = operation.action.definition.request
        always = [f"`/{name}`: `{_json(value)}`, even if it is empty" for name, value in (request.body or {}).items()]
        if request.body == {}:
            always = ["an empty object as the body; this package sends no body, as the documented connector does"]
        added = [*always, *(_described(default) for default in request.body_defaults)]
        rows += [(operation.action.summary, sentence) for sentence in added]
    if rows:
        yield "### Values to Fill In by Hand"
        yield "The connector's runtime adds these values to a request. Here they are sent only if you fill them in."
        yield _table(("Operation", "What the runtime adds"), rows)


def _described(default: BodyDefault) -> str:
    values = [f"`{name}`: `{_json(value)}`" for name, value in default.set_values.items()]
    values += [f"`{name}` from `{place}`" for name, place in default.copy_values.items()]
    present = f" if it has `{default.if_present}`" if default.if_present else ""
    absent = f" if it has no `{default.if_absent}`" if default.if_absent else ""
    return f"to `{default.at}`{present}{absent}: {', '.join(values)}"


def _left_out(operations: list[Operation]) -> Iterator[str]:
    rows = [
        (operation.action.summary, left_out.title, left_out.side, f"`{left_out.name}`", left_out.reason)
        for operation in operations
        for left_out in operation.left_out
    ]
    if rows:
        yield "### Unavailable Fields"
        yield _table(("Operation", "Field", "Side", "Name in the connector", "Reason"), rows)


def _inputs(operation: Operation) -> Iterator[tuple[str, FieldSchema]]:
    for name in operation.action.definition.inputs.properties:
        yield name, operation.action.definition.input(name)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    escaped = [[cell.replace("|", r"\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in escaped)
