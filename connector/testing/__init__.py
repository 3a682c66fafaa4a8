"""For the tests of connector authors: a clock that never waits, a transport with a script, examples as tests.

`run_example` runs an example of a definition through the real runtime and says where request and outputs differ.
"""

from connector.testing.examples import EXAMPLE_KEY, run_example
from connector.testing.fakes import FakeClock, ScriptedTransport, response

__all__ = ["EXAMPLE_KEY", "FakeClock", "ScriptedTransport", "response", "run_example"]
