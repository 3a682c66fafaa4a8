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
