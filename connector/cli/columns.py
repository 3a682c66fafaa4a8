"""Text set in columns, by the room its letters take on a terminal rather than by their number."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Sequence

_GAP = "  "
_NARROWEST = 18
"""Columns. A broken column that is narrower than this is harder to read than a block per row."""

_WIDEST_PROSE = 100
_NO_ROOM = {"Mn", "Me", "Cf"}


def width() -> int:
    """Columns of the terminal; 100 where there is none."""
    return max(20, shutil.get_terminal_size((100, 24)).columns)


def columns(text: str) -> int:
    """How many columns the text takes: East Asian letters and emoji two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(char) for char in text)


def _columns_of(char: str) -> int:
    if unicodedata.category(char) in _NO_ROOM:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrap(text: str, room: int | None = None) -> list[str]:
    """The lines of a text, none wider than `room` columns; its own line breaks stay."""
    room = min(width(), _WIDEST_PROSE) if room is None else room
    lines: list[str] = []
    for paragraph in text.replace("\t", " ").split("\n"):
        lines += _wrap_paragraph(paragraph, max(1, room))
    return lines


def _wrap_paragraph(text: str, room: int) -> list[str]:
    if columns(text) <= room:
        return [text.rstrip()]
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if columns(longer) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, room)
        lines += whole
    return [*lines, line]


def _pieces(word: str, room: int) -> list[str]:
    """A word that is too long for a line, cut; ids and addresses stay whole, for people copy them."""
    if word.isascii():
        return [word]
    pieces, piece, taken = [], "", 0
    for char in word:
        need = _columns_of(char)
        if piece and taken + need > room:
            pieces.append(piece)
            piece, taken = "", 0
        piece += char
        taken += need
    return [*pieces, piece]


def indented(text: str, by: int) -> list[str]:
    """The wrapped lines of a text, moved to the right."""
    return [" " * by + line for line in wrap(text, min(width(), _WIDEST_PROSE) - by)]


def grid(headers: Sequence[str], rows: Sequence[Sequence[str]], room: int | None = None) -> str:
    """A table that fits the terminal; where the columns would become too narrow, a block per row."""
    fitted = _fitted(headers, rows, width() if room is None else room)
    if fitted is None:
        return _blocks(headers, rows)
    lines = [_line(headers, fitted), _line(["-" * each for each in fitted], fitted)]
    for row in rows:
        lines += _cells(row, fitted)
    return "\n".join(lines)


def pairs(rows: Sequence[tuple[str, str]], room: int | None = None) -> list[str]:
    """Names and values beside each other, the names whole and the values wrapped."""
    room = width() if room is None else room
    names = max((columns(name) for name, _ in rows), default=0)
    values = max(_NARROWEST, room - names - len(_GAP))
    lines: list[str] = []
    for name, value in rows:
        lines += _cells((name, value), [names, values])
    return lines


def _fitted(headers: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Widths of the columns, the room taken from the widest first; None where a word would have to be cut."""
    cells = [[row[place] for row in [headers, *rows]] for place in range(len(headers))]
    widths = [max(columns(line) for cell in column for line in cell.split("\n")) for column in cells]
    least = [min(wide, max(map(_narrowest, column))) for wide, column in zip(widths, cells, strict=True)]
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - room
    while excess > 0:
        at = max(range(len(widths)), key=lambda place: widths[place] - least[place])
        if widths[at] == least[at]:
            return None
        widths[at] -= 1
        excess -= 1
    return widths


def _narrowest(cell: str) -> int:
    """The fewest columns in which the cell can still be read."""
    words = [columns(word) if word.isascii() else min(columns(word), _NARROWEST) for word in cell.split()]
    return max([min(columns(cell), _NARROWEST), *words])


def _blocks(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Each row as names and values, without what is empty."""
    lines: list[str] = []
    for number, row in enumerate(rows, start=1):
        told = [(name, cell) for name, cell in zip(headers, row, strict=True) if cell]
        lines += [f"[{number}]", *(f"  {line}" for line in pairs(told, width() - 2))]
    return "\n".join(lines)


def _cells(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """A row as lines of text: each cell wrapped in its column."""
    wrapped = [wrap(cell, room) for cell, room in zip(row, widths, strict=True)]
    height = max(map(len, wrapped))
    return [
        _line([lines[number] if number < len(lines) else "" for lines in wrapped], widths) for number in range(height)
    ]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (room - columns(cell)) for cell, room in zip(cells, widths, strict=True)]
    return _GAP.join(padded).rstrip()
