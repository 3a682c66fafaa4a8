"""For the tests of connector authors: tests to inherit, a clock that never waits, a transport with a script.

    from connector.testing import connector_tests

    TestConnector = connector_tests("path/to/the/folder")

gives pytest a test for the check, for each example, for each action in the sandbox and for each export.
"""

from connector.examples import EXAMPLE_KEY, FakeClock, ScriptedTransport, response, run_example
from connector.testing.suite import ConnectorTests, connector_tests

__all__ = [
    "EXAMPLE_KEY",
    "ConnectorTests",
    "FakeClock",
    "ScriptedTransport",
    "connector_tests",
    "response",
    "run_example",
]
