"""`check`: every problem in a connector folder."""

from __future__ import annotations

import functools
from dataclasses import asdict
from pathlib import Path

import click

from connector.cli import completers, console, context, options, output, progress
from connector.definition.files import MANIFEST, importer_of
from connector.errors import ExitStatus
from connector.export import EXPORT_FORMATS, export
from connector.lint import Finding, check_folder
from connector.lint.rules import RULES
from connector.secrets import printable
from connector.validation.messages import did_you_mean

_FIX = "Run it in the cloud, or write a handler for it in actions/."


@click.command(
    help="""Check the definitions, handlers and exports of a connector folder.

    Lists every problem in every file; for a Power Platform package, what cannot run here. DIRECTORY is the connector
    folder; by default the current directory, or the connector chosen with --connector. Exits with status 0 if there are
    no problems, otherwise with 9.
    """
)
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@options.as_json
@click.option(
    "--explain", "code", metavar="CODE", shell_complete=completers.rules, help="Explain a rule, such as D301, and exit."
)
@click.pass_obj
def check(connector_name: str | None, directory: Path | None, as_json: bool, code: str | None) -> int:
    """Check a folder, or explain a rule."""
    if code is not None:
        click.echo(_explanation(code))
        return ExitStatus.OK
    exporters = {name: functools.partial(export, format_name=name) for name in EXPORT_FORMATS}
    folder = _folder(connector_name, directory)
    status = progress.StatusLine()
    try:
        is_package = importer_of(folder) is not None
        findings = _import_findings(folder) if is_package else check_folder(folder, exporters, status.show)
    finally:
        status.clear()
    if as_json:
        click.echo(output.to_json([asdict(finding) for finding in findings]))
    for finding in [] if as_json else findings:
        line = f"{finding.file}#{finding.pointer} {finding.rule}: {finding.message} {finding.fix}"
        click.echo(printable(line).rstrip())
    count = len(findings)
    console.message(f"{count or 'No'} problem{'' if count == 1 else 's'} found.")
    return ExitStatus.DEFINITION if findings else ExitStatus.OK


def _folder(connector_name: str | None, directory: Path | None) -> Path:
    """The folder to check."""
    if directory is None and connector_name is not None:
        return context.connector_folder(connector_name)
    folder = directory or Path()
    if (folder / MANIFEST).is_file() or importer_of(folder) is not None:
        return folder
    missing = f"“{folder.absolute()}” is not a connector folder: {MANIFEST.as_posix()} is missing."
    hint = "" if directory else " Name the folder to check, or choose an installed connector with --connector."
    raise click.UsageError(missing + hint)


def _import_findings(folder: Path) -> list[Finding]:
    """What of a package of another format cannot run."""
    from connector.importing.package import Package  # noqa: PLC0415 - only for such a package
    from connector.importing.report import report_on  # noqa: PLC0415

    package = Package(folder.resolve())
    return [
        Finding("apiDefinition.swagger.json", package.source.operations[each.key].pointer, "import", gap, _FIX)
        for each in report_on(package).operations
        for gap in each.gaps
    ]


def _explanation(code: str) -> str:
    """What a rule requires, why, and how to fix a violation."""
    rules = {rule.code: rule for rule in RULES}
    rule = rules.get(code.upper())
    if rule is None:
        raise click.UsageError(f"--explain: unknown rule “{code}”. {did_you_mean(code.upper(), rules)}".rstrip())
    return f"{rule.code}: {rule.description}\n\nWhy: {rule.reason}\nFix: {rule.fix}"
