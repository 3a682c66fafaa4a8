"""`completion`: the script that makes a shell complete commands, options, actions, inputs and values."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from connector.cli import context

_SHELLS = ["bash", "zsh", "fish"]


@click.command(
    help="""Print the completion script for bash, zsh or fish.

    \b
    bash: add to ~/.bashrc        eval "$(PROGRAM completion bash)"
    zsh:  add to ~/.zshrc         eval "$(PROGRAM completion zsh)"
    fish: save the output as      ~/.config/fish/completions/PROGRAM.fish

    PROGRAM is the name of this program.
    """
)
@click.argument("shell", metavar="SHELL", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a completion script."""
    program = context.program_name()
    if " " in program:
        raise click.UsageError("Completion works for the installed program only, not for “python -m”.")
    variable = f"_{program}_COMPLETE".replace("-", "_").replace(".", "_").upper()
    script = get_completion_class(shell)
    if script is None:  # pragma: no cover - the choice above lists only shells that click knows
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(_without_space(script(ctx.find_root().command, {}, program, variable).source()))


def _without_space(script: str) -> str:
    """The script, changed to add no space after `name=`: bash would begin the next word there."""
    return script.replace(
        "COMPREPLY+=($value)\n", 'COMPREPLY+=("$value")\n            [[ $value == *= ]] && compopt -o nospace\n'
    )
