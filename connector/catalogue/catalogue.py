"""The actions of a connector: listing them and finding one by whatever name a person uses."""

from __future__ import annotations

from collections.abc import Iterator

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.errors import UnknownActionError
from connector.secrets import printable, stripped
from connector.validation.messages import nearest
from connector.validation.rule_messages import listed


class Catalogue:
    """The actions of one connector folder, in the order of its groups."""

    def __init__(self, bundle: Bundle) -> None:
        self._actions = {key: Action(bundle, key) for key in bundle.actions}
        self._names: dict[str, Action] = {}
        for action in self._actions.values():
            for name in (action.key, action.operation_id, action.summary):
                self._names.setdefault(name.lower(), action)

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions.values())

    def find(self, name: str) -> Action:
        """The action with that key, operation id or summary, without regard to case.

        Raises:
            UnknownActionError: There is none; the nearest are proposed.
        """
        found = self._names.get(stripped(name).lower())
        if found is not None:
            return found
        close = self.nearest(name)
        meant = f" Did you mean {listed([[f'“{key}”'] for key in close], 'or')}?" if close else ""
        raise UnknownActionError(f"There is no action “{printable(name)[:80]}”.{meant}")

    def nearest(self, name: str, count: int = 3) -> list[str]:
        """The keys of the actions whose key, operation id or summary is most like a mistyped name."""
        wanted = stripped(name).replace(" ", "_")
        keys = nearest(wanted, list(self._actions), count)
        keys += [self._names[other.lower()].key for other in nearest(name, list(self._names), count)]
        words = [key for key in self._actions if wanted.lower() and wanted.lower() in key]
        return list(dict.fromkeys([*keys, *words]))[:count]
