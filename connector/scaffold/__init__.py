"""New actions: their definition and handler, written into a connector folder from a template.

`create_action` is the entry. A new action loads and runs at once; `connector.lint` reports each TODO that its author
still has to replace.
"""

from connector.scaffold.create import ScaffoldError, create_action

__all__ = ["ScaffoldError", "create_action"]
