"""Policies of a package, resolved when it is imported: what they do to a request becomes part of its description.

Nothing of a policy is left to run time. One that cannot be said this way is a gap of the operations it touches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

from connector.importing.draft import PLACEHOLDER, Draft, Parameter
from connector.importing.expressions import CALL, UnsupportedError, body_path, template_of
from connector.importing.gaps import Findings
from connector.importing.policy import PARAMETER, Policy
from connector.importing.swagger import as_object, as_text, encoded_path
from connector.importing.values import kind_of, typed

_ORIGINAL = "@request.originalhttpmethod"
_NEEDED = {
    "dynamichosturl": "urlTemplate",
    "setheader": "name",
    "setqueryparameter": "name",
    "routerequesttoendpoint": "newPath",
}
"""The parameter without which a policy does nothing; misspelt in published packages, which run all the same."""
_KEEPS_RUNNING = frozenset({"updatenextlink"})
_TRANSFORMS = frozenset(
    {"convertarraytoobject", "convertobjecttoarray", "encodepropertyvalue", "stringreplace", "stringtoarray",
     "setvaluefromurl", "setproperty"}
)  # fmt: skip


class SignIn(Protocol):
    """A way to sign in, as policies see it."""

    @property
    def basic(self) -> dict[str, str] | None: ...  # noqa: D102
    def header(self, name: str) -> str | None: ...  # noqa: D102


@dataclass(frozen=True)
class PolicyRun:
    """Applies policies to one request.

    Attributes:
        connection: Gives the template of a connection parameter, and takes its default.
        kinds: The ways to sign in; what they set is set last.
    """

    draft: Draft
    findings: Findings
    connection: Callable[[str, str | None], str]
    kinds: Sequence[SignIn]

    def apply(self, policies: Iterable[Policy]) -> None:
        """Apply the policies in their order; each that cannot be applied is a gap."""
        for policy in policies:
            try:
                self._apply(policy)
            except UnsupportedError as error:
                self.findings.gap(f"{str(policy)[0].upper()}{str(policy)[1:]} {error}.")

    def _apply(self, policy: Policy) -> None:
        known = {
            "dynamichosturl": self._set_host,
            "setheader": lambda policy: self._set(policy, "header", self.draft.headers),
            "setqueryparameter": lambda policy: self._set(policy, "query", self.draft.query),
            "routerequesttoendpoint": self._route,
            "setproperty": self._set_property,
            "pollingtrigger": self._poll,
        }
        if policy.template in _KEEPS_RUNNING:
            return
        needed = _NEEDED.get(policy.template, "")
        if needed and not policy.text(needed).strip():
            self.findings.note(f"Left out, as it has no “{PARAMETER}{needed}” and so does nothing: {policy}.")
        elif policy.section in {"response", "failure"}:
            if policy.section == "response" and policy.template != "setheader" and not self._copy(policy):
                self.findings.note(f"The response is returned as the service sends it, without {policy}.")
        elif policy.template in known:
            known[policy.template](policy)
        else:
            is_known = policy.template in _TRANSFORMS
            raise UnsupportedError("changes the request in a way that only the cloud can" if is_known else "is unknown")

    def _set_host(self, policy: Policy) -> None:
        """Another base URL."""
        url = self.template(policy.text("urlTemplate")).strip().rstrip("/")
        if not url:
            raise UnsupportedError("does not say which host it sends to")
        self.draft.base_url = url if "://" in url or url.startswith("{") else f"https://{url}"

    def template(self, text: str) -> str:
        """The template of an expression; raises `UnsupportedError`."""
        lookups = {
            "header": lambda name: self._named("header", name) or self.draft.header(name) or self._sign_in_header(name),
            "queryparameter": lambda name: self._named("query", name) or self.draft.query.get(name),
            "pathparameter": lambda name: self._named("path", name),
        }
        return template_of(text, self.connection, lookups)

    def _sign_in_header(self, name: str) -> str | None:
        """The header with which the connection signs in."""
        return next((value for kind in self.kinds if (value := kind.header(name)) is not None), None)

    def _has_basic(self, name: str) -> bool:
        return name.casefold() == "authorization" and any(kind.basic is not None for kind in self.kinds)

    def _named(self, place: str, wire: str) -> str | None:
        found = self.draft.parameter(place, wire)
        return f"{{{found.name}}}" if found is not None else None

    def _set(self, policy: Policy, place: str, values: dict[str, str]) -> None:
        """Set a header or a query parameter."""
        name, action = policy.text("name").strip(), policy.text("existsAction").lower() or "override"
        value = self.template(policy.text("value"))
        declared = self.draft.parameter(place, name)
        name = next((known for known in values if known.casefold() == name.casefold()), name)
        existing = values.get(name)
        signs = place == "header" and (self._sign_in_header(name) or self._has_basic(name))
        if action == "skip":
            if declared is not None:
                self._default(declared, value)
            elif not existing and not signs:
                values[name] = value
            return
        if signs:
            raise UnsupportedError("changes how one operation signs in")
        if action == "append" and (declared is not None or existing):
            if place == "query":
                raise UnsupportedError("sends a query parameter twice")
            value = f"{self._named(place, name) or existing}, {value}"
        if declared is not None:
            self._replace(declared, value)
        if place == "header" and name.lower() == "content-type" and not CALL.search(value):
            self.draft.content_type = self.draft.fixed_content_type = value
        else:
            values[name] = value

    def _default(self, declared: Parameter, value: str) -> None:
        if PLACEHOLDER.search(value):
            raise UnsupportedError("depends on whether a field is filled in")
        default = typed(value, kind_of(declared.document) or "string")
        declared.document = {**declared.document, "default": value if default is None else default}
        declared.required = True

    def _replace(self, declared: Parameter, value: str) -> None:
        """A policy takes a parameter's place: its input is left out, unless the value is made from it."""
        if f"{{{declared.name}}}" in value:
            declared.place = "template"
        else:
            self.draft.parameters.remove(declared)

    def _route(self, policy: Policy) -> None:
        """Another path, and perhaps another method."""
        target, method = policy.text("newPath").strip(), policy.text("httpMethod").strip()
        before = PLACEHOLDER.findall(self.draft.path)
        path, _, query = self._routed(target).partition("?")
        if re.match(r"https?://", path):
            scheme, _, rest = path.partition("://")
            host, _, path = rest.partition("/")
            self.draft.base_url = f"{scheme}://{host}"
        self.draft.path = f"/{encoded_path(path).lstrip('/')}"
        self.draft.query |= dict(parse_qsl(query, keep_blank_values=True))
        named = PLACEHOLDER.findall(self.draft.path)
        for parameter in [each for each in self.draft.parameters if each.place == "path"]:
            if parameter.wire in before and parameter.wire not in named:
                if self.draft.uses(parameter.name):
                    parameter.place = "template"
                else:
                    self.draft.parameters.remove(parameter)
        known = {each.wire for each in self.draft.parameters if each.place == "path"}
        unknown = [name for name in named if name not in known and not name.startswith("connection.")]
        if unknown:
            name = f"{{{unknown[0][:60]}}}"
            raise UnsupportedError(f"sends to a path with “{name}”, which no parameter of the path fills in")
        if method and method.lower() != _ORIGINAL:
            self.draft.method = method.upper()

    def _routed(self, target: str) -> str:
        """The new path as a template; names of path parameters stay what they are on the wire."""
        lookups = {
            "pathparameter": lambda name: f"{{{name}}}" if self.draft.parameter("path", name) else None,
            "queryparameter": lambda name: self._moved_to_path("query", name),
            "header": lambda name: self._moved_to_path("header", name),
        }
        return template_of(target, self.connection, lookups, placeholders=True)

    def _moved_to_path(self, place: str, wire: str) -> str | None:
        """A parameter that the new path is made with; it is still sent where it was, too."""
        found = self.draft.parameter(place, wire)
        if found is None or self.draft.parameter("path", wire) is not None:
            return None
        found.place = "path"
        (self.draft.query if place == "query" else self.draft.headers)[found.wire] = f"{{{found.name}}}"
        return f"{{{found.wire}}}"

    def _copy(self, policy: Policy) -> bool:
        """Whether a policy only copies a property of the response, so that it is read where the service has it."""
        path, source = policy.place, body_path(policy.text("propertyValuePathTemplate").strip().strip("{}"))
        if policy.template != "setproperty" or not path or not source:
            return False
        self.draft.copied[path] = source
        return True

    def _set_property(self, policy: Policy) -> None:
        """A property of the body that is always the same."""
        value = policy.value("propertyValuePathTemplate")
        if not (path := policy.place):
            raise UnsupportedError("sets a property of a place that is known only in the cloud")
        if isinstance(value, str) and ("@" in value and CALL.search(value)):
            raise UnsupportedError("sets a property of the body to a value that is known only when it runs")
        if self.draft.whole is not None or not (self.draft.body or self.draft.leaves):
            raise UnsupportedError("sets a property of a body that is not an object with known fields")
        leaf = next((leaf for leaf in self.draft.leaves if leaf.path == path), None)
        kind = as_text(leaf.schema.get("type")) if leaf is not None else ""
        fitting = typed(value, kind) if kind in {"integer", "number", "boolean", "string"} else value
        self.draft.set_constant(path, value if fitting is None else fitting)

    def _poll(self, policy: Policy) -> None:
        """The query of a trigger that is asked again and again; what depends on the last time is left out."""
        for name, value in as_object(policy.value("triggerConfig")).items():
            if name.startswith("x-ms-triggerConfig"):
                continue
            declared = self.draft.parameter("query", name)
            if isinstance(value, str | int | float) and not CALL.search(str(value)) and "@" not in str(value):
                self.draft.query[name] = str(value)
                if declared is not None:
                    self.draft.parameters.remove(declared)
            elif declared is None and name not in self.draft.query:
                self.findings.note(f"It is asked without “{name[:60]}”, which the cloud fills in from the last time.")
