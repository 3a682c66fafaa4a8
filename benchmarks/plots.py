"""The plots of docs/performance.md, as SVG; `benchmarks.page` draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

COLORS = {
    "run": "#2f6fde",
    "ours": "#2f6fde",
    "requests": "#9aa3ad",
    "official SDK": "#d08b2c",
    "json.loads": "#9aa3ad",
}
OTHER = ("#9aa3ad", "#d08b2c", "#7a9e5f")

Figures = Mapping[str, Any]


def draw(figures: Figures, folder: Path) -> None:
    """Draw what was measured into a folder."""
    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "performance", "font.family": "sans-serif"})
    for name, plot in {
        "run_cost": _run_cost,
        "concurrency": _concurrency,
        "loading": _loading,
        "stores": _stores,
    }.items():
        if name in figures:
            plot(figures[name], folder / f"performance-{name.replace('_', '-')}.svg")


def _run_cost(figures: Figures, path: Path) -> None:
    ours = [found["run / requests"] for found in figures.values()]
    sdk = [found["run / requests"] / found["run / official SDK"] for found in figures.values()]
    series = {"requests": [1.0] * len(ours), "official SDK": sdk, "run": ours}
    _bars(path, "time, requests = 1", list(figures), series)


def _concurrency(figures: Figures, path: Path) -> None:
    groups = {group: found for group, found in figures.items() if isinstance(found, dict)}
    names = ("requests", "official SDK", "run")
    spent = [found["CPU seconds per 1,000 calls"] for found in groups.values()]
    _bars(
        path, "CPU seconds per 1,000 calls", list(groups), {name: [each.get(name) for each in spent] for name in names}
    )


def _stores(figures: Figures, path: Path) -> None:
    """SQLite is left out: it waits for the disk, and would hide the others."""
    groups = {group: kinds["free"] for group, kinds in figures["acquire"].items()}
    names = ("pyrate-limiter", "limits", "ours")
    series = {name: [_cost(costs, name) for costs in groups.values()] for name in names}
    _bars(path, "microseconds of an acquire", list(groups), series)


def _cost(costs: Figures, name: str) -> float | None:
    found = (cost for key, cost in costs.items() if key.partition(",")[0] == name and "SQLite" not in key)
    return next(found, None)


def _loading(figures: Figures, path: Path) -> None:
    figure, axes = plt.subplots(figsize=(6.4, 3.2))
    counts = [int(count) for count in figures["load"]]
    for name in ("load", "json.loads"):
        shown = [found[name] for found in figures["load"].values()]
        axes.plot(counts, shown, marker="o", label=name, color=COLORS.get(name, COLORS["run"]))
    axes.set_xlabel("actions")
    _finish(figure, axes, "milliseconds of CPU time", path)


def _bars(path: Path, unit: str, groups: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> None:
    """Bars side by side, one group after another."""
    figure, axes = plt.subplots(figsize=(7.2, 3.2))
    width = 0.8 / len(series)
    for number, (name, values) in enumerate(series.items()):
        there = [(place, value) for place, value in enumerate(values) if value is not None]
        places = [place + (number - (len(series) - 1) / 2) * width for place, _ in there]
        color = COLORS.get(name, OTHER[number % len(OTHER)])
        drawn = axes.bar(places, [value for _, value in there], width, label=name, color=color)
        axes.bar_label(drawn, fmt=_label, fontsize=7)
    axes.set_xticks(range(len(groups)), groups)
    _finish(figure, axes, unit, path)


def _label(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"  # noqa: PLR2004 - two digits


def _finish(figure: Any, axes: Any, unit: str, path: Path) -> None:
    axes.set_ylabel(unit)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
