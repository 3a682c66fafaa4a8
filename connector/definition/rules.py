"""Rules across the fields of a form or a row, as `x-rules` writes them; docs/rules.md is their reference.

These models hold the form of a rule. Whether its names are fields is for `connector.lint`; checking inputs against
rules is `connector.validation.rules`.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from connector.definition.model import Model

Text = Annotated[str, StringConstraints(min_length=1)]
Names = Annotated[list[Text], Field(min_length=1)]
Several = Annotated[list[Text], Field(min_length=2)]
ChoiceKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Condition(Model):
    """When a rule applies: as soon as one of the parts holds.

    Attributes:
        filled: One of these fields is filled in.
        values: A field has one of the values listed for it.
        several: One of these lists has two rows or more.
    """

    filled: list[Text] = Field(default_factory=list)
    values: dict[Text, list[Any]] = Field(default_factory=dict)
    several: list[Text] = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.filled or self.values or self.several):
            raise ValueError("a condition needs “filled”, “values” or “several”")
        return self

    @property
    def names(self) -> list[str]:
        """Every field that the condition looks at."""
        return [*self.filled, *self.values, *self.several]


class FieldGroup(Model):
    """Fields that are used together.

    Attributes:
        fields: Every field of the group, in the order of the form.
        required: Those that must all be filled in.
        at_least_one_of: Those of which at least one must be filled in.
    """

    fields: list[Text] = Field(default_factory=list)
    required: list[Text] = Field(default_factory=list)
    at_least_one_of: list[Text] = Field(default_factory=list)

    @model_validator(mode="after")
    def _needs_its_own_fields(self) -> Self:
        strange = [name for name in (*self.required, *self.at_least_one_of) if name not in self.fields]
        if strange:
            raise ValueError(f"“{strange[0]}” is required, but it is not listed in “fields”")
        return self

    @property
    def asked(self) -> list[list[str]]:
        """What the group asks for: `required` together, else each of `atLeastOneOf`, else each of `fields`."""
        return [self.required] if self.required else [[name] for name in self.at_least_one_of or self.fields]


class Option(FieldGroup):
    """One option of a choice.

    Attributes:
        key: Its name, for hosts that store what was chosen.
        title: Its label in the select that a host draws.
        default: Whether a host shows it first.
    """

    key: ChoiceKey
    title: Text
    default: bool = False

    @model_validator(mode="after")
    def _has_fields(self) -> Self:
        if not self.fields:
            raise ValueError("an option needs “fields”")
        return self


class Variant(FieldGroup):
    """The fields used with certain values of another field.

    Attributes:
        values: Those values.
    """

    values: Annotated[list[Any], Field(min_length=1)]


class RuleBase(Model):
    """What every rule may have.

    Attributes:
        condition: The rule is skipped unless this holds (`if`).
        hint: The hint of each of its problems.
    """

    condition: Condition | None = Field(default=None, alias="if")
    hint: str = ""


class Choice(RuleBase):
    """One of several options, each with its own fields.

    Attributes:
        key: Its name, for hosts that store what was chosen.
        title: The label of the select that a host draws.
        noun: What is chosen, in lower case, for the message that nothing is.
        required: Exactly one option, instead of at most one.
        options: The options, in the order of the form.
    """

    kind: Literal["choice"]
    key: ChoiceKey
    title: Text
    noun: str = ""
    required: bool = False
    options: Annotated[list[Option], Field(min_length=2)]

    @model_validator(mode="after")
    def _options_differ(self) -> Self:
        keys = [option.key for option in self.options]
        if len(set(keys)) < len(keys):
            raise ValueError("the keys of the options differ")
        if sum(option.default for option in self.options) > 1:
            raise ValueError("one option at most is the default")
        return self

    @cached_property
    def names(self) -> list[str]:
        """The fields of all options, each once, in the order in which the options list them first."""
        return list(dict.fromkeys(name for option in self.options for name in option.fields))

    @cached_property
    def shared(self) -> frozenset[str]:
        """The fields that several options have."""
        counts = Counter(name for option in self.options for name in option.fields)
        return frozenset(name for name, count in counts.items() if count > 1)


class VariantRule(RuleBase):
    """The value of one field decides which others are used.

    Attributes:
        field: The field whose value decides.
        variants: What goes with which values.
    """

    kind: Literal["variant"]
    field: Text
    variants: Annotated[list[Variant], Field(min_length=1)]

    @cached_property
    def governed(self) -> list[str]:
        """The fields that any variant lists, each once."""
        return list(dict.fromkeys(name for variant in self.variants for name in variant.fields))

    @property
    def names(self) -> list[str]:
        """Every field of the rule."""
        return [self.field, *self.governed]


class Requires(RuleBase):
    """Fields that are required on a condition, or of which one is always required.

    Attributes:
        fields: All of these are required.
        at_least_one_of: At least one of these is required.
        noun: What is missing, in lower case, for the message.
    """

    kind: Literal["requires"]
    fields: list[Text] = Field(default_factory=list)
    at_least_one_of: list[Text] = Field(default_factory=list)
    noun: str = ""

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Self:
        if bool(self.fields) == bool(self.at_least_one_of):
            raise ValueError("a rule of the kind “requires” has either “fields” or “atLeastOneOf”")
        return self

    @property
    def names(self) -> list[str]:
        """Every field of the rule."""
        return [*self.fields, *self.at_least_one_of]


class Together(RuleBase):
    """All of some fields, or none of them.

    Attributes:
        fields: Those fields.
    """

    kind: Literal["together"]
    fields: Several

    @property
    def names(self) -> list[str]:
        """Every field of the rule."""
        return self.fields


class Same(RuleBase):
    """Fields that mean the same have the same value.

    Attributes:
        fields: Those fields.
    """

    kind: Literal["same"]
    fields: Several

    @property
    def names(self) -> list[str]:
        """Every field of the rule."""
        return self.fields


class Alike(RuleBase):
    """Either all rows of a list have certain values in a field, or none has.

    Attributes:
        field: The list.
        by: The field of its rows.
        values: Those values.
    """

    kind: Literal["alike"]
    field: Text
    by: Text
    values: Annotated[list[Any], Field(min_length=1)]

    @property
    def names(self) -> list[str]:
        """The list; `by` is a field of its rows."""
        return [self.field]


FieldRule = Annotated[Choice | VariantRule | Requires | Together | Same | Alike, Field(discriminator="kind")]
"""Any rule of `x-rules`."""
