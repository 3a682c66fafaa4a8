"""The lint rules, a module per subject."""

from importlib import import_module

from connector.lint.rule import LintRule

_SUBJECTS = (
    "files",
    "file_format",
    "identity",
    "fields",
    "across_fields",
    "wire",
    "bodies",
    "texts",
    "references",
    "examples",
    "handlers",
    "connection",
    "manifest",
    "defaults",
    "icons",
    "exports",
)

RULES: tuple[LintRule, ...] = tuple(
    rule
    for subject in _SUBJECTS
    for rule in vars(import_module(f"connector.lint.rules.{subject}")).values()
    if isinstance(rule, LintRule)
)
"""Every rule, subject after subject."""
