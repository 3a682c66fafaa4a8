"""What every model of the definition format shares: how its names are spelt in a file, its strictness, common types."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

from connector.definition.base_url import check_template, check_url

Sentence = Annotated[str, StringConstraints(min_length=1)]
Method = Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


def spelling(name: str) -> str:
    """How a keyword of these models is spelled in a file: `x_map_key` is `x-map-key`, `min_length` is `minLength`."""
    if name.startswith("x_"):
        return name.replace("_", "-")
    return {"ref": "$ref", "defs": "$defs", "schema_uri": "$schema"}.get(name) or to_camel(name)


class LeftOut:
    """Marks a keyword that a file may leave out although the model needs it: reading the file fills it in."""


class Model(BaseModel):
    """The base of every part of a definition: unknown keywords are errors, values do not change.

    Strict: a text that looks like a number or a truth value is a text.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=spelling, populate_by_name=False
    )


Template = Annotated[str, StringConstraints(pattern=r"^[^{}]*(\{[^{}]+\}[^{}]*)*$")]
"""A text with names of inputs and of fields of the connection in braces."""
ConnectionTemplate = Annotated[str, StringConstraints(pattern=r"^[^{}]*(\{connection\.[^{}]+\}[^{}]*)*$")]
"""A text with names of fields of the connection in braces."""
BaseUrl = Annotated[
    str,
    StringConstraints(pattern=r"^(https?://([^/{}]|\{[^{}]+\})|\{[^{}]+\})[^{}]*(\{[^{}]+\}[^{}]*)*$"),
    AfterValidator(check_template),
]
"""A URL, or a template of one."""
WebAddress = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]"), AfterValidator(check_url)]
"""The URL of a page."""
