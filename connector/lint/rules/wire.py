"""Where inputs travel: path, query, header, body, and under which names they are accepted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from connector.lint.folder_view import ActionView
from connector.lint.rule import action_rule
from connector.lint.sample_folder import ACTION

_INPUT = {"title": "Other", "description": "Something to fill in as well, for trying."}


@action_rule(
    "D251",
    "Add an input for the placeholder, with “x-in” “path”, and list it in “required”; or take the placeholder out.",
    good={ACTION: {"request": {"path": "/things/{no}"}, "inputs": {"properties": {"thing_id": {"x-name": "no"}}}}},
    bad={ACTION: {"request": {"path": "/things/{thing}"}}},
)
def placeholders_are_inputs(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every placeholder of the path is a required path input, and every path input has a placeholder."""
    definition = action.definition
    placeholders = definition.request.placeholders
    names = {}
    for node in action.top("inputs"):
        if node.field.x_in == "path":
            names[node.field.x_name or node.name] = node
    for name in placeholders:
        if name not in names:
            yield "/request/path", f"The placeholder {{{name[:80]}}} has no path input."
        elif names[name].name not in definition.inputs.required:
            yield names[name].place, f"The path cannot be made without {names[name].name}, but it is not required."
    for name, node in names.items():
        if name not in placeholders:
            yield node.place, f"The path has no placeholder {{{name[:80]}}} for this input."
    if action.definition.request.path.count("{") != len(placeholders):
        yield "/request/path", "The path has a brace without its other half."


@action_rule(
    "D252",
    "Take “x-in” out; only an input at the top has one, fields of rows travel with their list.",
    good={ACTION: {"inputs": {"properties": {"other": {**_INPUT, "x-in": "header"}}}}},
    bad={ACTION: {"outputs": {"properties": {"name": {"x-in": "body"}}}}},
)
def only_inputs_travel(action: ActionView) -> Iterator[tuple[str, str]]:
    """Only an input at the top says where it travels."""
    for node in action.nodes("inputs"):
        if node.depth and node.parent is not None and node.written.x_in is not None:
            yield f"{node.place}/x-in", "A field of a row travels with its list."
    for node in action.nodes("outputs"):
        if node.written.x_in is not None:
            yield f"{node.place}/x-in", "An output travels nowhere."


@action_rule(
    "D253",
    "Use “x-pointer” in the body and “x-name” elsewhere; a single pointer, since an input goes to one place.",
    good={ACTION: {"inputs": {"properties": {"other": {**_INPUT, "x-name": "o"}}}}},
    bad={ACTION: {"inputs": {"properties": {"other": {**_INPUT, "x-pointer": "/o"}}}}},
)
def places_are_of_their_kind(action: ActionView) -> Iterator[tuple[str, str]]:
    """Only what travels in the body has a pointer, exactly one; only what travels elsewhere has a name there."""
    for node in action.nodes("inputs"):
        if isinstance(node.written.x_pointer, list):
            yield f"{node.place}/x-pointer", "An input goes to one place, not to several."
        if node.depth:
            continue
        if node.field.x_in != "body" and node.field.x_pointer is not None:
            yield node.place, f"“{node.name}” travels outside the body, where “x-pointer” means nothing."
        if node.field.x_in == "body" and node.field.x_name is not None:
            yield node.place, f"“{node.name}” travels in the body, where “x-name” means nothing."
        if node.field.x_in == "body" and action.definition.request.method == "GET":
            yield node.place, f"“{node.name}” travels in the body, but a GET request has none."


@action_rule(
    "D254",
    "Give each input a name of its own on the wire.",
    good={ACTION: {"inputs": {"properties": {"other": _INPUT, "third": {**_INPUT, "title": "Third"}}}}},
    bad={ACTION: {"inputs": {"properties": {"other": _INPUT, "third": {**_INPUT, "x-name": "other"}}}}},
)
def wire_names_are_unique(action: ActionView) -> Iterator[tuple[str, str]]:
    """No two inputs travel under the same name in the path, the query or the headers; a list repeats its name."""
    owners: dict[tuple[str, str], str] = {}
    for node in action.top("inputs"):
        where, name = node.field.x_in, node.field.x_name or node.name
        if where in {None, "body"} or (where == "query" and node.field.items is not None):
            continue
        spelt = (str(where), name.lower() if where == "header" else name)
        if owners.setdefault(spelt, node.name) != node.name:
            yield node.place, f"“{owners[spelt]}” travels as {name} in the {where} already."


@action_rule(
    "D255",
    "Choose another name for the alias.",
    good={ACTION: {"inputs": {"properties": {"thing_id": {"x-aliases": ["id"]}}}}},
    bad={ACTION: {"inputs": {"properties": {"thing_id": {"x-aliases": ["other"]}, "other": _INPUT}}}},
)
def aliases_are_free(action: ActionView) -> Iterator[tuple[str, str]]:
    """An alias is no other input's name or alias."""
    owners: dict[str, set[str]] = defaultdict(set)
    for node in action.top("inputs"):
        for name in (node.name, *node.field.x_aliases):
            owners[name].add(node.name)
    for node in action.top("inputs"):
        for name in node.field.x_aliases:
            others = sorted(owners[name] - {node.name})
            if others:
                yield f"{node.place}/x-aliases", f"“{name[:80]}” means the input “{others[0]}” already."


@action_rule(
    "D256",
    "Move the important inputs before the advanced ones.",
    good={ACTION: {"inputs": {"properties": {"other": {**_INPUT, "x-ms-visibility": "advanced"}}}}},
    bad={
        ACTION: {
            "inputs": {
                "properties": {
                    "thing_id": {"x-ms-visibility": "advanced"},
                    "other": {**_INPUT, "x-ms-visibility": "important"},
                }
            }
        }
    },
)
def important_inputs_come_first(action: ActionView) -> Iterator[tuple[str, str]]:
    """On the form, no important input stands after an advanced one."""
    advanced = None
    for node in action.top("inputs"):
        if node.field.x_ms_visibility == "advanced":
            advanced = advanced or node.name
        elif node.field.x_ms_visibility == "important" and advanced is not None:
            yield node.place, f"“{node.name}” is important, but stands after the advanced “{advanced}”."
