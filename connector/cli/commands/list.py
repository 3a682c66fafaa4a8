"""`list`: the actions of a connector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from connector.cli import completers, console, context, layout, options, output
from connector.definition.outline import Outline, outline


@click.command(
    "list",
    short_help="List the actions by group.",
    help="List the actions by group: all, or those that contain each WORD.",
)
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--search", metavar="TEXT", default="", help="Show only actions that contain all these words.")
@click.option("--group", metavar="GROUP", shell_complete=completers.groups, help="Show only the actions of this group.")
@options.as_json
@click.pass_obj
def list_actions(
    connector_name: str | None, words: Sequence[str], search: str, group: str | None, as_json: bool
) -> None:
    """List all actions, or some of them."""
    found = outline(context.connector_folder(connector_name))
    if found is None:
        context.load_bundle(connector_name, whole=True)  # reports what is wrong with it
        return
    search = " ".join([search, *words]).strip()
    wanted = None if group is None else context.group_key(found.groups, group)
    actions = [
        action
        for action in found.actions.values()
        if _matches(found, action, search) and wanted in {None, action["group"]}
    ]
    if as_json:
        click.echo(output.to_json([_entry(found.whole(action["key"])) for action in actions]))
    elif actions:
        _print(actions, found.groups)
    else:
        console.message(
            f"No actions{f' match “{search}”' if search else ''}{f' in the group “{wanted}”' if wanted else ''}. "
            f"To list all actions: {context.program_name(connector_name)} list"
        )


def _print(actions: list[dict[str, Any]], groups: dict[str, str]) -> None:
    width = max(len(action["key"]) for action in actions)
    separator = ""
    for key, title in groups.items():
        members = [action for action in actions if action["group"] == key]
        if not members:
            continue
        click.echo(separator, nl=False)
        separator = "\n"
        key_is_obvious = title.casefold().replace(" ", "_") == key
        click.secho(title if key_is_obvious else f"{title} ({key})", bold=True, color=console.use_color())
        rows = [(f"  {action['key']:<{width}}", action["summary"]) for action in members]
        click.echo("\n".join(layout.name_value_lines(rows)))


def _matches(found: Outline, action: dict[str, Any], search: str) -> bool:
    texts = [action[name] for name in ("key", "operationId", "summary", "description", "group")]
    text = " ".join([*texts, *action.get("aliases", ()), found.groups[action["group"]]]).casefold()
    return all(word in text for word in search.casefold().split())


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
