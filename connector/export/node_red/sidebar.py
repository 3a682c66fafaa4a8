"""The help in the editor's sidebar: the actions of a node with their inputs, outputs and errors."""

from __future__ import annotations

import html
from collections.abc import Iterator

from connector.catalogue.action import Action
from connector.definition.action import KnownError
from connector.definition.field import FieldSchema, ObjectSchema


def group_help(title: str, description: str, actions: list[Action]) -> str:
    """The help of a group's node."""
    lines = [f"<p>{text(title)}: {text(description)}</p>"]
    lines += [
        "<p>Choose an action and fill in its fields. With <i>Values from</i>, empty fields take their values from a "
        "property of the message, by the names below. The result replaces <code>msg.payload</code>; "
        "<code>msg.call</code> has the status, pages, "
        "attempts and idempotency key. Errors go to the catch node: <code>msg.error.code</code> and "
        "<code>msg.error.message</code>, with status, field and hint in <code>msg.error.cause</code>.</p>"
    ]
    for action in sorted(actions, key=lambda action: action.summary):
        lines += _action(action)
    return "\n".join(lines)


def connection_help(title: str, fields: dict[str, FieldSchema], base_url: str) -> str:
    """The help of the config node."""
    lines = [f"<p>A connection to {text(title)}.</p>", '<dl class="message-properties">']
    lines += [
        f"<dt>{text(field.title or name)}</dt><dd>{text(field.description)}</dd>" for name, field in fields.items()
    ]
    lines += [
        f'<dt class="optional">Base URL</dt><dd>The URL of the API. Defaults to {text(base_url)}; '
        "change it to use a test server or a proxy. It must use https, except for this machine.</dd>",
        "</dl>",
    ]
    return "\n".join(lines)


def _action(action: Action) -> Iterator[str]:
    yield f"<h3>{text(action.summary)}</h3>"
    yield f"<p>{'Deprecated. ' if action.definition.deprecated else ''}{text(action.description)}</p>"
    definition = action.definition
    if definition.inputs.properties:
        yield "<h4>Inputs</h4>"
        yield from _fields(
            definition.inputs, definition.inputs.properties, set(definition.inputs.required), frozenset()
        )
    yield "<h4>Outputs, in <code>msg.payload</code></h4>"
    yield from _fields(
        definition.outputs, definition.outputs.properties, set(definition.outputs.properties), frozenset()
    )
    if definition.errors:
        yield "<h4>Errors</h4>"
        yield '<dl class="message-properties">'
        yield from map(_error, definition.errors)
        yield "</dl>"


def _error(error: KnownError) -> str:
    name = f'{text(error.code)} <span class="property-type">{error.status}</span>'
    return f"<dt>{name}</dt><dd>{text(error.sentence)} {text(error.hint)}</dd>"


def _fields(
    schema: ObjectSchema, fields: dict[str, FieldSchema], required: set[str], above: frozenset[str]
) -> Iterator[str]:
    yield '<dl class="message-properties">'
    for name, declared in fields.items():
        field = schema.resolve(declared)
        optional = "" if name in required else ' class="optional"'
        kinds = " or ".join(kind for kind in field.types if kind != "null") or "any"
        yield f'<dt{optional}>{text(name)} <span class="property-type">{kinds}</span></dt>'
        yield f"<dd>{_described(field)}"
        yield from _inside(schema, declared, field, above)
        yield "</dd>"
    yield "</dl>"


def _inside(schema: ObjectSchema, declared: FieldSchema, field: FieldSchema, above: frozenset[str]) -> Iterator[str]:
    """The fields of a list's rows; rows nested in rows of the same kind are listed once."""
    inner = field.items or field
    item = schema.resolve(inner)
    if not item.properties:
        return
    references = {reference for reference in (declared.ref, inner.ref) if reference}
    if references & above:
        yield " Same fields as above."
        return
    yield from _fields(schema, item.properties, set(item.required), above | references)


def _described(field: FieldSchema) -> str:
    words = [text(field.title) + "." if field.title else "", text(field.description)]
    if field.enum:
        words.append("Allowed values: " + ", ".join(f"<code>{text(str(value))}</code>" for value in field.enum) + ".")
    if field.default is not None:
        words.append(f"Default: <code>{text(str(field.default))}</code>.")
    if field.deprecated:
        words.append("Deprecated.")
    return " ".join(word for word in words if word)


def text(words: str | None) -> str:
    """Text for an HTML page."""
    return html.escape(words or "", quote=False)
