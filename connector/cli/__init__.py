"""The runner: try a connector's actions from a terminal or a script."""

from connector.cli.app import main

__all__ = ["main"]
