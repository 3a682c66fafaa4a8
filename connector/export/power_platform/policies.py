"""The policies of the package: what the templates of the connector and its actions become in the cloud.

A policy is applied whether or not its values are filled in, so a header or parameter without a value is sent empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.catalogue.action import Action
from connector.definition import templates
from connector.definition.action import ActionDefinition
from connector.export.errors import cannot_export
from connector.export.power_platform.sign_in import SignIn
from connector.export.selection import ExportSelection

Json = dict[str, Any]

_WITH_SECTION = ("setheader", "setqueryparameter")
"""Templates that take the section of the policy; the schema of `apiProperties.json` refuses it in the others."""


def policies(selection: ExportSelection, sign_in: SignIn) -> list[Json]:
    """The policies of all operations, then those of one each, then those that send the secrets.

    Raises:
        ExportError: A template of an action names an input where a policy cannot read it.
    """
    manifest = selection.manifest
    found: list[Json] = []
    if templates.names(manifest.base_url):
        found.append(_policy("dynamichosturl", "Set the host", {"urlTemplate": sign_in.expression(manifest.base_url)}))
    found += _pairs(manifest.headers, manifest.query, sign_in, [])
    for action in selection.actions:
        found += _of_action(action, sign_in)
    sent = sign_in.by_policy
    return found + list(_pairs(sent.headers, sent.query, sign_in, []))


def direct_place(definition: ActionDefinition, name: str) -> tuple[str, str] | None:
    """The header or parameter whose whole template is this input: the package sends the input there itself."""
    for place, pairs in (("header", definition.request.headers), ("query", definition.request.query)):
        for key, template in pairs.items():
            if template == f"{{{name}}}":
                return key, place
    return None


def swagger_path(definition: ActionDefinition) -> str:
    """The path of an operation; a policy replaces one that has a field of the connection in it."""
    return templates.fill_connection(definition.request.path, lambda field: field)


def _of_action(action: Action, sign_in: SignIn) -> Iterator[Json]:
    request, only = action.definition.request, [action.operation_id]
    if request.base_url is not None:
        if names := templates.input_names(request.base_url):
            raise cannot_export(action, f"“request.baseUrl” names the input “{names[0]}”, which a policy cannot read")
        url = sign_in.expression(request.base_url)
        yield _policy("dynamichosturl", f"Set the host of {action.summary}", {"urlTemplate": url}, only)
    if templates.connection_fields(request.path):
        route = {"newPath": sign_in.expression(request.path), "httpMethod": "@Request.OriginalHTTPMethod"}
        yield _policy("routerequesttoendpoint", f"Set the path of {action.summary}", route, only)
    pairs: list[dict[str, str]] = []
    for keyword, written in (("headers", request.headers), ("query", request.query)):
        kept = {key: template for key, template in written.items() if not _is_input(template)}
        for key, template in kept.items():
            if names := templates.input_names(template):
                reason = f"“request.{keyword}” puts the input “{names[0]}” into a longer text (“{key}”)"
                raise cannot_export(action, f"{reason}, which a policy cannot do")
        pairs.append(kept)
    yield from _pairs(pairs[0], pairs[1], sign_in, only)


def _is_input(template: str) -> bool:
    return len(templates.input_names(template)) == 1 and template == f"{{{templates.input_names(template)[0]}}}"


def _pairs(headers: dict[str, str], query: dict[str, str], sign_in: SignIn, only: list[str]) -> Iterator[Json]:
    for template_id, noun, pairs in (("setheader", "header", headers), ("setqueryparameter", "parameter", query)):
        for name, template in pairs.items():
            title = f"Set {name}" if noun == "header" else f"Set the parameter {name}"
            values = {"name": name, "value": sign_in.expression(template), "existsAction": "override"}
            yield _policy(template_id, title, values, only)


def _policy(template_id: str, title: str, values: dict[str, str], only: list[str] | None = None) -> Json:
    parameters: Json = {f"x-ms-apimTemplateParameter.{name}": value for name, value in values.items()}
    if template_id in _WITH_SECTION:
        parameters["x-ms-apimTemplate-policySection"] = "Request"
    return {
        "templateId": template_id,
        "title": title,
        "parameters": {**parameters, "x-ms-apimTemplate-operationName": only or []},
    }
