"""The command line, as the tests of the command line run it."""

from tests.connector.cli.conftest import cli

__all__ = ["cli"]
