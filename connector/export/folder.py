"""Writing an export to a folder without overwriting anything that the export did not write.

A file list with a hash per file is kept beside the files. A later export of the same format replaces files that are
unchanged since, and deletes those that it no longer has; every other file is left alone. Symbolic links are never
followed, and each file appears complete or not at all.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from connector.export.errors import ExportError, ExportFolderError
from connector.export.json_files import json_bytes

FILE_LIST = ".connector-export.json"
"""The file that says which format was exported to a folder, and the SHA-256 of each file."""

_HINT = "Choose an empty folder, or use --force to overwrite."


def write_files(files: Mapping[str, bytes], folder: Path, format_name: str, *, force: bool = False) -> list[Path]:
    """Write the files of an export to a folder, which is created if necessary.

    Args:
        files: Contents by path inside the folder.
        folder: Where to write.
        format_name: The format, which the file list records.
        force: Also overwrite files that no export wrote. Symbolic links are refused all the same.

    Returns:
        The paths written, in order.

    Raises:
        ExportError: A path of the export leads out of the folder.
        ExportFolderError: The folder holds something that would be lost, has a symbolic link on the way, or cannot be
            written. Nothing was written, unless the disk itself failed.
    """
    targets = {name: folder.joinpath(*_parts(name)) for name in files}
    try:
        _refuse_links(folder, [*targets.values(), folder / FILE_LIST])
        written_before = _file_list(folder, format_name, force=force)
        if not force:
            _refuse_losses(files, targets, written_before, folder)
        for name, target in targets.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, files[name])
        for target in _outdated(written_before, files, folder):
            target.unlink(missing_ok=True)
        hashes = {name: _hash(content) for name, content in files.items()}
        _replace(folder / FILE_LIST, json_bytes({"format": format_name, "files": hashes}))
    except OSError as error:
        raise ExportFolderError(f"{error.filename or folder} cannot be written: {error.strerror}.") from None
    return list(targets.values())


def _parts(name: str) -> tuple[str, ...]:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in name:
        raise ExportError(f"The export names a file outside its folder: “{name}”.")
    return path.parts


def _refuse_links(folder: Path, targets: list[Path]) -> None:
    """Raise if anything on the way from the folder to a target, both included, is a symbolic link."""
    for target in targets:
        for path in [target, *target.parents][: len(target.parts) - len(folder.parts) + 1]:
            if path.is_symlink():
                raise ExportFolderError(
                    f"{path} is a symbolic link. Exports do not follow links.",
                    hint="Remove it or choose another folder.",
                )


def _file_list(folder: Path, format_name: str, *, force: bool) -> dict[str, str]:
    """The hashes of the files that the last export wrote; empty for a folder without a file list."""
    try:
        document = json.loads((folder / FILE_LIST).read_bytes())
        written_by, hashes = document["format"], dict(document["files"])
    except FileNotFoundError:
        written_by, hashes = format_name, {}
        if not force and folder.is_dir() and any(folder.iterdir()):
            raise ExportFolderError(f"{folder} already has files that no export wrote.", hint=_HINT) from None
    except (ValueError, TypeError, KeyError):
        written_by, hashes = format_name, {}
        if not force:
            raise ExportFolderError(f"{folder / FILE_LIST} is damaged.", hint=_HINT) from None
    if written_by != format_name:
        if not force:
            raise ExportFolderError(f"{folder} holds an export in the format “{written_by}”.", hint=_HINT)
        return {}
    return hashes


def _refuse_losses(
    files: Mapping[str, bytes], targets: Mapping[str, Path], written_before: Mapping[str, str], folder: Path
) -> None:
    """Raise if a file to be replaced is not as the last export wrote it."""
    for name, target in targets.items():
        if not target.exists():
            continue
        content = target.read_bytes()
        if content != files[name] and _hash(content) != written_before.get(name):
            relative = target.relative_to(folder).as_posix()
            reason = "was changed after the last export" if name in written_before else "was not written by an export"
            raise ExportFolderError(f"{relative} in {folder} {reason}.", hint=_HINT)


def _outdated(written_before: Mapping[str, str], files: Mapping[str, bytes], folder: Path) -> Iterator[Path]:
    """The files that only the last export has, unless somebody changed them."""
    for name, digest in written_before.items():
        if name in files:
            continue
        target = folder.joinpath(*_parts(name))
        _refuse_links(folder, [target])
        if target.is_file() and _hash(target.read_bytes()) == digest:
            yield target


def _replace(target: Path, content: bytes) -> None:
    """Write a file under another name and rename it: a link or a hard link at the target is not written through."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
