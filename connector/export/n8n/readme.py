"""The package's README: how to use the node, and plainly what it cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from string import Template

from connector.call.handler import Handler, checks_of, page, send
from connector.catalogue.action import Action
from connector.definition.service import ConnectorDefinition
from connector.export.n8n import words
from connector.export.n8n.node import NodeData


def readme(node: NodeData) -> str:
    """The README as Markdown, from `readme.md` beside this module."""
    manifest = node.manifest
    template = Template((resources.files(__package__) / "readme.md").read_text(encoding="utf-8"))
    return template.substitute(
        package=node.package_name,
        title=manifest.title,
        about=manifest.description,
        publisher=manifest.publisher,
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
    """Whether a handler does more than to send what the definition says, or to walk its pages."""
    if handler in {send, page}:
        return False
    code = getattr(handler, "__code__", None)
    return code is None or set(code.co_names) != {"send"}


def _credentials(manifest: ConnectorDefinition) -> Iterator[str]:
    for name, field in manifest.connection.properties.items():
        yield f"- **{words.title(field.title or name)}**: {field.description}"
    yield f"- **Base URL**: where the service answers; `{manifest.base_url}` unless you test against something else."


def _operations(node: NodeData) -> Iterator[str]:
    for group, actions in node.groups.items():
        resource = words.title(words.singular(node.manifest.groups[group].title))
        yield f"| {resource} | {', '.join(words.title(action.summary) for action in actions)} |"


def _idempotency(manifest: ConnectorDefinition) -> Iterator[str]:
    if manifest.idempotency is not None:
        yield f"- Where the service remembers a call by its {manifest.idempotency.header}, the node makes a key. It is"
        yield "  the same when n8n tries the item again (Retry On Fail): nothing happens twice. A key of your own wins."


def _unchecked(node: NodeData) -> Iterator[str]:
    checked = [words.title(action.summary) for action in node.actions if checks_of(action.handler)]
    if checked:
        yield "- What several fields mean together is not checked before sending. It matters in:"
        yield from (f"  - {name}" for name in checked)


def _beyond(node: NodeData) -> Iterator[str]:
    more = [action for action in node.actions if adds_something(action.handler)]
    if more:
        yield "- These do more in the connector's own runtime; here request and answer are just what their fields say:"
        yield from (f"  - {words.title(action.summary)}. Missing here: “{_promise(action)}”" for action in more)


def _promise(action: Action) -> str:
    """What the handler says it does."""
    told = (action.handler.__doc__ or "").strip().splitlines()
    return told[0] if told else "what its handler adds."
