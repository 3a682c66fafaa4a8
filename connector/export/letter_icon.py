"""The icon of a connector that brings none: its first letter on its colour, as SVG and as PNG."""

from __future__ import annotations

import struct
import unicodedata
import zlib
from collections.abc import Iterator

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_ROWS = (
    "0e11111f1111111e11111e11111e0e11101010110e1e11111111111e1f10101e10101f1f10101e1010100e11101711110f1111111f111111"
    "0e04040404040e0702020202120c111214181412111010101010101f111b1515111111111119151311110e11111111110e1e11111e101010"
    "0e11111115120d1e11111e1412110f10100e01011e1f0404040404041111111111110e11111111110a041111111515150a11110a040a1111"
    "1111110a0404041f01020408101f0e11131519110e040c040404040e0e11010204081f1f02040201110e02060a121f02021f101e0101110e"
    "0608101e11110e1f0102040808080e11110e11110e0e11110f01020c"
)
"""Seven rows of five pixels for each letter, a byte for each row."""
_DISC = bytes.fromhex("000e1f1f1f0e00")
_WIDTH, _HEIGHT = 5, 7
_LIGHT = 150


def letter_svg(title: str, color: str) -> bytes:
    """The first letter of a title on a colour such as `#336699`, as an SVG."""
    side, pixel = 64, 6
    left, top = (side - _WIDTH * pixel) // 2, (side - _HEIGHT * pixel) // 2
    squares = "".join(f"M{left + x * pixel} {top + y * pixel}h{pixel}v{pixel}h-{pixel}z" for x, y in _pixels(title))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}">'
        f'<rect width="{side}" height="{side}" fill="{color}"/><path d="{squares}" fill="{_ink(color)}"/></svg>\n'
    ).encode()


def letter_png(title: str, color: str, side: int = 230) -> bytes:
    """The same as a square PNG, `side` pixels wide."""
    pixel = side // 11
    left, top = (side - _WIDTH * pixel) // 2, (side - _HEIGHT * pixel) // 2
    ground, ink = (bytes.fromhex(each.removeprefix("#")) for each in (color, _ink(color)))
    rows = [bytearray(ground * side) for _ in range(side)]
    for x, y in _pixels(title):
        start = 3 * (left + x * pixel)
        for row in range(top + y * pixel, top + (y + 1) * pixel):
            rows[row][start : start + 3 * pixel] = ink * pixel
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _pixels(title: str) -> Iterator[tuple[int, int]]:
    """The pixels of the letter, by column and row; of a disc where the title begins with none of these letters."""
    plain = unicodedata.normalize("NFKD", title.strip())[:1].upper()
    place = _LETTERS.find(plain) if plain else -1
    rows = _DISC if place < 0 else bytes.fromhex(_ROWS[place * 14 : place * 14 + 14])
    for y, row in enumerate(rows):
        yield from ((x, y) for x in range(_WIDTH) if row >> (_WIDTH - 1 - x) & 1)


def _ink(color: str) -> str:
    """White, or nearly black on a light colour."""
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return "#1a1a1a" if 0.299 * red + 0.587 * green + 0.114 * blue > _LIGHT else "#ffffff"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
