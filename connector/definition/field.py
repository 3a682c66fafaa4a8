"""A field of a form or of a response: a JSON Schema with annotations.

Everything without `x-` is JSON Schema 2020-12 and means exactly what it means there. The `x-` keywords are
annotations that a validator ignores; they say where the value is on the wire and how a form shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from connector import json_pointer
from connector.definition.model import Model, spelling
from connector.definition.patterns import UnsafePatternError, require_safe
from connector.definition.rules import FieldRule

JsonType = Literal["string", "integer", "number", "boolean", "array", "object", "null"]
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
"""The types that a value of a JSON type has in Python; true is not a number."""

Place = Literal["path", "query", "header", "body", "template"]
Visibility = Literal["important", "advanced", "internal"]
Source = Literal["body", "text", "binary", "status", "success"]
ArrayStyle = Literal["repeat", "csv", "ssv", "pipes"]


def _pointer(text: str) -> str:
    json_pointer.parse(text)
    return text


_T = TypeVar("_T")
Pointer = Annotated[str, AfterValidator(_pointer)]


def check_pattern(pattern: str | None, longest_text: int | None = None) -> None:
    """Make sure that a regular expression of a definition is safe.

    Raises:
        PydanticCustomError: It is not; the error has the type `unsafe_pattern`.
    """
    try:
        require_safe(pattern or "", longest_text)
    except UnsafePatternError as error:
        raise PydanticCustomError("unsafe_pattern", "{reason}", {"reason": str(error)}) from None


class DynamicValues(Model):
    """Where the choices of a field come from: another action, in Microsoft's vocabulary.

    Attributes:
        operation_id: Operation id of the action that lists the choices.
        value_collection: Output field of that action that holds the rows.
        value_path: Name in a row that becomes the value.
        value_title: Name in a row that is shown.
        parameters: Inputs for that action; empty for most. `{"parameter": "name"}` is replaced by the value that the
            input of that name has in the same form.
    """

    operation_id: str
    value_collection: str = Field(alias="value-collection")
    value_path: str = Field(alias="value-path")
    value_title: str = Field(alias="value-title")
    parameters: dict[str, Any] = Field(default_factory=dict)

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The inputs of the same form that must be filled in before there are choices."""
        return tuple(
            value["parameter"]
            for value in self.parameters.values()
            if isinstance(value, dict) and isinstance(value.get("parameter"), str)
        )

    def inputs(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs for the listing action.

        Args:
            given: The inputs of the form under their own names; it has those that the choices depend on.
        """
        return {
            name: given[value["parameter"]] if isinstance(value, dict) and value.get("parameter") in given else value
            for name, value in self.parameters.items()
        }


class FieldSchema(Model):
    """A field of an action, or a row of one, or a value in a list.

    Attributes:
        ref: `#/$defs/` and the name of a definition; keywords beside it take precedence.
        type: Left out, a list where there are items, an object where there are properties, and text otherwise; an
            output may also be null, except for the rows of a list.
        pattern: A regular expression of literals, classes, groups, alternatives and greedy quantifiers, which means the
            same in Python and JavaScript. Quantifiers are not nested, and several of them need `maxLength`.
        max_length: Of a text in the path, 1024 when left out.
        additional_properties: Left out in the rows of an input, they take no unknown names.
        x_in: Where an input is sent; only at the top level of the inputs. Defaults to the path for a name in
            braces there, else `template` (nowhere else) for a name in braces in the headers, query or base URL of the
            request, else the query of a GET, HEAD, OPTIONS or DELETE, else the body.
        x_name: Its name there, where that is not the field's own name (path, query, header).
        x_pointer: Its place in the body, relative to the row for a field of a row. For outputs, a list of places is
            tried in order, and the first value of the declared type is used. Left out, it is the
            field's name with `.` read as `/`. If empty, it is the whole body, such as a text or a list.
        x_path: The documented dotted path, where it is not what the pointer says.
        x_aliases: Other names that are accepted for this input.
        x_map_key: The list is an object on the wire, keyed by this field of its rows.
        x_map_value: With `x_map_key`: the field of the row that is the whole value of its key.
        x_spread: The object's keys are sent beside the other fields, not inside an object of their own.
        x_keep_empty: An empty text or list is sent as a value, not treated as a field left empty.
        x_text_for: In the items of a list: a text is sent as an object that has it under each of these names.
        x_from: Where an output is read from: the body's JSON (default), the body's text, the body as a file, the HTTP
            status, or whether that status is a success.
        x_file: It is a file, as JSON `{"$content-type": "image/png", "$content": "<base64>", "$filename": "cat.png"}`.
            In a JSON body it is sent as its base64 text.
        x_array_style: How a list outside JSON is written: its name repeated for each value (the default in a query
            and a form), or the values joined by commas (the default in a path and a header), spaces or pipes.
        default: The value of an input that is left empty, or of an output that the service does not return.
        x_time: The service sends epoch milliseconds; the output is ISO 8601 text.
        x_rules: Of a row or an object: rules across its fields.
        x_ms_visibility: Defaults to that of the object around it. On the items of a list, it is the default of their
            fields.
        x_ms_url_encoding: How often a value in the path or the query is encoded; once when left out.
    """

    ref: str | None = None
    type: JsonType | list[JsonType] | None = None
    title: str | None = None
    description: str | None = None
    format: str | None = None
    enum: list[Any] | None = None
    const: Any = None
    default: Any = None
    examples: list[Any] | None = None
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    items: FieldSchema | None = None
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool | None = None
    properties: dict[str, FieldSchema] = Field(default_factory=dict)
    required: list[str] = Field(default_factory=list)
    dependent_required: dict[str, list[str]] = Field(default_factory=dict)
    additional_properties: bool | FieldSchema | None = None
    min_properties: int | None = None
    max_properties: int | None = None
    write_only: bool = False
    deprecated: bool = False

    x_in: Place | None = None
    x_name: str | None = None
    x_pointer: Pointer | Annotated[list[Pointer], Field(min_length=1)] | None = None
    x_path: str | None = None
    x_aliases: list[str] = Field(default_factory=list)
    x_map_key: str | None = None
    x_map_value: str | None = None
    x_spread: bool = False
    x_keep_empty: bool = False
    x_text_for: list[str] = Field(default_factory=list)
    x_from: Source = "body"
    x_file: bool = False
    x_array_style: ArrayStyle | None = None
    x_time: Literal["epoch-milliseconds"] | None = None
    x_rules: list[FieldRule] = Field(default_factory=list)
    x_ms_visibility: Visibility | None = None
    x_ms_dynamic_values: DynamicValues | None = None
    x_ms_url_encoding: Literal["single", "double"] | None = None

    @model_validator(mode="after")
    def _annotations_fit(self) -> Self:
        if not (self.x_map_key or self.x_map_value or self.x_spread):
            return self
        if self.x_map_value and not self.x_map_key:
            raise ValueError("x-map-value requires x-map-key")
        if self.x_map_key and (self.items is None or self.x_map_key not in self.items.properties):
            raise ValueError("x-map-key must name a field of the list's rows")
        if self.x_map_value and (self.items is None or self.x_map_value not in self.items.properties):
            raise ValueError("x-map-value must name a field of the list's rows")
        if self.x_spread and "object" not in self.types and not self.x_map_key:
            raise ValueError("x-spread needs the type “object”, or x-map-key")
        return self

    @model_validator(mode="after")
    def _file_fits(self) -> Self:
        if self.x_file and (self.properties or self.items or set(self.types) - {"object", "null"}):
            raise ValueError("x-file needs the type “object”, without properties")
        if self.x_array_style and "array" not in self.types and self.items is None:
            raise ValueError("x-array-style needs the type “array”")
        return self

    @model_validator(mode="after")
    def _no_keyword_is_null(self) -> Self:
        # pydantic would read it as left out, but a JSON Schema validator rejects it.
        for name in self.model_fields_set - {"const", "default", "title", "description"}:
            if getattr(self, name) is None:
                raise ValueError(f"{spelling(name)} must not be null")
        return self

    @model_validator(mode="after")
    def _pattern_is_safe(self) -> Self:
        check_pattern(self.pattern, self.max_length)
        return self

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types the field may have; empty when any."""
        if self.type is None:
            return ()
        return (self.type,) if isinstance(self.type, str) else tuple(self.type)

    def pointers(self, name: str) -> tuple[str, ...]:
        """The places of a field of that name, from its row's or the body's start."""
        if self.x_pointer is None:
            return (json_pointer.join(name.split(".")),)
        return (self.x_pointer,) if isinstance(self.x_pointer, str) else tuple(self.x_pointer)


class ObjectSchema(Model):
    """The inputs or the outputs of an action: an object with one property per field, in screen order.

    Attributes:
        schema_uri: The dialect; it is always this one, and left out in files.
        type: Always an object, and left out in files.
        properties: The fields. `"...name": {}` includes those of the fieldset of that name in
            `definitions/common.json`; keywords inside the braces are set on each of them, and a property of the same
            name further down changes one.
        required: Required inputs beside those in the path. All outputs are always present, so a file lists none.
        additional_properties: Always false, and left out in files.
        x_rules: Rules across the fields at the top.
        defs: Definitions for `$ref`. Those of `definitions/common.json` need not be repeated.
        x_ms_visibility: The default of the fields' own; `important` if left out. Only in files: a loaded schema has
            it on each field.
    """

    schema_uri: Literal["https://json-schema.org/draft/2020-12/schema"] | None = None
    type: Literal["object"] = "object"
    properties: dict[str, FieldSchema] = Field(default_factory=dict)
    required: list[str] = Field(default_factory=list)
    dependent_required: dict[str, list[str]] = Field(default_factory=dict)
    additional_properties: Literal[False] = False
    x_rules: list[FieldRule] = Field(default_factory=list)
    defs: dict[str, FieldSchema] = Field(default_factory=dict)
    x_ms_visibility: Visibility | None = None

    # By the identity of the field that refers; it is kept, so that no other one gets its identity.
    _resolved: dict[int, tuple[FieldSchema, FieldSchema]] = PrivateAttr(default_factory=dict)

    def resolve(self, field: FieldSchema) -> FieldSchema:
        """The field itself, or what its `$ref` names; keywords beside the `$ref` take precedence.

        Raises:
            KeyError: `$ref` names nothing under `$defs`.
        """
        if field.ref is None:
            return field
        known = self._resolved.get(id(field))
        if known is None:
            target = self.resolve(self.defs[field.ref.removeprefix("#/$defs/")])
            beside = {name: getattr(field, name) for name in field.model_fields_set if name != "ref"}
            known = self._resolved[id(field)] = (field, target.model_copy(update=beside))
        return known[1]

    def compiled(self, compile_schema: Callable[[ObjectSchema], _T]) -> _T:
        """What a function makes of this schema, such as a reader of its fields, made once."""
        compiled = self.compilations
        if compile_schema not in compiled:
            compiled[compile_schema] = compile_schema(self)
        made: _T = compiled[compile_schema]
        return made

    @cached_property
    def compilations(self) -> dict[Callable[[ObjectSchema], Any], Any]:
        """What functions made of this schema, by the function; a private attribute would take longer to look up."""
        return {}
