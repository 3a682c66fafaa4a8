"""Vectors that the Python runtime does not meet yet. Each says what is right; an entry goes when Python does it."""

_PASTED = "32: a flow's action that is pasted whole is refused"
_EXPRESSION = "32: an expression goes out without a warning"

KNOWN_GAPS: dict[str, str] = {
    "normalize/pasted/peek-code": _PASTED,
    "normalize/pasted/peek-code-inputs": _PASTED,
    "run/warnings/expression-in-a-text": _EXPRESSION,
    "run/warnings/expression-alone": _EXPRESSION,
    "run/warnings/expression-in-a-row": _EXPRESSION,
}
"""Vector: what Python does instead; a number is that of the report."""
