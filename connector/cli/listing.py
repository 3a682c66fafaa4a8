"""`list`: which actions there are."""

from __future__ import annotations

import json
from typing import Any

import click

from connector.cli import app, talk
from connector.folder import outline


@click.command("list", help="List the actions by group.")
@click.option("--search", metavar="TEXT", help="Only actions with every one of these words in name or description.")
@click.option("--group", metavar="GROUP", help="Only actions of this group.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_actions(connector_name: str | None, search: str | None, group: str | None, as_json: bool) -> None:
    """List actions, all or some."""
    folder = app.folder_of(connector_name)
    found = outline(folder)
    if found is None:
        app.load_bundle(connector_name)  # says what is wrong
        return
    if group and group not in found.groups:
        raise click.UsageError(f"There is no group “{group}”. The groups are: {', '.join(found.groups)}.")
    actions = [
        action for action in found.actions.values() if _matches(action, search) and group in {None, action["group"]}
    ]
    if as_json:
        click.echo(json.dumps([_entry(action) for action in actions], ensure_ascii=False, indent=2))
    elif actions:
        _print(actions, found.groups)
    else:
        talk.say(f"No action matches “{search}”.")


def _print(actions: list[dict[str, Any]], groups: dict[str, str]) -> None:
    width = max(len(action["key"]) for action in actions)
    for key, title in groups.items():
        members = [action for action in actions if action["group"] == key]
        if members:
            click.secho(title, bold=True, color=talk.colour())
        for action in members:
            click.echo(f"  {action['key']:<{width}}  {action['summary']}")


def _matches(action: dict[str, Any], search: str | None) -> bool:
    text = " ".join(action[name] for name in ("key", "operationId", "summary", "description", "group")).casefold()
    return all(word in text for word in (search or "").casefold().split())


def _entry(action: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": action["key"],
        "operation_id": action["operationId"],
        "summary": action["summary"],
        "description": action["description"],
        "group": action["group"],
        "effects": action.get("effects", {}),
        "required": action["inputs"].get("required", []),
    }
