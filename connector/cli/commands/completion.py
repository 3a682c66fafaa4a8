"""Shell completion: of commands, action names, input names and the values an input may have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from connector.cli import app
from connector.definition.files import Outline, outline
from connector.errors import ConnectorError


@click.command(
    help="""Print the completion script for SHELL: bash, zsh or fish.

    \b
    bash: add to ~/.bashrc        eval "$(PROGRAM completion bash)"
    zsh:  add to ~/.zshrc         eval "$(PROGRAM completion zsh)"
    fish: save the output as      ~/.config/fish/body_defaults/PROGRAM.fish

    PROGRAM is the name of this program.
    """
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a completion script."""
    program = app.program()
    if " " in program:
        raise click.UsageError("A shell can complete the installed program only, not “python -m”.")
    variable = f"_{program}_COMPLETE".replace("-", "_").replace(".", "_").upper()
    made = get_completion_class(shell)
    if made is None:  # pragma: no cover - the choice above lists only shells that click knows
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(_without_blank(made(app.cli, {}, program, variable).source()))


def _without_blank(script: str) -> str:
    """The script, made to put no blank after `name=`: bash would start the next word there."""
    return script.replace(
        "COMPREPLY+=($value)\n",
        'COMPREPLY+=("$value")\n            [[ $value == *= ]] && compopt -o nospace\n',
    )


def _outline(context: click.Context) -> Outline:
    """The connector at a glance; empty where there is none, for a shell wants no errors."""
    try:
        found = outline(app.folder_of(context.find_root().params.get("connector_name")))
    except (ConnectorError, ValueError, OSError):
        found = None
    return found or Outline({}, {})


def action_names(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The keys that begin with what was typed."""
    actions = _outline(context).actions
    return [
        CompletionItem(key, help=action["summary"]) for key, action in actions.items() if key.startswith(incomplete)
    ]


def accepted_names(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The inputs of the action on the line, as the beginnings of `name=value`; after the `=`, its choices."""
    action = _outline(context).actions.get(context.params.get("action") or "")
    fields: dict[str, Any] = action["inputs"]["properties"] if action else {}
    before = list(context.params.get("given") or ())
    name, value = _value_begun(before, incomplete)
    if name is not None:
        # bash takes “=” as the end of a word, so that only the value is to be completed; the others want it whole.
        whole = f"{name}=" if "=" in incomplete else ""
        return [CompletionItem(whole + choice) for choice in _choices(fields.get(name, {})) if choice.startswith(value)]
    given = {item.partition("=")[0].removesuffix(":") for item in before}
    return [
        CompletionItem(f"{name}=", help=str(field.get("title", "")))
        for name, field in fields.items()
        if name.startswith(incomplete) and (name not in given or "items" in field)
    ]


def _value_begun(before: Sequence[str], incomplete: str) -> tuple[str | None, str]:
    """The input whose value is being typed, and its beginning; None when a name is being typed."""
    if "=" in incomplete:
        name, _, value = incomplete.partition("=")
        return name.removesuffix(":"), value
    if before and before[-1] in {"=", ":="}:
        return (before[-2] if len(before) > 1 else ""), incomplete
    if before and "=" not in before[-1] and (len(before) < 2 or before[-2] not in {"=", ":="}):  # noqa: PLR2004
        return before[-1], incomplete
    return None, incomplete


def _choices(field: dict[str, Any]) -> list[str]:
    item = field.get("items", field)
    if item.get("type") in ("boolean", ["boolean", "null"]):
        return ["true", "false"]
    return [str(choice) for choice in item.get("enum") or () if choice is not None]
