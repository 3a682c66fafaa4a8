"""From a definition as its author writes it to the whole document that hosts read.

A file says only what does not follow from the rest. `expand` puts in what `definitions/common.json` shares (`shared`)
and what the format takes for granted (`defaults`); inputs and outputs are then complete JSON Schema 2020-12. It keeps
in mind where everything was written (`provenance`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector import json_pointer
from connector.definition.defaults import Defaults, Side
from connector.definition.example_defaults import ExampleDefaults
from connector.definition.files import COMMON
from connector.definition.provenance import Provenance
from connector.definition.shared import Sharing, coded

_SIDES: tuple[Side, Side] = ("inputs", "outputs")


@dataclass(frozen=True)
class Expanded:
    """An action's document with everything that its file leaves out.

    Attributes:
        document: The whole document.
        problems: Pointers into it, each with what could not be put in there.
    """

    document: dict[str, Any]
    problems: list[tuple[str, str]]
    _written: Mapping[str, Any]
    _common: Mapping[str, Any]
    _provenance: Provenance

    def home(self, pointer: str) -> tuple[str, str]:
        """The file, and the pointer in it, of the value at a pointer of the document.

        For a value that the file leaves out, it is the nearest place around it in the file.
        """
        file, origin = self._provenance.origin(pointer)
        source = self._common if file == COMMON.as_posix() else self._written
        if json_pointer.get(self.document, pointer) is not json_pointer.MISSING:
            while json_pointer.get(source, origin) is json_pointer.MISSING:
                origin = origin.rpartition("/")[0]
        return file, origin

    def is_written(self, pointer: str) -> bool:
        """Whether the value at a pointer of the document is written in a file and not a default."""
        file, origin = self._provenance.origin(pointer)
        source = self._common if file == COMMON.as_posix() else self._written
        return json_pointer.get(source, origin) is not json_pointer.MISSING

    def repeated(self) -> dict[tuple[str, str], bool]:
        """The keywords written where they have a default, by file and pointer, and whether they only repeat it."""
        found: dict[tuple[str, str], bool] = {}
        for pointer, same in self._provenance.repeated.items():
            place = self._provenance.origin(pointer)
            found[place] = found.get(place, True) and same
        return found


def first_release(manifest: Mapping[str, Any] | None) -> str | None:
    """The `since` of actions that do not say their own; None where `connector.json` has none.

    Args:
        manifest: What `connector.json` holds; None if it cannot be read. What is wrong there is no problem of actions.
    """
    since = "" if manifest is None else manifest.get("since")
    return "0.0.0" if since is not None and not re.fullmatch(r"\d+\.\d+\.\d+", str(since)) else since


def expand(
    written: Mapping[str, Any],
    path: Path,
    common: Mapping[str, Any] | None = None,
    since: str | None = None,
    *,
    spelled_out: bool = False,
) -> Expanded:
    """The whole document of an action.

    Args:
        written: What its file holds. Whatever has the wrong form there stays as it is.
        path: The file, from the connector folder.
        common: What `definitions/common.json` holds.
        since: The `since` of the connector, for actions that have been there from the first release.
        spelled_out: Whether to note which keywords could be left out.
    """
    provenance = Provenance(path.as_posix(), spelled_out=spelled_out)
    sharing = Sharing(common or {}, provenance)
    request = written.get("request")
    request = request if isinstance(request, dict) else {}
    defaults = Defaults(request, provenance)
    made = dict(written)
    try:
        for side in _SIDES:
            if isinstance(made.get(side), dict):
                made[side] = defaults.schema(sharing.schema(made[side], f"/{side}"), side)
        if isinstance(made.get("errors"), list):
            made["errors"] = sharing.errors(made["errors"])
        if isinstance(made.get("examples"), list):
            inputs = made.get("inputs")
            fields = inputs.get("properties") if isinstance(inputs, dict) else None
            examples = ExampleDefaults(request, fields if isinstance(fields, dict) else {}, provenance)
            made["examples"] = [
                examples.example(example, f"/examples/{index}") for index, example in enumerate(made["examples"])
            ]
        named = {"key": path.stem, "group": path.parent.name} | ({"since": since} if since else {})
        made = defaults.action(made, named)
    except RecursionError:
        return Expanded(dict(written), [("", "The JSON is nested too deeply.")], written, common or {}, provenance)
    return Expanded(made, sharing.problems, written, common or {}, provenance)


def expand_common(written: Mapping[str, Any]) -> Expanded:
    """What `definitions/common.json` holds, by itself: its fieldsets with those that they include, its errors coded."""
    provenance = Provenance(COMMON.as_posix(), spelled_out=False)
    sharing = Sharing(written, provenance)
    made = dict(written)
    for word, whole in (("fieldsets", sharing.fieldset), ("$defs", sharing.definition)):
        if isinstance(made.get(word), dict):
            made[word] = {name: whole(name) for name in made[word]}
    if isinstance(made.get("errors"), dict):
        made["errors"] = {
            code: coded(error, code) if isinstance(error, dict) else error for code, error in made["errors"].items()
        }
    return Expanded(made, sharing.problems, written, written, provenance)
