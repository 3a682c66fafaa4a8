"""Unique labels for every field and every output of an operation.

A designer shows the titles of the ancestors before the title of a field; if no ancestor has a title, it shows their
`x-ms-summary`. Reference pages show the title alone. So titles are unique within an operation, and only the outermost
object has a title: the inner ones have a summary, which a designer leaves out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby

from connector.export.power_platform.body_nodes import BodyNode
from connector.export.power_platform.naming import label_of, singular


@dataclass(frozen=True)
class _Step:
    """An ancestor: its title as declared, and whether it is a list."""

    title: str
    is_list: bool


def label_nodes(root: BodyNode, taken: Iterable[str]) -> None:
    """Give every node of a body a unique title; `taken` are other titles in use, such as those of parameters."""
    own = {title.lower() for title in taken}
    shown = set(own)
    waiting: deque[tuple[BodyNode, tuple[_Step, ...], str, bool]] = deque(
        (node, (), "", False) for node in _below(root)
    )
    while waiting:
        node, way, prefix, unseen = waiting.popleft()
        node.title = node.title or _made(node, way)
        step = _Step(node.title, node.items is not None)
        unseen = unseen or node.hidden
        if not node.properties and not unseen:
            node.title = next(
                title
                for title in _candidates(node.title, way)
                if title.lower() not in own and joined(prefix, title).lower() not in shown
            )
            own.add(node.title.lower())
            shown.add(joined(prefix, node.title).lower())
        inner = joined(prefix, node.title) if step.is_list or not prefix else prefix
        waiting += [(child, (*way, step), inner, unseen) for child in _below(node)]


def joined(prefix: str, title: str) -> str:
    """The label that a designer shows."""
    return f"{prefix} {title}" if prefix else title


def _below(node: BodyNode) -> Iterator[BodyNode]:
    yield from node.inside()
    for held in (node.items, node.values):
        if held is not None and held.items is not None:
            yield from held.items.properties.values()
    if node.values is not None:
        yield from node.values.properties.values()


def _made(node: BodyNode, way: Sequence[_Step]) -> str:
    """A title for a node that no field names: its key, for a value with the object around it."""
    title = label_of(node.key)
    return title if node.properties or not way else f"{singular(way[-1].title)} {title}"


def _candidates(title: str, way: Sequence[_Step]) -> Iterator[str]:
    """The title, then longer ones with the names of the ancestors: “Status”, “Provider Status”.

    Nested rows of the same kind are numbered by depth: “Level 2 Filter Path”.
    """
    yield title
    for name, same in groupby(reversed(way), key=lambda step: singular(step.title)):
        depth = sum(step.is_list for step in same)
        title = f"Level {depth} {name} {title}" if depth > 1 else f"{name} {title}"
        yield title
    yield from (f"{title} {number}" for number in count(2))
