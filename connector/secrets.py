"""Keeping secrets, and characters that steer a terminal, out of what people see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

MASK = "••••••"
_SHORTEST = 4
"""Characters. A shorter text is not a secret, and masking it would only break up words."""

# C0 without tab and newline, DEL, C1: what a terminal would obey instead of showing.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


_BETWEEN = r"[\s\ufeff\x00-\x1f\x7f-\x9f]"
"""What may have been changed between the parts of a secret."""


_BLANKS = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What is white space in Python or in JavaScript."""


class Secret:
    """A text that shows itself only when asked by name.

    It compares by value, hashes, and cannot be pickled or formatted into a message.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself. Never log it, never put it into a message."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("A secret cannot be pickled: hand over the connection's name instead.")


class Secrets(dict[str, str]):
    """Secrets by name, where they are needed as plain text; shown, as in a traceback with locals, they are masked."""

    def __repr__(self) -> str:
        return repr(dict.fromkeys(self, MASK))


class SecretText(str):
    """A text with a secret in it, such as a URL; shown, as in a traceback with locals, it is masked."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)


class SecretTexts(tuple[str, ...]):
    """Texts to keep out of messages; shown, they are masked."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"({MASK!r} * {len(self)})"


def mask(text: str, secrets: Iterable[str]) -> str:
    """`text` with every occurrence of every secret replaced; the longest first, so that no tail stays.

    Where white space of a secret was changed, or control characters of it were taken out, it is still found.
    """
    for secret in sorted((text for text in secrets if len(text) >= _SHORTEST), key=len, reverse=True):
        text = text.replace(secret, MASK)
        pattern = _loosely(secret)
        if pattern is not None:
            text = pattern.sub(MASK, text)
    return text


def mask_json(value: Any, secrets: Sequence[Any]) -> Any:
    """A JSON value with every secret in it replaced: texts anywhere, others where a whole value is one."""
    texts = [secret for secret in secrets if isinstance(secret, str)]
    whole = [secret for secret in secrets if secret and not isinstance(secret, bool)]

    def shown(item: Any) -> Any:
        if item in whole and not isinstance(item, bool):
            return MASK
        if isinstance(item, str):
            return mask(item, texts)
        if isinstance(item, list):
            return [shown(each) for each in item]
        return {mask(key, texts): shown(each) for key, each in item.items()} if isinstance(item, dict) else item

    try:
        return shown(value)
    except RecursionError:
        return MASK


def _loosely(secret: str) -> re.Pattern[str] | None:
    """Finds a secret with blanks or control characters in it however they were changed; None where it has none."""
    parts = [re.escape(part) for part in re.split(rf"{_BETWEEN}+", secret) if part]
    if not parts or (len(parts) == 1 and re.escape(secret) == parts[0]):
        return None
    return re.compile(f"{_BETWEEN}*".join(parts))


def stripped(text: str) -> str:
    """`text` without the white space and byte order marks at its ends, as people paste them."""
    return text.strip(_BLANKS)


def one_line(text: str) -> str:
    """`text` on one line: what is printable, with one blank for white space and byte order marks."""
    return " ".join(printable(text).replace("\ufeff", " ").split())


def printable(text: str) -> str:
    """`text` without the characters that would move a cursor, change a colour or ring a bell; half ones become `?`."""
    shown = _CONTROL.sub("", text)
    return shown if shown.isascii() else shown.encode("utf-8", "replace").decode()
