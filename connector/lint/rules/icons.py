"""Icons: each exists, and none contains anything that a browser would run or load."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from connector import json_pointer
from connector.definition.files import MANIFEST
from connector.lint.folder_view import FolderView
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import CONNECTOR, ICON

_FILE = MANIFEST.as_posix()
_LARGEST = 1_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_ICON_PATH = "icons/things.svg"
# Elements that run code, or embed or animate other content; without a namespace prefix.
_ACTIVE = {
    *("script", "foreignobject", "iframe", "embed", "object", "audio", "video", "handler", "listener"),
    *("set", "animate", "animatemotion", "animatetransform", "discard"),
}
# What loads or runs in CSS; a backslash can spell any of it.
_LINK = re.compile(r"""url\(\s*["']?\s*(?!["'#\s])|src\(|image(-set)?\(|@import|javascript:|\\""", re.IGNORECASE)


@folder_rule(
    "D701",
    "Add the file, or correct the path, which is relative to the connector folder.",
    good={CONNECTOR: {"icon": "icons/things.svg"}},
    bad={CONNECTOR: {"icon": "icons/none.svg"}},
)
def icons_exist(view: FolderView) -> Iterator[Violation]:
    """Every icon is a file in the connector folder.

    Hosts show the icons of the connector and of its groups.
    """
    for place, name in _icons(view).items():
        if _file(view, name) is None:
            yield Violation(_FILE, place, f"The file “{name[:120]}” does not exist in the connector folder.")


@folder_rule(
    "D706",
    "Save the icon as a PNG, or as a plain SVG: no scripts, event attributes, animation, or links to other files.",
    good={_ICON_PATH: ICON.replace("/>", '><g fill="url(#a)"><use href="#b"/></g></svg>')},
    bad={_ICON_PATH: ICON.replace("/>", "><script>alert(1)</script></svg>")},
)
def icons_are_inert(view: FolderView) -> Iterator[Violation]:
    """An icon is a PNG, or an SVG without anything that runs or loads.

    Icons are shown in other people's pages, where a script in one runs with the rights of the page.
    """
    for name in sorted(set(_icons(view).values())):
        path = _file(view, name)
        problem = _problem(path) if path is not None else ""
        if path is not None and problem:
            yield Violation(path.relative_to(view.folder.resolve()).as_posix(), "", problem)


def _icons(view: FolderView) -> dict[str, str]:
    """The paths of all icons, by the pointer that names them."""
    if view.manifest is None:
        return {}
    publication = view.manifest.publication
    icons = {"/icon": view.manifest.icon, "/publication/icon": publication.icon if publication is not None else None}
    for key, group in view.manifest.groups.items():
        icons[json_pointer.join(["groups", key, "icon"])] = group.icon
    return {place: name for place, name in icons.items() if name is not None}


def _file(view: FolderView, name: str) -> Path | None:
    """The file of an icon; None if it is not a regular file in the folder."""
    try:
        path = (view.folder / name).resolve()
        return path if path.is_file() and path.is_relative_to(view.folder.resolve()) else None
    except (OSError, ValueError, RuntimeError):
        return None


def _problem(path: Path) -> str:
    """What makes an icon unsafe; empty when nothing does."""
    try:
        if path.stat().st_size > _LARGEST:
            return f"The icon is larger than {_LARGEST // 1_000_000} MB."
        content = path.read_bytes()
    except OSError as error:
        return f"The icon cannot be read: {error.strerror}."
    if content.startswith(_PNG):
        return ""
    try:
        return _Svg().problem(content)
    except (expat.ExpatError, ValueError, LookupError):
        return "The icon is neither a PNG nor a well-formed SVG."


class _Svg:
    """Looks through an SVG for what a browser would run or load."""

    def __init__(self) -> None:
        self._problem = ""
        self._depth = 0

    def problem(self, content: bytes) -> str:
        """The first thing found; empty when there is none."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = lambda *_: self._report("The icon has a document type declaration.")
        parser.ProcessingInstructionHandler = lambda *_: self._report("The icon has a processing instruction.")
        parser.StartElementHandler = self._element
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True
        with contextlib.suppress(_FoundError):
            parser.Parse(content, True)
        return self._problem

    def _report(self, problem: str) -> None:
        self._problem = problem
        raise _FoundError

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        self._depth += 1
        if self._depth == 1 and local != "svg":
            self._report("The icon is neither a PNG nor an SVG.")
        if local in _ACTIVE:
            self._report(f"The icon has the element <{local}>.")
        for attribute, value in attributes.items():
            short = attribute.rpartition(":")[2].lower()
            if short.startswith("on"):
                self._report(f"The icon has the event attribute “{short}”.")
            if short in {"href", "src"} and not value.strip().startswith("#"):
                self._report("The icon links to another file or URL.")
            if not attribute.startswith("xmlns"):
                self._text(value)

    def _text(self, text: str) -> None:
        if _LINK.search(text):
            self._report("The icon links to another file or URL.")


class _FoundError(Exception):
    """Ends the parsing of an icon."""
