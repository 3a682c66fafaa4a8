"""`list`: which actions there are."""

from __future__ import annotations

import json

import click

from connector.action import Action
from connector.catalogue import Catalogue
from connector.cli import app, talk


@click.command("list", help="List the actions by group.")
@click.option("--search", metavar="TEXT", help="Only actions with every one of these words in name or description.")
@click.option("--group", metavar="GROUP", help="Only actions of this group.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_actions(connector_name: str | None, search: str | None, group: str | None, as_json: bool) -> None:
    """List actions, all or some."""
    bundle = app.load_bundle(connector_name)
    if group and group not in bundle.manifest.groups:
        raise click.UsageError(f"There is no group “{group}”. The groups are: {', '.join(bundle.manifest.groups)}.")
    found = [action for action in Catalogue(bundle) if _matches(action, search) and group in {None, action.group}]
    if as_json:
        click.echo(json.dumps([_entry(action) for action in found], ensure_ascii=False, indent=2))
        return
    if not found:
        talk.say(f"No action matches “{search}”.")
        return
    width = max(len(action.key) for action in found)
    for key, declared in bundle.manifest.groups.items():
        members = [action for action in found if action.group == key]
        if members:
            click.secho(declared.title, bold=True, color=talk.colour())
        for action in members:
            click.echo(f"  {action.key:<{width}}  {action.summary}")


def _matches(action: Action, search: str | None) -> bool:
    text = f"{action.key} {action.operation_id} {action.summary} {action.description} {action.group}".casefold()
    return all(word in text for word in (search or "").casefold().split())


def _entry(action: Action) -> dict[str, object]:
    return {
        "key": action.key,
        "operation_id": action.operation_id,
        "summary": action.summary,
        "description": action.description,
        "group": action.group,
        "effects": action.effects,
        "required": list(action.definition.inputs.required),
    }
