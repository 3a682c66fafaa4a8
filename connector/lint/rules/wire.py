"""Where inputs are sent: path, query, header or body, and the names under which they are accepted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from connector.definition.references import unknown_fields
from connector.definition.templates import fill, input_names
from connector.lint.folder_view import ActionView
from connector.lint.rule import action_rule
from connector.lint.sample_folder import ACTION, with_inputs, with_outputs

_INPUT = {"title": "Other", "description": "Another value, for testing."}


@action_rule(
    "D251",
    "Add a required input with “x-in”: “path” for the placeholder, or remove the placeholder.",
    good={ACTION: {"request": {"path": "/things/{no}"}, "inputs": {"properties": {"thing_id": {"x-name": "no"}}}}},
    bad={ACTION: {"request": {"path": "/things/{thing}"}}},
)
def placeholders_are_inputs(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every placeholder of the path is a required path input, and every path input has a placeholder.

    The URL cannot be built while a placeholder is empty.
    """
    definition = action.definition
    placeholders = definition.request.placeholders
    names = {}
    for node in action.top("inputs"):
        if node.field.x_in == "path":
            names[node.field.x_name or node.name] = node
    yield from (found for found in unknown_fields(definition) if found[0] == "/request/path")
    for name in placeholders:
        if name in names and names[name].name not in definition.inputs.required:
            yield names[name].place, f"“{names[name].name}” is part of the path, so it must be required."
    for name, node in names.items():
        if name not in placeholders:
            yield node.place, f"The path has no placeholder {{{name[:80]}}} for this input."
    if set("{}") & set(fill(action.definition.request.path, lambda _: "")):
        yield "/request/path", "The path has an unmatched brace."


@action_rule(
    "D252",
    "Remove “x-in”.",
    good=with_inputs(other={**_INPUT, "x-in": "header"}),
    bad=with_outputs(name={"x-in": "body"}),
)
def only_inputs_are_sent(action: ActionView) -> Iterator[tuple[str, str]]:
    """Only top-level inputs have “x-in”.

    It says where the value is sent; a field of a row is sent with its list.
    """
    for node in action.nodes("inputs"):
        if node.depth and node.parent is not None and node.written.x_in is not None:
            yield f"{node.place}/x-in", "A field of a row is sent with its list."
    for node in action.nodes("outputs"):
        if node.written.x_in is not None:
            yield f"{node.place}/x-in", "An output is not sent."


@action_rule(
    "D253",
    "Use one “x-pointer” for an input in the body, and “x-name” for any other.",
    good=with_inputs(other={**_INPUT, "x-name": "o"}),
    bad=with_inputs(other={**_INPUT, "x-pointer": "/o"}),
)
def places_are_of_their_kind(action: ActionView) -> Iterator[tuple[str, str]]:
    """“x-pointer” is used for inputs in the body, and “x-name” for all others.

    In the wrong place, neither keyword has an effect.
    """
    for node in action.nodes("inputs"):
        if isinstance(node.written.x_pointer, list):
            yield f"{node.place}/x-pointer", "An input can have only one “x-pointer”."
        if node.depth:
            continue
        if node.field.x_in == "template" and node.field.x_name is not None:
            yield node.place, f"“x-name” has no effect: a template names “{node.name}” itself."
        if node.field.x_in != "body" and node.field.x_pointer is not None:
            yield node.place, f"“x-pointer” has no effect: “{node.name}” is not sent in the body."
        if node.field.x_in == "body" and node.field.x_name is not None:
            yield node.place, f"“x-name” has no effect: “{node.name}” is sent in the body."
        method = action.definition.request.method
        article = "an" if method == "OPTIONS" else "a"
        if node.field.x_in == "body" and method in {"GET", "HEAD", "OPTIONS"}:
            yield node.place, f"“{node.name}” is sent in the body, but {article} {method} request has no body."


@action_rule(
    "D254",
    "Give each input a different “x-name”.",
    good=with_inputs(other=_INPUT, third={**_INPUT, "title": "Third"}),
    bad=with_inputs(other=_INPUT, third={**_INPUT, "x-name": "other"}),
)
def wire_names_are_unique(action: ActionView) -> Iterator[tuple[str, str]]:
    """No two inputs are sent under the same name in the path, the query or the headers.

    One of the two values would be lost. A list in the query may share its name.
    """
    owners: dict[tuple[str, str], str] = {}
    for node in action.top("inputs"):
        where, name = node.field.x_in, node.field.x_name or node.name
        if where in {None, "body", "template"} or (where == "query" and node.field.items is not None):
            continue
        spelled = (str(where), name.lower() if where == "header" else name)
        if owners.setdefault(spelled, node.name) != node.name:
            yield node.place, f"“{owners[spelled]}” is already sent as “{name}” in the {where}."


@action_rule(
    "D255",
    "Use another name for the alias.",
    good=with_inputs(thing_id={"x-aliases": ["id"]}),
    bad=with_inputs(thing_id={"x-aliases": ["other"]}, other=_INPUT),
)
def aliases_are_free(action: ActionView) -> Iterator[tuple[str, str]]:
    """An alias is not the name or alias of another input.

    A value under that name could be meant for either.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for node in action.top("inputs"):
        for name in (node.name, *node.field.x_aliases):
            owners[name].add(node.name)
    for node in action.top("inputs"):
        for name in node.field.x_aliases:
            others = sorted(owners[name] - {node.name})
            if others:
                yield f"{node.place}/x-aliases", f"“{name[:80]}” is already a name of the input “{others[0]}”."


@action_rule(
    "D256",
    "Move the important inputs above the advanced ones.",
    good=with_inputs(other={**_INPUT, "x-ms-visibility": "advanced"}),
    bad=with_inputs(thing_id={"x-ms-visibility": "advanced"}, other={**_INPUT, "x-ms-visibility": "important"}),
)
def important_inputs_come_first(action: ActionView) -> Iterator[tuple[str, str]]:
    """Important inputs come before advanced ones.

    Forms hide advanced inputs at the end.
    """
    advanced = None
    for node in action.top("inputs"):
        if node.field.x_ms_visibility == "advanced":
            advanced = advanced or node.name
        elif node.field.x_ms_visibility == "important" and advanced is not None:
            yield node.place, f"“{node.name}” is important, but comes after “{advanced}”, which is advanced."


@action_rule(
    "D257",
    "Correct the name, or remove “x-in”.",
    good={ACTION: {"request": {"headers": {"X-Other": "{other}"}}, "inputs": {"properties": {"other": _INPUT}}}},
    bad={ACTION: {"request": {"headers": {"X-Other": "{othr}"}}, "inputs": {"properties": {"other": _INPUT}}}},
)
def templates_name_inputs(action: ActionView) -> Iterator[tuple[str, str]]:
    """A template names inputs of the action, and an input whose “x-in” is “template” is named by one.

    The value would be sent nowhere.
    """
    places = {f"/request{place}" for place in action.definition.request.templates}
    yield from (found for found in unknown_fields(action.definition) if found[0] in places)
    named = input_names(*action.definition.request.templates.values())
    for node in action.top("inputs"):
        if node.field.x_in == "template" and node.name not in named:
            yield node.place, f"No template of the request names “{node.name}”."
