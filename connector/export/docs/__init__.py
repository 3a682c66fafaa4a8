"""`docs`: reference pages in Markdown, an index and one page per group, in the layout of connector references."""

from __future__ import annotations

from collections.abc import Iterable

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.definition.action import Throttle
from connector.export import ExportError, Selection
from connector.export.docs.actions import PARAMETERS, Links, errors_table, section
from connector.export.docs.fields import Entry, description
from connector.export.docs.markdown import code, table, text
from connector.export.vocabulary import require_known
from connector.export.words import first_sentence

_INDEX = "index"
_NOTE = "<!-- Written by the export “docs” from the definitions: change those, not this page. -->"


def files(selection: Selection) -> dict[str, bytes]:
    """The pages.

    Raises:
        ExportError: A definition has a word that no export knows, or a group is called like the index.
    """
    for action in selection.actions:
        require_known(action)
    bundle = selection.bundle
    groups: dict[str, list[Action]] = {key: [] for key in bundle.manifest.groups}
    for action in selection.actions:
        groups[action.group].append(action)
    groups = {key: actions for key, actions in groups.items() if actions}
    if _INDEX in groups:
        raise ExportError(f"The group “{_INDEX}” cannot be exported: its page would be the index.")
    links = Links(selection.actions)
    pages = {_INDEX: _index(bundle, groups, links)}
    pages |= {key: _group(bundle, key, actions, links) for key, actions in groups.items()}
    return {f"{name}.md": ("\n\n".join(parts) + "\n").encode() for name, parts in pages.items()}


def _index(bundle: Bundle, groups: dict[str, list[Action]], links: Links) -> list[str]:
    manifest = bundle.manifest
    parts = [_NOTE, f"# {text(manifest.title)}", text(manifest.description)]
    facts = [
        ("Publisher", text(manifest.publisher)),
        ("Website", f"<{manifest.website}>"),
        ("Version", manifest.version),
    ]
    if manifest.publication is not None:
        contact = manifest.publication.contact
        facts.append(("Contact", f"{text(contact.name)}, <{contact.url}>, <{contact.email}>"))
        facts.append(("Privacy policy", f"<{manifest.publication.privacy_policy}>"))
        facts.append(("Categories", text(", ".join(manifest.publication.categories))))
    parts.append(table(("Connector", ""), facts))
    parts += _connection(bundle, links)
    parts += ["## Throttling limits", _limits(bundle, groups, links), "## Actions"]
    for key, actions in groups.items():
        group = manifest.groups[key]
        parts += [f"### [{text(group.title)}]({key}.md)", text(group.description), _list(actions, links)]
    parts += [
        "## Errors of every action",
        "Each action adds its own, where some are known.",
        errors_table(manifest.errors),
    ]
    return parts


def _connection(bundle: Bundle, links: Links) -> list[str]:
    manifest = bundle.manifest
    rows = []
    for name, field in bundle.document["connection"]["properties"].items():
        kind = "securestring" if field.get("writeOnly") else str(field.get("type", "any"))
        shown = {word: value for word, value in field.items() if word != "writeOnly"}
        told = description(Entry(name, name, shown, False))
        places = " or ".join(code(variable) for variable in manifest.connection.environment.get(name, []))
        told += f" Read from the environment variable {places} where no connection is named." if places else ""
        required = "True" if name in manifest.connection.required else "False"
        rows.append((text(field.get("title", name)), code(name), required, kind, told))
    test = links.to_key(manifest.connection.test) or code(manifest.connection.test)
    return [
        "## Creating a connection",
        table(PARAMETERS, rows),
        f"The action that shows whether a connection works: {test}.",
    ]


def _limits(bundle: Bundle, groups: dict[str, list[Action]], links: Links) -> str:
    def row(name: str, throttle: Throttle) -> tuple[str, str, str]:
        return name, str(throttle.calls), f"{throttle.renewal_period:g} seconds"

    rows = [row("API calls per connection", bundle.manifest.throttle)]
    for action in (action for actions in groups.values() for action in actions):
        if action.definition.throttle is not None:
            rows.append(row(f"{links.to_key(action.key)}, per connection", action.definition.throttle))
    return table(("Name", "Calls", "Renewal period"), rows)


def _list(actions: Iterable[Action], links: Links) -> str:
    rows = ((links.to_key(action.key), text(first_sentence(action.description))) for action in actions)
    return table(("Action", "Description"), rows)


def _group(bundle: Bundle, key: str, actions: list[Action], links: Links) -> list[str]:
    group = bundle.manifest.groups[key]
    parts = [_NOTE, f"# {text(group.title)}", text(group.description)]
    parts += [f"Part of the [{text(bundle.manifest.title)} reference]({_INDEX}.md).", _list(actions, links)]
    for action in actions:
        parts += section(action, links)
    return parts
