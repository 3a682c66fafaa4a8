"""`list`: which actions there are."""

from __future__ import annotations

from typing import Any

import click

from connector.cli import app, columns, console, output
from connector.definition.files import Outline, outline
from connector.validation.messages import nearest


@click.command("list", help="List the actions by group.")
@click.option("--search", metavar="TEXT", help="Only actions with every one of these words in name or description.")
@click.option("--group", metavar="GROUP", help="Only actions of this group, such as lists.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_actions(connector_name: str | None, search: str | None, group: str | None, as_json: bool) -> None:
    """List actions, all or some."""
    folder = app.folder_of(connector_name)
    found = outline(folder)
    if found is None:
        app.load_bundle(connector_name)  # says what is wrong
        return
    wanted = None if group is None else _group(found, group)
    actions = [
        action
        for action in found.actions.values()
        if _matches(found, action, search) and wanted in {None, action["group"]}
    ]
    if as_json:
        click.echo(output.as_json([_entry(action) for action in actions]))
    elif actions:
        _print(actions, found.groups)
    else:
        what = f"No action matches “{search}”" if search else "There is no action"
        console.say(f"{what}{f' in the group “{wanted}”' if wanted else ''}.")


def _group(found: Outline, name: str) -> str:
    """The key of the group that was named by key or title."""
    names = {title.casefold(): key for key, title in found.groups.items()} | {key: key for key in found.groups}
    if name.casefold() in names:
        return names[name.casefold()]
    close = nearest(name, list(names))
    meant = f" Did you mean “{names[close[0]]}”?" if close else f" The groups are: {', '.join(found.groups)}."
    raise click.UsageError(f"There is no group “{name}”.{meant}", click.get_current_context())


def _print(actions: list[dict[str, Any]], groups: dict[str, str]) -> None:
    width = max(len(action["key"]) for action in actions)
    between = ""
    for key, title in groups.items():
        members = [action for action in actions if action["group"] == key]
        if not members:
            continue
        click.echo(between, nl=False)
        between = "\n"
        named = title.casefold().replace(" ", "_") == key
        click.secho(title if named else f"{title} ({key})", bold=True, color=console.colour())
        for line in columns.pairs([(f"  {action['key']:<{width}}", action["summary"]) for action in members]):
            click.echo(line)


def _matches(found: Outline, action: dict[str, Any], search: str | None) -> bool:
    texts = [action[name] for name in ("key", "operationId", "summary", "description", "group")]
    text = " ".join([*texts, found.groups[action["group"]]]).casefold()
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
