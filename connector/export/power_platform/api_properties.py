"""`apiProperties.json` and `settings.json`: the connection, the policies, and the settings of `paconn`."""

from __future__ import annotations

import re
from typing import Any

from connector.catalogue.loader import Bundle
from connector.definition.field import FieldSchema
from connector.export.errors import ExportError
from connector.export.power_platform.policies import policies
from connector.export.power_platform.sign_in import sign_in
from connector.export.selection import ExportSelection

Json = dict[str, Any]

_TYPES = {"string": "string", "integer": "int", "boolean": "bool"}


def api_properties(selection: ExportSelection) -> Json:
    """The content of `apiProperties.json`.

    Raises:
        ExportError: A connection field has a type that a connection parameter cannot have, or nobody publishes the
            connector.
    """
    manifest, account = selection.manifest, sign_in(selection.manifest)
    parameters = {
        account.name(name): _connection_parameter(
            selection.bundle, name, field, required=name in manifest.connection.required
        )
        for name, field in manifest.connection.properties.items()
    }
    return {
        "properties": {
            **({"connectionParameters": parameters} if parameters else {}),
            "iconBrandColor": selection.required_publication.brand_color or manifest.brand_color,
            "capabilities": ["actions"],
            "publisher": selection.required_publisher.name,
            "stackOwner": manifest.title,
            "policyTemplateInstances": policies(selection, account),
        }
    }


def credential_text(bundle: Bundle, field: FieldSchema) -> str:
    """The description of a connection field, without its sentences about prefixes: the package adds the prefix."""
    prefixes = [prefix.strip() for prefix in bundle.manifest.authorization.strip]
    sentences = re.split(r"(?<=[.!?])\s+", field.description or "")
    kept = [each for each in sentences if each and not any(prefix in each for prefix in prefixes)]
    if field.write_only and prefixes:
        kept.append(f"Enter it without “{prefixes[0]}”, which is added for you.")
    return " ".join(kept)


def settings() -> Json:
    """The content of `settings.json`; `paconn` adds the ids of the connector and the environment."""
    return {
        "apiProperties": "apiProperties.json",
        "apiDefinition": "apiDefinition.swagger.json",
        "icon": "icon.png",
        "powerAppsUrl": "https://api.powerapps.com",
        "powerAppsApiVersion": "2016-11-01",
    }


def _connection_parameter(bundle: Bundle, name: str, field: FieldSchema, *, required: bool) -> Json:
    types = [kind for kind in field.types if kind != "null"]
    if len(types) != 1 or types[0] not in _TYPES:
        raise ExportError(
            f"The connection field “{name}” must be a string, an integer or a boolean for the Power Platform."
        )
    title = field.title or name
    return {
        "type": "securestring" if field.write_only else _TYPES[types[0]],
        "uiDefinition": {
            "displayName": title,
            "description": credential_text(bundle, field),
            "tooltip": f"Provide {title}.",
            "constraints": {"tabIndex": 2, "clearText": not field.write_only, "required": str(required).lower()},
        },
    }
