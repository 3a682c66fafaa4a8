"""Numbers as text: the same in Python as in JavaScript, so that both send the same bytes and say the same sentences."""

from __future__ import annotations

import re

_LARGEST = 1e21
"""From here on ECMAScript writes whole numbers with an exponent."""

_LEAST_EXPONENT = -6
"""Of the smallest number that it writes without one."""

_FLOAT = re.compile(r"(?:^|[\s:\[,])-?\d+(?:\.|e)")
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|-?\d++(?:\.\d+)?(?:e[+-]\d+)?')
"""A text, which may be of megabytes and is therefore never gone back into, or a number."""


def number_text(value: float) -> str:
    """A number as ECMAScript writes it (`Number::toString`): 20 for 20.0, 0.00001, 1e-7, 1e+21."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < _LARGEST:
        return str(int(value))
    digits, _, exponent = repr(value).partition("e")
    if not exponent or value.is_integer():
        return repr(value)
    if int(exponent) < _LEAST_EXPONENT:
        return f"{digits}e{int(exponent)}"
    return f"{value:.{len(digits.strip('-').replace('.', '')) - 1 - int(exponent)}f}"


def with_number_texts(text: str) -> str:
    """A JSON text with its numbers as `number_text` has them."""
    return _TOKEN.sub(_token, text) if _FLOAT.search(text) else text


def _token(match: re.Match[str]) -> str:
    token = match[0]
    return token if token[0] == '"' or token.lstrip("-").isdigit() else number_text(float(token))
