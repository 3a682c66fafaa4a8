"""Checking a connector folder: `check_folder` reports every problem of every file and how to fix it.

`check` runs the rules, `rule` defines what a lint rule is, `rules/` has them by subject, `folder_view` is the folder as
rules see it, and `sample_folder` is the connector that the rules' examples change. Handlers are imported and run, so
check only folders whose code you trust.
"""

from connector.lint.check import Finding, check_folder

__all__ = ["Finding", "check_folder"]
