"""`cleaner explain`: a document with what is kept, what is removed, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from cleaner.cli.common import (
    Kind,
    KindName,
    Rules,
    Sites,
    Url,
    Weights,
    fail,
    fail_writing,
    own_files,
    own_weights,
    prepare_streams,
    read_source,
    say,
    source_kind,
)
from cleaner.errors import CleanerError


def explain_command(
    file: Annotated[str, typer.Argument(help="A file, or - for standard input.")],
    url: Url = None,
    kind: Kind = KindName.auto,
    sites: Sites = None,
    rules: Rules = None,
    weights: Weights = None,
) -> None:
    """Show a document with what is kept, what is removed, and why."""
    from cleaner.explain import explain
    from cleaner.pipeline import clean

    try:
        own = {"weights": own_weights(weights), **own_files(sites, rules)}
    except CleanerError as error:
        fail(error)
    try:
        data = read_source(file)
        article = clean(data, url=url, kind=source_kind(kind), **own)
        prepare_streams()
        explain(article)
    except CleanerError as error:
        say(f"error: {error.at(file)}")
        raise typer.Exit(1) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        fail_writing(error)
