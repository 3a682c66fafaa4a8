"""What an example may leave out of its calls.

A request has the action's method, and its path with the inputs put in as they are: where one needs encoding, the path
is written, and is an example of that. A response has the status 200.

Whatever has the wrong form stays as it is, for the models to report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.definition import templates
from connector.definition.provenance import Provenance, text

_CALL = ("request", "response")


class ExampleDefaults:
    """Fills in what the examples of one action leave out.

    Args:
        request: The action's request.
        fields: The action's inputs.
        provenance: Learns which keywords are written though they say no more than the default.
    """

    def __init__(self, request: Mapping[str, Any], fields: Mapping[str, Any], provenance: Provenance) -> None:
        self._method, self._path = text(request, "method"), text(request, "path")
        named = {text(field, "x-name"): name for name, field in fields.items() if isinstance(field, dict)}
        self._inputs = {each: named.get(each, each) for each in templates.names(self._path)}
        self._provenance = provenance

    def example(self, written: Any, place: str) -> Any:
        """An example with whole requests and responses."""
        calls = written.get("interactions") if isinstance(written, dict) else None
        if not isinstance(calls, list):
            return written
        path = self._sent_path(written.get("inputs"))
        made = [self._call(call, f"{place}/interactions/{index}", path) for index, call in enumerate(calls)]
        return {**written, "interactions": made}

    def _call(self, written: Any, place: str, path: str) -> Any:
        """One call of an example, whose path is that one if it says none."""
        if not isinstance(written, dict):
            return written
        request, response = written.get("request", {}), written.get("response")
        if isinstance(request, dict):
            request = dict(request)
            for word, value in (("method", self._method), ("path", path)):
                if value:
                    self._provenance.fill(request, word, value, f"{place}/request")
            first = {word: request[word] for word in ("method", "path") if word in request}
            request = {**first, **request}
        if isinstance(response, dict):
            whole = dict(response)
            self._provenance.fill(whole, "status", 200, f"{place}/response")
            response = {"status": whole["status"], **whole}
        replied = {"response": response} if "response" in written else {}
        return {"request": request, **replied} | {word: written[word] for word in written if word not in _CALL}

    def _sent_path(self, inputs: Any) -> str:
        """The path with the inputs put in as they are."""
        given = inputs if isinstance(inputs, dict) else {}
        return templates.fill(self._path, lambda name: str(given.get(self._inputs[name], f"{{{name}}}")))
