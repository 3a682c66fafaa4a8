"""The icon of a connector without one: its letter in the middle, to be read on any colour."""

from __future__ import annotations

import re
import struct
import zlib

import pytest

from connector.export.letter_icon import letter_png, letter_svg


def ink_of(png: bytes, color: str) -> list[tuple[int, int]]:
    """The places of the pixels that are not of the colour."""
    side = struct.unpack(">I", png[16:20])[0]
    size = struct.unpack(">I", png[33:37])[0]
    data = zlib.decompress(png[41 : 41 + size])
    ground = bytes.fromhex(color.removeprefix("#"))
    rows = [data[y * (3 * side + 1) + 1 : (y + 1) * (3 * side + 1)] for y in range(side)]
    return [(x, y) for y, row in enumerate(rows) for x in range(side) if row[3 * x : 3 * x + 3] != ground]


@pytest.mark.parametrize("side", [60, 230])
def test_the_letter_is_in_the_middle(side: int) -> None:
    places = ink_of(letter_png("Harbour", "#336699", side), "#336699")
    for axis in (0, 1):
        values = [place[axis] for place in places]
        assert abs(min(values) - (side - 1 - max(values))) <= 1


def test_the_svg_has_the_letter_in_the_middle_too() -> None:
    squares = re.findall(r"M(\d+) (\d+)h(\d+)", letter_svg("Harbour", "#336699").decode())
    for axis in (0, 1):
        values = [int(square[axis]) for square in squares]
        assert min(values) == 64 - max(values) - int(squares[0][2])


def test_letters_differ_and_a_title_without_one_gets_a_disc() -> None:
    drawn = {letter_svg(title, "#336699") for title in ("Harbour", "Éclair", "3D", "東京")}
    assert len(drawn) == 4
    assert letter_svg("Éclair", "#336699") == letter_svg("eclair", "#336699")


@pytest.mark.parametrize(("color", "ink"), [("#102030", b"\xff\xff\xff"), ("#f0f0a0", None)])
def test_the_letter_can_be_read_on_its_color(color: str, ink: bytes | None) -> None:
    fill = re.findall(r'fill="(#[0-9a-f]+)"', letter_svg("Harbour", color).decode())[-1]
    assert (fill in {"#fff", "#ffffff"}) == (ink is not None)


H = """
#...#
#...#
#...#
#####
#...#
#...#
#...#
"""
A = """
.###.
#...#
#...#
#####
#...#
#...#
#...#
"""
NINE = """
.###.
#...#
#...#
.####
....#
...#.
.##..
"""
DISC = """
.....
.###.
#####
#####
#####
.###.
.....
"""


@pytest.mark.parametrize(
    ("title", "picture"), [("Harbour", H), ("archive", A), (" 9 lives", NINE), ("東京", DISC), ("", DISC)]
)
def test_a_letter_is_five_by_seven_squares_in_both_formats(title: str, picture: str) -> None:
    lines = picture.split()
    expected = {(x, y) for y, line in enumerate(lines) for x, mark in enumerate(line) if mark == "#"}
    svg = letter_svg(title, "#336699").decode()
    squares = re.findall(r"M(\d+) (\d+)h6v6h-6z", svg)
    assert {((int(x) - 17) / 6, (int(y) - 11) / 6) for x, y in squares} == expected
    assert 'viewBox="0 0 64 64" width="64" height="64"' in svg
    for side, pixel in ((230, 20), (60, 5), (11, 1)):
        left, top = (side - 5 * pixel) // 2, (side - 7 * pixel) // 2
        inked = {
            (left + x * pixel + right, top + y * pixel + down)
            for x, y in expected
            for right in range(pixel)
            for down in range(pixel)
        }
        assert set(ink_of(letter_png(title, "#336699", side), "#336699")) == inked


def test_the_png_is_sound_and_230_pixels_wide() -> None:
    png = letter_png("Harbour", "#336699")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    rest, chunks = png[8:], []
    while rest:
        size = struct.unpack(">I", rest[:4])[0]
        kind, data = rest[4:8], rest[8 : 8 + size]
        assert struct.unpack(">I", rest[8 + size : 12 + size])[0] == zlib.crc32(kind + data)
        chunks.append((kind, data))
        rest = rest[12 + size :]
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", chunks[0][1]) == (230, 230, 8, 2, 0, 0, 0)
    pixels = zlib.decompress(chunks[1][1])
    assert len(pixels) == 230 * (3 * 230 + 1)
    assert {pixels[row * 691] for row in range(230)} == {0}


@pytest.mark.parametrize(
    ("color", "is_light"),
    [
        *[("#969696", False), ("#979797", True)],
        *[("#ff7878", True), ("#ff6464", False), ("#78ff78", True), ("#00ff00", False), ("#00ff05", True)],
        *[("#8282ff", False), ("#9090ff", True), ("#ffff00", True), ("#ff0000", False), ("#0000ff", False)],
    ],
)
def test_the_ink_is_dark_on_what_the_eye_sees_as_light(color: str, is_light: bool) -> None:
    assert ('fill="#1a1a1a"' in letter_svg("Harbour", color).decode()) is is_light
