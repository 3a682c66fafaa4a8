"""`export`: the actions as a package for another flow builder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import click

from connector.cli import completers, console, context


@click.command("export", help="Export the actions in FORMAT: to a folder, or to stdout if the export is a single file.")
@click.argument("format_name", metavar="FORMAT", required=False, shell_complete=completers.export_formats)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to; created if it is missing."
)
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="GROUP",
    shell_complete=completers.groups,
    help="Export only the actions of this group. Can be repeated.",
)
@click.option(
    "--only",
    type=click.Choice(["all", "documented"]),
    default="all",
    show_default=True,
    help="Which actions to export.",
)
@click.option("--list", "list_formats", is_flag=True, help="List the formats.")
@click.pass_obj
def export_command(
    connector_name: str | None,
    /,
    format_name: str | None,
    out: Path | None,
    groups: Sequence[str],
    only: str,
    list_formats: bool,
) -> None:
    """Export the actions."""
    from connector.export import FORMATS, Only, export, save  # noqa: PLC0415 - the models; completion works without them

    if list_formats:
        width = max(map(len, FORMATS))
        for name, (_, purpose) in FORMATS.items():
            click.echo(f"{name:<{width}}  {purpose}")
        return
    if format_name is None:
        raise click.UsageError(f"Choose a format: {', '.join(FORMATS)}.")
    bundle = context.load_bundle(connector_name)
    titles = {key: group.title for key, group in bundle.manifest.groups.items()}
    keys = [context.group_key(titles, group) for group in groups]
    with context.usage_errors():
        files = export(bundle, format_name, groups=keys, only=cast("Only", only))
    if out is not None:
        with context.usage_errors("--out"):
            written = save(files, out)
        console.message(f"{len(written)} files written to {out}.")
    elif len(files) == 1:
        sys.stdout.buffer.write(next(iter(files.values())))
    else:
        raise click.UsageError(f"The {format_name} export has {len(files)} files. Choose a folder with --out.")
