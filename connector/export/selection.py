"""What an export covers: the connector, the chosen actions, and who publishes the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.definition.service import ConnectorDefinition, Publication, Publisher
from connector.export.errors import ExportError


@dataclass(frozen=True)
class ExportSelection:
    """The input of every exporter.

    Attributes:
        bundle: The connector folder, for its title, throttle, connection and icons.
        actions: The chosen actions, in catalogue order.
        publisher_override: The publisher given with the export, if any.
    """

    bundle: Bundle
    actions: Sequence[Action]
    publisher_override: Publisher | None = None

    @property
    def manifest(self) -> ConnectorDefinition:
        """The connector as a whole."""
        return self.bundle.manifest

    @cached_property
    def groups(self) -> dict[str, list[Action]]:
        """The chosen actions by group, in the connector's order; groups without any are left out."""
        found = {group: [action for action in self.actions if action.group == group] for group in self.manifest.groups}
        return {group: actions for group, actions in found.items() if actions}

    @property
    def publisher(self) -> Publisher | None:
        """Who publishes the package, if anyone is named."""
        if self.publisher_override is not None or self.manifest.publication is None:
            return self.publisher_override
        return self.manifest.publication.publisher

    @property
    def required_publisher(self) -> Publisher:
        """Who publishes the package, for formats that must name an author.

        Raises:
            ExportError: Nobody is named.
        """
        if self.publisher is None:
            raise ExportError(
                "This format needs a publisher: set publication.publisher in connector.json, or use --publisher,"
                " --publisher-email and --publisher-url."
            )
        return self.publisher

    @property
    def required_publication(self) -> Publication:
        """What catalogues of connectors ask for, such as the service's privacy policy.

        Raises:
            ExportError: `connector.json` does not have all of it.
        """
        found = self.manifest.publication or Publication()
        needed = {"privacyPolicy": found.privacy_policy, "categories": found.categories}
        missing = ", ".join(name for name, value in {"publisher": self.publisher, **needed}.items() if not value)
        if missing:
            options = (
                "" if self.publisher else " --publisher, --publisher-email and --publisher-url name the publisher."
            )
            raise ExportError(f"This format needs under “publication” in connector.json: {missing}.{options}")
        return found
