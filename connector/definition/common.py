"""What the actions of a connector share: what `definitions/common.json` may say."""

from __future__ import annotations

from pydantic import Field

from connector.definition.action import Key, KnownError
from connector.definition.field import FieldSchema
from connector.definition.model import Model
from connector.definition.rules import FieldRule


class CommonDefinitions(Model):
    """What several actions share.

    Attributes:
        defs: Definitions for `$ref`: an action that refers to one gets it under its own `$defs`.
        fieldsets: Groups of fields by name, in screen order: `"...name": {}` among properties includes them. A
            fieldset may contain others.
        rules: Rules across fields, several under one name: that name among `x-rules` includes them.
        errors: Known errors by code: an action lists the code among its `errors`.
    """

    schema_uri: str | None = None
    defs: dict[str, FieldSchema] = Field(default_factory=dict)
    fieldsets: dict[str, dict[str, FieldSchema]] = Field(default_factory=dict)
    rules: dict[Key, list[FieldRule]] = Field(default_factory=dict)
    errors: dict[Key, KnownError] = Field(default_factory=dict)
