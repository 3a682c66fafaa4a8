"""A local stand-in for the Courier notification service: the same REST API, on this machine only.

``start`` opens it, seeded with people, lists, brands and messages of an invented firm. Any client of the real
service works against its URL, with any API key. It sends nothing to anybody.
"""

from .server import PortTakenError, Sandbox, start
from .store import DatabaseFileError

__all__ = ["DatabaseFileError", "PortTakenError", "Sandbox", "start"]
