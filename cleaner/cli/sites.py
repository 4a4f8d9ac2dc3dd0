"""`cleaner sites`: what recurs on the pages of a site, learned and shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaner.batch.jobs import Job
from cleaner.cli.common import (
    Kind,
    KindName,
    UsageError,
    checked_names,
    fail,
    prepare_streams,
    refuse_overlap,
    say,
    source_kind,
)
from cleaner.errors import CleanerError, InputError

if TYPE_CHECKING:
    from cleaner.model import Document

sites_app = typer.Typer(name="sites", help="Learn and show what recurs on the pages of a site.", no_args_is_help=True)


@sites_app.command("learn")
def learn_command(
    paths: Annotated[list[str], typer.Argument(help="Pages: files, folders, archives, records.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The memory, such as sites.db.")],
    host: Annotated[str | None, typer.Option(help="The host of pages that don't say where they are from.")] = None,
    kind: Kind = KindName.auto,
    column: Annotated[str | None, typer.Option(help="Of records: the column with the document.")] = None,
    url_column: Annotated[str, typer.Option(help="Of records: the column with its URL.")] = "url",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a memory that exists.")] = False,
) -> None:
    """Collect the lines that stand on several pages of a site, for `cleaner clean --sites`.

    Exit status: 0 all learned, 1 some pages could not be, or have no host, 2 wrong usage.
    """
    from cleaner.batch.reading import Reading
    from cleaner.batch.sources import jobs_of
    from cleaner.host import host_of
    from cleaner.sites import learn

    failed = [0]

    def pages() -> Iterator[tuple[Document, str]]:
        for job in jobs_of(paths, Reading(source_kind(kind), None, column, url_column)):
            try:
                document = _read(job)
                found = host or host_of(document.url or document.head.canonical)
                if not found:
                    raise InputError("no host: neither a URL nor a canonical link", todo="give --host")
                yield document, found
            except CleanerError as error:
                failed[0] += 1
                say(f"error: {error.at(job.key)}")

    partial = output.with_name(output.name + ".partial")
    try:
        refuse_overlap(checked_names(paths), [output])
        if output.exists() and not overwrite:
            raise UsageError("exists already", where=str(output), todo="use --overwrite or another name")
        partial.unlink(missing_ok=True)
        count = learn(partial, pages())
        partial.replace(output)
    except CleanerError as error:
        fail(error)
    except OSError as error:
        fail(UsageError(f"can't be written: {error.strerror}", where=str(output)))
    say(f"{count} pages learned" + (f", {failed[0]} failed" if failed[0] else ""))
    raise typer.Exit(1 if failed[0] else 0)


def _read(job: Job) -> Document:
    from cleaner.read import read

    return read(job.content(), kind=job.kind, url=job.url, max_chars=50_000_000)


@sites_app.command("show")
def show_command(
    memory: Annotated[str, typer.Argument(help="The memory, such as sites.db.")],
    host: Annotated[str | None, typer.Argument(help="A host; without one, all hosts are listed.")] = None,
) -> None:
    """Show the hosts of a memory with the number of lines that recur, or the lines of one host."""
    from cleaner.output import inert
    from cleaner.sites import site_memory

    try:
        known = site_memory(memory)
    except CleanerError as error:
        fail(error)
    prepare_streams()
    if host is None:
        for name, count in known.hosts():
            print(f"{count:6} {name}")
    else:
        for line in known.shown(host):
            print(inert(line))
