"""`package.json` of the Node-RED package."""

from __future__ import annotations

from typing import Any

from connector.export.node_red.package_names import PackageNames
from connector.export.selection import ExportSelection


def package_json(selection: ExportSelection, names: PackageNames) -> dict[str, Any]:
    """`package.json`; it names an author only if somebody publishes the connector."""
    manifest, publisher = selection.manifest, selection.publisher
    nodes = {names.connection: "nodes/connection.js"}
    nodes |= {kind: f"nodes/{group}.js" for group, kind in names.groups.items()}
    author = (
        {"author": publisher.model_dump(), "homepage": publisher.url, "bugs": {"email": publisher.email}}
        if publisher is not None
        else {}
    )
    return {
        "name": names.package,
        "version": manifest.version,
        "description": f"{manifest.title} actions for Node-RED. {manifest.description}",
        "license": "MIT",
        **author,
        "keywords": ["node-red", manifest.key],
        "engines": {"node": ">=20.3"},
        "node-red": {"version": ">=4.0.0", "nodes": nodes},
        "files": ["core", "definitions.json", "examples", "lib", "nodes", "resources"],
    }
