"""The node types in Node-RED's form: a script for the runtime, and an HTML page for the editor."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from connector.catalogue.action import Action
from connector.definition.field import FieldSchema
from connector.export.node_red import forms, sidebar
from connector.export.node_red.package_names import PackageNames
from connector.export.selection import ExportSelection
from connector.export.templates import filled

_PALE = 0.62
"""The share of white in a node's colour: Node-RED writes on it in black."""


def connection(selection: ExportSelection, names: PackageNames) -> dict[str, bytes]:
    """The config node."""
    manifest = selection.bundle.manifest
    fields = manifest.connection.properties
    page = filled(
        Path(__file__).with_name("connection.html"),
        type=names.connection,
        title=_js(manifest.title),
        credentials=_js({name: {"type": _credential(field)} for name, field in fields.items()}),
        rows="\n".join(_credential_row(name, field) for name, field in fields.items()),
        base_url=manifest.base_url,
        help=sidebar.connection_help(manifest.title, fields, manifest.base_url),
    )
    return {
        "nodes/connection.js": _script("registerConnection(RED)"),
        "nodes/connection.html": page.encode(),
    }


def group(selection: ExportSelection, names: PackageNames, key: str) -> dict[str, bytes]:
    """The node of a group.

    Raises:
        ExportError: No control can take the types of an input.
    """
    manifest = selection.bundle.manifest
    actions: list[Action] = [action for action in selection.actions if action.group == key]
    about = manifest.groups[key]
    page = filled(
        Path(__file__).with_name("group.html"),
        package=names.package,
        type=names.groups[key],
        connection=names.connection,
        category=_js(manifest.title),
        color=_js(pale(manifest.brand_color)),
        icon=_js(f"{key}.svg"),
        title=_js(f"{manifest.title} {about.title}"),
        form=_js(forms.form(actions, frozenset(action.operation_id for action in selection.actions))),
        help=sidebar.group_help(about.title, about.description, actions),
    )
    return {f"nodes/{key}.js": _script(f"registerGroup(RED, {_js(key)})"), f"nodes/{key}.html": page.encode()}


def pale(color: str) -> str:
    """A colour mixed with white."""
    parts = [int(part, 16) for part in re.findall("[0-9a-f]{2}", color)]
    return "#" + "".join(f"{round(part + (255 - part) * _PALE):02X}" for part in parts)


def _script(call: str) -> bytes:
    return f"'use strict';\n\nmodule.exports = (RED) => require('../lib/nodes').{call};\n".encode()


def _js(value: Any) -> str:
    """A value as a JavaScript literal that cannot end the script element around it."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _credential(field: FieldSchema) -> str:
    return "password" if field.write_only else "text"


def _credential_row(name: str, field: FieldSchema) -> str:
    title = sidebar.text(field.title or name)
    return (
        f'  <div class="form-row">\n    <label for="node-config-input-{name}">{title}</label>\n'
        f'    <input type="{_credential(field)}" id="node-config-input-{name}">\n  </div>'
    )
