"""Labels that tell every box and every output of an operation apart.

A designer shows the titles of the ancestors and then the place's own title; where no ancestor has a title, their
`x-ms-summary`. Reference pages show the own title alone. So the own titles differ within an operation, and of the
objects on the way only the outermost gets a title: the inner ones have a summary, which a designer leaves out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby

from connector.export.power_platform.nodes import Node
from connector.export.power_platform.words import singular, words_of


@dataclass(frozen=True)
class _Step:
    """An ancestor: its title as declared, and whether it is a list."""

    title: str
    is_list: bool


def name_places(root: Node, taken: Iterable[str]) -> None:
    """Give every place in a tree a title that no other place has.

    Args:
        root: The whole body.
        taken: Titles that are given already, such as those of the parameters beside the body.
    """
    own = {title.lower() for title in taken}
    shown = set(own)
    waiting: deque[tuple[Node, tuple[_Step, ...], str, bool]] = deque((node, (), "", False) for node in _below(root))
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


def _below(node: Node) -> Iterator[Node]:
    yield from node.inside()
    for held in (node.items, node.values):
        if held is not None and held.items is not None:
            yield from held.items.properties.values()
    if node.values is not None:
        yield from node.values.properties.values()


def _made(node: Node, way: Sequence[_Step]) -> str:
    """A title for a place that no field names: its key, and for a value the object it stands in."""
    title = words_of(node.key)
    return title if node.properties or not way else f"{singular(way[-1].title)} {title}"


def _candidates(title: str, way: Sequence[_Step]) -> Iterator[str]:
    """The title, and longer and longer ones that say where it stands: “Status”, “Provider Status”.

    Rows in rows of the same kind are told apart by how deep they are: “Level 2 Filter Path”.
    """
    yield title
    for name, same in groupby(reversed(way), key=lambda step: singular(step.title)):
        depth = sum(step.is_list for step in same)
        title = f"Level {depth} {name} {title}" if depth > 1 else f"{name} {title}"
        yield title
    yield from (f"{title} {number}" for number in count(2))
