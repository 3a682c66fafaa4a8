"""The README of the package: how to use the node, and its limitations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from connector.call.handler import Handler, checks_of, without_checks
from connector.catalogue.action import Action
from connector.definition.service import ConnectorDefinition
from connector.export.handler_code import handler_summary, is_standard
from connector.export.n8n import style
from connector.export.n8n.credentials import calls_per_minute
from connector.export.n8n.node import ERROR_OUTPUT, NodeData
from connector.export.n8n.selects import selects_of
from connector.export.templates import filled


def readme(node: NodeData) -> str:
    """The README as Markdown, from `readme.md` beside this module.

    Raises:
        ExportError: Nobody publishes the connector.
    """
    manifest = node.manifest
    return filled(
        Path(__file__).with_name("readme.md"),
        package=node.package_name,
        title=manifest.title,
        about=manifest.description,
        publisher=node.selection.required_publisher.name,
        publisher_url=node.selection.required_publisher.url,
        website=manifest.website or node.selection.required_publisher.url,
        credentials="\n".join(_credentials(manifest)),
        operations="\n".join(_operations(node)),
        calls=manifest.throttle.calls,
        period=f"{manifest.throttle.renewal_period:g}",
        per_minute=calls_per_minute(manifest),
        packed=f"{node.package_name}-{manifest.version}.tgz",
        choices=_choices(node),
        error_output=ERROR_OUTPUT,
        idempotency="".join(f"{line}\n" for line in _idempotency(manifest)),
        gaps="".join(f"{line}\n" for line in _gaps(node)),
    )


def adds_something(handler: Handler) -> bool:
    """Whether a handler does more than send what the definition says, or read its pages."""
    if is_standard(handler):
        return False
    code = getattr(without_checks(handler), "__code__", None)
    return code is None or set(code.co_names) != {"send"}


def _credentials(manifest: ConnectorDefinition) -> Iterator[str]:
    for name, field in manifest.connection.properties.items():
        about = f": {field.description}" if field.description else ""
        yield f"- **{style.title(field.title or name)}**{about}"
    usual = f"Change `{manifest.base_url}`" if "{" not in manifest.base_url else "Fill it in"
    yield f"- **Base URL**: the URL of the API. {usual} to use a test server or a proxy."
    yield "- **Calls per Minute**: the most calls that one n8n process makes; see Call limit."
    yield "- **Allow Insecure URL**: turn it on for a base URL that starts with http:// and is on another machine."


def _operations(node: NodeData) -> Iterator[str]:
    for group, actions in node.selection.groups.items():
        yield f"| {node.resource_name(group)} | {', '.join(node.operation_names[action.key] for action in actions)} |"


def _choices(node: NodeData) -> str:
    titles = dict.fromkeys(select.title for action in node.actions for select in selects_of(action) if not select.show)
    return f", such as {' or '.join(list(titles)[:2])}" if titles else ""


def _idempotency(manifest: ConnectorDefinition) -> Iterator[str]:
    if manifest.idempotency is not None:
        yield f"- If an operation has an {manifest.idempotency.header}, the node makes one. It is the same in every"
        yield "  retry of the item, also with Retry On Fail, so that nothing happens twice. “Retry execution” starts a"
        yield "  new execution with new keys: to be safe there, too, use a key of your own under Additional Fields."


def _gaps(node: NodeData) -> Iterator[str]:
    more = [action for action in node.actions if adds_something(action.handler)]
    checked = [action for action in node.actions if checks_of(action.handler)]
    if not more and not checked:
        return
    yield "\n## Limitations\n"
    if more:
        yield "- These operations have code in the connector that does not run in n8n:"
        yield from (
            f"  - {_name(node, action)}: {handler_summary(action.handler) or 'not documented.'}" for action in more
        )
    if checked:
        yield "- These operations have further checks that only the service makes here:"
        yield from (f"  - {_name(node, action)}" for action in checked)


def _name(node: NodeData, action: Action) -> str:
    return f"{node.resource_name(action.group)}, {node.operation_names[action.key]}"
