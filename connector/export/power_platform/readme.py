"""`readme.md`: how to import the package, how it differs from the documented connector, and its limitations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from connector.definition.action import BodyDefault
from connector.definition.field import FieldSchema
from connector.export.handler_code import handler_summary, is_standard
from connector.export.power_platform.api_properties import credential_text
from connector.export.power_platform.body_tree import LEVELS
from connector.export.power_platform.operations import Operation
from connector.export.rule_texts import checks_across_fields
from connector.export.selection import ExportSelection

_ASCII = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})  # noqa: RUF001


def readme(selection: ExportSelection, operations: list[Operation]) -> str:
    """The text of `readme.md`, with plain quotation marks.

    Raises:
        ExportError: Nobody publishes the connector.
    """
    blocks = [
        *_opening(selection),
        *_import(selection),
        *_operations(selection, operations),
        *_moved(operations),
        *_limits(selection, operations),
        *_handler_code(operations),
        *_body_defaults(operations),
        *_left_out(operations),
    ]
    return ("\n\n".join(blocks) + "\n").translate(_ASCII)


def _opening(selection: ExportSelection) -> Iterator[str]:
    manifest, publisher = selection.manifest, selection.required_publisher
    fields = manifest.connection.properties.items()
    yield f"# {manifest.title}"
    yield manifest.description
    yield f"## Publisher: {publisher.name}"
    yield (
        f"Version {manifest.version}. Support: {publisher.email}, {publisher.url}. "
        f"The website of the service is {manifest.website}."
    )
    yield "## Prerequisites"
    yield f"You need a {manifest.title} account and a Power Platform plan that includes custom connectors."
    yield "## Obtaining Credentials"
    yield "\n".join(
        f"- **{field.title or name}**: {credential_text(selection.bundle, field)}" for name, field in fields
    )


def _import(selection: ExportSelection) -> Iterator[str]:
    header = selection.manifest.authorization.header
    yield "## Import"
    yield "With Microsoft's command-line tool, in the folder of this file:"
    yield "```sh\npip install paconn\npaconn login\npaconn create --settings settings.json\n```"
    yield (
        "`paconn` asks for the environment. It does not accept `stackOwner` in `apiProperties.json`, which "
        "certification requires: delete that line in your copy first. To update the connector later, run `paconn "
        "update` with its id."
    )
    yield (
        "In the portal: choose Custom connectors, New custom connector, Import an OpenAPI file, then open "
        "`apiDefinition.swagger.json`. The portal reads only this file. Upload the icon by hand, and under Definition, "
        'Policies, add the policy "Set HTTP header" with the values from `apiProperties.json`. Without the policy, '
        f"the {header} header has no prefix and every call fails."
    )
    yield "Then create a connection with your credentials and try an operation on the Test tab."


def _operations(selection: ExportSelection, operations: list[Operation]) -> Iterator[str]:
    yield "## Supported Operations"
    for key, group in selection.manifest.groups.items():
        own = [operation.action for operation in operations if operation.action.group == key]
        if own:
            yield f"### {group.title}"
            yield "\n".join(f"- **{action.summary}** (`{action.operation_id}`): {action.description}" for action in own)


def _moved(operations: list[Operation]) -> Iterator[str]:
    rows = [
        (operation.action.summary, moved.title, f"`{moved.before}`", f"`{moved.here}`")
        for operation in operations
        for moved in operation.moved
    ]
    yield "## Differences From the Documented Connector"
    yield (
        "Operation ids, paths and keys are the documented ones, so existing flows keep working, except for the fields "
        "below: the service does not read the documented place, so the value never arrived. Fill in such a field "
        "again, or replace its key in the flow's JSON."
    )
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


def _limits(selection: ExportSelection, operations: list[Operation]) -> Iterator[str]:
    throttle = selection.manifest.throttle
    paged = [operation for operation in operations if operation.action.definition.pagination]
    lines = [
        "No code of the connector runs in the cloud: requests and responses are passed on unchanged. The sections "
        "below list what the connector's own runtime does in addition.",
        f"The service allows {throttle.calls} calls per {throttle.renewal_period:g} seconds and connection. The cloud "
        "does not wait for that, but retries a call that fails with 429.",
        "A response without a body (204) leaves all outputs empty, also those that say whether the action worked. If "
        "the action succeeded, it worked.",
        "Times are numbers: milliseconds since 1970. To convert one to text, use "
        "`addToTime('1970-01-01T00:00:00Z', div(NUMBER, 1000), 'Second')`.",
        "Settings under names of your own, such as settings per channel, are in the package but not in the form. Set "
        "them as objects in the flow's JSON, for example in the code view of Logic Apps or in an exported solution. "
        "Response objects without fixed properties, and values of several types, are not in the list of dynamic "
        "content; use an expression to read them.",
        f"Rows nested in rows of the same kind are shown {LEVELS} levels deep; enter deeper levels as JSON.",
    ]
    if paged:
        names = ", ".join(operation.action.summary for operation in paged)
        lines.append(
            "One call returns one page. To get all pages, repeat the action in a Do until loop with the cursor of the "
            f"previous page, until there are no more. This applies to: {names}."
        )
    keyed = [operation.action for operation in operations if operation.action.definition.idempotency]
    if keyed:
        names = ", ".join(action.summary for action in keyed)
        lines.append(
            "No idempotency key is generated, but the cloud retries failed calls. To prevent duplicates, set a key "
            "that stays the same during a run, such as `@{workflow()?['run']?['name']}` plus the name of the action. "
            f"This applies to: {names}."
        )
    yield "## Known Issues and Limitations"
    yield "\n".join(f"- {line}" for line in lines)


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
