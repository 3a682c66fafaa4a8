"""The operations of a resource in words, and which of them is chosen at first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from connector.catalogue.action import Action
from connector.export.n8n import style

_ARTICLES = r"an?|the|its"


def operation_names(actions: Iterable[Action], group_title: str) -> dict[str, str]:
    """The name of each operation of a group by the action's key: “Send a message” of “Messages” is “Send”.

    An operation whose short name another one has too keeps its whole summary.
    """
    every = list(actions)
    short = {action.key: _without(action.summary, group_title) for action in every}
    counts = Counter(short.values())
    names = {action.key: short[action.key] if counts[short[action.key]] == 1 else action.summary for action in every}
    return {key: style.title(name) for key, name in names.items()}


def _without(summary: str, group_title: str) -> str:
    """The summary without the group's noun, where this directly follows a verb, an article or a preposition."""
    noun = re.escape(style.singular(group_title).lower())
    plural = re.escape(group_title.lower())
    several = rf"\s+(all\s+)?{plural}$"
    if (found := re.fullmatch(rf"(\w+){several}", summary, re.IGNORECASE)) is not None:
        return f"{found[1]} Many" if found[1].lower() == "get" else found[1]
    owned = rf"\s+(?:(?:{_ARTICLES})\s+)?(?:{noun}(?:['’]s)?|{plural}['’]?)(?=\s|$)"  # noqa: RUF001 - as people type it
    verb = r"\w+(?:\s+or\s+\w+)?"
    patterns = (
        rf"^({verb}){owned}(.*)$",  # “Get a message's content”, “Run a bulk job”
        rf"^({verb}\s.+?)\s+(?:to|from|of|in){owned}()$",  # “Add users to a bulk job”
    )
    for pattern in patterns:
        if (found := re.match(pattern, summary, re.IGNORECASE)) is not None:
            return f"{found[1]}{found[2]}"
    return summary


def default_operation(actions: Iterable[Action]) -> str:
    """The key of the operation that is chosen at first; empty where every one is destructive.

    It is the one that people most likely want and that may be repeated: one with an idempotency key, else one that
    only reads.
    """
    harmless = [action for action in actions if not action.definition.effects.destructive]
    ranked = sorted(harmless, key=_rank)
    return ranked[0].key if ranked else ""


def _rank(action: Action) -> tuple[bool, bool, bool]:
    definition = action.definition
    return definition.visibility != "important", definition.idempotency is None, definition.request.method != "GET"
