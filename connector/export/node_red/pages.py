"""The node types in Node-RED's form: a script for the runtime, and an HTML page for the editor."""

from __future__ import annotations

import json
import re
from typing import Any

from connector.catalogue.action import Action
from connector.definition.field import FieldSchema
from connector.export.node_red import forms, sidebar
from connector.export.node_red.package_names import PackageNames
from connector.export.selection import ExportSelection

_PALE = 0.62
"""The share of white in a node's colour: Node-RED writes on it in black."""


def connection(selection: ExportSelection, names: PackageNames) -> dict[str, bytes]:
    """The config node."""
    manifest = selection.bundle.manifest
    fields = manifest.connection.properties
    page = _CONNECTION % {
        "type": names.connection,
        "title": _js(manifest.title),
        "credentials": _js({name: {"type": _credential(field)} for name, field in fields.items()}),
        "rows": "\n".join(_credential_row(name, field) for name, field in fields.items()),
        "base_url": manifest.base_url,
        "help": sidebar.connection_help(manifest.title, fields, manifest.base_url),
    }
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
    page = _GROUP % {
        "package": names.package,
        "type": names.groups[key],
        "connection": names.connection,
        "category": _js(manifest.title),
        "color": _js(pale(manifest.brand_color)),
        "icon": _js(f"{key}.svg"),
        "title": _js(f"{manifest.title} {about.title}"),
        "form": _js(forms.form(actions, frozenset(action.operation_id for action in selection.actions))),
        "help": sidebar.group_help(about.title, about.description, actions),
    }
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


_CONNECTION: str = """<script type="text/javascript">
RED.nodes.registerType('%(type)s', {
  category: 'config',
  defaults: { name: { value: '' }, baseUrl: { value: '' }, allowInsecure: { value: false } },
  credentials: %(credentials)s,
  label() { return this.name || %(title)s; },
});
</script>

<script type="text/html" data-template-name="%(type)s">
  <div class="form-row">
    <label for="node-config-input-name"><i class="fa fa-tag"></i> Name</label>
    <input type="text" id="node-config-input-name">
  </div>
%(rows)s
  <div class="form-row">
    <label for="node-config-input-baseUrl">Base URL</label>
    <input type="text" id="node-config-input-baseUrl" placeholder="%(base_url)s">
  </div>
  <div class="form-row">
    <input type="checkbox" id="node-config-input-allowInsecure" style="width:auto">
    <label for="node-config-input-allowInsecure" style="width:85%%">Allow an unencrypted URL (http)</label>
  </div>
</script>

<script type="text/html" data-help-name="%(type)s">
%(help)s
</script>
"""

_GROUP: str = """<script type="text/javascript" src="resources/%(package)s/editor.js"></script>
<script type="text/javascript">
(function () {
  const form = %(form)s;
  const forms = () => RED.connectorForms['%(package)s'];
  RED.nodes.registerType('%(type)s', {
    category: %(category)s,
    color: %(color)s,
    defaults: {
      name: { value: '' },
      connection: { value: '', type: '%(connection)s', required: true },
      action: { value: '', required: true },
      fields: { value: {}, validate() { return forms().isWhole(this, form); } },
      selected: { value: {} },
      source: { value: '' },
      allPages: { value: false },
      maxItems: { value: { t: 'num', v: '' } },
      maxWait: { value: { t: 'num', v: '' } },
    },
    inputs: 1,
    outputs: 1,
    icon: %(icon)s,
    paletteLabel: %(title)s,
    label() { return this.name || (form[this.action] ? form[this.action].title : %(title)s); },
    labelStyle() { return this.name ? 'node_label_italic' : ''; },
    oneditprepare() { forms().prepare(this, form); },
    oneditsave() { forms().save(this, form); },
  });
})();
</script>

<script type="text/html" data-template-name="%(type)s">
  <div class="form-row">
    <label for="node-input-name"><i class="fa fa-tag"></i> Name</label>
    <input type="text" id="node-input-name">
  </div>
  <div class="form-row">
    <label for="node-input-connection"><i class="fa fa-key"></i> Connection</label>
    <input type="text" id="node-input-connection">
  </div>
  <div class="form-row">
    <label for="node-input-action"><i class="fa fa-play"></i> Action</label>
    <select id="node-input-action" style="width:70%%"></select>
  </div>
  <p class="connector-description" style="opacity:0.8"></p>
  <div class="connector-inputs"></div>
  <details class="connector-advanced" style="margin-bottom:12px">
    <summary style="cursor:pointer; margin-bottom:8px">Advanced</summary>
    <div class="connector-folded"></div>
  </details>
  <div class="connector-paging">
    <div class="form-row">
      <input type="checkbox" id="node-input-allPages" style="width:auto">
      <label for="node-input-allPages" style="width:85%%">Collect the rows of all pages</label>
    </div>
    <div class="form-row">
      <label for="node-input-maxItems-field">Maximum rows</label>
      <input type="text" id="node-input-maxItems-field" style="width:70%%">
    </div>
  </div>
  <div class="form-row">
    <label for="node-input-source">Values from</label>
    <input type="text" id="node-input-source" style="width:70%%" title="A message property, such as payload. \
Empty fields take their values from it, by name; its other properties are ignored. Leave it empty to use only the \
fields above.">
  </div>
  <div class="form-row">
    <label for="node-input-maxWait-field">Longest wait</label>
    <input type="text" id="node-input-maxWait-field" placeholder="600" style="width:70%%" title="Seconds that a \
message may wait for the call limit. Defaults to 600.">
  </div>
</script>

<script type="text/html" data-help-name="%(type)s">
%(help)s
</script>
"""
