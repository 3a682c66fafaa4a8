"""A new connector folder: it checks, runs in its sandbox and exports, so that its author changes what works."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.connections.connection import check_base_url
from connector.definition.base_url import is_plain
from connector.definition.files import MANIFEST
from connector.definition.formatter import formatted
from connector.errors import AuthorizationError
from connector.scaffold.create import ScaffoldError, write_files
from connector.scaffold.schemas import schema_files

_SERVICE = (
    *("description", "version", "since", "baseUrl", "insecure", "headers", "query", "connection"),
    "authorization",
)
"""The keywords of `connector.json` that a description of the service has something to say on."""
_STARTER: dict[str, Any] = json.loads(Path(__file__).with_name("starter.json").read_text(encoding="utf-8"))


def create_connector(
    folder: Path,
    *,
    title: str | None = None,
    base_url: str = "https://api.example.com",
    described: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write a connector folder: with three actions of an invented service, or for a service that is described.

    Args:
        folder: Where to; created if it is missing.
        title: Display name of the connector; made from the name of the folder if left out.
        base_url: URL of the API.
        described: What a description of the service says of it as a whole, as `connector.json` has it; the folder then
            has no actions yet.

    Returns:
        The files.

    Raises:
        ScaffoldError: The name of the folder makes no key, the base URL is not valid, or one of the files exists
            already. Nothing was written.
        OSError: A file cannot be written.
    """
    key, words = _names(folder.resolve().name)
    shown = (title or words).strip()
    texts = {"<VARIABLE>": key.upper(), "<BASE_URL>": _base_url(base_url), "<TITLE>": shown, "<KEY>": key}
    starter = _STARTER if described is None else _described(described, key)
    files = {Path(name): _filled(content, texts) for name, content in starter.items()} | schema_files(folder)
    if existing := [path for path in files if (folder / path).exists()]:
        raise ScaffoldError(
            f"“{folder}” already has {existing[0].as_posix()}. Nothing was written.", hint="Choose another folder."
        )
    return write_files(folder, files)


def _described(described: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The files for a service that is described."""
    starter = dict(_STARTER[MANIFEST.as_posix()])
    made = {word: value for word, value in starter.items() if word not in _SERVICE} | {"groups": {}}
    made |= {word: described[word] for word in _SERVICE if word in described}
    if not is_plain(made["baseUrl"]):
        made.pop("insecure", None)
    if "connection" in made:
        names = made["connection"]["properties"]
        made["connection"] = {**made["connection"], "environment": {name: [f"{key}_{name}".upper()] for name in names}}
    rest = {name: content for name, content in _STARTER.items() if not name.startswith("definitions/")}
    return {MANIFEST.as_posix(): {word: made[word] for word in (*starter, *made) if word in made}, **rest}


def _names(name: str) -> tuple[str, str]:
    """The key and the title that the name of a folder makes."""
    words = re.findall("[a-z0-9]+", name.lower())
    if len(words) > 1 and words[-1] == "connector":  # every host adds this word itself
        words.pop()
    key = "_".join(words)
    if not re.match("[a-z]", key):
        raise ScaffoldError(
            f"“{name[:60]}” makes no key for a connector.",
            hint="Use a folder whose name starts with a letter and has only letters, digits and dashes.",
        )
    return key, " ".join(words).capitalize()


def _base_url(text: str) -> str:
    try:
        return check_base_url(text)
    except AuthorizationError:
        raise ScaffoldError(
            f"“{text[:80]}” is not a valid base URL.",
            hint="Use one that starts with https://, or http:// on this machine, such as https://api.example.com.",
        ) from None


def _filled(content: Any, texts: dict[str, str]) -> str:
    """The text of a file, with the names of the connector in it."""

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: fill(item) for name, item in value.items()}
        if isinstance(value, list):
            return [fill(item) for item in value]
        return re.sub("|".join(texts), lambda found: texts[found[0]], value) if isinstance(value, str) else value

    filled = fill(content)
    return filled if isinstance(filled, str) else formatted(filled)
