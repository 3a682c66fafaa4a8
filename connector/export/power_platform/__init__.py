"""`power-platform`: a custom connector package for Power Automate, Power Apps and Logic Apps.

The package says what travels on the wire; no code of ours runs in the cloud. Operation ids, paths and keys are those
of the documented connector wherever the service reads that place; `readme.md` lists the others, and everything that
only the runtime here can do. The warnings that Microsoft's rules leave are explained in
`docs/power-platform-warnings.md`.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from connector.definition.service import Publication
from connector.export import ExportError, Selection
from connector.export.icon_files import icon_bytes
from connector.export.power_platform import properties
from connector.export.power_platform.choices import Choices
from connector.export.power_platform.operations import Operation, operation_of
from connector.export.power_platform.readme import readme
from connector.export.power_platform.sharing import share_parameters, share_schemas
from connector.export.vocabulary import require_known

Json = dict[str, Any]

LARGEST = 1024 * 1024
"""Bytes that the platform takes (certification: submission requirements, 3d)."""


def files(selection: Selection) -> dict[str, bytes]:
    """The five files of the package.

    Raises:
        ExportError: The connector says nothing about its publication, a definition says what Swagger 2.0 cannot, or
            the package is larger than the platform takes.
    """
    bundle = selection.bundle
    publication = bundle.manifest.publication
    if publication is None:
        raise ExportError("The connector folder does not say under “publication” who publishes it and how.")
    for action in selection.actions:
        require_known(action)
    choices = Choices(selection.actions)
    operations = [operation_of(action, bundle, choices) for action in selection.actions]
    text = readme(bundle, operations)
    definition = _text(_swagger(selection, publication, operations))
    if len(definition) > LARGEST:
        raise ExportError(f"The definition is {len(definition)} bytes, more than the platform takes: choose groups.")
    icon = publication.icon or str(PurePosixPath(bundle.manifest.icon).with_suffix(".png"))
    return {
        "apiDefinition.swagger.json": definition,
        "apiProperties.json": _text(properties.api_properties(bundle, publication)),
        "icon.png": icon_bytes(bundle, icon),
        "readme.md": text.encode(),
        "settings.json": _text(properties.settings()),
    }


def _swagger(selection: Selection, publication: Publication, operations: list[Operation]) -> Json:
    manifest = selection.bundle.manifest
    address = urlsplit(manifest.base_url)
    drawn = [operation.swagger for operation in operations]
    parameters = share_parameters(drawn)
    schemas = share_schemas(drawn)
    schemes, required = properties.security(selection.bundle)
    paths: Json = {}
    for operation in operations:
        request = operation.action.definition.request
        paths.setdefault(request.path, {})[request.method.lower()] = operation.swagger
    metadata = {
        "Website": manifest.website,
        "Privacy policy": publication.privacy_policy,
        "Categories": ";".join(publication.categories),
    }
    return {
        "swagger": "2.0",
        "info": {
            "title": manifest.title,
            "description": manifest.description,
            "version": manifest.version,
            "contact": publication.contact.model_dump(),
        },
        "host": address.netloc,
        "basePath": address.path or "/",
        "schemes": [address.scheme],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "definitions": schemas,
        "parameters": parameters,
        "securityDefinitions": schemes,
        "security": required,
        "x-ms-connector-metadata": [{"propertyName": name, "propertyValue": value} for name, value in metadata.items()],
    }


def _text(value: Json) -> bytes:
    # Microsoft's style asks for four spaces; with two, the definition stays below the 500,000 characters that a
    # solution takes, which matters more.
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
