"""An icon that could run or load something is a finding."""

from __future__ import annotations

import pytest

from connector.lint.sample_folder import CONNECTOR, ICON
from tests.connector.lint.conftest import Check

PNG = b"\x89PNG\r\n\x1a\n"
PLAIN = ICON.replace("/>", '>%s<rect id="a" fill="#fff"/></svg>')


def svg(inside: str) -> str:
    return PLAIN % inside


@pytest.mark.parametrize(
    ("icon", "message"),
    [
        (svg("<script>alert(1)</script>"), "The icon has the element <script>."),
        (svg('<x:script xmlns:x="http://www.w3.org/2000/svg"/>'), "The icon has the element <script>."),
        (svg("<foreignObject><p/></foreignObject>"), "The icon has the element <foreignobject>."),
        (svg('<a><animate attributeName="href" to="javascript:x()"/></a>'), "The icon has the element <animate>."),
        (ICON.replace("/>", ' onload="x()"/>'), "The icon has the event attribute “onload”."),
        (svg('<g OnClick="x()"/>'), "The icon has the event attribute “onclick”."),
        (svg('<image href="https://example.com/a.png"/>'), "The icon links to another file or URL."),
        (
            svg('<use xmlns:x="http://www.w3.org/1999/xlink" x:href="a.svg#b"/>'),
            "The icon links to another file or URL.",
        ),
        (svg('<image href="data:image/svg+xml,x"/>'), "The icon links to another file or URL."),
        (svg('<a href=" javascript:x()"/>'), "The icon links to another file or URL."),
        (svg('<g fill="url(https://example.com/a)"/>'), "The icon links to another file or URL."),
        (svg('<g style="fill: url( &quot;//example.com/a&quot;)"/>'), "The icon links to another file or URL."),
        (svg("<style>@import 'a.css';</style>"), "The icon links to another file or URL."),
        (svg("<style>g { fill: u\\72l(//example.com) }</style>"), "The icon links to another file or URL."),
        (svg("<style>g { fill: u&#114;l(//example.com) }</style>"), "The icon links to another file or URL."),
        (svg("<style>g { cursor: image-set('a.png' 1x) }</style>"), "The icon links to another file or URL."),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]>" + ICON, "The icon has a document type declaration."),
        ("<?xml-stylesheet href='a.css'?>" + ICON, "The icon has a processing instruction."),
        ("<html/>", "The icon is neither a PNG nor an SVG."),
        ("<svg", "The icon is neither a PNG nor a well-formed SVG."),
        (b"GIF89a", "The icon is neither a PNG nor a well-formed SVG."),
        (b"\xff\xfe\x00", "The icon is neither a PNG nor a well-formed SVG."),
        ("", "The icon is neither a PNG nor a well-formed SVG."),
        ("<svg>" + " " * 1_000_000 + "</svg>", "The icon is larger than 1 MB."),
    ],
)
def test_what_a_browser_would_run_or_load_is_a_finding(check: Check, icon: str | bytes, message: str) -> None:
    found = check({"icons/things.svg": icon})
    assert [(finding.rule, finding.file, finding.message) for finding in found] == [
        ("D706", "icons/things.svg", message)
    ]


@pytest.mark.parametrize(
    "icon",
    [
        svg('<defs><linearGradient id="b"/></defs><g fill="url(#b)"/><use href="#a"/>'),
        svg('<style>g { fill: url("#a") }</style><g on="1px"/>'.replace(' on="1px"', "")),
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- A square. -->\n' + svg("<title>Things</title>"),
        PNG,
    ],
)
def test_a_plain_drawing_is_fine(check: Check, icon: str | bytes) -> None:
    assert check({"icons/things.svg": icon}) == []


def test_an_icon_under_any_name_is_looked_at_once(check: Check) -> None:
    changes = {CONNECTOR: {"icon": "icons/a.txt", "groups": {"things": {"icon": "icons/a.txt"}}}}
    found = check({**changes, "icons/a.txt": svg("<script/>")})
    assert [(finding.rule, finding.file) for finding in found if finding.rule == "D706"] == [("D706", "icons/a.txt")]
