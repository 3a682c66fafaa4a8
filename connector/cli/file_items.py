"""Files on a command line: `name@path` as in HTTPie, saving those of a result, and keeping them for `--again`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from connector.call.result import Result
from connector.catalogue.action import Action
from connector.cli import console
from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.file_value import CONTENT, CONTENT_TYPE, FILENAME, File

_TYPE = ";type="
_PATH = "$path"


def is_file(schema: ObjectSchema, field: FieldSchema | None) -> bool:
    """Whether a field is a file or a list of files."""
    return field is not None and (field.x_file or (field.items is not None and schema.resolve(field.items).x_file))


def parse(action: Action, item: str) -> tuple[str, File] | None:
    """The input and the file of `name@path`, `name@path;type=image/png` or `name@-`; None for another item."""
    name, at, path = item.partition("@")
    name = name.removesuffix("=")
    own_name = action.accepted_names.get(name)
    if not at or own_name is None or not is_file(action.definition.inputs, action.definition.input(own_name)):
        return None
    path, _, content_type = path.partition(_TYPE)
    if not path:
        raise click.UsageError(f"{own_name}: name a file: {own_name}@PATH")
    source = sys.stdin.buffer if path == "-" else Path(path).expanduser()
    return name, File(source, content_type=content_type or None)


def downloaded(action: Action, result: Result, target: str | None) -> Result:
    """The result, its files saved where `--download` says."""
    if target is None:
        if has_files(action.definition.outputs) and console.is_terminal(sys.stdout):
            console.message("To save the file, add --download PATH.", dim=True)
        return result
    result, paths = save(result, action.definition.outputs, target)
    for path in paths:
        console.message(f"Saved {path}.")
    if not paths:
        console.warning("The result has no file to save.")
    return result


def save(result: Result, outputs: ObjectSchema, target: str) -> tuple[Result, list[Path]]:
    """Write the files of a result to disk.

    Args:
        result: The result.
        outputs: The outputs of its action.
        target: A folder, in which each file gets its own name, or the path of the only file.

    Returns:
        The result with a path instead of the content of each file, and the paths.

    Raises:
        click.UsageError: There are several files and the target is not a folder, or a file cannot be written.
    """
    paths: list[Path] = []
    folder = Path(target)
    found = list(_files(outputs, result.fields))
    if len(found) > 1 and not folder.is_dir():
        raise click.UsageError(f"--download: the result has {len(found)} files. Name a folder that exists.")

    def written(value: Any) -> Any:
        if isinstance(value, dict) and value in found:
            path = _free(folder / (value.get(FILENAME) or "download"), paths) if folder.is_dir() else folder
            File.from_json(value).save(path)
            paths.append(path)
            return {name: inner for name, inner in value.items() if name != CONTENT} | {_PATH: str(path)}
        if isinstance(value, dict):
            return {name: written(inner) for name, inner in value.items()}
        return [written(inner) for inner in value] if isinstance(value, list) else value

    try:
        return Result(fields=written(result.fields), meta=result.meta, raw=result.raw), paths
    except OSError as error:
        raise click.UsageError(f"--download: cannot write “{error.filename}”: {error.strerror}.") from None


def has_files(outputs: ObjectSchema) -> bool:
    """Whether an action returns files."""
    fields = [*outputs.properties.values(), *outputs.defs.values()]
    for field in fields:
        fields += [*field.properties.values(), *([field.items] if field.items else [])]
    return any(field.x_file for field in fields)


def _files(outputs: ObjectSchema, fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    def inside(field: FieldSchema, value: Any) -> Iterator[dict[str, Any]]:
        field = outputs.resolve(field)
        if field.x_file and isinstance(value, dict):
            yield value
        elif isinstance(value, list) and field.items is not None:
            for item in value:
                yield from inside(field.items, item)
        elif isinstance(value, dict):
            for name, inner in field.properties.items():
                yield from inside(inner, value.get(name))

    for name, field in outputs.properties.items():
        yield from inside(field, fields.get(name))


def _free(path: Path, taken: list[Path]) -> Path:
    """The path, or the same with a number where it was written a moment ago."""
    for number in range(2, len(taken) + 2):
        if path not in taken:
            break
        path = path.with_name(f"{path.stem.rpartition('-')[0] or path.stem}-{number}{path.suffix}")
    return path


def can_keep(value: Any) -> bool:
    """Whether an input can be kept for `--again`: not a file that came through a pipe, or from memory."""
    if isinstance(value, File):
        return value.path is not None
    if isinstance(value, dict | list):
        return all(map(can_keep, value.values() if isinstance(value, dict) else value))
    return True


def kept(value: Any) -> dict[str, str]:
    """What is kept of a file: where it is."""
    if not isinstance(value, File) or value.path is None:
        raise TypeError("it cannot be kept")
    named = {FILENAME: value.filename} if value.filename else {}
    return {_PATH: str(value.path.absolute()), CONTENT_TYPE: value.content_type, **named}


def from_kept(value: dict[str, Any]) -> Any:
    """The file that was kept; any other object as it is."""
    if _PATH not in value or CONTENT_TYPE not in value:
        return value
    return File(value[_PATH], content_type=value[CONTENT_TYPE], filename=value.get(FILENAME))
