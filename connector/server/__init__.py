"""The actions of a connector over HTTP, for flow builders in any language, and a page in the browser to try them in.

`create_app` makes the ASGI application; `connector.web` guards it and listens. The routes are a module each in
`routes`; inputs and outputs are those of `Connector.run`, and what an action is comes from `connector.export`.
"""

from connector.server.app import create_app
from connector.server.served import ServedConnector

__all__ = ["ServedConnector", "create_app"]
