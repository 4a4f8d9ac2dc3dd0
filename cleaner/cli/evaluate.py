"""`cleaner evaluate`: measures on the user's own gold, peers beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cleaner.cli.common import Output, Progress, UsageError, fail, fail_writing, prepare_streams, refuse_overlap, say
from cleaner.errors import InputError


def evaluate_command(
    gold: Annotated[Path, typer.Argument(help="Folder with gold.jsonl and pages/, WCXB folder, or .jsonl file.")],
    systems: Annotated[str, typer.Option(help="Names with commas, NAME=module:function, or all.")] = "cleaner",
    limit: Annotated[int, typer.Option(min=0, help="Only this many pages, spread evenly; 0: all.")] = 0,
    page_type: Annotated[str | None, typer.Option(help="Only pages of this type, such as article.")] = None,
    text: Annotated[bool, typer.Option("--text", help="Give the visible text of pages, not their markup.")] = False,
    worst: Annotated[int, typer.Option(min=0, help="Show this many of the worst pages.")] = 5,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for one page.")] = 30.0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures to this file.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an output file that exists.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Measure the cleaner on your own gold, side by side with its peers: cleaner, trafilatura, trafilatura-recall,
    resiliparse, readability-lxml, newspaper4k, justext. Each runs in a process of its own.

    Exit status: 0 all measured, 1 the gold can't be read, a system can't be run or failed on a page (each is named
    with its reason), 2 wrong usage.
    """
    from cleaner.evaluate.gold import load_gold
    from cleaner.evaluate.report import evaluate, show, write_json
    from cleaner.evaluate.systems import parse_systems

    try:
        named = parse_systems(systems)
        refuse_overlap([str(gold)], [json_file])
        prepare_streams()
    except (InputError, UsageError) as error:
        fail(error)
    try:
        pages = load_gold(gold, page_type, limit)
        output = Output(json_file, overwrite=overwrite) if json_file else None
    except InputError as error:
        say(f"error: {error}")
        raise typer.Exit(1) from None
    except UsageError as error:
        fail(error)
    with Progress(len(pages) * len(named), quiet=quiet, what="measuring") as advance:
        report = evaluate(pages, named, timeout=timeout, text=text, advance=advance)
    complaints = report.complaints()
    for complaint in complaints:
        say(f"error: {complaint}")
    try:
        show(report, worst_pages=worst)
        if output:
            write_json(report, output.stream, gold=str(gold), page_type=page_type, limit=limit, text=text)
            output.close()
    except BrokenPipeError:
        raise
    except OSError as error:
        fail_writing(error)
    raise typer.Exit(1 if complaints else 0)
