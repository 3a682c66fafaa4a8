"""`apiProperties.json` and `settings.json`: the connection, the policies, and what the command-line tool reads."""

from __future__ import annotations

import re
from typing import Any

from connector.catalogue.loader import Bundle
from connector.definition.field import FieldSchema
from connector.definition.service import Publication
from connector.export import ExportError

Json = dict[str, Any]

_TYPES = {"string": "string", "integer": "int", "boolean": "bool"}


def brand_color(bundle: Bundle, publication: Publication) -> str:
    """The ground of the icon: the catalogue's, else the connector's own."""
    return publication.brand_color or bundle.manifest.brand_color


def api_properties(bundle: Bundle, publication: Publication) -> Json:
    """The content of `apiProperties.json`.

    Raises:
        ExportError: A connection field is of a type that a connection cannot have.
    """
    connection = bundle.manifest.connection
    boxes = {
        name: _connection_parameter(bundle, name, box, required=name in connection.required)
        for name, box in connection.properties.items()
    }
    return {
        "properties": {
            "connectionParameters": boxes,
            "iconBrandColor": brand_color(bundle, publication),
            "capabilities": ["actions"],
            "publisher": bundle.manifest.publisher,
            "stackOwner": bundle.manifest.title,
            "policyTemplateInstances": [_authorization(bundle)],
        }
    }


def credential_text(bundle: Bundle, box: FieldSchema) -> str:
    """What a connection field is for, without what is said there of prefixes: here they must not be pasted."""
    prefixes = [prefix.strip() for prefix in bundle.manifest.authorization.strip]
    sentences = re.split(r"(?<=[.!?])\s+", box.description or "")
    kept = [sentence for sentence in sentences if not any(prefix in sentence for prefix in prefixes)]
    if box.write_only and prefixes:
        kept.append(f"Paste it alone, without “{prefixes[0]}” before it: the package adds that.")
    return " ".join(kept)


def security(bundle: Bundle) -> tuple[Json, list[Json]]:
    """`securityDefinitions` and `security`: a secret in a header, which the policy then completes."""
    secrets = [name for name, box in bundle.manifest.connection.properties.items() if box.write_only]
    if len(secrets) != 1:
        raise ExportError(
            "The power-platform export takes one secret per connection, and this connector has another number."
        )
    scheme = {"type": "apiKey", "in": "header", "name": bundle.manifest.authorization.header}
    return {secrets[0]: scheme}, [{secrets[0]: []}]


def settings() -> Json:
    """The content of `settings.json`; the connector's and the environment's ids are added when it is uploaded."""
    return {
        "apiProperties": "apiProperties.json",
        "apiDefinition": "apiDefinition.swagger.json",
        "icon": "icon.png",
        "powerAppsUrl": "https://api.powerapps.com",
        "powerAppsApiVersion": "2016-11-01",
    }


def _connection_parameter(bundle: Bundle, name: str, box: FieldSchema, *, required: bool) -> Json:
    kinds = [kind for kind in box.types if kind != "null"]
    if len(kinds) != 1 or kinds[0] not in _TYPES:
        raise ExportError(f"The connection field “{name}” is of a type that the power-platform export cannot express.")
    title = box.title or name
    return {
        "type": "securestring" if box.write_only else _TYPES[kinds[0]],
        "uiDefinition": {
            "displayName": title,
            "description": credential_text(bundle, box),
            "tooltip": f"Provide {title}.",
            "constraints": {"tabIndex": 2, "clearText": not box.write_only, "required": str(required).lower()},
        },
    }


def _authorization(bundle: Bundle) -> Json:
    """The policy that makes the header of the bare secret, so that nobody has to type the prefix."""
    authorization = bundle.manifest.authorization
    value = re.sub(r"{(\w+)}", r"@connectionParameters('\1')", authorization.template)
    return {
        "templateId": "setheader",
        "title": f"Set {authorization.header}",
        "parameters": {
            "x-ms-apimTemplateParameter.name": authorization.header,
            "x-ms-apimTemplateParameter.value": value,
            "x-ms-apimTemplateParameter.existsAction": "override",
            "x-ms-apimTemplate-policySection": "Request",
            "x-ms-apimTemplate-operationName": [],
        },
    }
