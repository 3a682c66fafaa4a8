"""A package as it was read: its operations, its connection, and the policies that are the same for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from connector.errors import DefinitionError, Problem
from connector.importing.authorization import access_of
from connector.importing.credentials import looks_secret
from connector.importing.dynamic import Listing, listings_of
from connector.importing.expressions import UnsupportedError, connection_names, template_of
from connector.importing.names import key_of, unique
from connector.importing.policy import Policy, policies_of
from connector.importing.reading import read_file
from connector.importing.swagger import Json, Operation, Swagger, as_list, as_object, as_text, is_true

DEFINITION = "apiDefinition.swagger.json"
PROPERTIES = "apiProperties.json"
SCRIPT = "script.csx"
_MOST_OPERATIONS = 10_000
"""Operations of a package; the platform takes 256."""
_SETTERS = {"setheader": "header", "setqueryparameter": "query"}


class Source:
    """A package of the Power Platform.

    Args:
        folder: Where it is, in the layout of `paconn`.
        with_policies: Whether to apply its policies.

    Raises:
        DefinitionError: The description cannot be read, or is not one in Swagger 2.0.

    Attributes:
        properties: What `apiProperties.json` holds under `properties`.
        access: The connection.
        operations: The operations by the keys of their actions.
        groups: Titles of groups by key.
        base_url: Where every request goes, if a policy says so.
        lifted: Headers and parameters of the query that sign in, but that policies change for some operations.
        headers: What every request carries, and no operation has a parameter for.
        query: The same in the query.
    """

    def __init__(self, folder: Path, *, with_policies: bool = True) -> None:
        self.folder = folder
        notes: list[str] = []
        self.swagger = Swagger(_swagger(folder, notes))
        self.properties: Json = {}
        try:
            self.properties = as_object(read_file(folder, PROPERTIES, notes).get("properties"))
        except DefinitionError as error:
            notes.append(f"{error.problems[0].message} The connection is a guess, and no policies are applied.")
        self.access = access_of(self.swagger.document, self.properties)
        self.access.notes += notes
        self.operations = dict(_keyed(islice(self.swagger.operations(), _MOST_OPERATIONS + 1)))
        if len(self.operations) > _MOST_OPERATIONS:
            raise _wrong(folder, "/paths", f"there are more than {_MOST_OPERATIONS:,} operations")
        if not self.operations:
            raise _wrong(folder, "/paths", "there are no operations under “paths”")
        self._keys = {operation.operation_id.casefold(): key for key, operation in reversed(self.operations.items())}
        self.groups: dict[str, str] = {}
        self._group_keys: dict[str, str] = {}
        for operation in self.operations.values():
            tag = _tag(operation)
            if tag not in self._group_keys:
                key = self._group_keys[tag] = key_of(tag, self.groups, "group")
                self.groups[key] = tag
        self.base_url: str | None = None
        self.headers: dict[str, str] = {}
        self.query: dict[str, str] = {}
        self.lifted: dict[str, dict[str, str]] = {"headers": {}, "query": {}}
        every = frozenset(operation.operation_id.casefold() for operation in self.operations.values())
        self.policies = [
            replace(policy, operations=frozenset()) if policy.operations >= every else policy
            for policy in (policies_of(self.properties) if with_policies else ())
        ]
        self._add_missing()
        self._settle_policies()
        self._mark_urls()

    def key_of(self, operation_id: str) -> str | None:
        """The key of the action that an operation becomes; None where there is no such operation."""
        return self._keys.get(operation_id.casefold())

    def summary_of(self, operation: Operation) -> str:
        """What people call an operation."""
        return as_text(operation.document.get("summary")) or operation.operation_id

    def group_of(self, operation: Operation) -> str:
        """The key of an operation's group."""
        return self._group_keys[_tag(operation)]

    def policies_for(self, operation: Operation) -> Iterator[Policy]:
        """The policies to apply to an operation, without those that are settled for the whole connector."""
        return (policy for policy in self.policies if policy.applies_to(operation.operation_id))

    @cached_property
    def scripted(self) -> frozenset[str]:
        """The operation ids, in lower case, whose requests a script makes."""
        written = self.properties.get("scriptOperations")
        names = written or as_object(self.properties.get("script")).get("operationIds")
        return frozenset(as_text(each).casefold() for each in as_list(names))

    @cached_property
    def listings(self) -> dict[str, list[Listing]]:
        """What choices are read from, by operation id in lower case."""
        return listings_of(self.swagger.document)

    @cached_property
    def all_scripted(self) -> bool:
        """Whether a script makes the request of every operation."""
        return not self.scripted and (self.folder / SCRIPT).exists()

    @cached_property
    def test_action(self) -> str | None:
        """The key of the action that tests a connection: the one the package names, or one that needs no inputs."""
        named = as_object(as_object(self.swagger.document.get("x-ms-capabilities")).get("testConnection"))
        key = self._keys.get(as_text(named.get("operationId")).casefold())
        if key is not None:
            return key
        for key, operation in self.operations.items():
            needed = any(is_true(each.get("required")) for each in self.swagger.parameters(operation))
            if operation.method == "GET" and not needed and not as_text(operation.document.get("x-ms-trigger")):
                return key
        return None

    def _add_missing(self) -> None:
        """Give the connection a field for what policies need of it, and the package does not declare."""
        requests = [policy for policy in self.policies if policy.section == "request"]
        texts = [policy.text(word) for policy in requests for word in ("urlTemplate", "newPath", "value")]
        for name in dict.fromkeys(name for text in texts for name in connection_names(text)):
            try:
                self.access.template(name)
            except UnsupportedError:
                own = self.access.add(name, {"type": "securestring" if looks_secret(name) else "string"})
                self.access.kinds = [replace(kind, fields=(*kind.fields, own or "")) for kind in self.access.kinds]
                said = "which the package does not declare. The connection has a field for it here."
                self.access.notes.append(f"A policy needs the connection parameter “{name[:60]}”, {said}")

    def _settle_policies(self) -> None:
        """Apply what is the same for every operation once: to the authentication, and to every request."""
        declared: set[tuple[str, str]] = set()
        sets = any(policy.template in _SETTERS for policy in self.policies)
        for operation in self.operations.values() if sets else ():
            for parameter in self.swagger.parameters(operation):
                declared.add((as_text(parameter.get("in")), as_text(parameter.get("name")).casefold()))
        left = []
        for policy in self.policies:
            try:
                settled = self._settle(policy, declared)
            except UnsupportedError:
                settled = False
            left += [] if settled else [policy]
        self.policies = left
        self._lift()

    def _mark_urls(self) -> None:
        """Say of each field of the connection that is a whole base URL how one looks."""
        urls = {policy.text("urlTemplate").strip() for policy in policies_of(self.properties)}
        for name, made in self.access.properties.items():
            if any(re.match(rf"@\{{?connectionParameters\(['\"]{name}['\"]", url, re.IGNORECASE) for url in urls):
                made.setdefault("examples", ["https://api.example.com"])

    def _lift(self) -> None:
        """Take from the authentication what policies change: it is applied last, and would undo them."""
        if len(self.access.kinds) > 1:
            return
        kind = self.access.kinds[0]
        changed = {policy.target for policy in self.policies if policy.section == "request"}
        for place, template in (("headers", "setheader"), ("query", "setqueryparameter")):
            values: dict[str, str] = getattr(kind, place)
            for name in [name for name in values if (template, name.casefold()) in changed]:
                self.lifted[place][name] = values.pop(name)

    def _settle(self, policy: Policy, declared: set[tuple[str, str]]) -> bool:
        """Whether a policy is the same for every operation, and is now part of the connector."""
        others = [each for each in self.policies if each is not policy and each.target == policy.target]
        if policy.operations or policy.section != "request" or any(each.operations for each in others):
            return False
        if policy.template == "dynamichosturl":
            url = template_of(policy.text("urlTemplate"), self.access.template, {}).strip().rstrip("/")
            if url:
                self.base_url = url if "://" in url or url.startswith("{") else f"https://{url}"
            return bool(url)
        place = _SETTERS.get(policy.template)
        if place is None or (place, policy.target[1]) in declared or not policy.target[1]:
            return False
        if self.access.add_policy(policy):
            return True
        value = template_of(policy.text("value"), self.access.template, {})
        if others or policy.target[1] in {"content-type", "accept", "authorization"}:
            return False
        (self.headers if place == "header" else self.query)[policy.text("name")] = value
        return True


def _swagger(folder: Path, notes: list[str]) -> Json:
    document = read_file(folder, DEFINITION, notes)
    version = document.get("swagger", document.get("openapi"))
    if "openapi" in document or (version is not None and not str(version).startswith("2")):
        raise _wrong(folder, "/openapi", f"it is OpenAPI {str(version)[:20]}; packages have Swagger 2.0")
    if not isinstance(document.get("paths"), dict):
        raise _wrong(folder, "/paths", "it has no “paths”, so it is not a description of an API")
    return document


def _wrong(folder: Path, pointer: str, reason: str) -> DefinitionError:
    problem = Problem(f"{DEFINITION}#{pointer}", "package", f"{DEFINITION} at {pointer}: {reason}.")
    return DefinitionError(f"The package “{folder.name}” cannot be loaded.", [problem])


def _keyed(operations: Iterator[Operation]) -> Iterator[tuple[str, Operation]]:
    keys: set[str] = set()
    ids: set[str] = set()
    for operation in operations:
        key = key_of(operation.operation_id, keys)
        keys.add(key)
        name = unique(operation.operation_id.casefold(), ids)
        ids.add(name)
        number = name[len(operation.operation_id.casefold()) :]
        yield key, replace(operation, operation_id=operation.operation_id + number) if number else operation


def _tag(operation: Operation) -> str:
    return next(filter(None, map(as_text, as_list(operation.document.get("tags")))), "Actions")
