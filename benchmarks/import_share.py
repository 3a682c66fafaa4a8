"""How many operations of packages run right: `python -m benchmarks.import_share FOLDER...`.

A package is a folder with `apiDefinition.swagger.json`; a folder of packages counts as all of them. Every operation is
run twice, with all of its inputs and with the required ones, against a service made from the package's own description
(`tests/connector/importing/described_service.py`), which shares no code with the import. An operation is right if the
service takes both requests (path, parameters, types, required fields, no unknown ones) and every output has its value.
A path that a policy changes is not the description's, so there the service takes any path of the operation's method,
with a value of the right type for each parameter of the path. A response that is not JSON has only its text as output.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connector import Connector
from connector.catalogue.action import Action
from connector.connections.sample import sample_connection
from connector.errors import ConnectorError
from connector.examples import FakeClock
from connector.importing.package import Package
from connector.importing.sample import sample_inputs
from connector.importing.source import DEFINITION, PROPERTIES
from tests.connector.importing.described_service import DescribedService, Sent

Json = dict[str, Any]

_OPERATION = re.compile(r'"(?:get|post|put|patch|delete|head|options)"\s*:\s*{')
"""An operation in a description that cannot be loaded; those count as wrong."""


class PolicyTolerantService(DescribedService):
    """The service of one operation, whatever its path has become."""

    operation: tuple[Json, Json]
    moved: bool = False

    def _operation(self, sent: Sent) -> tuple[Json | None, Json]:
        if not self.moved:
            return super()._operation(sent)
        described, values = self.operation
        return described, values


def packages(folders: list[Path]) -> Iterator[Path]:
    """The packages in folders."""
    for folder in folders:
        yield from sorted(path.parent for path in folder.rglob(DEFINITION))


def problem_of(package: Package, action: Action) -> str | None:
    """What goes wrong with an operation; None if it runs right."""
    operation = package.source.operations[action.key]
    moved = package.source.base_url is not None or any(
        policy.template in {"dynamichosturl", "routerequesttoendpoint"}
        for policy in package.source.policies_for(operation)
    )
    every = sample_inputs(action)
    needed = {name: value for name, value in every.items() if name in action.definition.inputs.required}
    for inputs in (every, needed):
        service = PolicyTolerantService(package.source.swagger.document)
        in_path = {
            each["name"]: {"integer": "1", "number": "1", "boolean": "true"}.get(each.get("type", ""), "x")
            for each in package.source.swagger.parameters(operation)
            if each["in"] == "path"
        }
        service.operation, service.moved = (operation.document, in_path), moved
        connector = Connector(package.bundle, transport=service, clock=FakeClock(), strict_outputs=True)
        try:
            result = connector.run(action, inputs, sample_connection(package.bundle.manifest, "secret"))
        except ConnectorError as error:
            return f"{error.error_code}: {error}"[:200]
        except Exception as error:  # one operation that breaks must not hide those after it
            return f"{type(error).__name__}: {error}"[:200]
        if not moved and service.served and service.served[-1] != operation.operation_id:
            return f"another operation was called: {service.served[-1]}"
        has_text = any(field.x_from == "text" for field in action.definition.outputs.properties.values())
        is_empty = "response" in result.fields and len(result.fields) == 1 and not service.has_body
        empty = [] if is_empty else [name for name, value in result.fields.items() if value is None]
        empty = [] if has_text and not service.has_json and any(result.fields.values()) else empty
        if empty:
            return f"outputs without a value: {', '.join(empty)}"
    return None


def main() -> None:
    """Measure, and print a line for each package and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--why", action="store_true", help="show what goes wrong")
    options = parser.parse_args()
    right, count, reasons = 0, 0, Counter[str]()
    for folder in packages(options.folders):
        try:
            package = Package(folder)
            bundle = package.bundle
        except ConnectorError as error:
            lost = len(_OPERATION.findall((folder / DEFINITION).read_text("utf-8", "replace")))
            reasons["not loaded"] += lost
            count += lost
            sys.stdout.write(f"{folder.name}: 0 of {lost}\n    {error}\n")
            continue
        problems = {}
        has_lost = (folder / PROPERTIES).exists() and any("no policies" in note for note in package.source.access.notes)
        for key in bundle.actions:
            gap = "its properties cannot be read" if has_lost else bundle.gaps.get(key)
            problem = f"gap: {gap}" if gap is not None else problem_of(package, Action(bundle, key))
            if problem is not None:
                problems[key] = problem
                reasons[problem.split(":")[0]] += 1
        right += len(bundle.actions) - len(problems)
        count += len(bundle.actions)
        sys.stdout.write(f"{folder.name}: {len(bundle.actions) - len(problems)} of {len(bundle.actions)}\n")
        for key, problem in problems.items() if options.why else ():
            sys.stdout.write(f"    {key}: {problem}\n")
    share = f"{100 * right / count:.1f} %" if count else "nothing"
    sys.stdout.write(f"{right} of {count} operations run right: {share}. {json.dumps(reasons)}\n")


if __name__ == "__main__":
    main()
