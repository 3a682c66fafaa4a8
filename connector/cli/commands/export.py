"""`export`: the actions as a package for another flow builder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import click

from connector.cli import completers, console, context, options


@click.command("export", help="Export the actions in FORMAT: to a folder, or to stdout if the export is a single file.")
@click.argument("format_name", metavar="FORMAT", required=False, shell_complete=completers.export_formats)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to; created if it is missing."
)
@click.option("--force", is_flag=True, help="Overwrite files in the folder that no export wrote.")
@options.selection("export")
@click.option("--publisher", "name", metavar="NAME", help="Who publishes the package; defaults to connector.json.")
@click.option("--publisher-email", "email", metavar="EMAIL", help="The publisher's email address for support.")
@click.option("--publisher-url", "url", metavar="URL", help="The publisher's website.")
@click.option("--list", "list_formats", is_flag=True, help="List the formats.")
@click.pass_obj
def export_command(
    connector_name: str | None,
    /,
    format_name: str | None,
    out: Path | None,
    force: bool,
    groups: Sequence[str],
    only: str,
    list_formats: bool,
    **publisher: str | None,
) -> None:
    """Export the actions."""
    # The models; completion works without them.
    from connector.definition.files import importer_of  # noqa: PLC0415
    from connector.export import (  # noqa: PLC0415
        EXPORT_FORMATS,
        Only,
        export,
        placeholder_note,
        with_overrides,
        write_files,
    )

    if list_formats:
        width = max(map(len, EXPORT_FORMATS))
        for name, export_format in EXPORT_FORMATS.items():
            click.echo(f"{name:<{width}}  {export_format.purpose}")
        return
    if format_name is None:
        raise click.UsageError(f"Choose a format: {', '.join(EXPORT_FORMATS)}.")
    bundle = context.load_bundle(connector_name, whole=True)
    keys = [context.chosen_group(bundle, group) for group in groups]
    with context.usage_errors():
        published_by = with_overrides(bundle.manifest, **publisher)
        left_out: dict[str, str] = {}  # whoever exports a package of somebody else's cannot change its definitions
        files = export(
            bundle, format_name, groups=keys, only=cast("Only", only), publisher=published_by,
            left_out=left_out if importer_of(bundle.folder) is not None else None,
        )  # fmt: skip
    for reason in left_out.values():
        console.warning(f"{reason} It is left out.")
    if out is not None:
        with context.usage_errors("--out"):
            written = write_files(files, out, format_name, force=force)
        console.message(f"{len(written)} files written to {out}.")
    elif len(files) == 1:
        sys.stdout.buffer.write(next(iter(files.values())))
    else:
        raise click.UsageError(f"The {format_name} export has {len(files)} files. Choose a folder with --out.")
    if note := placeholder_note(bundle.manifest, published_by, format_name):
        console.message(note)
