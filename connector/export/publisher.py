"""Who publishes an exported package: the publisher in `connector.json`, or the one given with the export."""

from __future__ import annotations

from pydantic import ValidationError

from connector.definition.service import ConnectorDefinition, Publisher
from connector.export.errors import PublisherError
from connector.export.registry import EXPORT_FORMATS


def with_overrides(
    manifest: ConnectorDefinition, *, name: str | None = None, email: str | None = None, url: str | None = None
) -> Publisher | None:
    """The publisher from `connector.json` with single values replaced; None when there is neither.

    Raises:
        PublisherError: The result is incomplete, or a value is invalid.
    """
    declared = manifest.publication.publisher if manifest.publication is not None else None
    overrides = {key: value for key, value in {"name": name, "email": email, "url": url}.items() if value is not None}
    if not overrides:
        return declared
    try:
        return Publisher.model_validate({**(declared.model_dump() if declared else {}), **overrides})
    except ValidationError as error:
        wrong = ", ".join(f"“{problem['loc'][0]}”" for problem in error.errors() if problem["loc"])
        raise PublisherError(
            f"The publisher's {wrong} is missing or invalid: a publisher has a name, an email address and an https URL."
        ) from None


def placeholder_note(manifest: ConnectorDefinition, publisher: Publisher | None, format_name: str) -> str | None:
    """A note for the person who exports, if the files name the placeholder as their publisher."""
    used = publisher or (manifest.publication.publisher if manifest.publication is not None else None)
    if used is None or not used.is_placeholder or not EXPORT_FORMATS[format_name].names_publisher:
        return None
    return (
        f"The publisher is still the placeholder “{used.name}”. Before you publish, set publication.publisher in"
        " connector.json, or use --publisher, --publisher-email and --publisher-url."
    )
