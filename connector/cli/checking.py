"""`check`: everything that is wrong with a connector folder."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from connector.check import check as check_folder
from connector.cli import app, talk
from connector.errors import ExitStatus
from connector.folder import MANIFEST


@click.command(help="Check the definitions and handlers of a connector folder: every problem of every file.")
@click.argument("directory", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def check(connector_name: str | None, directory: Path | None, as_json: bool) -> int:
    """Check a folder."""
    folder = directory or app.folder_of(connector_name)
    if not (folder / MANIFEST).is_file():
        raise click.UsageError(f"{folder} is no connector folder: it has no {MANIFEST.as_posix()}.")
    findings = check_folder(folder)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{finding.file}#{finding.pointer} {finding.rule}: {finding.message} {finding.remedy}")
    count = len(findings)
    talk.say("Nothing is wrong." if not count else f"{count} problem{'s' if count > 1 else ''}.")
    return ExitStatus.DEFINITION if findings else ExitStatus.OK
