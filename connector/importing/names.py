"""Names that a package leaves to its reader: keys of actions, names of inputs, labels.

Parameters keep their names. A field of the body has the name of its last step if that is unique in the action, else
that of the shortest suffix of its path that is, joined by `_`: `facebook_url`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence

_RESERVED = frozenset({"base_url", "allow_insecure", "name", "ephemeral", "kind"})
_INITIALISMS = {"api", "css", "html", "http", "id", "ids", "iso", "json", "pdf", "sms", "uri", "url", "xml"}
_LONGEST = 80
_LONGEST_INPUT = 60
"""Characters of a name of an input; hosts of MCP take 64, and a name that comes twice gets a number."""


def key_of(text: str, taken: Container[str] = (), fallback: str = "action") -> str:
    """A text as a key of the format: `Get-Invoice V2` is `get_invoice_v2`, `AddIDsTo` is `add_ids_to`.

    Args:
        text: The text.
        taken: Keys that are in use.
        fallback: The key where the text has no letter of ASCII.
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])", "_", text)
    key = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")[:_LONGEST].rstrip("_")
    key = key if key[:1].isalpha() else f"{fallback}_{key}".strip("_")
    return unique(key, taken)


def unique(name: str, taken: Container[str]) -> str:
    """The name, with a number if it is taken. It takes few looks, however often the name is taken."""
    if name not in taken:
        return name
    low, high = 1, 2
    while f"{name}_{high}" in taken:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if f"{name}_{middle}" in taken else (low, middle)
    return f"{name}_{high}"


def plain(name: str) -> str:
    """A name of letters, digits, underscores and hyphens, which every host takes: `filter[name]` is `filter_name`."""
    if re.fullmatch(r"[A-Za-z0-9_-]+", name):
        return name[:_LONGEST_INPUT]
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:_LONGEST_INPUT] or "value"


def connection_field(name: str) -> str:
    """The name of a connection parameter as a field of a connection."""
    found = re.sub(r"\W+", "_", name.rpartition(":")[2], flags=re.ASCII).strip("_") or "value"
    found = found if not found[0].isdigit() else f"field_{found}"
    return f"{found}_value" if found in _RESERVED else found


def input_names(paths: Sequence[Sequence[str]], taken: Iterable[str]) -> list[str]:
    """Names for the fields of a body, in their order.

    Args:
        paths: For each field, the steps that lead to it; empty for the whole body.
        taken: The names of the parameters.
    """
    steps = [[plain(step) for step in path] or ["body"] for path in paths]
    names, used = ["" for _ in steps], set(taken)
    waiting, length = list(range(len(steps))), 1
    while waiting:
        suffixes = {index: "_".join(steps[index][-length:]) for index in waiting}
        seen = Counter(suffixes.values())
        left = []
        for index in waiting:
            is_whole = length >= len(steps[index])
            if seen[suffixes[index]] == 1 and suffixes[index] not in used:
                names[index] = suffixes[index]
            elif is_whole:
                names[index] = unique(f"body_{suffixes[index]}" if suffixes[index] in used else suffixes[index], used)
            else:
                left.append(index)
                continue
            used.add(names[index])
        waiting, length = left, length + 1
    return names


def label_of(key: str) -> str:
    """A key as a label: `facebook_url` is “Facebook URL”."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+", " ", key).split()
    words = [word.upper() if word.lower() in _INITIALISMS else word[:1].upper() + word[1:] for word in spaced]
    return " ".join(words).replace("IDS", "IDs") or key


def unique_labels(labels: Sequence[str], around: Sequence[Sequence[str]]) -> list[str]:
    """The labels, each that is there twice with the name of what is around its field before it.

    Args:
        labels: A label for each field.
        around: For each field, the keys of the objects around it, the outermost first.
    """
    seen = Counter(label.casefold() for label in labels)
    found: list[str] = []
    used: set[str] = set()
    for label, keys in zip(labels, around, strict=True):
        name, left = label, list(keys)
        while (seen[label.casefold()] > 1 or name.casefold() in used) and left:
            name = f"{label_of(left.pop())} {name}"
            if name.casefold() not in used and seen[name.casefold()] == 0:
                break
        number = 1
        while name.casefold() in used:
            number += 1
            name = f"{label} {number}"
        used.add(name.casefold())
        found.append(name)
    return found
