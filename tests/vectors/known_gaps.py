"""Vectors that the Python runtime does not meet yet. Each says what is right; an entry goes when Python does it."""

KNOWN_GAPS: dict[str, str] = {}
"""Vector: what Python does instead."""
