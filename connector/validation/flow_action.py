"""An action of a Power Automate flow that was pasted whole, as “Peek code” shows it, and what only a flow understands.

A pasted action is an object with `inputs`, or its content: a `host` and the `parameters`. In a flow, expressions
are evaluated before a connector sees them; here they are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connector.definition.action import BodyDefault
from connector.validation.rules import among

_EXPRESSION = re.compile(r"(?<!@)@\{[^}]*\}|^@[A-Za-z]\w*\(.*\)", re.ASCII | re.DOTALL)
"""`@{...}` in a text, or a text that is one `@function(...)`; a flow writes a plain `@` as `@@`."""


def parameters_of(names: Mapping[str, str], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters of a pasted action, or what was passed itself; `names` are the accepted names of inputs."""
    pasted = _pasted(names, given)
    return given if pasted is None else _parameters_in(pasted)


def with_inputs(names: Mapping[str, str], given: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Both together, `more` among the parameters of a pasted action. It counts under whichever name of an input."""
    meant = {names.get(name, name) for name in more}
    kept = {name: value for name, value in parameters_of(names, given).items() if names.get(name, name) not in meant}
    pasted = _pasted(names, given)
    return {**kept, **more} if pasted is None else {"inputs": {**pasted, "parameters": {**kept, **more}}}


def is_from_flow(names: Mapping[str, str], given: Mapping[str, Any]) -> bool:
    """Whether the inputs were copied from a flow: an action pasted whole, or keys such as `body/message/title`."""
    return _pasted(names, given) is not None or any("/" in key and key in names for key in given)


def is_expression(value: Any) -> bool:
    """Whether a value is a text that a flow would have evaluated."""
    return isinstance(value, str) and "@" in value and _EXPRESSION.search(value) is not None


def holds_expression(value: Any) -> bool:
    """Whether there is an expression anywhere in a value."""
    if isinstance(value, str):
        return is_expression(value)
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return False
    return any(map(holds_expression, value))


def is_body_default(defaults: Sequence[BodyDefault], parameters: Mapping[str, Any], key: str) -> bool:
    """Whether a parameter of a flow says only what the runtime fills in by itself, such as a version."""
    place, _, name = key.rpartition("/")
    here = [default for default in defaults if f"body{default.at}" == place]
    constants = [default.set_values[name] for default in here if name in default.set_values]
    sources = [f"body{default.copy_values[name]}" for default in here if name in default.copy_values]
    same_in = [*constants, *(parameters[source] for source in sources if source in parameters)]
    return among(parameters[key], same_in)


def _pasted(names: Mapping[str, str], given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if "inputs" not in given and "host" not in given:
        return None
    if "inputs" in names or "host" in names or "parameters" in names:
        return None
    pasted = given.get("inputs", given)
    is_action = isinstance(pasted, Mapping) and isinstance(pasted.get("host"), Mapping)
    return pasted if is_action and isinstance(_parameters_in(pasted), Mapping) else None


def _parameters_in(pasted: Mapping[str, Any]) -> Any:
    parameters = pasted.get("parameters")
    return {} if parameters is None else parameters
