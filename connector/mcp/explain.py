"""Texts for an agent that looks for an action: which there are, and what one needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector.catalogue.action import Action
from connector.errors import InputError, Problem
from connector.export.descriptions import first_sentence
from connector.export.examples import example_inputs, successful_examples
from connector.export.mcp.schemas import PortableSchema
from connector.export.mcp.tools import ALL, kind_of, tool_name, tool_names
from connector.export.rule_texts import description_with_rules, rule_texts
from connector.export.selection import ExportSelection
from connector.mcp.results import compact
from connector.validation.messages import did_you_mean

_MOST_FOUND = 12
_LONGEST_EXAMPLE = 1_500
"""Characters; a longer example shows an agent little that the inputs do not."""


def found_actions(selection: ExportSelection, query: str) -> str:
    """The actions that have the most of the words, a line each; without words all of them by key and summary."""
    words = query.casefold().split()
    if not words:
        return "\n".join(f"{action.key} ({kind_of(action)}): {action.summary}" for action in selection.actions)
    scores = {action.key: _score(selection, action, words) for action in selection.actions}
    found = sorted((action for action in selection.actions if scores[action.key]), key=lambda one: -scores[one.key])
    if not found:
        return "No action has these words. Try others, or leave them out to list all actions."
    return "\n".join(
        f"{action.key} ({kind_of(action)}): {first_sentence(action.description)}" for action in found[:_MOST_FOUND]
    )


def _score(selection: ExportSelection, action: Action, words: Sequence[str]) -> int:
    """How well an action fits: a word in its name counts more than one in its description."""
    group = selection.manifest.groups[action.group]
    name = f"{action.key.replace('_', ' ')} {action.summary}".casefold()
    aliases = " ".join(action.definition.aliases)
    text = f"{action.description} {aliases} {group.title} {group.description}".casefold()
    return sum(3 if _stem(word) in name else 1 if _stem(word) in text else 0 for word in words)


def _stem(word: str) -> str:
    """The word without a plural's ending, so that “users” finds “user”."""
    return word[:-1] if word.endswith("s") and len(word) > 3 else word  # noqa: PLR2004 - “is”, “its”


def description_of(
    selection: ExportSelection, action: Action, names: Sequence[str] = (), *, one_tool_each: bool
) -> str:
    """What an agent needs to run an action.

    Args:
        selection: The connector and its actions.
        action: The action.
        names: The inputs to explain, under any name that the action accepts; `all` for all, the important ones if
            empty.
        one_tool_each: Whether the action has a tool of its own.

    Raises:
        InputError: An input does not exist; the nearest is proposed.
    """
    return "\n".join(_lines(selection, action, names, one_tool_each=one_tool_each))


def _lines(selection: ExportSelection, action: Action, names: Sequence[str], *, one_tool_each: bool) -> Iterator[str]:
    server = selection.manifest.key
    tools = tool_names(selection) if one_tool_each else {each.operation_id: each.key for each in selection.actions}
    yield f"{action.summary} ({action.key}). {description_with_rules(action)}"
    if one_tool_each:
        yield f"Tool: {tools[action.operation_id]}"
    else:
        yield f"Tool: {tool_name(server, kind_of(action))} with action “{action.key}” and its inputs under “inputs”"
    schema = _schema(action, names, tools)
    yield f"Inputs: {compact(schema.schema())}"
    if schema.left_out:
        yield f"Ask for more inputs by name: {', '.join(schema.left_out)}"
    if names and (rules := list(rule_texts(action.definition.inputs))):
        yield f"Rules: {' '.join(rules)}"
    for example in successful_examples(action)[:1]:
        shown = compact(example_inputs(action, example))
        if len(shown) <= _LONGEST_EXAMPLE:
            yield f"Example: {shown}"
    yield f"Outputs: {', '.join(action.definition.outputs.properties)}"


def _schema(action: Action, names: Sequence[str], tools: Mapping[str, str]) -> PortableSchema:
    if not names:
        return PortableSchema(action, tools, only_important=True)
    if ALL in names:
        return PortableSchema(action, tools)
    known = action.accepted_names
    problems = [_unknown(name, list(known)) for name in names if name not in known]
    if problems:
        raise InputError(f"“{action.key}” does not have all these inputs.", problems)
    return PortableSchema(action, tools, names={known[name] for name in names})


def _unknown(name: str, known: list[str]) -> Problem:
    return Problem(name[:80], "unknown", f"Unknown input. {did_you_mean(name, known)}".rstrip())
