"""One operation of a package as an action of the format."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector import json_pointer
from connector.importing.draft import Draft, draft_of, inputs_of
from connector.importing.dynamic import Names, add_rows, dynamic_values
from connector.importing.fields import Fields
from connector.importing.gaps import Findings
from connector.importing.outputs import WHOLE, outputs_of
from connector.importing.policies import PolicyRun
from connector.importing.source import Source
from connector.importing.swagger import Json, Operation, as_object, as_text, is_true
from connector.importing.texts import sentences
from connector.importing.values import DYNAMIC_SCHEMAS

_MEDIA_TYPE = re.compile(r"[!#$&^_.+A-Za-z0-9-]+/[!#$&^_.+A-Za-z0-9-]+( *;[ -~]*)?")
_PRINTABLE = re.compile(r"[!-~][ -~]*")
_DELETES = re.compile(r"delete|remove|cancel|purge|archive", re.IGNORECASE)


@dataclass(frozen=True)
class Converted:
    """An operation in the format.

    Attributes:
        document: The definition of the action.
        findings: Why it cannot run, and what else to know.
        names: What its inputs and outputs are called.
        with_choices: The fields whose choices another operation lists, each with its schema.
        draft: Its request, and the schemas of its inputs.
    """

    document: Json
    findings: Findings
    names: Names
    with_choices: list[tuple[Json, Json]] = field(repr=False)
    draft: Draft = field(repr=False)


def converted(package: Source, key: str, operation: Operation) -> Converted:
    """An operation as an action.

    Args:
        package: The package it is from.
        key: The key of the action.
        operation: The operation.
    """
    findings = Findings()
    fields = Fields(package.swagger, "inputs")
    draft = draft_of(operation, package.swagger, fields, findings)
    _find_gaps(package, operation, draft, findings)
    draft.headers = {**package.lifted["headers"], **draft.headers}
    draft.query = {**package.lifted["query"], **draft.query}
    run = PolicyRun(draft, findings, package.access.template, package.access.kinds)
    run.apply(package.policies_for(operation))
    inputs, keys = inputs_of(draft, fields)
    findings.notes += fields.notes
    outputs, places, accept = outputs_of(operation, package.swagger, Fields(package.swagger, "outputs"), findings)
    for path, source in draft.copied.items():
        if (name := places.get("/".join(path))) is not None:
            outputs["properties"][name]["x-pointer"] = json_pointer.join(source)
    accept = draft.headers.pop("Accept", None) or accept
    names = Names(keys, places, add_rows(outputs, places, package.listings.get(operation.operation_id.casefold(), ())))
    document: Json = {
        "key": key,
        "operationId": operation.operation_id,
        "summary": package.summary_of(operation),
        "description": _description(operation, findings),
        "group": package.group_of(operation),
        **({"visibility": "internal"} if operation.is_internal else {}),
        **({"deprecated": True} if is_true(operation.document.get("deprecated")) else {}),
        **({"effects": {"destructive": _deletes(operation)}} if draft.method == "POST" else {}),
        "request": _request(
            draft, accept, fields.body_defaults if draft.whole is None or draft.encoding == "json" else []
        ),
        "inputs": inputs,
        "outputs": outputs,
        **_pagination(operation, names, draft),
        **({"longRunning": True} if "202" in as_object(operation.document.get("responses")) else {}),
    }
    return Converted(document, findings, names, fields.with_choices, draft)


def add_choices(made: Converted, names_of: Callable[[str], Names | None]) -> None:
    """Add to the inputs where their choices come from, which only the names of other operations can say.

    Args:
        made: The action.
        names_of: The names of the operation with an operation id; None where there is none.
    """
    for made_field, schema in made.with_choices:
        found = dynamic_values(schema, made.names.inputs, names_of)
        if found is not None:
            made_field["x-ms-dynamic-values"] = found
            made_field.pop("enum", None)
        elif "enum" not in made_field:
            title = str(made_field.get("title", "a list"))[:80]
            made.findings.note(f"The choices of “{title}” are not listed here: fill in the value.")


def schemas_by_input(made: Converted) -> dict[str, Json]:
    """What the package says of each input, by its name."""
    draft, names = made.draft, made.names.inputs
    found = {parameter.name: parameter.document for parameter in draft.parameters}
    body = as_text(draft.body.get("name")) or "body"
    found |= {names["/".join([body, *leaf.path])]: leaf.schema for leaf in draft.leaves}
    return found | ({names[body]: draft.whole} if draft.whole is not None else {})


def _find_gaps(package: Source, operation: Operation, draft: Draft, findings: Findings) -> None:
    if operation.operation_id.casefold() in package.scripted or package.all_scripted:
        findings.gap("script.csx, C# code that only the cloud runs, makes its request or its response.")
    if protocol := as_text(operation.document.get("x-ms-agentic-protocol")):
        findings.gap(f"It is an endpoint for agents: connect a client for “{protocol[:60]}” to its URL.")
    if as_text(operation.document.get("x-ms-trigger")):
        if "x-ms-notification-content" in operation.item or _has_notification_url(draft):
            findings.note("It is a webhook trigger: a run subscribes a URL of yours. Nothing is received here.")
        else:
            findings.note("It is a polling trigger: a run asks once and returns everything the service lists.")
    elif "x-ms-notification-content" in operation.item and _has_notification_url(draft):
        findings.note("The service responds later, at the URL that you give it. Nothing is received here.")


def _has_notification_url(draft: Draft) -> bool:
    """Whether a field takes the URL that the service is to call."""
    documents = [each.document for each in draft.parameters] + [leaf.schema for leaf in draft.leaves]
    return any(is_true(document.get("x-ms-notification-url")) for document in documents)


def _request(draft: Draft, accept: str | None, body_defaults: list[Json]) -> Json:
    made: Json = {"method": draft.method, "path": draft.path}
    made |= {"baseUrl": draft.base_url} if draft.base_url is not None else {}
    has_body = bool(draft.constants or draft.leaves or draft.whole is not None or draft.encoding != "json")
    fixed = (draft.fixed_content_type or "").strip()
    if _PRINTABLE.fullmatch(fixed) and (draft.optional_body or not has_body):
        draft.headers["Content-Type"] = fixed
    made |= {"headers": draft.headers} if draft.headers else {}
    made |= {"query": draft.query} if draft.query else {}
    made |= {"encoding": draft.encoding} if draft.encoding != "json" else {}
    content_type = (draft.content_type or "").strip()
    usual = draft.encoding == "json" and content_type.lower() == "application/json"
    made |= {"contentType": content_type} if has_body and _MEDIA_TYPE.fullmatch(content_type) and not usual else {}
    made |= {"accept": accept.strip()} if accept is not None and _PRINTABLE.fullmatch(accept.strip()) else {}
    made |= {"body": draft.constants} if draft.constants else {}
    made |= {"optionalBody": True} if draft.optional_body else {}
    return made | ({"bodyDefaults": body_defaults} if body_defaults else {})


def _description(operation: Operation, findings: Findings) -> str:
    text = as_text(operation.document.get("description")) or as_text(operation.document.get("summary"))
    gaps = [f"Cannot run here: {gap}" for gap in findings.gaps]
    return sentences(text or f"{operation.method} {operation.path}", *gaps, *dict.fromkeys(findings.notes))


def _deletes(operation: Operation) -> bool:
    return _DELETES.search(f"{operation.operation_id} {operation.path}") is not None


def _pagination(operation: Operation, names: Names, draft: Draft) -> Json:
    """How pages follow one another, where the response has a list and the URL of the next page."""
    pageable = as_object(operation.document.get("x-ms-pageable"))
    link = as_text(pageable.get("nextLinkName"))
    if not link or not set(names.columns) - {WHOLE}:
        return {}  # a body that is a list has no place for a link
    rows = next((name for name in ("value", "items", "results", "data") if name in names.columns), None)
    pointer = json_pointer.join(draft.copied.get((link,), (link,)))
    return {"pagination": {"rows": rows or next(iter(names.columns)), "nextUrl": pointer, "follow": True}}


def dynamic_schema_of(schema: Json) -> Json | None:
    """What a package says of an object whose fields another operation lists."""
    found: Any = next((schema[word] for word in DYNAMIC_SCHEMAS if isinstance(schema.get(word), dict)), None)
    return found if isinstance(found, dict) else None
