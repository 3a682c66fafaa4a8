"""The icons: one for the connector and one per group, square, opaque, on the brand's colour."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

import pytest

from tests.courier import BUNDLE

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = BUNDLE.manifest
ICONS = {"connector": MANIFEST.icon or ""} | {key: group.icon or "" for key, group in MANIFEST.groups.items()}


def pixels(path: Path) -> tuple[int, int, list[tuple[int, ...]]]:
    """Width, height and pixels of a PNG of eight bits a channel and no alpha: nothing in it can be seen through."""
    content = path.read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", content[16:26])
    assert (content[:8], depth, kind) == (b"\x89PNG\r\n\x1a\n", 8, 2), "RGB without alpha, eight bits a channel"
    data, place = b"", 8
    while place < len(content):
        length, name = struct.unpack(">I4s", content[place : place + 8])
        data += content[place + 8 : place + 8 + length] if name == b"IDAT" else b""
        place += length + 12
    raw, stride = zlib.decompress(data), width * 3
    above, found = bytes(stride), []
    for row in range(height):
        line = unfiltered(raw[row * (stride + 1)], raw[row * (stride + 1) + 1 : (row + 1) * (stride + 1)], above)
        found += [tuple(line[at : at + 3]) for at in range(0, stride, 3)]
        above = line
    return width, height, found


def unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    done = bytearray(line)
    for at in range(len(done)):
        left = done[at - 3] if at >= 3 else 0
        corner = above[at - 3] if at >= 3 else 0
        guess = left + above[at] - corner
        nearest = min((left, above[at], corner), key=lambda value: abs(guess - value))
        done[at] = (done[at] + (0, left, above[at], (left + above[at]) // 2, nearest)[kind]) % 256
    return bytes(done)


@pytest.mark.parametrize("name", ICONS)
def test_the_source_is_a_square_drawing_on_the_brands_colour(name: str) -> None:
    source = (ROOT / ICONS[name]).read_text(encoding="utf-8")
    assert re.search(r'viewBox="0 0 (\d+) \1"', source)
    assert MANIFEST.brand_color in source.lower()


@pytest.mark.parametrize("name", ICONS)
def test_the_rendering_is_square_opaque_and_on_the_brands_colour(name: str) -> None:
    width, height, found = pixels((ROOT / ICONS[name]).with_suffix(".png"))
    assert width == height
    ground = tuple(bytes.fromhex(MANIFEST.brand_color.removeprefix("#")))
    corners = [found[0], found[width - 1], found[-width], found[-1]]
    assert set(corners) == {ground}
    assert sum(pixel != ground for pixel in found) > len(found) // 20, "something is drawn"


def test_no_two_icons_are_the_same() -> None:
    drawings = [(ROOT / icon).read_bytes() for icon in ICONS.values()]
    assert len(set(drawings)) == len(drawings)
