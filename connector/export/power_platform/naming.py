"""Labels and type names made from keys, for parts of a body that no field of a definition names."""

from __future__ import annotations

import re

_INITIALISMS = {"api", "apn", "arn", "css", "html", "id", "ids", "iso", "mjml", "sms", "url", "utm"}
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("s", ""))


def label_of(key: str) -> str:
    """A key as a label: `facebook_url` is “Facebook URL”, `widgetBackground` is “Widget Background”."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-.\s]+", " ", key)
    return " ".join(_word(word) for word in spaced.split())


def singular(label: str) -> str:
    """The label of one item of a list: “Categories” becomes “Category”."""
    for ending, instead in _ENDINGS:
        if label.endswith(ending) and not label.endswith("ss"):
            return label.removesuffix(ending) + instead
    return label


def type_name(name: str) -> str:
    """A key or label as the name of a shared definition: `list_id` is `ListId`."""
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", name))


def _word(word: str) -> str:
    if word.lower() in _INITIALISMS:
        return "IDs" if word.lower() == "ids" else word.upper()
    return word[:1].upper() + word[1:]
