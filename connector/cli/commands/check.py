"""`check`: everything that is wrong with a connector folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from connector.cli import app, console, output
from connector.definition.files import MANIFEST
from connector.errors import ExitStatus
from connector.lint.check import check as check_folder
from connector.secrets import printable


@click.command(
    help="""Check the definitions and handlers of a connector folder: every problem of every file.

    DIRECTORY is a connector folder; left out, it is the connector that this program is about. The exit status is
    0 when nothing is wrong, and 9 when something is.
    """
)
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def check(connector_name: str | None, directory: Path | None, as_json: bool) -> int:
    """Check a folder."""
    folder = directory or app.folder_of(connector_name)
    if not (folder / MANIFEST).is_file():
        raise click.UsageError(f"{folder} is no connector folder: it has no {MANIFEST.as_posix()}.")
    findings = check_folder(folder)
    if as_json:
        click.echo(output.as_json([asdict(finding) for finding in findings]))
    for finding in [] if as_json else findings:
        line = f"{finding.file}#{finding.pointer} {finding.rule}: {finding.message} {finding.fix}"
        click.echo(printable(line).rstrip())
    count = len(findings)
    console.say("Nothing is wrong." if not count else f"{count} problem{'s' if count > 1 else ''}.")
    return ExitStatus.DEFINITION if findings else ExitStatus.OK
