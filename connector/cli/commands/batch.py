"""`batch`: one action over a file of rows, its progress, and the rows that failed once more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from connector.cli import completers, options
from connector.cli.app import HelpfulGroup

_EPILOG = """\b
Columns are inputs, by name, label or path-style key:
  user_id,title,body          texts, or numbers, true and false
  recipients:=                a column whose cells are JSON
  _key                        the row's own idempotency key

The folder FILE.batch keeps what was done. If the batch is stopped, run the same command again: it goes on where it was,
and no row is sent twice. Rows that failed are in failed.csv: correct them there, then run batch retry.

\b
Exit status:
  0  every row succeeded      10  finished, with failed or unknown rows
  3  dry run: rows are wrong  130  stopped before the last row
"""


class _BatchGroup(HelpfulGroup):
    """Takes the name of an action for `run`, the command that is left out."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands and not args[0].startswith("-"):
            return "", self.commands["run"], args
        return super().resolve_command(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "ACTION FILE [OPTIONS]")
        formatter.write_usage(ctx.command_path, "status FOLDER", prefix="       ")
        formatter.write_usage(ctx.command_path, "retry FOLDER [OPTIONS]", prefix="       ")


@click.group(cls=_BatchGroup, help="Run an action once for each row of a CSV or JSON Lines file.", epilog=_EPILOG)
def batch() -> None:
    """The commands for batches."""


def _where(command: Any) -> Any:
    """The options that say with which account and how fast rows run."""
    concurrency = click.option(
        "--concurrency",
        type=options.number(1, 500, whole=True),
        default=16,
        show_default=True,
        metavar="N",
        help="Rows that run at the same time.",
    )
    timeout = click.option(
        "--timeout", type=options.number(0, above=True), metavar="SECONDS", help="Time limit for a row."
    )
    progress = click.option(
        "--progress",
        type=click.Choice(["text", "json", "none"]),
        default="text",
        show_default=True,
        help="How to report progress: text on stderr, or JSON Lines on stdout.",
    )
    connections = click.option(
        "--connection",
        "connection_names",
        metavar="NAME",
        multiple=True,
        shell_complete=completers.connections,
        help="Use this stored connection. Repeat it for a file with --connection-column.",
    )
    where = (options.allow_insecure, options.base_url, connections, options.in_sandbox)
    for option in (progress, timeout, concurrency, *where):
        command = option(command)
    return command


@batch.command(short_help="Run the rows of a file.", help="Run ACTION once for each row of FILE (- for stdin).")
@click.argument("action", shell_complete=completers.actions)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@_where
@click.option("--dry-run", is_flag=True, help="Validate every row and send nothing.")
@click.option("--bulk", is_flag=True, help="Use the service's bulk job: a few calls instead of one for each row.")
@click.option("--out", "folder", metavar="FOLDER", type=click.Path(file_okay=False), help="Folder for the results.")
@click.option(
    "--format", "file_format", type=click.Choice(["csv", "jsonl"]), help="Format of FILE, if its name does not say."
)
@click.option(
    "--map", "mapping", multiple=True, metavar="COLUMN=INPUT", help="Use a column for this input. COLUMN= ignores it."
)
@click.option(
    "--set",
    "templates",
    multiple=True,
    metavar="INPUT=TEXT",
    help="Fill an input with the same text in every row; {column} stands for a cell: --set title='Hi {first_name}'.",
)
@click.option("--connection-column", metavar="COLUMN", help="Column with the name of the row's connection.")
@click.option("--workers", type=click.Choice(["celery", "dbos"]), help="Hand the rows to workers of this engine.")
@click.option("--name", help="Name of the batch for the workers; the file's if left out.")
@click.pass_obj
def run(connector_name: str | None, /, action: str, file: str, *, dry_run: bool, **given: Any) -> None:
    """Run the rows of a file."""
    from connector.cli import batch_run  # noqa: PLC0415 - the models and an HTTP library

    workers, name = given.pop("workers"), given.pop("name")

    folder = given.pop("folder")
    options: Any = {
        "folder": Path(folder) if folder else None,
        "file_format": given.pop("file_format"),
        "mapping": dict(batch_run.pair("--map", text) for text in given.pop("mapping")),
        "templates": dict(batch_run.pair("--set", text) for text in given.pop("templates")),
        "connection_column": given.pop("connection_column"),
        "bulk": given.pop("bulk"),
    }
    where = batch_run.Where(**given)
    if workers is None or dry_run:
        batch_run.execute(connector_name, action, file, options, where, dry_run=dry_run)
        return
    from connector.cli import batch_workers  # noqa: PLC0415

    batch_workers.hand_over(connector_name, action, file, options, where, batch_workers.To(workers, name))


@batch.command(
    short_help="Show how far a batch is.",
    help="Show how far the batch in FOLDER is, running or not. With CONNECTOR_BATCHES set, FOLDER may also be the "
    "name of a batch that workers run.",
)
@click.argument("folder", type=click.Path(file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--results", metavar="FOLDER", type=click.Path(file_okay=False), help="Write the workers' results here.")
@click.pass_obj
def status(connector_name: str | None, /, folder: str, as_json: bool, results: str | None) -> None:
    """Show how far a batch is."""
    from connector.cli import batch_run, batch_workers  # noqa: PLC0415

    if results is not None or batch_workers.is_kept(folder):
        batch_workers.status(connector_name, folder, results, as_json=as_json)
        return
    batch_run.status(folder, as_json=as_json)


@batch.command(
    short_help="Run the rows that failed once more.",
    help="Run the rows in the failed file of FOLDER once more. Correct them first. Rows whose request may have arrived "
    "keep their idempotency keys.",
)
@click.argument("folder", type=click.Path(file_okay=False))
@_where
@click.pass_obj
def retry(connector_name: str | None, /, folder: str, **where: Any) -> None:
    """Run the failed rows once more."""
    from connector.cli import batch_run  # noqa: PLC0415

    batch_run.retry(connector_name, folder, batch_run.Where(**where))
