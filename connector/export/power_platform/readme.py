"""`readme.md`: how to load the package, what differs from the documented connector, and what the cloud cannot do."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator

from connector.call.handler import checks_of, page, send
from connector.catalogue.loader import Bundle
from connector.definition.action import BodyDefault
from connector.definition.field import FieldSchema
from connector.export.power_platform.operations import Operation
from connector.export.power_platform.properties import credential_text
from connector.export.power_platform.tree import LEVELS


def readme(bundle: Bundle, operations: list[Operation]) -> str:
    """The text of `readme.md`."""
    parts = [
        *_opening(bundle),
        *_import(bundle),
        *_operations(bundle, operations),
        *_moved(operations),
        *_limits(bundle, operations),
        *_own_code(operations),
        *_completions(operations),
        *_left_out(operations),
    ]
    return "\n\n".join(parts) + "\n"


def _opening(bundle: Bundle) -> Iterator[str]:
    manifest = bundle.manifest
    boxes = manifest.connection.properties.items()
    yield f"# {manifest.title}"
    yield manifest.description
    yield f"## Publisher: {manifest.publisher}"
    yield f"Version {manifest.version}. The service's own site is {manifest.website}."
    yield "## Prerequisites"
    yield f"An account at {manifest.title}, and a Power Platform plan with custom connectors."
    yield "## Obtaining Credentials"
    yield "\n".join(f"- **{box.title or name}**: {credential_text(bundle, box)}" for name, box in boxes)


def _import(bundle: Bundle) -> Iterator[str]:
    header = bundle.manifest.authorization.header
    yield "## Import"
    yield "With Microsoft's command-line tool, in the folder of this file:"
    yield "```sh\npip install paconn\npaconn login\npaconn create --settings settings.json\n```"
    yield (
        "The tool asks for the environment. It refuses the word `stackOwner` in `apiProperties.json`, which "
        "certification asks for: delete that line in your copy first. After a change, `paconn update` with the id of "
        "the connector."
    )
    yield (
        "In the portal instead: Custom connectors, New custom connector, Import an OpenAPI file, and choose "
        "`apiDefinition.swagger.json`. The portal reads that file only. So choose the icon by hand, and under "
        "Definition, Policies, add the policy “Set HTTP header” with the values from `apiProperties.json`: without "
        f"it, the header {header} has no prefix and every call is refused."
    )
    yield "Then make a connection with the credentials above, and try an operation under Test."


def _operations(bundle: Bundle, operations: list[Operation]) -> Iterator[str]:
    yield "## Supported Operations"
    for key, group in bundle.manifest.groups.items():
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
        "Operation ids, paths and keys are the documented ones, so existing flows go on working, but for the fields "
        "below. There the documented place is one that the service does not read, so the value never arrived. Fill "
        "such a field in anew, or write the new key for the old one where you can edit the flow's JSON."
    )
    yield _table(("Operation", "Field", "Documented key", "Key here"), rows)
    rows = [
        (operation.action.summary, found.title, f"`{found.before}`", f"`{found.here or '(the whole body)'}`")
        for operation in operations
        for found in operation.found
    ]
    if rows:
        yield "These outputs stand in the answer at a place that is not their name in the connector:"
        yield _table(("Operation", "Output", "Name in the connector", "Place in the body"), rows)
    texts = [
        (operation.action.summary, box.title or name)
        for operation in operations
        for name, box in _inputs(operation)
        if box.items is not None and operation.action.definition.inputs.resolve(box.items).x_text_for
    ]
    if texts:
        yield "These lists are documented as texts. The service wants rows with names, and so does this package:"
        yield _table(("Operation", "Field"), texts)


def _limits(bundle: Bundle, operations: list[Operation]) -> Iterator[str]:
    throttle = bundle.manifest.throttle
    paged = [operation for operation in operations if operation.action.definition.pagination]
    lines = [
        "No code of the connector runs in the cloud. What is sent is what the boxes say; what comes is what the "
        "service answers. The sections below list what the connector's own runtime does beyond that.",
        f"At most {throttle.calls} calls per {throttle.renewal_period:g} seconds and connection are meant; the cloud "
        "does not wait for that by itself, but repeats a call that was refused with 429.",
        "An answer without a body (204) leaves every output empty, also those that say whether it worked: that the "
        "action did not fail says it.",
        "Times are numbers, milliseconds since 1970. As a text: "
        "`addToTime('1970-01-01T00:00:00Z', div(NUMBER, 1000), 'Second')`.",
        "Settings under names of your own, such as per channel or per template, are in the package but not in the "
        "form: write them as objects where you can edit the flow's JSON, such as the code view of Logic Apps or an "
        "exported solution. Objects without named parts in an answer, and values that come in several forms, are not "
        "offered either; an expression reaches them.",
        f"Rows that hold rows of their own kind are drawn {LEVELS} levels deep; what is deeper is entered as raw JSON.",
    ]
    if paged:
        names = ", ".join(operation.action.summary for operation in paged)
        lines.append(
            "One call is one page. For all pages, repeat the action in a Do until with the Cursor of the answer "
            f"before, until More is false. This concerns: {names}."
        )
    keyed = [operation.action for operation in operations if operation.action.definition.idempotency]
    if keyed:
        names = ", ".join(action.summary for action in keyed)
        lines.append(
            "No idempotency key is made. The cloud repeats a call that failed, so give one that stays the same for "
            f"the run, such as `@{{workflow()?['run']?['name']}}` with the action's name. This concerns: {names}."
        )
    yield "## Known Issues and Limitations"
    yield "\n".join(f"- {line}" for line in lines)


def _own_code(operations: list[Operation]) -> Iterator[str]:
    rows = []
    for operation in operations:
        handler = operation.action.handler
        if handler not in {send, page}:
            about = (inspect.getdoc(handler) or "").split("\n\n")[0].replace("\n", " ")
            rows.append((operation.action.summary, "yes" if checks_of(handler) else "no", about))
    if rows:
        yield "### What the Connector's Own Code Does"
        yield (
            "These actions have code in the connector, which does not run here. Whether boxes fit together is checked "
            "by the service alone, and its refusal is less plain; answers are shown as they come."
        )
        yield _table(("Operation", "Checks across fields", "What the code does besides"), rows)


def _completions(operations: list[Operation]) -> Iterator[str]:
    rows = []
    for operation in operations:
        request = operation.action.definition.request
        carried = [
            f"`/{name}`: `{_json(value)}`, even when it holds nothing" for name, value in (request.body or {}).items()
        ]
        if request.body == {}:
            carried = ["an empty object as the body; here there is no body, as in the documented connector"]
        told = [*carried, *(_told(completion) for completion in request.body_defaults)]
        rows += [(operation.action.summary, sentence) for sentence in told]
    if rows:
        yield "### What Must Be Filled In by Hand"
        yield "The connector's runtime adds these to a request. Here they are sent only when you fill them in."
        yield _table(("Operation", "What the runtime adds"), rows)


def _told(completion: BodyDefault) -> str:
    words = [f"`{name}`: `{_json(value)}`" for name, value in completion.set_values.items()]
    words += [f"`{name}` from `{place}`" for name, place in completion.copy_values.items()]
    beside = f" when it has `{completion.if_present}`" if completion.if_present else ""
    without = f" when it has no `{completion.if_absent}`" if completion.if_absent else ""
    return f"to `{completion.at}`{beside}{without}: {', '.join(words)}"


def _left_out(operations: list[Operation]) -> Iterator[str]:
    rows = [
        (operation.action.summary, told.title, told.side, f"`{told.name}`", told.why)
        for operation in operations
        for told in operation.left_out
    ]
    if rows:
        yield "### Fields That Are Not Here"
        yield _table(("Operation", "Field", "Side", "Name in the connector", "Why"), rows)


def _inputs(operation: Operation) -> Iterator[tuple[str, FieldSchema]]:
    for name in operation.action.definition.inputs.properties:
        yield name, operation.action.definition.input(name)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    escaped = [[cell.replace("|", r"\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in escaped)
