"""What the shell offers while a command is typed: actions, inputs and their values, groups, fields, formats.

They read the JSON as it is and load no models: a key press must not wait for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from connector.cli import context
from connector.connections import stored_names
from connector.definition import files, outline
from connector.errors import ConnectorError

_BROKEN = (ConnectorError, click.UsageError, ValueError, OSError, KeyError)


def _outline(ctx: click.Context) -> outline.Outline:
    """The connector of this command line; an empty one if it is broken, because a shell expects no errors."""
    try:
        found = outline.outline(context.connector_folder(ctx.find_root().params.get("connector_name")))
    except _BROKEN:
        found = None
    return found or outline.Outline({}, {})


def _action(ctx: click.Context, key: str) -> Mapping[str, Any]:
    """The definition of an action; an empty one if there is no such action."""
    found = _outline(ctx)
    return found.whole(key) if key in found.actions else {}


def _matching(descriptions: Mapping[str, str | None], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name, help=text) for name, text in descriptions.items() if name.startswith(incomplete)]


def connectors(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The installed connectors, or directories."""
    names = _matching(dict.fromkeys(files.available()), incomplete)
    return names or [CompletionItem(incomplete, type="dir")]


def actions(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The keys of the actions."""
    return _matching({key: action["summary"] for key, action in _outline(ctx).actions.items()}, incomplete)


def groups(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The keys of the groups."""
    return _matching(dict(_outline(ctx).groups), incomplete)


def export_formats(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The export formats."""
    from connector.export import EXPORT_FORMATS  # noqa: PLC0415 - the models; only this completion needs them

    return _matching({name: each.purpose for name, each in EXPORT_FORMATS.items()}, incomplete)


def connections(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The stored connections."""
    try:
        folder = context.connector_folder(ctx.find_root().params.get("connector_name"))
        importer = files.importer_of(folder)
        manifest = files.read_json(folder / files.MANIFEST) if importer is None else importer.read(folder).document
        known = stored_names.read(manifest["key"])
    except _BROKEN:
        return []
    return _matching({name: entry.get("base_url") for name, entry in known.items()}, incomplete)


def rules(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes of the rules that `check` explains."""
    from connector.lint.rules import RULES  # noqa: PLC0415 - the models; only this completion needs them

    return _matching({rule.code: rule.description for rule in RULES}, incomplete.upper())


def output_fields(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The outputs of the action on the line, and the fields of its rows; several names are separated by commas."""
    # Right after the option click cannot parse the line, and leaves the arguments as they are.
    key = ctx.params.get("action") or next(iter(ctx.args), "")
    before, comma, name = incomplete.rpartition(",")
    used = set(before.split(","))
    titles = {field: title for field, title in _output_titles(_action(ctx, key)).items() if field not in used}
    return [CompletionItem(f"{before}{comma}{item.value}", help=item.help) for item in _matching(titles, name)]


def conditions(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The outputs of the action on the line as `FIELD=`; after the `=`, the values that an output can have."""
    schema = _action(ctx, ctx.params.get("action") or next(iter(ctx.args), "")).get("outputs", {})
    fields = {name: _resolved(schema, declared) for name, declared in schema.get("properties", {}).items()}
    name, equals, value = incomplete.partition("=")
    if equals:
        return [CompletionItem(f"{name}={each}") for each in _values(fields.get(name, {})) if each.startswith(value)]
    plain = {f"{name}=": str(field.get("title", "")) for name, field in fields.items() if "items" not in field}
    return _matching(plain, incomplete)


def _output_titles(action: Mapping[str, Any]) -> dict[str, str]:
    schema = action.get("outputs", {})
    titles: dict[str, str] = {}
    for name, declared in schema.get("properties", {}).items():
        field = _resolved(schema, declared)
        titles.setdefault(name, str(field.get("title", "")))
        for column, inner in _resolved(schema, field.get("items", {})).get("properties", {}).items():
            titles.setdefault(column, str(_resolved(schema, inner).get("title", "")))
    return titles


def _resolved(schema: Mapping[str, Any], field: Mapping[str, Any]) -> Mapping[str, Any]:
    """The field with what its `$ref` points to."""
    name = str(field.get("$ref", "")).removeprefix("#/$defs/")
    target = schema.get("$defs", {}).get(name, {})
    return {**target, **field}


def inputs(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The inputs of the action on the line, as `name=`; after the `=`, the values an input can have."""
    action = _action(ctx, ctx.params.get("action") or "")
    fields: dict[str, Any] = action.get("inputs", {}).get("properties", {})
    typed = list(ctx.params.get("items") or ())
    name, value = _value_in_progress(typed, incomplete)
    if name is not None:
        # bash ends a word at “=” and completes the value alone; the other shells complete the whole word.
        prefix = f"{name}=" if "=" in incomplete else ""
        return [CompletionItem(prefix + choice) for choice in _values(fields.get(name, {})) if choice.startswith(value)]
    used = {item.partition("=")[0].removesuffix(":") for item in typed}
    unused = {name: field for name, field in fields.items() if name not in used or "items" in field}
    return [
        CompletionItem(f"{name}{'@' if _is_file(field) else '='}", help=str(field.get("title", "")))
        for name, field in unused.items()
        if name.startswith(incomplete)
    ]


def _is_file(field: Mapping[str, Any]) -> bool:
    return bool(field.get("x-file") or field.get("items", {}).get("x-file"))


def _value_in_progress(typed: Sequence[str], incomplete: str) -> tuple[str | None, str]:
    """The input whose value is being typed, and how it begins; None while a name is being typed."""
    if "=" in incomplete:
        name, _, value = incomplete.partition("=")
        return name.removesuffix(":"), value
    equals = {"=", ":="}
    if typed and typed[-1] in equals:
        return (typed[-2] if len(typed) > 1 else ""), incomplete
    if typed and "=" not in typed[-1] and (len(typed) == 1 or typed[-2] not in equals):
        return typed[-1], incomplete
    return None, incomplete


def _values(field: Mapping[str, Any]) -> Iterable[str]:
    item = field.get("items", field)
    if item.get("type") in ("boolean", ["boolean", "null"]):
        return ["true", "false"]
    return [str(choice) for choice in item.get("enum") or () if choice is not None]
