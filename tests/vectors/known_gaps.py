"""Vectors that the Python runtime does not meet yet. Each says what is right; an entry goes when Python does it."""

_DROPPED = "27: an emptied field is dropped without a warning"
_PASTED = "32: a pasted action of a flow is refused"
_EXPRESSION = "32: an expression goes out without a warning"
_DOT_SEGMENT = "11: an id that is a dot segment is sent"
_ECHOED = "18: a secret that comes back in another form is shown"

KNOWN_GAPS: dict[str, str] = {
    "normalize/warnings/emptied-text": _DROPPED,
    "normalize/warnings/peek-code": _PASTED,
    "normalize/warnings/peek-code-inputs": _PASTED,
    "normalize/warnings/expression-in-a-text": _EXPRESSION,
    "normalize/warnings/expression-alone": _EXPRESSION,
    "normalize/warnings/expression-in-a-row": _EXPRESSION,
    "validate/inputs/path-one-dot": _DOT_SEGMENT,
    "validate/inputs/path-two-dots": _DOT_SEGMENT,
    "validate/actions/id-of-dots": _DOT_SEGMENT,
    "service_error/secrets/secret-with-blanks": _ECHOED,
    "service_error/secrets/secret-whose-blanks-the-service-changed": _ECHOED,
    "service_error/secrets/secret-in-a-request-id": _ECHOED,
    "paginate/broken_pages/page-without-a-body": "9: a page without a body ends a walk as if it were the last",
    "paginate/broken_pages/rows-missing": "28: rows under an unknown name are no warning",
    "run/warnings/emptied-field": _DROPPED,
    "run/warnings/secret-in-a-wrong-output": _ECHOED,
}
"""Vector: the number of the report, and what Python does instead."""
