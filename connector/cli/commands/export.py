"""`export`: the catalogue as a package that another flow builder loads."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import click

from connector.cli import app, console
from connector.export import FORMATS, Only, export, save


@click.command("export", help="Write the catalogue in FORMAT: files in a folder, or a single file on stdout.")
@click.argument("format_name", metavar="FORMAT", required=False)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files; made if need be.")
@click.option("--group", "groups", multiple=True, metavar="GROUP", help="Only actions of this group; may be repeated.")
@click.option(
    "--only", type=click.Choice(["all", "documented"]), default="all", show_default=True, help="Which actions."
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
    """Export the catalogue."""
    if list_formats:
        width = max(map(len, FORMATS))
        for name, (_, purpose) in FORMATS.items():
            click.echo(f"{name:<{width}}  {purpose}")
        return
    if format_name is None:
        raise click.UsageError(f"Say which format. There are: {', '.join(FORMATS)}.")
    files = export(app.load_bundle(connector_name), format_name, groups=groups, only=cast("Only", only))
    if out is None and len(files) == 1:
        sys.stdout.buffer.write(next(iter(files.values())))
        return
    if out is None:
        raise click.UsageError(f"The format {format_name} has {len(files)} files: say where with --out FOLDER.")
    written = save(files, out)
    console.say(f"{len(written)} files written to {out}.")
