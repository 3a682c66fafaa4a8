"""`power-platform`: a custom connector package for Power Automate, Power Apps and Logic Apps.

The cloud calls the service as the package describes it; no code of the connector runs there. Operation ids, paths and
keys are those of the documented connector wherever the service reads that place. `readme.md` lists the exceptions, and
everything that only the connector's own runtime does. `docs/power-platform-warnings.md` explains the warnings that
remain under Microsoft's rules. All files but the icon are ASCII, because `paconn` on Windows reads them as cp1252.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from connector.definition.service import Publication
from connector.definition.templates import fill_connection
from connector.export.errors import ExportError
from connector.export.icons import png_icon
from connector.export.json_files import dense_json_bytes, json_bytes
from connector.export.power_platform import api_properties
from connector.export.power_platform.dynamic_values import DynamicChoices
from connector.export.power_platform.operations import Operation, operation_of
from connector.export.power_platform.policies import swagger_path
from connector.export.power_platform.readme import readme
from connector.export.power_platform.shared_definitions import share_parameters, share_schemas
from connector.export.power_platform.sign_in import sign_in
from connector.export.selection import ExportSelection

Json = dict[str, Any]

MAX_BYTES = 1024 * 1024
"""Bytes of a definition that the platform accepts (certification: submission requirements, 3d)."""


def files(selection: ExportSelection) -> dict[str, bytes]:
    """The five files of the package.

    Raises:
        ExportError: `connector.json` says not enough under `publication`, a definition cannot be expressed in Swagger
            2.0, or the package is too large for the platform.
    """
    publication = selection.required_publication
    choices = DynamicChoices(selection.actions)
    operations = [operation_of(action, selection.bundle, choices) for action in selection.actions]
    text = readme(selection, operations)
    # Microsoft's style guide asks for four spaces. With two, the definition stays below the 500,000 characters that a
    # solution accepts, which matters more.
    # A solution takes at most 500,000 characters, so each operation's parts are on one line.
    definition = dense_json_bytes(_swagger(selection, publication, operations), levels=4)
    if len(definition) > MAX_BYTES:
        raise ExportError(
            f"The definition has {len(definition):,} bytes; the platform accepts {MAX_BYTES:,}. Export fewer groups."
        )
    return {
        "apiDefinition.swagger.json": definition,
        "apiProperties.json": json_bytes(api_properties.api_properties(selection), ascii_only=True),
        "icon.png": png_icon(selection.bundle),
        "readme.md": text.encode("ascii", "xmlcharrefreplace"),
        "settings.json": json_bytes(api_properties.settings()),
    }


def _swagger(selection: ExportSelection, publication: Publication, operations: list[Operation]) -> Json:
    manifest = selection.manifest
    account = sign_in(manifest)
    base_url = urlsplit(_example_url(manifest.base_url))
    documents = [operation.swagger for operation in operations]
    parameters = share_parameters(documents)
    schemas = share_schemas(documents)
    paths: Json = {}
    for operation in operations:
        request = operation.action.definition.request
        paths.setdefault(swagger_path(operation.action.definition), {})[request.method.lower()] = operation.swagger
    metadata = {
        "Website": manifest.website or selection.required_publisher.url,
        "Privacy policy": publication.privacy_policy,
        "Categories": ";".join(publication.categories),
    }
    return {
        "swagger": "2.0",
        "info": {
            "title": manifest.title,
            "description": manifest.description,
            "version": manifest.version,
            "contact": selection.required_publisher.model_dump(),
        },
        "host": base_url.netloc,
        "basePath": base_url.path or "/",
        "schemes": [base_url.scheme],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "definitions": schemas,
        "parameters": parameters,
        **({"securityDefinitions": account.definitions} if account.definitions else {}),
        "security": account.required,
        "x-ms-connector-metadata": [{"propertyName": name, "propertyValue": value} for name, value in metadata.items()],
    }


def _example_url(template: str) -> str:
    """A base URL for a template; a policy replaces it with that of the connection."""
    whole = template.startswith("{")
    url = fill_connection(template, lambda field: re.sub(r"[^a-z0-9]+", "-", field.lower()).strip("-"))
    return f"https://{url}" if whole else url
