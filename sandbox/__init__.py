"""A local stand-in for the Courier notification service: the same REST API, on this machine only.

``start`` starts it, with users, lists, brands and messages of an invented bookshop. Clients of the real service work
against its URL with any API key. It delivers nothing.
"""

from .server import PortTakenError, Sandbox, start
from .store import DatabaseFileError

__all__ = ["DatabaseFileError", "PortTakenError", "Sandbox", "start"]
