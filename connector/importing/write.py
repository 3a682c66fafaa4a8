"""An imported package as a connector folder, to read and to edit: what can run, and a report that names the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connector import json_pointer
from connector.definition.expand import expand
from connector.definition.files import MANIFEST
from connector.definition.formatter import formatted
from connector.errors import DefinitionError
from connector.importing.manifest import manifest_of
from connector.importing.package import Package
from connector.importing.report import report_on
from connector.importing.sample import examples_of
from connector.importing.swagger import Json

REPORT = "import-report.md"


def connector_files(package: Package) -> dict[str, str]:
    """The files of the connector folder, by path.

    Raises:
        DefinitionError: Nothing of the package can run.
    """
    report = report_on(package)
    running = [operation.key for operation in report.operations if operation.runs]
    if not running:
        raise DefinitionError(f"Nothing of “{report.title}” can run, so there is nothing to write.")
    manifest = manifest_of(package.source)
    documents = {key: package.converted(key).document for key in running}
    listing = {str(document["operationId"]) for document in documents.values()}
    groups = {document["group"] for document in documents.values()}
    manifest["groups"] = {key: group for key, group in manifest["groups"].items() if key in groups}
    connection = manifest.get("connection", {})
    if connection.get("test") not in running:
        connection.pop("test", None)
    if not connection.get("required", True):
        del connection["required"]
    files = {MANIFEST.as_posix(): formatted(manifest)}
    for key, document in documents.items():
        path = Path("definitions", document["group"], f"{key}.json")
        examples = examples_of(package.bundle, key)
        whole = {**document, **({"examples": examples} if examples else {})}
        files[path.as_posix()] = formatted(_spare(whole, path, manifest["since"], listing))
    return files | {REPORT: "\n".join([f"# Import of {report.title}", "", *_listed(report.lines())]) + "\n"}


def write_files(files: dict[str, str], folder: Path, *, force: bool = False) -> list[Path]:
    """Write the files into a folder.

    Args:
        files: Their content, by path.
        folder: The folder; it is made if it does not exist.
        force: Whether to overwrite files.

    Raises:
        DefinitionError: The folder has other files, or one of the files is a link.
        OSError: A file cannot be written.
    """
    if folder.exists() and any(folder.iterdir()) and not force:
        raise DefinitionError(f"“{folder}” is not empty. Nothing was written.", code="not_empty")
    written = []
    for name, text in files.items():
        path = folder / name
        if any(step.is_symlink() for step in (path, *path.parents[: len(Path(name).parts) - 1])):
            raise DefinitionError(f"“{path}” is a link. Nothing was written through it.", code="link")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _spare(document: Json, path: Path, since: str, listing: set[str]) -> Json:
    """The document without what the format takes for granted, and without choices that nothing lists."""
    made: Json = json.loads(json.dumps(document))
    for field in made["inputs"].get("properties", {}).values():
        if field.get("x-ms-dynamic-values", {}).get("operationId", next(iter(listing))) not in listing:
            del field["x-ms-dynamic-values"]
    made.pop("key", None)
    made.pop("group", None)
    repeated = expand(made, path, since=since, spelled_out=True).repeated()
    places = [pointer for (_, pointer), same in repeated.items() if same]
    for pointer in sorted(places, key=json_pointer.parse, reverse=True):
        *around, last = json_pointer.parse(pointer)
        holder: Any = json_pointer.get(made, json_pointer.join(around))
        if isinstance(holder, dict):
            holder.pop(last, None)
        elif isinstance(holder, list) and int(last) < len(holder):
            del holder[int(last)]
    for word in ("required", "properties"):
        if not made["inputs"].get(word, True):
            del made["inputs"][word]
    return made


def _listed(lines: list[str]) -> list[str]:
    return [lines[0], "", *(f"- {line.strip()}" for line in lines[1:])]
