"""What `run` prints of a result, and in which format; decided and checked before anything is sent."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from connector.call.projection import Projection, row_fields
from connector.call.result import Result
from connector.catalogue.action import Action
from connector.cli import console, context, output
from connector.definition.action import Pagination
from connector.json_pointer import get

_ROW_FORMATS = {"jsonl", "csv", "text"}


@dataclass(frozen=True)
class ResultView:
    """What is printed of a result.

    Attributes:
        format: The format that was asked for; None for a table on a terminal and JSON elsewhere.
        projection: The fields to keep, if not all.
        query: Picks a part of the fields, if there is one.
        raw: Whether the service's response is printed instead of the fields.
        with_meta: Whether what happened is printed, too.
        no_empty: Whether empty fields are left out.
        rows: The one list of rows of the action, and its columns, if the rows are printed alone.
        paging: How the pages of the action follow one another, if it has pages.
    """

    format: str | None
    projection: Projection | None
    query: Callable[[Any], Any] | None
    raw: bool
    with_meta: bool
    no_empty: bool
    rows: tuple[str, list[str]] | None
    paging: Pagination | None

    @classmethod
    def of(
        cls,
        action: Action,
        *,
        format_name: str | None,
        fields: str | None = None,
        query: str | None = None,
        raw: bool = False,
        with_meta: bool = False,
        no_empty: bool = False,
    ) -> ResultView:
        """The view that the options of a command line ask for.

        Raises:
            click.UsageError: A field does not exist, or the query cannot be read.
        """
        if with_meta and format_name in _ROW_FORMATS:
            raise click.UsageError(f"Use either --meta or --output {format_name}, not both.")
        projection = None
        if fields is not None:
            with context.usage_errors("--fields"):
                projection = Projection.of(action.definition.outputs, fields.split(","))
        lists = row_fields(action.definition.outputs)
        alone = format_name in _ROW_FORMATS and len(lists) == 1 and not (projection or query or raw)
        return cls(
            format_name,
            projection,
            None if query is None else _compiled(query),
            raw,
            with_meta,
            no_empty,
            next(iter(lists.items())) if alone else None,
            action.definition.pagination,
        )

    def print(self, result: Result) -> None:
        """Print a result on stdout, and its warnings on stderr."""
        for warning in result.meta.warnings:
            console.warning(warning)
        if self.rows and self.paging and not result.meta.warnings and get(result.raw, self.paging.more) is True:
            console.message("There are more rows. To read all of them, add --all-pages.", dim=True)
        value, meta = self._value(result), result.meta.model_dump(mode="json")
        # A service's own response is JSON for people, too, unless they ask for a table.
        default = "table" if console.is_terminal(sys.stdout) and not self.raw else "json"
        match self.format or default:
            case "table":
                click.echo("\n\n".join(map(output.to_table, [value, meta] if self.with_meta else [value])))
            case "json":
                name = "raw" if self.raw else "fields"
                click.echo(output.to_json({name: value, "meta": meta} if self.with_meta else value))
            case name:
                click.echo(self._lines(name, value if isinstance(value, list) else [value]), nl=False, color=True)

    def _value(self, result: Result) -> Any:
        value: Any = result.raw if self.raw else result.fields
        if self.rows is not None:
            value = value[self.rows[0]] or []
        elif self.projection is not None:
            value = self.projection.apply(value)
        if self.query is not None:
            value = self.query(value)
        return output.without_empty(value) if self.no_empty else value

    def _lines(self, name: str, rows: list[Any]) -> str:
        if name == "csv":
            columns = self.rows[1] if self.rows and not self.no_empty else []
            return output.to_csv(rows, columns)
        return output.to_json_lines(rows) if name == "jsonl" else output.to_text(rows)


def _compiled(query: str) -> Callable[[Any], Any]:
    """A JMESPath query as a function."""
    try:
        import jmespath  # noqa: PLC0415 - an extra
        from jmespath.exceptions import JMESPathError  # noqa: PLC0415
    except ImportError:
        raise click.UsageError("--query needs jmespath. Install it with “pip install jmespath”.") from None
    try:
        compiled = jmespath.compile(query)
    except JMESPathError as error:
        raise click.UsageError(f"--query: {str(error).partition(chr(10))[0].rstrip(':')}.") from None

    def search(value: Any) -> Any:
        try:
            found = compiled.search(value)
        except JMESPathError as error:
            console.warning(f"--query: {error}. The whole result is printed.")
            return value
        if found is None and "." in query:
            console.message(
                "--query found nothing. A name with dots needs quotes: --query '\"profile.email\"'", dim=True
            )
        return found

    return search
