"""Rows of a CSV or JSON Lines file, one at a time. A row is a record, not a line: a cell may hold line breaks."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from connector.errors import InputError, Problem
from connector.validation.text_values import as_text, json_text

FileFormat = Literal["csv", "jsonl"]

_SUFFIXES: dict[str, FileFormat] = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
_ZIP = b"PK\x03\x04"
_DELIMITERS = ",;\t"
_BOM = b"\xef\xbb\xbf"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Row:
    """A record of the file.

    Attributes:
        number: From 1; the header of a CSV file does not count.
        values: By column: texts of a CSV file, JSON values of a JSON Lines file.
        problem: Why it cannot be read; empty when it can.
    """

    number: int
    values: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True)
class Source:
    """A file of rows.

    Attributes:
        path: Where it is.
        format: How it is written.
        columns: The header of a CSV file, in order; empty for JSON Lines, where each row names its own.
        delimiter: Between the cells of a CSV file.
    """

    path: Path
    format: FileFormat
    columns: tuple[str, ...] = ()
    delimiter: str = ","

    @classmethod
    def open(cls, path: Path, file_format: FileFormat | None = None) -> Source:
        """A file of rows, its header read.

        Args:
            path: The file; `.csv`, `.tsv`, `.jsonl` or `.ndjson`.
            file_format: How it is written, where its name does not say.

        Raises:
            InputError: It cannot be read, is not UTF-8, or its header has empty or repeated names.
        """
        file_format = file_format or _SUFFIXES.get(path.suffix.lower())
        if file_format is None and path.suffix.lower() in _SPREADSHEETS:
            raise source_error(path, _SPREADSHEET)
        if file_format is None:
            raise source_error(path, "the name does not end in .csv, .tsv, .jsonl or .ndjson; say which format it has")
        try:
            with path.open("rb") as file:
                if file.peek(len(_ZIP)).startswith(_ZIP):
                    raise source_error(path, _SPREADSHEET)
                if file_format == "jsonl":
                    return cls(path, file_format)
                first = file.readline().removeprefix(_BOM).decode("utf-8")
        except OSError as error:
            raise source_error(path, error.strerror or "it cannot be read") from None
        except UnicodeDecodeError:
            raise source_error(path, _NOT_UTF_8) from None
        delimiter = max(_DELIMITERS, key=first.count)
        with path.open("rb") as file:
            header = _Records(cls(path, file_format, (), delimiter), file).next_cells() or []
        _check_header(path, header)
        return cls(path, file_format, tuple(header), delimiter)

    def rows(self) -> Iterator[Row]:
        """The rows in order.

        Raises:
            InputError: From some row on the file cannot be read.
        """
        return (row for row, _ in self.rows_with_offsets())

    def rows_with_offsets(self) -> Iterator[tuple[Row, int]]:
        """The rows in order, each with the byte at which it begins; raises as `rows` does."""
        with self.path.open("rb") as file:
            records = _Records(self, file)
            if self.format == "csv":
                records.next_cells()
            for number in itertools.count(1):
                row = records.next_row(number)
                if row is None:
                    return
                yield row, records.start

    def row_at(self, file: BinaryIO, offset: int, number: int) -> Row:
        """The row that begins at a byte of the open file; raises as `rows` does."""
        file.seek(offset)
        row = _Records(self, file).next_row(number)
        if row is None:
            raise source_error(self.path, f"row {number} is not there any more")
        return row

    def sha256(self) -> str:
        """The checksum of the file, in hexadecimal."""
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


class _Records:
    """The records of an open file, from where it is.

    Attributes:
        start: The byte at which the last record began.
    """

    def __init__(self, source: Source, file: BinaryIO) -> None:
        self._source = source
        self._file = file
        self._position = file.tell()
        self._first_line = True
        self.start = self._position
        self._csv = csv.reader(self._lines(), delimiter=source.delimiter, strict=True)

    def next_row(self, number: int) -> Row | None:
        """The next record; None at the end of the file."""
        columns = self._source.columns
        if self._source.format == "jsonl":
            self._first_line = True
            text = next((line for line in self._lines() if line.strip()), None)
            return None if text is None else _json_row(number, text)
        cells = self.next_cells()
        if cells is None:
            return None
        values = dict(zip(columns, cells, strict=False))
        if len(cells) == len(columns):
            return Row(number, values)
        count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        return Row(number, values, f"The row has {count}, but the header has {len(columns)}.")

    def next_cells(self) -> list[str] | None:
        """The cells of the next record that is not an empty line; None at the end of the file."""
        try:
            while True:
                self._first_line = True
                cells = next(self._csv, None)
                if cells != []:
                    return cells
        except csv.Error as error:
            reason = f"near byte {self._position:,}: {_csv_reason(str(error))}"
            raise source_error(self._source.path, reason) from None

    def _lines(self) -> Iterator[str]:
        """The lines as text, each with its line break."""
        while line := self._file.readline():
            if self._first_line or self._source.format == "jsonl":
                self.start, self._first_line = self._position, False
            begins_file = self._position == 0
            self._position += len(line)
            try:
                yield (line.removeprefix(_BOM) if begins_file else line).decode("utf-8")
            except UnicodeDecodeError:
                raise source_error(self._source.path, f"near byte {self._position:,}: {_NOT_UTF_8}") from None


def _json_row(number: int, text: str) -> Row:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "too large or nested too deeply"
        return Row(number, {}, f"The row is not valid JSON: {reason}.")
    return Row(number, values) if isinstance(values, dict) else Row(number, {}, "The row is not a JSON object.")


_SPREADSHEET = "it is a spreadsheet. Save it as “CSV UTF-8”"
_NOT_UTF_8 = "it is not UTF-8 text. Save it as “CSV UTF-8”"


def source_error(path: Path, reason: str) -> InputError:
    """The error for a file that cannot be read."""
    message = f"{path.name}: {reason}."
    return InputError("The file of rows cannot be read.", [Problem("", "file", message)], code="batch_source")


def _csv_reason(error: str) -> str:
    limit = csv.field_size_limit()
    if "field larger" in error:
        return f"a cell is longer than {limit:,} characters. Is a quotation mark missing?"
    if "unexpected end of data" in error:
        return "the file ends inside quotation marks"
    if "expected after" in error:
        return "text follows a closing quotation mark; write a quotation mark inside a cell twice"
    return error


def _check_header(path: Path, header: list[str]) -> None:
    """Raise for names that are missing or repeated."""
    if not header:
        raise source_error(path, "it is empty; the first row must have the names of the columns")
    empty = [str(place) for place, name in enumerate(header, start=1) if not name.strip()]
    twice = sorted({name for name in header if name.strip() and header.count(name) > 1})
    problems = [Problem("", "header", f"Column {place} has no name.") for place in empty]
    problems += [Problem(name, "header", f"Two columns are called “{name[:80]}”.") for name in twice]
    if problems:
        raise InputError("The header of the file of rows is wrong.", problems, code="batch_source")


def write_cells(columns: tuple[str, ...], values: dict[str, Any], file_format: FileFormat) -> bytes:
    """A line of a result file.

    Args:
        columns: The columns in order; JSON Lines ignores them.
        values: By column. What is neither text nor None is written as JSON in CSV.
        file_format: How the file is written.
    """
    if file_format == "jsonl":
        return (json_text(values) + "\n").encode()
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerow([cell_text(values.get(column)) for column in columns])
    return buffer.getvalue().encode("utf-8", "replace")


def cell_text(value: Any) -> str:
    """A value as the text of a cell: as it is, or as JSON; empty for null."""
    return "" if value is None else as_text(value)
