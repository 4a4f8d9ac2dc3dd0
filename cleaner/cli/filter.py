"""`cleaner filter`: JSON lines in, JSON lines out, on a pipe."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Annotated, Any

import typer

from cleaner.batch.jobs import MOST_BYTES
from cleaner.batch.streams import next_line
from cleaner.cli.common import Kind, KindName, Weights, fail, own_weights, source_kind
from cleaner.errors import CleanerError, InputError
from cleaner.model import SourceKind
from cleaner.output import json_line


def filter_command(
    column: Annotated[str, typer.Option(help="The field that holds the text or markup.")] = "text",
    url_column: Annotated[str, typer.Option(help="The field that holds the URL.")] = "url",
    field: Annotated[str, typer.Option(help="The field that the article is put into.")] = "article",
    kind: Kind = KindName.auto,
    headings: Annotated[bool, typer.Option(help="Keep headings in the text.")] = True,
    weights: Weights = None,
) -> None:
    """Clean JSON lines from standard input: each goes on to standard output with its article, at once and in order.

    A line that can't be cleaned goes on too, with `error`. Exit status: 0 all cleaned, 1 some lines have an error.
    """
    from cleaner.options import Options
    from cleaner.pipeline import Cleaner

    try:
        cleaner = Cleaner(Options.of(headings=headings, weights=own_weights(weights)))
    except InputError as error:
        fail(error)
    if sys.stdin is None:
        fail(InputError("standard input is closed"))
    stop = _Stop()
    failed = False
    number = 0
    while line := stop.read():
        number += 1
        if line.strip():
            record = _filtered(cleaner, line, number, column, url_column, field, source_kind(kind))
            failed = failed or "error" in record
            sys.stdout.buffer.write(json_line(record))
            sys.stdout.buffer.flush()
    raise typer.Exit(1 if failed else 0)


def _filtered(
    cleaner: Any, line: bytes, number: int, column: str, url_column: str, field: str, kind: SourceKind | None
) -> dict[str, Any]:
    """The record of a line with its article, or with an error."""
    if len(line) > MOST_BYTES:
        return {"error": f"larger than {MOST_BYTES // 1_000_000} MB", "line": number}
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"error": f"not JSON: {error}", "line": number}
    if not isinstance(record, Mapping):
        return {"error": "not a JSON object", "line": number}
    source, url = record.get(column), record.get(url_column)
    if not isinstance(source, str):
        return {**record, "error": f"no text in {column}", "line": number}
    try:
        article = cleaner.clean(source, url=url if isinstance(url, str) else None, kind=kind)
    except CleanerError as error:
        return {**record, "error": str(error), "line": number}
    return {**record, field: article.to_dict()}


class _Stop:
    """Ends the process on SIGTERM: at once where it waits for a line, else when the line it has is written."""

    def __init__(self) -> None:
        self.asked = self.waits = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        if self.waits:
            raise SystemExit(128 + number)

    def read(self) -> bytes:
        """The next line; b"" at the end."""
        if self.asked:
            raise SystemExit(128 + signal.SIGTERM)
        self.waits = True
        line = next_line(sys.stdin.buffer)
        self.waits = False
        return line
