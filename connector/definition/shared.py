"""What several actions share: `definitions/common.json`, put into an action's document where it is named.

`"...brand": {}` among the properties of a form, a response or a row includes the fields of the fieldset `brand`, in
that place and order; keywords inside the braces are set on each of them, and a property of the same name further down
changes one. A text among `errors` is the name of a shared error, one among `x-rules` that of shared rules. A `$ref` to
a definition that the file does not have itself brings the shared definition along, under `$defs`.

Nothing here needs the models: whatever has the wrong form stays as it is, for them to report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from connector.definition.files import COMMON
from connector.definition.provenance import Provenance, below

SPREAD = "..."
"""What a property's name begins with if it includes a fieldset."""
_MOST_FIELDS = 5_000
_REFERENCE = "#/$defs/"


class _Found(NamedTuple):
    """A field, and the fieldsets that it came through."""

    field: Any
    around: tuple[str, ...]


class Sharing:
    """Puts what `definitions/common.json` has into one document.

    Args:
        common: The file's content.
        provenance: Learns where each part comes from.

    Attributes:
        problems: Pointers into the document, each with what is wrong there.
    """

    def __init__(self, common: Mapping[str, Any], provenance: Provenance) -> None:
        self._fieldsets = _object(common, "fieldsets")
        self._definitions = _object(common, "$defs")
        self._rules = _object(common, "rules")
        self._errors = _object(common, "errors")
        self._provenance = provenance
        self._included = 0
        self._references: set[str] = set()
        self.problems: list[tuple[str, str]] = []

    def errors(self, written: list[Any]) -> list[Any]:
        """The known errors of an action, shared ones in place of their names."""
        found: list[Any] = []
        for entry in written:
            shared = self._errors.get(entry) if isinstance(entry, str) else None
            if isinstance(shared, dict):
                self._provenance.moved(f"/errors/{len(found)}", COMMON.as_posix(), below("/errors", entry))
                found.append(coded(shared, entry))
            elif isinstance(entry, str):
                self.problems.append((f"/errors/{len(found)}", f"There is no shared error “{entry[:80]}”."))
            else:
                found.append(entry)
        return found

    def fieldset(self, name: str) -> Any:
        """A fieldset of the file itself, with those that it includes in place."""
        written, place = self._fieldsets[name], below("/fieldsets", name)
        if not isinstance(written, dict):
            return written
        fields = self._fields(written, place, (COMMON.as_posix(), place), (name,))
        return {inner: self._field(each.field, below(place, inner), each.around) for inner, each in fields.items()}

    def definition(self, name: str) -> Any:
        """A definition of the file itself, with the fieldsets that it includes in place."""
        return self._field(self._definitions[name], below("/$defs", name))

    def schema(self, written: dict[str, Any], place: str) -> dict[str, Any]:
        """The inputs or the outputs of an action with the shared fields and definitions they name."""
        self._references = set()
        made: dict[str, Any] = self._field(written, place)
        definitions = made.get("$defs", {})
        if not isinstance(definitions, dict):
            return made
        definitions = {name: self._field(each, below(f"{place}/$defs", name)) for name, each in definitions.items()}
        waiting = [self._references]
        while waiting:
            for name in sorted(waiting.pop()):
                if name in self._definitions and name not in definitions:
                    spot = below(f"{place}/$defs", name)
                    self._provenance.moved(spot, COMMON.as_posix(), below("/$defs", name))
                    self._references = set()
                    definitions[name] = self._field(self._definitions[name], spot)
                    waiting.append(self._references)
        return {**made, "$defs": definitions} if definitions else made

    def _field(self, written: Any, place: str, around: tuple[str, ...] = ()) -> Any:
        """A schema with the shared fields in place, at any depth; `around` has the fieldsets that it is inside."""
        if not isinstance(written, dict):
            return written
        if isinstance(written.get("$ref"), str):
            self._references.add(written["$ref"].removeprefix(_REFERENCE))
        changed: dict[str, Any] = {}
        if isinstance(written.get("properties"), dict):
            spot = f"{place}/properties"
            fields = written["properties"]
            if any(name.startswith(SPREAD) for name in fields):
                found = self._fields(fields, spot, self._provenance.origin(spot), around)
                changed["properties"] = {
                    name: self._field(each.field, below(spot, name), each.around) for name, each in found.items()
                }
            else:
                changed["properties"] = {
                    name: self._field(field, below(spot, name), around) for name, field in fields.items()
                }
        if isinstance(written.get("x-rules"), list):
            changed["x-rules"] = self._rules_across(written["x-rules"], f"{place}/x-rules")
        for word in ("items", "additionalProperties"):
            if isinstance(written.get(word), dict):
                changed[word] = self._field(written[word], f"{place}/{word}", around)
        return {**written, **changed} if changed else written

    def _rules_across(self, written: list[Any], place: str) -> list[Any]:
        """Rules across fields, shared ones in place of their names."""
        found: list[Any] = []
        file, source = self._provenance.origin(place)
        for index, entry in enumerate(written):
            shared = self._rules.get(entry) if isinstance(entry, str) else None
            if isinstance(shared, list):
                origins = [(COMMON.as_posix(), f"{below('/rules', entry)}/{number}") for number in range(len(shared))]
            elif isinstance(entry, str):
                # The document has nothing in this place; whoever reads the finding looks into the file.
                self._provenance.moved(below(place, entry), file, f"{source}/{index}")
                self.problems.append((below(place, entry), f"There are no shared rules “{entry[:80]}”."))
                continue
            else:
                shared, origins = [entry], [(file, f"{source}/{index}")]
            for rule, origin in zip(shared, origins, strict=True):
                self._provenance.moved(f"{place}/{len(found)}", *origin)
                found.append(rule)
        return found

    def _fields(
        self, written: dict[str, Any], place: str, source: tuple[str, str], around: tuple[str, ...]
    ) -> dict[str, _Found]:
        """The properties of an object, those of fieldsets included.

        `source` is the file and pointer of `written`; `around` has the fieldsets that led here.
        """
        fields: dict[str, _Found] = {}
        for name, field in written.items():
            origin = source[0], below(source[1], name)
            if name.startswith(SPREAD) and isinstance(field, dict):
                self._spread(name.removeprefix(SPREAD), field, place, origin, around, fields)
            elif name in fields:
                self._change(fields, name, field, place, origin)
            else:
                fields[name] = _Found(field, around)
                self._provenance.moved(below(place, name), *origin)
        return fields

    def _spread(
        self,
        fieldset: str,
        beside: dict[str, Any],
        place: str,
        origin: tuple[str, str],
        around: tuple[str, ...],
        fields: dict[str, _Found],
    ) -> None:
        """Add the fields of a fieldset, with the keywords given beside its name."""
        problem = self._problem(fieldset, around)
        found: dict[str, _Found] = {}
        if not problem:
            inside = COMMON.as_posix(), below("/fieldsets", fieldset)
            found = self._fields(self._fieldsets[fieldset], place, inside, (*around, fieldset))
            twice = [name for name in found if name in fields]
            problem = f"The field “{twice[0][:80]}” of the fieldset is here already." if twice else ""
        if problem:
            # The document has nothing in this place; whoever reads the finding looks into the file.
            self._provenance.moved(below(place, SPREAD + fieldset), *origin)
            self.problems.append((below(place, SPREAD + fieldset), problem))
            return
        self._included += len(found)
        fields |= found
        if beside:
            for name in found:
                self._change(fields, name, beside, place, origin)

    def _change(self, fields: dict[str, _Found], name: str, field: Any, place: str, origin: tuple[str, str]) -> None:
        """Set the keywords of a field that a fieldset has brought."""
        known = fields[name].field
        if not isinstance(known, dict) or not isinstance(field, dict):
            fields[name] = _Found(field, ())
            self._provenance.moved(below(place, name), *origin)
            return
        for word, value in field.items():
            spot = below(below(place, name), word)
            self._provenance.moved(spot, origin[0], below(origin[1], word))
            if word in known:
                self._provenance.repeats(spot, same=known[word] == value)
        fields[name] = _Found({**known, **field}, fields[name].around)

    def _problem(self, fieldset: str, around: tuple[str, ...]) -> str:
        if not isinstance(self._fieldsets.get(fieldset), dict):
            return f"There is no fieldset “{fieldset[:80]}” in {COMMON.as_posix()}."
        if fieldset in around:
            return f"The fieldset “{fieldset[:80]}” contains itself."
        if self._included > _MOST_FIELDS:
            return f"The fieldsets add more than {_MOST_FIELDS} fields."
        return ""


def coded(error: dict[str, Any], code: str) -> dict[str, Any]:
    """A shared error with the code under which it is shared, unless it has its own."""
    status = {"status": error["status"]} if "status" in error else {}
    return status | {"code": code} | error


def _object(common: Mapping[str, Any], word: str) -> dict[str, Any]:
    found = common.get(word)
    return found if isinstance(found, dict) else {}
