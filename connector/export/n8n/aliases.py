"""Words under which n8n's node picker finds the node, beside its name: what the service is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connector.export.n8n import style
from connector.export.n8n.node import NodeData
from connector.export.n8n.selects import selects_of

_NOT_SEARCHED = re.compile(
    "a|an|and|any|as|at|by|each|everyone|for|from|get|in|into|is|its|keep|list|manage|more|of|on|one|or|other"
    "|several|that|the|their|then|they|this|through|to|up|what|who|with|you|your"
)
_MOST = 80
_LONG = 5  # Letters. “SMS” is not a plural.


def aliases(node: NodeData) -> list[str]:
    """Words of the connector's description, its groups and the options of its selects, each once, in lower case."""
    found = dict.fromkeys(word for text in _texts(node) for word in _words(text))
    return [word for word in found if word != node.manifest.title.lower()][:_MOST]


def _texts(node: NodeData) -> Iterator[str]:
    yield node.manifest.description
    for group in node.selection.groups:
        yield node.manifest.groups[group].title
    for action in node.actions:
        for select in selects_of(action):
            yield from (option.title for option in select.choice.options)


def _words(text: str) -> Iterator[str]:
    for word in re.findall(r"[A-Za-z][\w-]+", text):
        plain = word.lower()
        if not _NOT_SEARCHED.fullmatch(plain):
            yield plain
            if len(plain) >= _LONG:
                yield style.singular(plain)
