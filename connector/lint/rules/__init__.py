"""The rules that a connector folder is checked against, a module per subject."""

from importlib import import_module

from connector.lint.rule import Rule

_SUBJECTS = (
    "files",
    "form",
    "identity",
    "fields",
    "across_fields",
    "wire",
    "texts",
    "references",
    "examples",
    "handlers",
    "manifest",
    "defaults",
)

RULES: tuple[Rule, ...] = tuple(
    rule
    for subject in _SUBJECTS
    for rule in vars(import_module(f"connector.lint.rules.{subject}")).values()
    if isinstance(rule, Rule)
)
"""Every rule, subject after subject."""
