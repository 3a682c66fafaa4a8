"""`import`: a package of the Power Platform as a connector folder, and what of it can run."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from connector.cli import console, context, options, output
from connector.errors import ExitStatus
from connector.secrets import printable


@click.command(
    "import",
    help="""Import a Power Platform package, and report which of its operations can run.

    FOLDER holds apiDefinition.swagger.json and apiProperties.json. With --out, writes a connector folder to edit;
    otherwise, only reports. A package also runs without being imported: choose its folder with --connector. Exits with
    status 0 if every operation can run, otherwise with 9.
    """,
)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", "target", type=click.Path(path_type=Path), help="Write a connector folder here.")
@click.option("--force", is_flag=True, help="Write into a folder that has files, and overwrite them.")
@options.as_json
def import_package(folder: Path, target: Path | None, force: bool, as_json: bool) -> int:
    """Import a package."""
    from connector.importing.package import Package  # noqa: PLC0415 - the models
    from connector.importing.report import report_on  # noqa: PLC0415
    from connector.importing.write import connector_files, write_files  # noqa: PLC0415

    package = Package(folder.resolve())
    report = report_on(package)
    written = write_files(connector_files(package), target, force=force) if target is not None else []
    if as_json:
        click.echo(output.to_json(report.to_dict()))
    else:
        for line in report.lines():
            click.echo(printable(line))
    if target is not None:
        console.message(f"{len(written)} files written to {target}. To check them:")
        console.message(f"  {context.program_name()} check {shlex.quote(str(target))}")
    return ExitStatus.OK if report.running == len(report.operations) else ExitStatus.DEFINITION
