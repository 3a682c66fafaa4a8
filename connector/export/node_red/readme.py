"""What stands around the nodes: `package.json`, README and licence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.catalogue.action import Action
from connector.export import Selection
from connector.export.licence import mit
from connector.export.node_red.beyond import Beyond, beyond
from connector.export.node_red.names import Names


def package(selection: Selection, names: Names) -> dict[str, Any]:
    """`package.json`."""
    manifest = selection.bundle.manifest
    nodes = {names.connection: "nodes/connection.js"}
    nodes |= {kind: f"nodes/{group}.js" for group, kind in names.groups.items()}
    support = {"bugs": {"url": manifest.publication.contact.url}} if manifest.publication is not None else {}
    return {
        "name": names.package,
        "version": manifest.version,
        "description": f"{manifest.title} actions for Node-RED. {manifest.description}",
        "license": "MIT",
        "author": manifest.publisher,
        "homepage": manifest.website,
        **support,
        "keywords": ["node-red", manifest.key],
        "engines": {"node": ">=20.3"},
        "node-red": {"version": ">=4.0.0", "nodes": nodes},
        "files": ["definitions.json", "examples", "lib", "nodes", "resources"],
    }


def licence(selection: Selection) -> str:
    """The MIT licence in the publisher's name."""
    return mit(selection.bundle.manifest.publisher)


def readme(selection: Selection, names: Names) -> str:
    """`README.md`."""
    return "\n".join(_lines(selection, names)) + "\n"


def _lines(selection: Selection, names: Names) -> Iterator[str]:
    manifest = selection.bundle.manifest
    secret = next((field.title for field in manifest.connection.properties.values() if field.write_only), "secret")
    yield f"# {manifest.title} for Node-RED\n"
    yield f"{manifest.description} One node per group of actions, {len(selection.actions)} actions in all.\n"
    yield "Plain JavaScript without dependencies. For Node-RED 4 and 5 on Node 20.3 or newer.\n"
    yield "## Install\n"
    yield "From the folder of your flows (`~/.node-red`), with the packed file or the folder that it was made from:\n"
    packed = names.package.removeprefix("@").replace("/", "-")
    yield f"    npm install ./{packed}-{manifest.version}.tgz\n"
    yield "Restart Node-RED. Each group has an example flow under *Import, Examples*.\n"
    yield "## Connect\n"
    yield (
        f"The config node `{names.connection}` holds the {secret}, kept with the flow's credentials, and the base URL "
        f"where it is not {manifest.base_url}. `${{NAME}}` in a box takes the value from the environment. "
        "An address must be https, except on this machine.\n"
    )
    yield "## Nodes\n"
    for group, kind in names.groups.items():
        about = manifest.groups[group]
        yield f"### {about.title} (`{kind}`)\n"
        yield f"{about.description}\n"
        yield "| Action | Key | Inputs | Outputs |\n| --- | --- | --- | --- |"
        yield from (_row(action) for action in selection.actions if action.group == group)
        yield ""
    yield from _ways(selection)
    yield from _limits(selection)
    yield "## Licence\n"
    yield "MIT"


def _row(action: Action) -> str:
    required = action.definition.inputs.required
    inputs = ", ".join(f"**{name}**" if name in required else name for name in action.inputs["properties"])
    return f"| {action.summary} | `{action.key}` | {inputs} | {', '.join(action.outputs['properties'])} |"


def _ways(selection: Selection) -> Iterator[str]:
    manifest = selection.bundle.manifest
    yield "## How a node works\n"
    yield _WAYS % {
        "most": manifest.paging.max_items,
        "limit": f"{manifest.throttle.calls} calls in any {manifest.throttle.renewal_period:g} seconds",
        "wait": f"{manifest.timeouts.wait:g}",
        "attempts": manifest.retry.attempts,
    }


def _limits(selection: Selection) -> Iterator[str]:
    yield "## What this package leaves out\n"
    yield _LEFT_OUT
    found = [(action, extra) for action in selection.actions if (extra := beyond(action)) is not None]
    if found:
        yield (
            "- Some actions have code beside their definition, which does not run here. Rules across boxes are then "
            "the service's to refuse; where more is different, it is said:\n"
        )
        yield from (f"  - {_told(action, extra)}" for action, extra in found)
    yield ""


def _told(action: Action, extra: Beyond) -> str:
    words = [f"**{action.summary}** (`{action.key}`)."]
    if extra.checks:
        rules = "1 rule" if extra.checks == 1 else f"{extra.checks} rules"
        words.append(f"{rules} across boxes not checked before sending.")
    if extra.bodies or extra.outputs:
        words.append(f"The code there: “{extra.says}”")
    if extra.bodies:
        words.append(
            f"Here the request is sent as the boxes say ({'; '.join(f'“{title}”' for title in extra.bodies)})."
        )
    if extra.outputs:
        words.append(
            f"Here these outputs are as the service sends them: {', '.join(f'`{name}`' for name in extra.outputs)}."
        )
    return " ".join(words)


_WAYS: str = """\
- **Inputs.** A box takes a text, number, switch, choice or JSON, or reads `msg`, `flow`, `global`, the environment
  or JSONata. An empty box takes its value from the object in `msg.payload`, under the input's name; clear *Empty
  boxes* where `msg.payload` is something else, such as the result of the node before. A name that the action does
  not know is an error, so that a slip of the pen does not go unseen. A secret is never typed into a box: it comes
  from the environment, a message or the context.
- **Outputs.** `msg.payload` has every output under its name, `null` where the service sent nothing; a list is a list
  of flat rows. `msg.call` has `action`, `status`, `requestId`, `attempts`, `pages`, `waited` (seconds),
  `idempotencyKey` and `warnings`. Other properties of the message stay.
- **Errors** go to the catch node: `msg.error.message`, `msg.error.code`, and in `msg.error.cause` the same with
  `status`, `field`, `hint`, `problems`, `requestId`, `retryable` and `idempotencyKey`, as far as they are known. The
  rest of the message is as it came. Inputs are checked before anything is sent, and every problem is told at once.
- **Pages.** With *Collect the rows of all pages* the rows of all pages come in one list, at most %(most)s or what
  *Rows at most* says; that more were left out is a warning.
- **Limit.** Never more than %(limit)s per connection: a call that would be too many waits its turn,
  and the node shows for how long; a wait of more than %(wait)s seconds is an error instead. Connections with the same
  address and secret share the limit. Other programs and other Node-RED processes are not seen, and a restart of
  Node-RED forgets; when the service itself asks for a pause (429), everybody on the connection pauses.
- **Trying again.** What cannot happen twice is tried again, up to %(attempts)s attempts in all: GET, PUT, DELETE, calls
  with an idempotency key, and what never left this machine.
- **Idempotency.** An action with an idempotency key gets a new one for every message and keeps it for all attempts.
  To run a message again after an error without doing it twice, hand `msg.error.cause.idempotencyKey` over in the box.
"""

_LEFT_OUT: str = """\
- An id of `.` or `..` cannot be asked for: it would be another address.
- Whole numbers beyond 2^53 in an answer lose digits, as everywhere in JavaScript.
- A proxy is used only where Node itself is told to (`NODE_USE_ENV_PROXY=1`, Node 24)."""
