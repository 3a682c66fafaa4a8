"""`README.md` of the Node-RED package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from connector.catalogue.action import Action
from connector.export.node_red.code_effects import CodeEffect, code_effect
from connector.export.node_red.package_names import PackageNames
from connector.export.selection import ExportSelection
from connector.export.templates import filled


def readme(selection: ExportSelection, names: PackageNames) -> str:
    """The README as Markdown, from `readme.md` beside this module."""
    manifest = selection.manifest
    return filled(
        Path(__file__).with_name("readme.md"),
        title=manifest.title,
        about=manifest.description,
        count=len(selection.actions),
        packed=f"{names.package.removeprefix('@').replace('/', '-')}-{manifest.version}.tgz",
        connection=names.connection,
        secret=next((field.title for field in manifest.connection.properties.values() if field.write_only), "secret"),
        base_url=manifest.base_url,
        nodes="\n".join(_nodes(selection, names)).rstrip(),
        most=manifest.paging.max_items,
        limit=f"{manifest.throttle.calls} calls per {manifest.throttle.renewal_period:g} seconds",
        attempts=manifest.retry.attempts,
        code_effects="".join(f"{line}\n" for line in _code_effects(selection)),
    )


def _nodes(selection: ExportSelection, names: PackageNames) -> Iterator[str]:
    for group, kind in names.groups.items():
        about = selection.manifest.groups[group]
        yield f"### {about.title} (`{kind}`)\n\n{about.description}\n"
        yield "| Action | Key | Inputs | Outputs |\n| --- | --- | --- | --- |"
        yield from map(_row, selection.groups[group])
        yield ""


def _row(action: Action) -> str:
    required = action.definition.inputs.required
    inputs = ", ".join(f"**{name}**" if name in required else name for name in action.inputs["properties"])
    return f"| {action.summary} | `{action.key}` | {inputs} | {', '.join(action.outputs['properties'])} |"


def _code_effects(selection: ExportSelection) -> Iterator[str]:
    found = [(action, effect) for action in selection.actions if (effect := code_effect(action)) is not None]
    if found:
        yield "- Some actions have code in the connector that does not run here:\n"
        yield from (f"  - {_difference(action, effect)}" for action, effect in found)


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
