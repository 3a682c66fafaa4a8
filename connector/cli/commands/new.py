"""`new`: the beginnings of an action, in the form that the check accepts but for what only its author knows.

What is written where is decided first; nothing is written when something is wrong.
"""

from __future__ import annotations

import json
import keyword
import re
import shlex
from pathlib import Path
from typing import Any

import click

from connector.catalogue.loader import Bundle, load
from connector.cli import action_template, app, console
from connector.definition.files import MANIFEST
from connector.errors import DefinitionError
from connector.validation.messages import nearest

_KEY = re.compile(r"[a-z][a-z0-9_]*")


@click.command(
    help="""Scaffold a new action: its definition and its handler.

    Without --dir and --connector, the connector folder is the current directory.
    """
)
@click.argument("key")
@click.option("--group", metavar="GROUP", help="A group of connector.json.")
@click.option(
    "--method",
    type=click.Choice(["GET", "POST", "PUT", "PATCH", "DELETE"], case_sensitive=False),
    metavar="METHOD",
    help="GET, POST, PUT, PATCH or DELETE.",
    default="GET",
    show_default=True,
)
@click.option(
    "--path", "path_template", metavar="PATH", help="Such as /things/{thing_id}; names in braces become inputs."
)
@click.option("--summary", metavar="TEXT", help="What people see; made from KEY when left out.")
@click.option("--dir", "directory", type=click.Path(path_type=Path), help="The connector folder.")
@click.pass_obj
def new(
    connector_name: str | None,
    key: str,
    group: str | None,
    method: str,
    path_template: str | None,
    summary: str | None,
    directory: Path | None,
) -> None:
    """Scaffold an action."""
    folder = directory or (app.folder_of(connector_name) if connector_name else Path())
    if not (folder / MANIFEST).is_file():
        raise click.UsageError(f"{folder.resolve()} is no connector folder; name one with --dir.")
    if not _KEY.fullmatch(key) or keyword.iskeyword(key):
        raise click.UsageError("KEY is made of small letters, digits and _, such as get_thing.")
    path = path_template or f"/{key.replace('_', '-')}"
    _check_path(path)
    bundle = load(folder)
    group = _group(bundle, group)
    document = action_template.document(key, group, method, path, summary)
    _check_names(bundle, key, document)
    definition = folder / "definitions" / group / f"{key}.json"
    if definition.exists():
        raise DefinitionError(f"There is a file {definition} already; nothing was changed.")
    handlers = folder / "actions" / f"{group}.py"
    code = action_template.with_handler(handlers, key, bundle.manifest.groups[group].title)
    definition.parent.mkdir(parents=True, exist_ok=True)
    definition.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    handlers.parent.mkdir(exist_ok=True)
    handlers.write_text(code, encoding="utf-8")
    click.echo(definition)
    click.echo(handlers)
    console.say(f"Replace each “TODO”, then run: {app.program()} check {shlex.quote(str(folder))}")


def _group(bundle: Bundle, name: str | None) -> str:
    """The group that was named, or the only one there is."""
    groups = list(bundle.manifest.groups)
    if name in groups:
        return name
    if name is None and len(groups) == 1:
        return groups[0]
    close = nearest(name, groups) if name else []
    wrong = f"There is no group “{name}” in connector.json." if name else "Say with --group where it belongs."
    meant = f" Did you mean “{close[0]}”?" if close else f" The groups are: {', '.join(groups)}."
    raise click.UsageError(wrong + meant, click.get_current_context())


def _check_path(path: str) -> None:
    names = re.findall(r"{([^{}]*)}", path)
    rest = re.sub(r"{[^{}]*}", "", path)
    whole = path.startswith("/") and not re.search(r"[{}?#\s]", rest)
    if not whole or not all(map(_KEY.fullmatch, names)) or len(set(names)) != len(names):
        raise click.UsageError(
            f"The path “{path}” is none: it begins with /, has no query, and names in braces are made of small "
            "letters, digits and _, each once, such as /things/{thing_id}.",
            click.get_current_context(),
        )


def _check_names(bundle: Bundle, key: str, document: dict[str, Any]) -> None:
    """Refuse names that another action has already.

    Raises:
        DefinitionError: One has.
    """
    for other in bundle.actions.values():
        theirs = other.definition
        if key == theirs.key:
            raise DefinitionError(f"There is an action “{key}” already; nothing was changed.")
        if document["operationId"] == theirs.operation_id:
            raise DefinitionError(
                f"“{theirs.key}” has the operation id {theirs.operation_id} already; choose another key."
            )
        if document["summary"].casefold() == theirs.summary.casefold():
            raise DefinitionError(f"“{theirs.key}” is called “{theirs.summary}” already; give another --summary.")
