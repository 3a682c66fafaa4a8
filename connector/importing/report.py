"""What an import carries over: for each operation, whether it runs, why not, and what it does differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector.importing.package import Package


@dataclass(frozen=True)
class OperationReport:
    """What became of one operation.

    Attributes:
        key: The key of its action.
        operation_id: Its name in the package.
        gaps: Why it cannot run; empty for one that can.
        notes: What it does differently from the cloud, or what was assumed.
    """

    key: str
    operation_id: str
    gaps: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def runs(self) -> bool:
        """Whether it can run."""
        return not self.gaps


@dataclass(frozen=True)
class ImportReport:
    """What became of the operations of a package, in its order."""

    title: str
    notes: tuple[str, ...]
    operations: tuple[OperationReport, ...]

    @property
    def running(self) -> int:
        """How many can run."""
        return sum(operation.runs for operation in self.operations)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        operations = [
            {
                "key": each.key,
                "operation_id": each.operation_id,
                "runs": each.runs,
                "gaps": list(each.gaps),
                "notes": list(each.notes),
            }
            for each in self.operations
        ]
        notes = list(self.notes)
        return {"title": self.title, "running": self.running, "notes": notes, "operations": operations}

    def lines(self) -> list[str]:
        """The report as text: a count, then a line for each gap and each note."""
        count = len(self.operations)
        found = [f"{self.title}: {self.running} of {count} operation{'' if count == 1 else 's'} can run."]
        found += [f"  {note}" for note in self.notes]
        for operation in self.operations:
            found += [f"  {operation.key} cannot run: {gap}" for gap in operation.gaps]
            found += [f"  {operation.key}: {note}" for note in operation.notes]
        return found


def report_on(package: Package) -> ImportReport:
    """The report of a package; it converts every operation."""
    operations = []
    for key, operation in package.source.operations.items():
        package.read(key)
        findings = package.converted(key).findings
        operations.append(
            OperationReport(key, operation.operation_id, tuple(findings.gaps), tuple(dict.fromkeys(findings.notes)))
        )
    notes = tuple(dict.fromkeys(package.source.access.notes))
    return ImportReport(package.bundle.manifest.title, notes, tuple(operations))
