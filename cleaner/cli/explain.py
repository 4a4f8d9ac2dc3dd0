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
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, in the order of the source.")] = False,
) -> None:
    """Show a document with what is kept, what is removed, and why.

    Exit status: 0 done, 1 the file can't be read, 2 wrong usage.
    """
    import json

    from cleaner.explain import explain, explanation
    from cleaner.pipeline import clean

    try:
        own = {"weights": own_weights(weights), **own_files(sites, rules)}
    except CleanerError as error:
        fail(error)
    try:
        data = read_source(file)
        article = clean(data, url=url, kind=source_kind(kind), **own)
        prepare_streams()
        if as_json:
            typer.echo(json.dumps(explanation(article), ensure_ascii=False, indent=2))
        else:
            explain(article)
    except CleanerError as error:
        say(f"error: {error.at(file)}")
        raise typer.Exit(1) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        fail_writing(error)
