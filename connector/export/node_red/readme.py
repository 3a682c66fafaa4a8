"""`README.md` of the Node-RED package."""

from __future__ import annotations

from collections.abc import Iterator

from connector.catalogue.action import Action
from connector.export.node_red.code_effects import CodeEffect, code_effect
from connector.export.node_red.package_names import PackageNames
from connector.export.selection import ExportSelection


def readme(selection: ExportSelection, names: PackageNames) -> str:
    """`README.md`."""
    return "\n".join(_lines(selection, names)) + "\n"


def _lines(selection: ExportSelection, names: PackageNames) -> Iterator[str]:
    manifest = selection.manifest
    secret = next((field.title for field in manifest.connection.properties.values() if field.write_only), "secret")
    yield f"# {manifest.title} for Node-RED\n"
    yield f"{manifest.description} One node per group of actions, {len(selection.actions)} actions in total.\n"
    yield "Plain JavaScript without dependencies, for Node-RED 4 and 5 on Node.js 20.3 or later.\n"
    yield "## Install\n"
    packed = f"{names.package.removeprefix('@').replace('/', '-')}-{manifest.version}.tgz"
    yield "In this folder, pack the package and install the result in the folder of your flows:\n"
    yield f'    npm pack\n    npm install --prefix ~/.node-red "$PWD/{packed}"\n'
    yield "Installing the folder itself would only link to it.\n"
    yield "Restart Node-RED. Each group has an example flow under *Import, Examples*.\n"
    yield "## Connect\n"
    yield (
        f"The config node `{names.connection}` has the {secret}, which Node-RED keeps with the flow's credentials, "
        f"and the base URL, which defaults to {manifest.base_url}. `${{NAME}}` in a field takes the value from the "
        "environment. URLs must use https, except for this machine.\n"
    )
    yield "## Nodes\n"
    for group, kind in names.groups.items():
        about = manifest.groups[group]
        yield f"### {about.title} (`{kind}`)\n"
        yield f"{about.description}\n"
        yield "| Action | Key | Inputs | Outputs |\n| --- | --- | --- | --- |"
        yield from (_row(action) for action in selection.actions if action.group == group)
        yield ""
    yield from _usage(selection)
    yield from _limitations(selection)
    yield "## License\n"
    yield "MIT"


def _row(action: Action) -> str:
    required = action.definition.inputs.required
    inputs = ", ".join(f"**{name}**" if name in required else name for name in action.inputs["properties"])
    return f"| {action.summary} | `{action.key}` | {inputs} | {', '.join(action.outputs['properties'])} |"


def _usage(selection: ExportSelection) -> Iterator[str]:
    manifest = selection.manifest
    yield "## Usage\n"
    yield _USAGE % {
        "most": manifest.paging.max_items,
        "limit": f"{manifest.throttle.calls} calls per {manifest.throttle.renewal_period:g} seconds",
        "attempts": manifest.retry.attempts,
    }


def _limitations(selection: ExportSelection) -> Iterator[str]:
    yield "## Limitations\n"
    yield _LIMITATIONS
    found = [(action, effect) for action in selection.actions if (effect := code_effect(action)) is not None]
    if found:
        yield ("- Some actions have code in the connector that does not run here:\n")
        yield from (f"  - {_difference(action, effect)}" for action, effect in found)
    yield ""


def _difference(action: Action, effect: CodeEffect) -> str:
    sentences = [f"**{action.summary}** (`{action.key}`)."]
    if effect.checks:
        checks = "1 check of the inputs is" if effect.checks == 1 else f"{effect.checks} checks of the inputs are"
        sentences.append(f"{checks} left to the service.")
    if effect.bodies or effect.outputs:
        sentences.append(f"The code of the connector: “{effect.summary}”")
    if effect.bodies:
        cases = "; ".join(f"“{title}”" for title in effect.bodies)
        sentences.append(f"Here the request is sent as the fields say ({cases}).")
    if effect.outputs:
        outputs = ", ".join(f"`{name}`" for name in effect.outputs)
        sentences.append(f"Here these outputs are as the service returns them: {outputs}.")
    return " ".join(sentences)


_USAGE: str = """\
- **Inputs.** A field takes text, a number, a boolean, a choice or JSON, or reads `msg`, `flow`, `global`, the
  environment or JSONata. Where an action takes one of several groups of fields, such as the recipient, select the group
  first. Secrets come from the environment, a message or the context.
- **Values from.** Enter a message property, such as `payload`, and empty fields take their values from it: each input
  from the property with its name. Other properties are ignored. By default, nothing is read from the message.
- **Outputs.** `msg.payload` has every output under its name; outputs that the service did not return are `null`. A list
  is a list of flat rows. `msg.call` has `action`, `status`, `request_id`, `attempts`, `pages`, `waited` (seconds),
  `idempotency_key` and `warnings`. Other properties of the message are kept.
- **Errors** go to the catch node: `msg.error.message`, `msg.error.code`, and in `msg.error.cause` the same with
  `status`, `field`, `hint`, `problems`, `request_id`, `retryable` and `idempotency_key`, as far as they are known. The
  rest of the message is unchanged. Inputs are checked before anything is sent, and all problems are reported at once.
- **Pages.** *Collect the rows of all pages* returns the rows of all pages in one list: at most *Maximum rows*, by
  default %(most)s. If rows are left out, there is a warning.
- **Limit.** At most %(limit)s per connection: further calls wait, and the node shows for how long. A message
  waits up to *Longest wait*, by default 600 seconds; after that, it is an error. Connections with the same URL and
  secret share the limit. Calls of other programs and other Node-RED processes are not counted, and a restart of
  Node-RED starts the count again. If the service asks for a pause (429), all nodes of the connection pause.
- **Retries.** Requests that are safe to repeat are tried up to %(attempts)s times: GET, PUT, DELETE, calls with an
  idempotency key, and requests that were never sent. If a call may have been carried out and cannot be repeated, the
  error is `outcome_unknown`.
- **Idempotency.** An action with an idempotency key generates a new one for every message and uses it for all attempts.
  To run a message again after an error without repeating its effect, set the field to
  `msg.error.cause.idempotency_key`.
- **Proxy.** `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` of the environment apply.
"""

_LIMITATIONS: str = """\
- The ids `.` and `..` are not accepted, because they would change the URL.
- Integers above 2^53 in a response lose digits, as always in JavaScript."""
