"""`cleaner ray`: a batch run on a Ray cluster, with Ray Data's own readers and writers."""

from __future__ import annotations

from typing import Annotated

import typer

from cleaner.cli.common import Opinion, Rules, Sites, UsageError, Weights, fail, own_files, own_weights, say
from cleaner.errors import CleanerError


def ray_command(
    source: Annotated[
        str, typer.Argument(help="A file or folder of Parquet, JSONL or WARC, as a path or URL (s3://...).")
    ],
    target: Annotated[str, typer.Argument(help="A folder for the output, as a path or URL.")],
    address: Annotated[
        str | None, typer.Option(help="Of the cluster, or auto; without it one is started on this machine.")
    ] = None,
    column: Annotated[str, typer.Option(help="The column with the document.")] = "text",
    url_column: Annotated[str | None, typer.Option(help="The column with its URL.")] = None,
    prefix: Annotated[str, typer.Option(help="Put before the names of the columns that are added.")] = "",
    files_per_part: Annotated[int, typer.Option(min=1, help="Input files that make one part of the output.")] = 16,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Actors; without it tasks, as many as fit.")] = None,
    opinion: Annotated[
        Opinion, typer.Option(help="Ask trafilatura about pages too: where unsure, or not.")
    ] = Opinion.auto,
    sites: Sites = None,
    rules: Rules = None,
    weights: Weights = None,
) -> None:
    """Clean Parquet, JSONL or WARC on a Ray cluster, into Parquet; needs the extra `ray`.

    Files that options name are read here and sent to the workers.

    The same command goes on where a run broke off: parts of the output that are complete are not made again.
    Exit status: 0 done, 1 the run failed, 2 wrong usage.
    """
    try:
        from cleaner.integrations.ray import clean_files
    except ModuleNotFoundError as error:
        fail(UsageError(f"{error.name} is not installed", todo="pip install 'article-cleaner[ray]'"))
    from cleaner.options import Options

    try:
        options = Options.of(opinion=opinion.value, weights=own_weights(weights), **own_files(sites, rules))
        made, there = clean_files(
            source, target, address=address, files_per_part=files_per_part, concurrency=concurrency, say=say,
            column=column, url_column=url_column, prefix=prefix, options=options,
        )  # fmt: skip
    except CleanerError as error:
        fail(error)
    say(f"{made} parts written, {there} were there")
