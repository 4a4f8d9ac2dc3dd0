"""`cleaner diff`: what changed between two cleanings of the same documents."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleaner.batch.jobs import STDIN
from cleaner.cli.common import UsageError, fail, fail_writing, prepare_streams
from cleaner.cli.report import lines_of
from cleaner.errors import CleanerError
from cleaner.output import inert

if TYPE_CHECKING:
    from rich.console import Console

    from cleaner.diff import Change, Comparison

SHOWN = 200
"""Characters of a passage or value that are shown."""
PASSAGES = 8
"""Places of one document that are shown."""


def diff_command(
    first: Annotated[str, typer.Argument(help="What `cleaner clean -f jsonl` wrote before; - for standard input.")],
    second: Annotated[str, typer.Argument(help="What it wrote after.")],
    worst: Annotated[int, typer.Option(min=0, help="Show this many of the documents that changed most.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything, as JSON.")] = False,
) -> None:
    """Show what changed between two cleanings, such as by two versions or with other options; most changed first.

    Exit status: 0 text and metadata are the same, 1 they differ, 2 wrong usage or a file that can't be read.
    """
    import json

    from cleaner.diff import compare
    from cleaner.report.rows import read_rows

    try:
        if first == second == STDIN:
            raise UsageError("standard input is named twice")
        prepare_streams()
        comparison = compare(read_rows(lines_of(first), first), read_rows(lines_of(second), second))
    except CleanerError as error:
        fail(error)
    try:
        if as_json:
            sys.stdout.write(json.dumps(comparison.to_dict(), ensure_ascii=False, indent=2) + "\n")
        else:
            show(comparison, worst)
    except BrokenPipeError:
        raise
    except OSError as error:
        fail_writing(error)
    raise typer.Exit(0 if comparison.equal else 1)


def show(comparison: Comparison, worst: int) -> None:
    """Print the summary, then the documents that changed most."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    changed = len(comparison.changes)
    lost, gained = (sum(getattr(change, name) for change in comparison.changes) for name in ("lost", "gained"))
    console.print(f"{comparison.same} documents the same, {changed} changed: {lost} words lost, {gained} gained")
    for name, keys in (("first", comparison.only_first), ("second", comparison.only_second)):
        if keys:
            console.print(f"{len(keys)} only in the {name}: {inert(', '.join(keys[:worst]))}", markup=False)
    for change in comparison.changes[:worst]:
        _show_change(change, console)
    if left := len(comparison.changes[worst:]):
        console.print(f"\nand {left} more", style="dim")


def _show_change(change: Change, console: Console) -> None:
    from rich.text import Text

    from cleaner.diff import passages

    console.print(
        Text(f"\n{inert(change.key)}", style="bold").append(f"  −{change.lost} +{change.gained} words", "not bold")
    )
    for name, (old, new) in change.fields.items():
        console.print(Text(f"  {name}: ").append(_short(old), "red").append(" → ").append(_short(new), "green"))
    found = list(passages(change))
    for passage in found[:PASSAGES]:
        line = Text(f"  … {inert(passage.before)} ")
        if passage.old:
            line.append(f"[-{_short(passage.old)}-]", "red")
        if passage.new:
            line.append(f"{{+{_short(passage.new)}+}}", "green")
        console.print(line.append(f" {inert(passage.after)} …"))
    if left := len(found[PASSAGES:]):
        console.print(f"  and {left} more places", style="dim")


def _short(value: Any) -> str:
    text = (
        "nothing" if value in (None, [], "") else "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    )
    text = inert(" ".join(text.split()))
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
