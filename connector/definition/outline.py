"""A connector folder at a glance, for listing actions and completing names in a shell.

Kept free of the models, so that both stay instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connector.definition.defaults import group_texts
from connector.definition.expand import expand
from connector.definition.files import COMMON, MANIFEST, definition_files, importer_of, read_inside

_TEXTS = ("key", "operationId", "summary", "description", "group")


@dataclass(frozen=True)
class Outline:
    """What a folder holds, at a glance.

    Attributes:
        groups: Titles of the groups by key.
        actions: Documents of the actions by key, as their files have them, key and group included.
    """

    groups: dict[str, str]
    actions: dict[str, dict[str, Any]]
    _common: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def whole(self, key: str) -> dict[str, Any]:
        """The document of an action with everything that its file leaves out, unvalidated.

        Raises:
            KeyError: There is no such action.
        """
        document = self.actions[key]
        return expand(document, Path(document["group"], f"{key}.json"), self._common).document


def outline(folder: Path) -> Outline | None:
    """The folder at a glance, unvalidated; None where it is too broken for that and only loading can say why."""
    if (importer := importer_of(folder)) is not None:
        return importer.outline(folder)  # type: ignore[no-any-return]
    try:
        groups = {
            key: str({**group_texts(key), **group}["title"])
            for key, group in read_inside(folder, MANIFEST)["groups"].items()
        }
        common = read_inside(folder, COMMON) if (folder / COMMON).is_file() else {}
        documents = [
            {"key": path.stem, "group": path.parent.name, **read_inside(folder, path)}
            for path in definition_files(folder)
        ]
        order = {group: place for place, group in enumerate(groups)}
        documents.sort(key=lambda document: (order[document["group"]], document["key"]))
        whole = all(isinstance(document.get(name), str) for document in documents for name in _TEXTS)
        whole = whole and all(isinstance(document["inputs"].get("properties", {}), dict) for document in documents)
    except (ValueError, OSError, KeyError, TypeError, AttributeError):
        return None
    return Outline(groups, {document["key"]: document for document in documents}, common) if whole else None
