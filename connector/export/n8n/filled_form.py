"""The node with its form filled in: an action's inputs as the parameters that were drawn for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.catalogue.action import Action
from connector.definition.rules import Option
from connector.export.errors import ExportError
from connector.export.examples import own_inputs
from connector.export.literals import Notation, Variable, json_text, variables_in
from connector.export.n8n import style
from connector.export.n8n.expressions import fixed, option_value, without_braces
from connector.export.n8n.layout import empty_switch, parameter_name
from connector.export.n8n.node import NodeData
from connector.export.n8n.parameters import action_properties
from connector.export.n8n.selects import ANY, Select, selects_of

Json = dict[str, Any]


def parameters(node: NodeData, action: Action, inputs: Json, **more: Any) -> Json:
    """What the node's parameters hold for these inputs.

    Args:
        node: The node as it is exported.
        action: The action to run.
        inputs: Its inputs, under any name that it accepts; a secret may be a `Variable`.
        more: Parameters of the node itself, such as `returnAll`; `wholePage` is put where it belongs.

    Raises:
        ExportError: The form has no field for an input beside the others.
    """
    form = action_properties(node, action)
    own = own_inputs(action, inputs)
    chosen = _chosen(action, own)
    filled = _fields([field for field in form if is_shown(field, chosen)], own, chosen)
    if "wholePage" in more:
        filled.setdefault("additionalFields", {})["wholePage"] = more.pop("wholePage")
    return {"resource": style.camel(action.group), "operation": action.key, **chosen, **filled, **more}


def is_shown(field: Json, chosen: Json) -> bool:
    """Whether a parameter is shown under these values of the selects, as n8n decides it."""
    show = field.get("displayOptions", {}).get("show", {})
    return all(chosen.get(name.removeprefix("/")) in values for name, values in show.items() if name in _asked(chosen))


def _asked(chosen: Json) -> set[str]:
    return {*chosen, *(f"/{name}" for name in chosen)}


def _chosen(action: Action, inputs: Json) -> Json:
    """The option of every select that has all the inputs it decides about; “Depends on the Item” where none has."""
    chosen: Json = {}
    for select in selects_of(action):
        filled = {name for name in select.choice.names if name in inputs}
        fitting = [option.key for option in select.choice.options if filled <= set(option.fields)]
        default = next((option.key for option in select.choice.options if option.default), None)
        if fitting:
            chosen[select.parameter] = _best(select.choice.options, filled, fitting, default)
        elif not select.show:
            chosen[select.parameter] = ANY
        elif _is_offered(select, chosen):
            chosen[next(iter(select.show))] = ANY
    shown = [select.parameter for select in selects_of(action) if _is_offered(select, chosen)]
    return {parameter: chosen[parameter] for parameter in shown if parameter in chosen}


def _is_offered(select: Select, chosen: Json) -> bool:
    return all(chosen.get(name) in values for name, values in select.show.items())


def _best(options: Sequence[Option], filled: set[str], fitting: list[str], default: str | None) -> str:
    """Of the options that have all that is filled in, one that has what it asks for; the default first."""
    complete = [
        option.key
        for option in options
        if option.key in fitting and filled and any(set(names) <= filled for names in option.asked)
    ]
    return next(
        iter(
            [key for key in complete if key == default]
            + complete
            + [key for key in fitting if key == default]
            + fitting
        )
    )


def _fields(form: list[Json], values: Json, chosen: Json) -> Json:
    by_parameter = {parameter_name(name): value for name, value in values.items()}
    switches = [field["name"] for field in form if field["type"] == "boolean"]
    emptied = [name for name, value in by_parameter.items() if value in ([], "") and empty_switch(name) in switches]
    for name in emptied:
        del by_parameter[name]
    filled = {empty_switch(name): True for name in emptied} | {
        field["name"]: _value(field, by_parameter.pop(field["name"])) for field in form if field["name"] in by_parameter
    }
    for field in form:
        if field["type"] == "collection" and field["name"] == "additionalFields":
            inner = {option["name"]: option for option in field["options"] if is_shown(option, chosen)}
            additional = {
                name: _value(inner[name], by_parameter.pop(name)) for name in list(by_parameter) if name in inner
            }
            filled |= {"additionalFields": additional} if additional else {}
    if by_parameter:
        raise ExportError(f"The form of n8n does not show {', '.join(sorted(by_parameter))} beside the other inputs.")
    return filled


def _value(field: Json, value: Any) -> Any:
    kind = field["type"]
    if kind == "fixedCollection":
        inner = field["options"][0]["values"]
        if isinstance(value, list):
            return {"rows": [_fields(inner, row, {}) for row in value]}
        return {"rows": _fields(inner, value, {})}
    if kind == "json":
        # The braces of an expression would be evaluated inside one.
        return f"={_EXPRESSION_JSON.line(value)}" if variables_in(value) else _JSON.line(value)
    if kind == "resourceLocator":
        return {"__rl": True, "mode": "id", "value": _text(value)}
    write = option_value if kind in {"options", "multiOptions"} else _text
    several = kind == "multiOptions" or field.get("typeOptions", {}).get("multipleValues")
    if isinstance(value, dict) or (isinstance(value, list) and not several):
        # n8n would look for expressions in its texts.
        return f"={{{{ JSON.parse({without_braces(json_text(_JSON.line(value)))}) }}}}"
    return [write(item) for item in value] if isinstance(value, list) else write(value)


def _text(value: Any) -> Any:
    if isinstance(value, Variable):
        return f"={{{{ $env.{value.name} }}}}"
    return fixed(value)


_JSON = Notation(lambda variable: variable.name)
_EXPRESSION_JSON = Notation(
    lambda variable: f"{{{{ JSON.stringify($env.{variable.name}) }}}}", lambda text: without_braces(json_text(text))
)
