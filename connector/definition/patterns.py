r"""Regular expressions in definitions: a subset that means the same in Python and JavaScript and always ends soon.

The subset is literals, `.`, classes, `\d \w \s \b` and their negations, `^`, `$`, groups, alternatives and greedy
quantifiers. Backreferences, look-around, named groups, flags and lazy quantifiers are not part of it.

Both languages match by backtracking. The number of ways in which a pattern can match a text bounds the time that this
takes, and `parse` counts them: a quantifier multiplies them by the number of repetitions it allows, and a quantifier
without an upper bound must not repeat anything that can itself match in several ways, such as `(a+)+` or `(a|b)*`.
"""

from __future__ import annotations

import functools
import re
import sys
from typing import NamedTuple

MAX_WAYS = 10_000_000
"""Ways to match that a pattern may have; the slowest pattern at this bound takes about a second in Python."""

LONGEST_TEXT = 1_000_000
"""Characters that a text without `maxLength` is assumed to have."""

_LONGEST_PATTERN = 1_000
_LARGEST_COUNT = 1_000
_LARGEST_SIZE = 10_000
_DEEPEST_GROUP = 20

_Ranges = tuple[tuple[int, int], ...]


def _ranges(text: str) -> _Ranges:
    """The ranges of code points in the pairs of a text."""
    return tuple((ord(text[place]), ord(text[place + 1])) for place in range(0, len(text), 2))


def _others(ranges: _Ranges) -> _Ranges:
    """Every code point that is in none of the ranges, which are in order."""
    starts = [0, *(last + 1 for _, last in ranges)]
    ends = [*(first - 1 for first, _ in ranges), sys.maxunicode]
    return tuple((start, end) for start, end in zip(starts, ends, strict=True) if start <= end)


_LINE_ENDS = _ranges("\n\n\r\r\u2028\u2029")
_CLASSES = {
    "d": _ranges("09"),
    "w": _ranges("09AZ__az"),
    # The white space of ECMAScript; Python's own differs.
    "s": _ranges(
        "\t\r  \u00a0\u00a0\u1680\u1680\u2000\u200a\u2028\u2029\u202f\u202f\u205f\u205f\u3000\u3000\ufeff\ufeff"
    ),
}
_CLASSES |= {name.upper(): _others(ranges) for name, ranges in _CLASSES.items()}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_WORD = "[0-9A-Z_a-z]"
_BOUNDARIES = {
    "b": f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
    "B": f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))",
}


class UnsafePatternError(ValueError):
    """The regular expression is outside the subset, or could take too long."""


class _Part(NamedTuple):
    """A part of a pattern.

    Attributes:
        source: The same part in Python's syntax.
        ways: In how many ways it can match at one place of a text.
        size: How many characters it is when written out.
    """

    source: str
    ways: int
    size: int


def compile_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The pattern for Python, with the meaning that it has in JavaScript.

    Raises:
        UnsafePatternError: It is outside the subset.
    """
    return _compiled(pattern, flags)


@functools.lru_cache(maxsize=1_024)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    return re.compile(_Parser(pattern, LONGEST_TEXT).parse().source, flags)


def require_safe(pattern: str, longest_text: int | None = None) -> None:
    """Make sure that searching a text for the pattern always ends soon.

    Args:
        pattern: The regular expression.
        longest_text: Characters of the longest text that is searched; `LONGEST_TEXT` when there is no limit.

    Raises:
        UnsafePatternError: It is outside the subset, or can match in too many ways. The message is a sentence.
    """
    length = LONGEST_TEXT if longest_text is None else max(1, min(longest_text, LONGEST_TEXT))
    ways = _Parser(pattern, length).parse().ways
    # A search begins at every place of the text unless each alternative says where.
    starts = 1 if pattern.startswith("^") and "|" not in pattern else length
    if starts * ways > MAX_WAYS:
        raise UnsafePatternError(
            "the pattern can match a long text in too many ways; begin it with ^, use fewer quantifiers, or set a "
            "smaller maxLength"
        )


class _Parser:
    """Reads one pattern by recursive descent.

    Args:
        pattern: The regular expression.
        length: Characters of the longest text; what a quantifier without an upper bound can repeat.
    """

    def __init__(self, pattern: str, length: int) -> None:
        self._pattern = pattern
        self._length = length
        self._place = 0
        self._depth = 0

    def parse(self) -> _Part:
        """The whole pattern."""
        if len(self._pattern) > _LONGEST_PATTERN:
            raise UnsafePatternError(f"the pattern is longer than {_LONGEST_PATTERN:,} characters")
        whole = self._alternatives()
        if self._place < len(self._pattern):
            raise UnsafePatternError("the pattern has a ) without its (")
        if whole.size > _LARGEST_SIZE:
            raise UnsafePatternError(f"the pattern is longer than {_LARGEST_SIZE:,} characters when written out")
        return whole

    def _alternatives(self) -> _Part:
        parts = [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        return _Part(
            "|".join(part.source for part in parts), sum(part.ways for part in parts), sum(part.size for part in parts)
        )

    def _sequence(self) -> _Part:
        source, ways, size = "", 1, 0
        while self._place < len(self._pattern) and self._peek() not in {"|", ")"}:
            part = self._quantified()
            source += part.source
            ways, size = min(ways * part.ways, MAX_WAYS**2), size + part.size
        return _Part(source, ways, size)

    def _quantified(self) -> _Part:
        start = self._place
        part = self._atom()
        is_assertion = self._pattern[start] in "^$" or self._pattern[start : start + 2] in {"\\b", "\\B"}
        bounds = self._quantifier()
        if bounds is None:
            return part
        written, least, most = bounds
        if is_assertion:
            raise UnsafePatternError("the pattern repeats something that is not a character, such as ^ or \\b")
        if self._peek() in {"?", "+", "*", "{"}:
            raise UnsafePatternError("the pattern has a lazy, possessive or double quantifier")
        if part.ways > 1 and most is None:
            raise UnsafePatternError(
                "the pattern repeats without limit what can itself match in several ways, such as (a+)+ or (a|b)*"
            )
        size = part.size * max(1, most if most is not None else least)
        return _Part(part.source + written, self._ways(part.ways, least, most), size)

    def _ways(self, ways: int, least: int, most: int | None) -> int:
        if ways == 1:
            return (self._length if most is None else min(most, max(self._length, least))) - least + 1
        total = 0
        for count in range(least, (most or 0) + 1):
            total += ways**count
            if total > MAX_WAYS**2:
                break
        return total

    def _quantifier(self) -> tuple[str, int, int | None] | None:
        """The quantifier at this place: as it is written, and its bounds."""
        for mark, least, most in (("*", 0, None), ("+", 1, None), ("?", 0, 1)):
            if self._take(mark):
                return mark, least, most
        found = re.compile(r"{([0-9]{1,9})(,([0-9]{0,9}))?}").match(self._pattern, self._place)
        if found is None:
            return None
        self._place = found.end()
        least = int(found[1])
        most = least if found[2] is None else int(found[3]) if found[3] else None
        if max(least, most or 0) > _LARGEST_COUNT:
            raise UnsafePatternError(f"the pattern repeats something more than {_LARGEST_COUNT:,} times")
        if most is not None and most < least:
            raise UnsafePatternError("the pattern has a quantifier whose bounds are the wrong way round")
        return found[0], least, most

    def _atom(self) -> _Part:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return _Part(self._class(), 1, 1)
        if char == "\\":
            return self._escape()
        if char in {"*", "+", "?", "{", "}", "]"}:
            raise UnsafePatternError(f"the pattern has a {char} that must be written \\{char}")
        if char == "^":
            return _Part("^", 1, 0)
        if char == "$":
            return _Part(r"\Z", 1, 0)  # Python's own $ also matches before a line break at the end
        return _Part(_class_source(_LINE_ENDS, negated=True) if char == "." else re.escape(char), 1, 1)

    def _group(self) -> _Part:
        if self._peek() == "?" and not self._pattern.startswith("?:", self._place):
            raise UnsafePatternError("the pattern uses look-around, flags or named groups")
        self._place += 2 if self._peek() == "?" else 0
        self._depth += 1
        if self._depth > _DEEPEST_GROUP:
            raise UnsafePatternError(f"the pattern has groups more than {_DEEPEST_GROUP} deep")
        inner = self._alternatives()
        self._depth -= 1
        if not self._take(")"):
            raise UnsafePatternError("the pattern has a ( without its )")
        return _Part(f"(?:{inner.source})", inner.ways, inner.size)

    def _escape(self) -> _Part:
        char = self._peek()
        if char in _BOUNDARIES:
            self._place += 1
            return _Part(_BOUNDARIES[char], 1, 0)
        if char in {"D", "W", "S"}:  # faster than the ranges of all other characters
            self._place += 1
            return _Part(_class_source(_CLASSES[char.lower()], negated=True), 1, 1)
        return _Part(_class_source(self._escaped()), 1, 1)

    def _escaped(self, also: str = "") -> _Ranges:
        """The characters that the escape at this place matches."""
        char = self._next()
        if char in _CLASSES:
            return _CLASSES[char]
        if char == "u" and (found := re.compile(r"[0-9a-fA-F]{4}").match(self._pattern, self._place)):
            self._place = found.end()
            code = int(found[0], 16)
            return ((code, code),)
        literal = _CONTROLS.get(char, char)
        if char not in _CONTROLS and char not in _SYNTAX and char not in also:
            raise UnsafePatternError(f"the pattern has the escape \\{char}, which is not supported")
        return ((ord(literal), ord(literal)),)

    def _class(self) -> str:
        negated = self._take("^")
        found: list[tuple[int, int]] = []
        while not self._take("]"):
            first = self._member()
            if self._pattern.startswith("-", self._place) and not self._pattern.startswith("-]", self._place):
                self._place += 1
                last = self._member()
                if len(first) != 1 or len(last) != 1 or first[0][0] != first[0][1] or last[0][0] != last[0][1]:
                    raise UnsafePatternError("the pattern has a range that does not run between two characters")
                if first[0][0] > last[0][0]:
                    raise UnsafePatternError("the pattern has a range whose ends are the wrong way round")
                found.append((first[0][0], last[0][0]))
            else:
                found += first
        if not found:
            raise UnsafePatternError("the pattern has an empty class, []")
        return _class_source(tuple(found), negated=negated)

    def _member(self) -> _Ranges:
        char = self._next("the pattern has a [ without its ]")
        if char == "[":
            raise UnsafePatternError("the pattern has a [ that must be written \\[")
        return self._escaped("-") if char == "\\" else ((ord(char), ord(char)),)

    def _peek(self) -> str:
        return self._pattern[self._place : self._place + 1]

    def _next(self, otherwise: str = "the pattern ends in the middle of an escape") -> str:
        char = self._peek()
        if not char:
            raise UnsafePatternError(otherwise)
        self._place += 1
        return char

    def _take(self, char: str) -> bool:
        taken = self._peek() == char
        self._place += taken
        return taken


def _class_source(ranges: _Ranges, *, negated: bool = False) -> str:
    """A class in Python's syntax."""
    inner = "".join(f"\\U{first:08x}" + (f"-\\U{last:08x}" if last > first else "") for first, last in ranges)
    return f"[{'^' if negated else ''}{inner}]"
