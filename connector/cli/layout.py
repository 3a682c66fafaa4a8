"""Text laid out for a terminal: wrapped lines, tables, names beside values. Widths are columns of the terminal."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from typing import TextIO

_GAP = "  "
_MIN_COLUMN = 18
"""A column narrower than this is not wrapped: it would be hard to read."""

_MIN_TERMINAL = 20
_DEFAULT_TERMINAL = 100
_MAX_PROSE = 100
_ZERO_WIDTH = {"Mn", "Me", "Cf"}


def terminal_width(stream: TextIO | None = None) -> int:
    """Columns of the terminal behind a stream (stdout if left out); `COLUMNS` overrides it, and 100 is the default."""
    override = os.environ.get("COLUMNS", "")
    if re.fullmatch("0*[1-9][0-9]{0,3}", override):
        return max(_MIN_TERMINAL, int(override))
    try:
        columns = os.get_terminal_size((stream or sys.stdout).fileno()).columns
    except (AttributeError, ValueError, OSError):
        columns = 0
    return max(_MIN_TERMINAL, columns or _DEFAULT_TERMINAL)


def prose_width(stream: TextIO | None = None) -> int:
    """Columns for sentences: the terminal's, but no more than can be read comfortably."""
    return min(terminal_width(stream), _MAX_PROSE)


def display_width(text: str) -> int:
    """How many columns the text takes: East Asian letters and emoji two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.category(char) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrap(text: str, width: int | None = None) -> list[str]:
    """The lines of a text, none wider than `width` columns; its own line breaks stay."""
    width = prose_width() if width is None else width
    lines: list[str] = []
    for paragraph in text.replace("\t", " ").split("\n"):
        lines += _wrap_paragraph(paragraph, max(1, width))
    return lines


def _wrap_paragraph(text: str, width: int) -> list[str]:
    if display_width(text) <= width:
        return [text.rstrip()]
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if display_width(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, width)
        lines += whole
    return [*lines, line]


def _pieces(word: str, width: int) -> list[str]:
    """A word that is too long for a line, cut; IDs and addresses stay whole, because people copy them."""
    if word.isascii():
        return [word]
    pieces, piece, used = [], "", 0
    for char in word:
        columns = _char_width(char)
        if piece and used + columns > width:
            pieces.append(piece)
            piece, used = "", 0
        piece += char
        used += columns
    return [*pieces, piece]


def indent(text: str, columns: int) -> list[str]:
    """The wrapped lines of a text, each indented."""
    return [" " * columns + line for line in wrap(text, prose_width() - columns)]


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """A table that fits the terminal: the first columns that do, and the names of the others below.

    Where fewer than two columns fit, each row is a block of names and values instead.
    """
    width = terminal_width() if width is None else width
    columns = [[row[place] for row in [headers, *rows]] for place in range(len(headers))]
    least = [max(map(_min_width, column)) for column in columns]
    shown = _fitting(least, width)
    if len(shown) < min(2, len(columns)):
        return _row_blocks(headers, rows)
    widths = _column_widths([columns[place] for place in shown], [least[place] for place in shown], width)
    head = [headers[place] for place in shown]
    lines = [_line(head, widths), _line(["-" * each for each in widths], widths)]
    for row in rows:
        lines += _row_lines([row[place] for place in shown], widths)
    others = ", ".join(name for place, name in enumerate(headers) if place not in shown)
    return "\n".join([*lines, *(wrap(f"(not shown: {others})", width) if others else [])])


def _fitting(least: Sequence[int], width: int) -> list[int]:
    """The columns that fit beside each other, the first ones first."""
    shown: list[int] = []
    left = width + len(_GAP)
    for place, columns in enumerate(least):
        if columns + len(_GAP) <= left:
            shown.append(place)
            left -= columns + len(_GAP)
    return shown


def name_value_lines(rows: Sequence[tuple[str, str]], width: int | None = None) -> list[str]:
    """Names beside values: the names whole, the values wrapped."""
    width = terminal_width() if width is None else width
    names = max((display_width(name) for name, _ in rows), default=0)
    values = max(_MIN_COLUMN, width - names - len(_GAP))
    lines: list[str] = []
    for name, value in rows:
        lines += _row_lines((name, value), [names, values])
    return lines


def _column_widths(columns: Sequence[Sequence[str]], least: Sequence[int], width: int) -> list[int]:
    """Widths that add up to the terminal's at most: the widest columns are wrapped first, none below its least."""
    widths = [max(display_width(line) for cell in column for line in cell.split("\n")) for column in columns]
    least = [min(pair) for pair in zip(widths, least, strict=True)]
    for _ in range(sum(widths) + len(_GAP) * (len(widths) - 1) - width):
        at = max(range(len(widths)), key=lambda place: widths[place] - least[place])
        widths[at] -= 1
    return widths


def _min_width(cell: str) -> int:
    """The fewest columns in which the cell can still be read."""
    words = [display_width(word) if word.isascii() else min(display_width(word), _MIN_COLUMN) for word in cell.split()]
    return max([min(display_width(cell), _MIN_COLUMN), *words])


def _row_blocks(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Each row as names and values, empty ones left out."""
    lines: list[str] = []
    for number, row in enumerate(rows, start=1):
        filled = [(name, cell) for name, cell in zip(headers, row, strict=True) if cell]
        lines += [f"[{number}]", *(f"  {line}" for line in name_value_lines(filled, terminal_width() - 2))]
    return "\n".join(lines)


def _row_lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """A row as lines of text, each cell wrapped in its column."""
    wrapped = [wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, wrapped))
    return [
        _line([lines[number] if number < len(lines) else "" for lines in wrapped], widths) for number in range(height)
    ]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - display_width(cell)) for cell, width in zip(cells, widths, strict=True)]
    return _GAP.join(padded).rstrip()
