"""`new`: the beginnings of an action, in the form that the check accepts but for what only its author knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from connector.bundle import load
from connector.cli import app, talk
from connector.errors import DefinitionError
from connector.folder import MANIFEST

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


@click.command(help="Scaffold a new action: its definition and its handler.")
@click.argument("key")
@click.option("--group", required=True, metavar="GROUP", help="A group of connector.json.")
@click.option(
    "--method", type=click.Choice(["GET", "POST", "PUT", "PATCH", "DELETE"]), default="GET", show_default=True
)
@click.option(
    "--path", "path_template", metavar="PATH", help="Such as /things/{thing_id}; names in braces become inputs."
)
@click.option("--summary", metavar="TEXT", help="What people see; made from KEY when left out.")
@click.option("--dir", "directory", type=click.Path(file_okay=False, path_type=Path), help="The connector folder.")
@click.pass_obj
def new(
    connector_name: str | None,
    key: str,
    group: str,
    method: str,
    path_template: str | None,
    summary: str | None,
    directory: Path | None,
) -> None:
    """Scaffold an action."""
    folder = directory or (app.folder_of(connector_name) if connector_name else Path())
    if not (folder / MANIFEST).is_file():
        raise click.UsageError(f"{folder.resolve()} is no connector folder; name one with --dir.")
    if not _KEY.fullmatch(key):
        raise click.UsageError("KEY is made of small letters, digits and _, such as get_thing.")
    bundle = load(folder)
    if group not in bundle.manifest.groups:
        groups = ", ".join(bundle.manifest.groups)
        raise click.UsageError(f"There is no group “{group}” in connector.json. The groups are: {groups}.")
    definition = folder / "definitions" / group / f"{key}.json"
    if key in bundle.actions or definition.exists():
        raise DefinitionError(f"There is an action “{key}” already; nothing was changed.")
    document = _document(key, group, method, path_template or f"/{key.replace('_', '-')}", summary)
    definition.parent.mkdir(parents=True, exist_ok=True)
    definition.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    handlers = folder / "actions" / f"{group}.py"
    _add_handler(handlers, key, bundle.manifest.groups[group].title)
    click.echo(definition)
    click.echo(handlers)
    talk.say(f"Replace each “TODO”, then run: {app.program()} check {folder}")


def _document(key: str, group: str, method: str, path: str, summary: str | None) -> dict[str, Any]:
    names = re.findall(r"{([^}]*)}", path)
    filled = re.sub(r"{([^}]*)}", lambda match: f"example-{match.group(1).replace('_', '-')}", path)
    return {
        "key": key,
        "operationId": "".join(word.title() for word in key.split("_")),
        "summary": summary or key.replace("_", " ").capitalize(),
        "description": "TODO: what happens, and what a flow builder must know before running it.",
        "group": group,
        "since": "0.1.0",
        "documented": False,
        "effects": {
            "readOnly": method == "GET",
            "destructive": method == "DELETE",
            "idempotent": method in {"GET", "PUT", "DELETE"},
        },
        "request": {"method": method, "path": path},
        "inputs": _object({name: _path_input(name) for name in names}, names),
        "outputs": _object({"id": _output()}, ["id"]),
        "errors": [
            {"status": 404, "code": "not_found", "sentence": "TODO: what is not there.", "hint": "TODO: what to do."}
        ],
        "examples": _examples(method, filled, {name: f"example-{name.replace('_', '-')}" for name in names}),
    }


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _path_input(name: str) -> dict[str, Any]:
    return {
        "type": "string",
        "title": name.replace("_", " ").title().replace(" Id", " ID"),
        "description": "TODO: which one, and where its value is found.",
        "examples": [f"example-{name.replace('_', '-')}"],
        "x-in": "path",
        "x-ms-visibility": "important",
        "x-ms-url-encoding": "single",
    }


def _output() -> dict[str, Any]:
    return {
        "type": ["string", "null"],
        "title": "ID",
        "description": "TODO: what the value is good for.",
        "x-ms-visibility": "important",
    }


def _examples(method: str, path: str, inputs: dict[str, str]) -> list[dict[str, Any]]:
    request = {"method": method, "path": path}
    return [
        {
            "title": "TODO: a case from life",
            "inputs": inputs,
            "exchanges": [{"request": request, "response": {"status": 200, "body": {"id": "example"}}}],
            "outputs": {"id": "example"},
        },
        {
            "title": "TODO: a case that is refused",
            "inputs": inputs,
            "exchanges": [{"request": request, "response": {"status": 404, "body": {"message": "Not found"}}}],
            "error": {"code": "not_found"},
        },
    ]


def _add_handler(path: Path, key: str, title: str) -> None:
    """Bind the standard handler under the action's name, importing it where the module does not yet."""
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text(
            f'"""Handlers of the group “{title}”."""\n\nfrom connector.handler import send\n', encoding="utf-8"
        )
    text = path.read_text(encoding="utf-8")
    if not re.search(r"^from connector\.handler import .*\bsend\b", text, re.MULTILINE):
        text = re.sub(r"^(from connector\.handler import )(.*)$", r"\1\2, send", text, count=1, flags=re.MULTILINE)
        if not re.search(r"\bsend\b", text):
            text = text.rstrip("\n") + "\n\nfrom connector.handler import send\n"
    path.write_text(f"{text.rstrip()}\n\n{key} = send\n", encoding="utf-8")
