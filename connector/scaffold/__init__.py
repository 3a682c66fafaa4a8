"""New connectors and new actions: folders and definitions, written from a template.

`create_connector` makes a connector folder that checks, runs and exports; `create_action` adds an action that loads and
runs at once. `connector.lint` reports each TODO that the author still has to replace.
"""

from connector.scaffold.create import ScaffoldError, create_action
from connector.scaffold.init import create_connector

__all__ = ["ScaffoldError", "create_action", "create_connector"]
