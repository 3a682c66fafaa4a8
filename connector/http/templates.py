"""What the templates of a connector and an action make of a request: base URL, path, query, headers.

The values of inputs and of the connection are put in here; its secrets are not, see `connector.connections.auth`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from connector.connections.endpoint import Endpoint, fill_base_url, path_segment
from connector.definition import templates
from connector.definition.action import ActionDefinition
from connector.errors import AuthorizationError, Problem
from connector.http.parameters import Parameters
from connector.http.value_text import path_text, text_of
from connector.validation.messages import Subject, sentence


def base_url_of(definition: ActionDefinition, inputs: Mapping[str, Any], endpoint: Endpoint) -> str:
    """The base URL of an action's requests.

    Raises:
        AuthorizationError: The template does not make one.
    """
    template = endpoint.template(definition.request)
    return fill_base_url(template, _values(inputs, endpoint), allow_insecure=endpoint.allow_insecure)


def url_of(definition: ActionDefinition, inputs: Mapping[str, Any], endpoint: Endpoint) -> str:
    """The URL without its query.

    Raises:
        AuthorizationError: The base URL of the action's template is not one.
        ValueError: A value in the path is `.` or `..`.
    """
    parameters = definition.inputs.compiled(Parameters).path
    in_path = {wire_name: path_text(field, inputs[name]) for name, wire_name, field in parameters if name in inputs}
    value_of = _values({}, endpoint)

    def segment(name: str) -> str:
        if name in in_path:
            return in_path[name]
        value = value_of(name)
        return value if value == f"{{{name}}}" else path_segment(value)

    return base_url_of(definition, inputs, endpoint) + templates.fill(definition.request.path, segment)


def query_of(definition: ActionDefinition, inputs: Mapping[str, Any], endpoint: Endpoint) -> list[str]:
    """The pairs that the templates put into the query, encoded."""
    pairs = {**endpoint.query, **definition.request.query}
    return [f"{quote(name, safe='')}={_encoded(parts)}" for name, parts in _filled(pairs, inputs, endpoint)]


def headers_of(
    definition: ActionDefinition, inputs: Mapping[str, Any], endpoint: Endpoint
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The headers that the templates make, and those with secrets: texts with names of secrets between them."""
    filled = dict(_filled(merged(endpoint.headers, definition.request.headers), inputs, endpoint))
    plain = {name: "".join(parts) for name, parts in filled.items() if len(parts) == 1}
    return plain, {name: parts for name, parts in filled.items() if len(parts) > 1}


def merged(headers: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Both; of headers with the same name, however it is written, the second."""
    if not more:
        return dict(headers)
    names = {name.lower() for name in more}
    return {name: value for name, value in headers.items() if name.lower() not in names} | dict(more)


def template_problems(definition: ActionDefinition, inputs: Mapping[str, Any]) -> list[Problem]:
    """The inputs that cannot be part of the base URL or of a header of the action."""
    found: list[Problem] = []
    request = definition.request
    if not request.headers and request.base_url is None:
        return found
    for name in templates.input_names(*request.headers.values()):
        text = text_of(inputs.get(name, ""))
        if not all(" " <= char <= "~" for char in text):
            found.append(sentence("header", Subject(name, definition.input(name).title or name), None, None))
    for name in templates.input_names(request.base_url or ""):
        if name not in inputs:
            continue
        try:
            fill_base_url(request.base_url or "", _values({name: inputs[name]}, Endpoint("")))
        except AuthorizationError as error:
            found.append(Problem(name, "host", f"{definition.input(name).title or name}: {error.message}", error.hint))
    return found


def _values(inputs: Mapping[str, Any], endpoint: Endpoint) -> Callable[[str], str]:
    """The values of names in a template; one that is not known stays in braces."""

    def value_of(name: str) -> str:
        if name.startswith("connection."):
            return endpoint.value_of(name)
        return text_of(inputs[name]) if name in inputs else f"{{{name}}}"

    return value_of


def _filled(
    pairs: Mapping[str, str], inputs: Mapping[str, Any], endpoint: Endpoint
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The pairs of which every value is there: texts, with the names of secrets between them."""
    for key, template in pairs.items():
        texts = [""]
        for place, piece in enumerate(templates.split(template)):
            field = next(iter(templates.connection_fields(f"{{{piece}}}")), None) if place % 2 else None
            if place % 2 == 0:
                texts[-1] += piece
            elif field in endpoint.secrets:
                texts += [field, ""]
            else:
                value = endpoint.values.get(field, "") if field is not None else inputs.get(piece)
                if value is None or value == "":
                    break
                texts[-1] += text_of(value)
        else:
            yield key, tuple(texts)


def _encoded(parts: tuple[str, ...]) -> str:
    """Texts with names of secrets between them, as a value in a query."""
    pieces = (templates.placeholder(part) if at % 2 else quote(part, safe="") for at, part in enumerate(parts))
    return "".join(pieces)
