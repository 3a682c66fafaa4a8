"""The node types in Node-RED's form: a script for the runtime, and an HTML page for the editor."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from connector.definition.field import FieldSchema
from connector.definition.service import ConnectorDefinition
from connector.export.errors import ExportError
from connector.export.node_red import forms, sidebar
from connector.export.node_red.package_names import PackageNames
from connector.export.selection import ExportSelection
from connector.export.templates import filled

_KIND_SCRIPT = """
  oneditprepare() {
    const kind = $('#node-config-input-kind');
    const isShown = (row) => $(row).data('kinds').split(' ').includes(kind.val());
    const show = () => $('[data-kinds]').each((_, row) => $(row).toggle(isShown(row)));
    kind.on('change', show);
    show();
  },"""
"""Shows the fields of the kind of connection that is chosen."""
_OWN_FIELDS = frozenset({"name", "kind", "baseUrl", "allowInsecure"})
"""The fields of the config node that are not those of the connection."""
_PALE = 0.62
"""The share of white in a node's colour: Node-RED writes on it in black."""


def connection(selection: ExportSelection, names: PackageNames) -> dict[str, bytes]:
    """The config node."""
    manifest = selection.bundle.manifest
    fields = manifest.connection.properties
    for name in _OWN_FIELDS.intersection(fields):
        raise ExportError(f"The connection field “{name}” cannot be exported: the Node-RED node has one of this name.")
    for name in fields:
        if not re.fullmatch(r"[\w-]+", name, re.ASCII):
            raise ExportError(
                f"The connection field “{name}” cannot be exported: Node-RED takes letters, digits, _ and - in names."
            )
    page = filled(
        Path(__file__).with_name("connection.html"),
        type=names.connection,
        title=_js(manifest.title),
        credentials=_js({name: {"type": _credential(field)} for name, field in fields.items()}),
        rows="\n".join(_credential_row(name, field, _kinds_with(manifest, name)) for name, field in fields.items()),
        **_kind_parts(manifest),
        base_url=manifest.base_url,
        help=sidebar.connection_help(manifest.title, fields, manifest.base_url),
    )
    return {"nodes/connection.js": _script("registerConnection(RED)"), "nodes/connection.html": page.encode()}


def group(selection: ExportSelection, names: PackageNames, key: str) -> dict[str, bytes]:
    """The node of a group.

    Raises:
        ExportError: Node-RED cannot keep a field of that name.
    """
    manifest = selection.bundle.manifest
    actions, about = selection.groups[key], manifest.groups[key]
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


def _kinds_with(manifest: ConnectorDefinition, name: str) -> list[str]:
    """The kinds of connection that have a field, if not all have it."""
    kinds = [kind.key for kind in manifest.kinds if name in kind.fields]
    return kinds if len(kinds) < len(manifest.kinds) else []


def _kind_parts(manifest: ConnectorDefinition) -> dict[str, str]:
    """The parts of the config node's page for choosing a kind of connection; empty if there is only one."""
    if len(manifest.kinds) == 1:
        return {"kind_default": "", "kind_row": "", "kind_script": ""}
    options = "".join(
        f'<option value="{sidebar.text(kind.key)}">{sidebar.text(kind.title)}</option>' for kind in manifest.kinds
    )
    return {
        "kind_default": f" kind: {{ value: {_js(manifest.kinds[0].key)} }},",
        "kind_row": (
            '  <div class="form-row">\n    <label for="node-config-input-kind">Authentication</label>\n'
            f'    <select id="node-config-input-kind">{options}</select>\n  </div>\n'
        ),
        "kind_script": _KIND_SCRIPT,
    }


def _credential_row(name: str, field: FieldSchema, kinds: list[str]) -> str:
    title = sidebar.text(field.title or name)
    only = f' data-kinds="{sidebar.text(" ".join(kinds))}"' if kinds else ""
    return (
        f'  <div class="form-row"{only}>\n    <label for="node-config-input-{name}">{title}</label>\n'
        f'    <input type="{_credential(field)}" id="node-config-input-{name}">\n  </div>'
    )
