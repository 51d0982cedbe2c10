"""The table that a run prints and writes, and its plot."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from benchmarks.arena import Result

COLOURS = {True: "#22653a", False: "#9c2330", None: "#1d5592"}
LEFT, WIDTH, ROW = 430, 960, 26


def table(results: Sequence[Result]) -> str:
    lines = ["| What | Ours | Against | Ratio | Goal | |", "|---|---|---|---|---|---|"]
    for result in results:
        goal = "" if result.goal is None else f"{'≥' if result.higher else '≤'} {result.goal:g}"
        met = {True: "met", False: "**not met**", None: ""}[result.met]
        lines.append(f"| {result.name} | {result.ours} | {result.against} | {result.ratio:.2f} | {goal} | {met} |")
    notes = [f"- {result.name}: {result.note}" for result in results if result.note]
    return "\n".join(lines + (["", *notes] if notes else []))


def write(results: Sequence[Result], machine: dict[str, str], scale: str, folder: Path) -> None:
    """results.md and results.svg."""
    told = ", ".join(f"{name}: {value}" for name, value in machine.items())
    text = (
        "# Results\n\n"
        f"Written by `python -m benchmarks` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. {told}.\n\n{scale}\n\n"
        "Ratios are medians over rounds in which ours and what it is held against took turns on the same machine.\n\n"
        f"{table(results)}\n\n![The ratios as bars, with their goals](results.svg)\n"
    )
    (folder / "results.md").write_text(text)
    (folder / "results.svg").write_text(plot(results))


def plot(results: Sequence[Result]) -> str:
    """Each ratio as a bar towards its goal: a full bar has met it."""
    height = ROW * len(results) + 60
    rows = []
    scale = (WIDTH - LEFT - 90) / 2
    for number, result in enumerate(results):
        y = 40 + number * ROW
        reached = result.ratio / (result.goal or 1)
        share = min(2.0, reached if result.higher else 1 / reached if reached else 2.0)
        rows.append(
            f'<text x="{LEFT - 10}" y="{y + 13}" text-anchor="end">{escape(result.name)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{share * scale:.1f}" height="18" rx="3" fill="{COLOURS[result.met]}"/>'
            f'<text x="{LEFT + share * scale + 6:.1f}" y="{y + 13}">{result.ratio:.2f}</text>'
        )
    x = LEFT + scale
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#17232d">'
        "<title>How near each ratio is to its goal: the line is the goal</title>"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
        f'<text x="{x}" y="24" text-anchor="middle" fill="#4b5b68">goal</text>'
        f'<line x1="{x}" x2="{x}" y1="32" y2="{height - 16}" stroke="#7b8a96" stroke-dasharray="3 3"/>'
        f"{''.join(rows)}</svg>\n"
    )
