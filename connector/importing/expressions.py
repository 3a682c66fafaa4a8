"""Expressions of policies as templates: `@connectionParameters('x')` becomes `{connection.x}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

CALL = re.compile(r"@\{?\s*([A-Za-z][\w.]*)\(([^()]*)\)(?:\s*\})?")
_IN_BODY = re.compile(r"@\{?\s*body\(\s*\)((?:[./]\w+|\['[^']+'\])*)\s*\}?")
_STEP = re.compile(r"[./](\w+)|\['([^']+)'\]")
_CONNECTION = "connectionparameters"
_ARGUMENT = re.compile(r"'([^']*)'|\"([^\"]*)\"|([^,\s][^,]*)")

Lookup = Callable[[str], str | None]


class UnsupportedError(Exception):
    """An expression that has no template; its text says why, as the end of a sentence."""


def template_of(
    text: str,
    connection: Callable[[str, str | None], str],
    lookups: Mapping[str, Lookup],
    *,
    placeholders: bool = False,
) -> str:
    """The template that an expression is.

    Args:
        text: The value of a policy, with any number of expressions in it.
        connection: Gives the template of a connection parameter; its second argument is the value where there is none.
        placeholders: Whether braces in the text are names of parameters.
        lookups: For each other function, such as `header`, what gives the template of a name; None for nothing.

    Raises:
        UnsupportedError: It uses a function that needs the cloud.
    """

    def replaced(found: re.Match[str]) -> str:
        name = found[1].rpartition(".")[2].casefold().removesuffix("s")
        arguments = [a or b or c.strip() for a, b, c in _ARGUMENT.findall(found[2])]
        if name == "connectionparameter" and arguments:
            return connection(arguments[0], arguments[1] if len(arguments) > 1 else None)
        lookup = lookups.get(name)
        if lookup is None or not arguments:
            raise UnsupportedError(f"uses “{found[0][:80]}”, which only the cloud can evaluate")
        value = lookup(arguments[0])
        return (arguments[1] if len(arguments) > 1 else "") if value is None else value

    if set(CALL.sub("", text)) & set("{}") and not placeholders:
        raise UnsupportedError("has braces in a text")
    made = CALL.sub(replaced, text)
    left = re.search(r"@\w[\w.]*\(|@\{", made)
    if left is not None:
        raise UnsupportedError(f"uses “{text[:80]}”, which only the cloud can evaluate")
    return made


def connection_names(text: str) -> list[str]:
    """The connection parameters that an expression cannot do without."""
    calls = ((found[1], _ARGUMENT.findall(found[2])) for found in CALL.finditer(text))
    wanted = [arguments[0] for name, arguments in calls if name.casefold() == _CONNECTION and len(arguments) == 1]
    return [a or b or c.strip() for a, b, c in wanted]


def body_path(text: str) -> tuple[str, ...] | None:
    """The steps of a path such as `@body().a.b`; None for any other expression."""
    found = _IN_BODY.fullmatch(text)
    return tuple(a or b for a, b in _STEP.findall(found[1])) if found is not None else None
