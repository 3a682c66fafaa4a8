"""The examples of a definition, run through the real runtime without a network.

`run` runs one and reports where it differs; `fakes` are the clock that never waits and the transport with a script.
"""

from connector.examples.fakes import FakeClock, ScriptedTransport, response
from connector.examples.run import EXAMPLE_KEY, run_example

__all__ = ["EXAMPLE_KEY", "FakeClock", "ScriptedTransport", "response", "run_example"]
