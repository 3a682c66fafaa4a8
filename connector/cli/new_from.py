"""What `new --from` and `init --from` do: actions and connectors from a description of an API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from connector.catalogue.loader import Bundle, load
from connector.cli import console, context
from connector.importing.manifest import manifest_of
from connector.importing.openapi import package_of, responses_of
from connector.importing.package import Package
from connector.importing.swagger import as_text
from connector.scaffold.create import ScaffoldError, write_actions
from connector.scaffold.described import described_action
from connector.scaffold.init import create_connector
from connector.validation.messages import did_you_mean

_UNTAGGED = "actions"


@dataclass(frozen=True)
class Options:
    """The options of `new` and `init` for a description, under the names of their parameters."""

    key: str | None
    group: str | None
    description: Path
    operations: Sequence[str]
    every: bool

    def check(self) -> None:
        """Make sure that the options can be used together.

        Raises:
            click.UsageError: They cannot.
        """
        if bool(self.operations) == self.every:
            raise click.UsageError("With --from, choose operations with --operation, or all of them with --all.")
        if self.key is not None and (self.every or len(self.operations) > 1):
            raise click.UsageError("With several operations, the keys are made of their names. Leave out KEY.")


def execute(bundle: Bundle, options: Options) -> list[Path]:
    """Write the definitions of the operations that were chosen, and report those that are left out.

    Raises:
        click.UsageError: An operation does not exist, or its group must be chosen.
        DefinitionError: The description cannot be read, or an action has a name that is taken.
    """
    package, keys = _chosen(options)
    return _add(bundle, options, package, keys)


def create(folder: Path, title: str | None, options: Options) -> list[Path]:
    """Write a connector folder for the service that is described, with the operations that were chosen.

    Raises:
        click.UsageError: An operation does not exist.
        DefinitionError: The description cannot be read.
        ScaffoldError: As `create_connector` does.
    """
    package, keys = _chosen(options)
    document = manifest_of(package.source)
    if "connection" in document:
        document["connection"].pop("test", None)
        tests = [key for key in keys if _needs_nothing(package, key)]
        document["connection"] |= {"test": tests[0]} if tests else {}
    written = create_connector(folder, title=title or document["title"], described=document)
    return list(dict.fromkeys([*written, *_add(load(folder), options, package, keys)]))


def _needs_nothing(package: Package, key: str) -> bool:
    """Whether an operation only reads and has no required inputs, so that it can test a connection."""
    operation = package.source.operations[key]
    return operation.method == "GET" and not package.converted(key).document["inputs"].get("required")


def _chosen(options: Options) -> tuple[Package, list[str]]:
    """The description, and the keys of the operations that were chosen."""
    options.check()
    package = package_of(options.description)
    if options.every:
        return package, list(package.source.operations)
    return package, [_key(package, name) for name in options.operations]


def _add(bundle: Bundle, options: Options, package: Package, keys: Sequence[str]) -> list[Path]:
    documents: dict[tuple[str, str], dict[str, Any]] = {}
    titles: dict[str, str] = {}
    known = {action.operation_id.casefold() for action in bundle.actions.values()}
    for key in keys:
        operation = package.source.operations[key]
        made = package.converted(key)
        if options.every and operation.operation_id.casefold() in known:
            console.message(f"{operation.operation_id} is left out: the connector has it already.")
            continue
        if made.findings.gaps:
            console.message(f"{operation.operation_id} is left out. {' '.join(made.findings.gaps)}")
            continue
        for note in made.findings.notes:
            if note not in package.source.access.notes:
                console.message(f"{operation.operation_id}: {note}")
        group = _group(bundle, options.group, made.document["group"])
        titles[group] = package.source.groups.get(group, group)
        name = options.key or key
        status, body, errors = responses_of(package, key)
        own = {word: as_text(operation.document.get(word)) for word in ("summary", "description")}
        document = {**made.document, **own, "key": name, "group": group}
        try:
            documents[group, name] = described_action(bundle, document, (status, body), errors)
        except ScaffoldError as error:
            console.message(f"{operation.operation_id} is left out. {error.message}")
    if not documents:
        raise click.UsageError("No action was written.")
    return write_actions(bundle, documents, titles)


def _key(package: Package, name: str) -> str:
    """The key of an operation, named by its ID or by method and path."""
    names = dict(_names(package))
    key = names.get(" ".join(name.split()).casefold())
    if key is not None:
        return key
    hint = did_you_mean(name, names, f"It has: {', '.join(list(names)[:10])}.")
    raise click.UsageError(f"--operation: the description has no operation “{name}”. {hint}")


def _names(package: Package) -> Iterator[tuple[str, str]]:
    for key, operation in package.source.operations.items():
        yield operation.operation_id.casefold(), key
        yield f"{operation.method} {operation.path}".casefold(), key


def _group(bundle: Bundle, chosen: str | None, tag: str) -> str:
    """The group that was chosen, else the one of the operation's tag, else the only one there is."""
    groups = bundle.manifest.groups
    is_new = chosen is None and (tag != _UNTAGGED or tag in groups or not groups)
    return tag if is_new else context.chosen_group(bundle, chosen)
