"""What an import does not carry over, in sentences."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Findings:
    """What is known of the import of one operation.

    Attributes:
        gaps: Why it cannot run; empty for one that can.
        notes: What it does differently from the cloud, or what was assumed.
    """

    gaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def gap(self, reason: str) -> None:
        """Add a reason why the operation cannot run."""
        if reason not in self.gaps:
            self.gaps.append(reason)

    def note(self, text: str) -> None:
        """Add something that whoever runs the operation should know."""
        if text not in self.notes:
            self.notes.append(text)
