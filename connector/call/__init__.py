"""What a handler author works with. Import from here: `from connector.call import page, send`.

A handler is an `async def` that takes a `Call`, awaits `call.send()` and returns the outputs. It may await nothing
else: a run waits where its caller wants, in a thread or on an event loop. `send` and `page` are the standard handlers;
`check` attaches checks that look at several inputs, each seeing them as an `InputView` and yielding a `Problem` per
mistake. Sending, retrying and flattening happen below, in `connector.http`; running an action is `connector.client`.
"""

from connector.call.handler import Call, Check, Handler, InputView, Outputs, check, page, send
from connector.call.pagination import walk
from connector.errors import Problem

__all__ = ["Call", "Check", "Handler", "InputView", "Outputs", "Problem", "check", "page", "send", "walk"]
