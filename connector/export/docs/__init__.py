"""`docs`: reference pages in Markdown, an index and one page per group, in the layout of connector references."""

from __future__ import annotations

from collections.abc import Iterable

from connector.catalogue.action import Action
from connector.definition.action import Throttle
from connector.definition.service import ConnectorDefinition
from connector.export.descriptions import first_sentence
from connector.export.docs.action_section import INPUTS, Links, action_section, errors_table
from connector.export.docs.field_rows import FieldRow, detail_list, details, summary
from connector.export.docs.markdown import code, table, text
from connector.export.errors import ExportError
from connector.export.selection import ExportSelection

_INDEX = "index"
_NOTE = "<!-- Generated from the definitions by the docs export. Do not edit. -->"


def files(selection: ExportSelection) -> dict[str, bytes]:
    """The pages.

    Raises:
        ExportError: A group has the name of the index page.
    """
    if _INDEX in selection.groups:
        raise ExportError(f"The group “{_INDEX}” cannot be exported: its page would overwrite the index.")
    links = Links(selection.actions)
    pages = {_INDEX: _index(selection, links)}
    pages |= {key: _group(selection, key, actions, links) for key, actions in selection.groups.items()}
    return {f"{name}.md": ("\n\n".join(blocks) + "\n").encode() for name, blocks in pages.items()}


def _index(selection: ExportSelection, links: Links) -> list[str]:
    manifest = selection.manifest
    blocks = [_NOTE, f"# {text(manifest.title)}", text(manifest.description)]
    facts = [("Website", f"<{manifest.website}>")] if manifest.website else []
    facts.append(("Version", manifest.version))
    if selection.publisher is not None and not selection.publisher.is_placeholder:
        publisher = selection.publisher
        facts.insert(0, ("Publisher", f"{text(publisher.name)}, <{publisher.url}>, <{publisher.email}>"))
    if manifest.publication is not None and manifest.publication.privacy_policy:
        facts.append(("Privacy policy", f"<{manifest.publication.privacy_policy}>"))
    if manifest.publication is not None and manifest.publication.categories:
        facts.append(("Categories", text(", ".join(manifest.publication.categories))))
    blocks.append(table(("Connector", ""), facts))
    blocks += _connection(selection, links)
    blocks += ["## Throttling limits", _limits(selection, links), "## Actions"]
    for key, actions in selection.groups.items():
        group = manifest.groups[key]
        blocks += [f"### [{text(group.title)}]({key}.md)", text(group.description), _action_table(actions, links)]
    blocks += [
        "## Common errors",
        "Every action can return these errors. The page of an action lists those of its own.",
        errors_table(manifest.errors),
    ]
    return blocks


def _connection(selection: ExportSelection, links: Links) -> list[str]:
    manifest = selection.manifest
    cells, more = [], []
    for name, field in selection.bundle.document.get("connection", {}).get("properties", {}).items():
        kind = "securestring" if field.get("writeOnly") else str(field.get("type", "any"))
        title = field.get("title", name)
        required = "Yes" if all(name in kind.required for kind in manifest.kinds) else "No"
        cells.append((text(title), code(name), kind, required, summary(field)))
        found = details(FieldRow(name, name, field, required=False))
        if variables := manifest.connection.environment.get(name):
            found.append(f"Environment variables: {', '.join(map(code, variables))}.")
        if found:
            more.append((name, title, found))
    test = manifest.connection.test
    return [
        "## Creating a connection",
        table(INPUTS, cells),
        *(["**Details**", detail_list(more)] if more else []),
        *_kinds(manifest),
        *([] if test is None else [f"To test the connection, run {links.to_key(test)}."]),
    ]


def _kinds(manifest: ConnectorDefinition) -> list[str]:
    """The kinds of connection, if there are several."""
    rows = [
        (text(kind.title), code(kind.key), ", ".join(map(code, kind.required)), text(kind.description))
        for kind in manifest.connection.kinds
    ]
    heading = "Fill in the fields of one kind of connection."
    return [heading, table(("Kind", "Key", "Required", "Description"), rows)] if rows else []


def _limits(selection: ExportSelection, links: Links) -> str:
    def row(name: str, throttle: Throttle) -> tuple[str, str, str]:
        return name, str(throttle.calls), f"{throttle.renewal_period:g} seconds"

    rows = [row("API calls per connection", selection.manifest.throttle)]
    for action in selection.actions:
        if action.definition.throttle is not None:
            rows.append(row(f"{links.to_key(action.key)}, per connection", action.definition.throttle))
    return table(("Name", "Calls", "Renewal period"), rows)


def _action_table(actions: Iterable[Action], links: Links) -> str:
    rows = ((links.to_key(action.key), text(first_sentence(action.description))) for action in actions)
    return table(("Action", "Description"), rows)


def _group(selection: ExportSelection, key: str, actions: list[Action], links: Links) -> list[str]:
    group = selection.manifest.groups[key]
    blocks = [_NOTE, f"# {text(group.title)}", text(group.description)]
    blocks += [f"[{text(selection.manifest.title)} reference]({_INDEX}.md)", _action_table(actions, links)]
    for action in actions:
        blocks += action_section(action, links)
    return blocks
