"""Templates: texts with `{connection.field}` and `{input}` in them, filled in when a request is made."""

from __future__ import annotations

import re
from collections.abc import Callable

_NAME = re.compile(r"{([^{}]+)}")
_CONNECTION = "connection."


def names(*templates: str) -> tuple[str, ...]:
    """Every name in braces, in order."""
    return tuple(name for template in templates if "{" in template for name in _NAME.findall(template))


def split(template: str) -> tuple[str, ...]:
    """The texts of a template, with the names in braces between them."""
    return tuple(_NAME.split(template)) if "{" in template else (template,)


def connection_fields(*templates: str) -> tuple[str, ...]:
    """The fields of the connection that the templates name, each once."""
    found = names(*templates)
    return found and tuple(dict.fromkeys([name[len(_CONNECTION) :] for name in found if name.startswith(_CONNECTION)]))


def input_names(*templates: str) -> tuple[str, ...]:
    """The inputs that the templates name, each once."""
    return tuple(dict.fromkeys(name for name in names(*templates) if not name.startswith(_CONNECTION)))


def fill(template: str, value_of: Callable[[str], str]) -> str:
    """The template with the value of each name in its place."""
    return _NAME.sub(lambda found: value_of(found[1]), template) if "{" in template else template


def fill_connection(template: str, value_of: Callable[[str], str]) -> str:
    """The template with the value of each field of the connection in its place; other names stay as they are."""
    return fill(
        template,
        lambda name: value_of(name.removeprefix(_CONNECTION)) if name.startswith(_CONNECTION) else f"{{{name}}}",
    )


def is_filled(template: str, text: str) -> bool:
    """Whether a path is the one of a template, whatever values are in the place of its names."""
    pattern = "".join("[^/]+" if place % 2 else re.escape(piece) for place, piece in enumerate(split(template)))
    return re.fullmatch(pattern, text) is not None


def placeholder(field: str) -> str:
    """How a template names a field of the connection."""
    return f"{{{_CONNECTION}{field}}}"
