"""The README of the package: how to use the node, and its limitations."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from string import Template

from connector.call.handler import Handler, without_checks
from connector.catalogue.action import Action
from connector.definition.service import ConnectorDefinition
from connector.export.handler_code import handler_summary, is_standard
from connector.export.n8n import style
from connector.export.n8n.node import NodeData
from connector.export.rule_texts import checks_across_fields


def readme(node: NodeData) -> str:
    """The README as Markdown, from `readme.md` beside this module.

    Raises:
        ExportError: Nobody publishes the connector.
    """
    manifest = node.manifest
    template = Template((resources.files(__package__) / "readme.md").read_text(encoding="utf-8"))
    return template.substitute(
        package=node.package_name,
        title=manifest.title,
        about=manifest.description,
        publisher=node.required_publisher.name,
        publisher_url=node.required_publisher.url,
        website=manifest.website,
        credentials="\n".join(_credentials(manifest)),
        operations="\n".join(_operations(node)),
        calls=manifest.throttle.calls,
        period=f"{manifest.throttle.renewal_period:g}",
        milliseconds=f"{manifest.throttle.renewal_period * 1000:g}",
        idempotency="".join(f"{line}\n" for line in [*_idempotency(manifest), ""]),
        gaps="".join(f"{line}\n" for line in [*_unchecked(node), *_beyond(node), ""]),
    )


def adds_something(handler: Handler) -> bool:
    """Whether a handler does more than send what the definition says, or read its pages."""
    if is_standard(handler):
        return False
    code = getattr(without_checks(handler), "__code__", None)
    return code is None or set(code.co_names) != {"send"}


def _credentials(manifest: ConnectorDefinition) -> Iterator[str]:
    for name, field in manifest.connection.properties.items():
        yield f"- **{style.title(field.title or name)}**: {field.description}"
    yield f"- **Base URL**: the URL of the API. Change `{manifest.base_url}` to use a test server or a proxy."


def _operations(node: NodeData) -> Iterator[str]:
    for group, actions in node.groups.items():
        resource = style.title(style.singular(node.manifest.groups[group].title))
        yield f"| {resource} | {', '.join(style.title(action.summary) for action in actions)} |"


def _idempotency(manifest: ConnectorDefinition) -> Iterator[str]:
    if manifest.idempotency is not None:
        yield f"- If an operation has an {manifest.idempotency.header}, the node generates one. It stays the same if"
        yield "  n8n retries the item (Retry On Fail), so that nothing happens twice. You can also use your own key."


def _unchecked(node: NodeData) -> Iterator[str]:
    checked = [style.title(action.summary) for action in node.actions if checks_across_fields(action)]
    if checked:
        yield "- Rules across several fields are not checked before sending. This concerns:"
        yield from (f"  - {name}" for name in checked)


def _beyond(node: NodeData) -> Iterator[str]:
    more = [action for action in node.actions if adds_something(action.handler)]
    if more:
        yield "- These operations have code in the connector that does not run in n8n:"
        yield from (f"  - {style.title(action.summary)}: {_summary(action)}" for action in more)


def _summary(action: Action) -> str:
    return handler_summary(action.handler) or "not documented."
