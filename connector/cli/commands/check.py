"""`check`: every problem in a connector folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from connector.cli import console, context, output
from connector.definition.files import MANIFEST
from connector.errors import ExitStatus
from connector.lint.check import check as check_folder
from connector.secrets import printable


@click.command(
    help="""Check the definitions and handlers of a connector folder.

    Lists every problem in every file. DIRECTORY is the connector folder and defaults to the connector of this
    program. Exits with status 0 if there are no problems, otherwise with 9.
    """
)
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def check(connector_name: str | None, directory: Path | None, as_json: bool) -> int:
    """Check a folder."""
    folder = directory or context.connector_folder(connector_name)
    if not (folder / MANIFEST).is_file():
        raise click.UsageError(f"“{folder}” is not a connector folder: {MANIFEST.as_posix()} is missing.")
    findings = check_folder(folder)
    if as_json:
        click.echo(output.to_json([asdict(finding) for finding in findings]))
    for finding in [] if as_json else findings:
        line = f"{finding.file}#{finding.pointer} {finding.rule}: {finding.message} {finding.fix}"
        click.echo(printable(line).rstrip())
    count = len(findings)
    console.message(f"{count or 'No'} problem{'' if count == 1 else 's'} found.")
    return ExitStatus.DEFINITION if findings else ExitStatus.OK
