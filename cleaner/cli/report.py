"""`cleaner report`: one page to look at, from cleaned documents."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaner.batch.jobs import STDIN
from cleaner.cli.common import Output, UsageError, fail, fail_writing, prepare_streams, refuse_overlap, say
from cleaner.errors import InputError

if TYPE_CHECKING:
    from cleaner.batch.jobs import Job
    from cleaner.batch.render import Rendered
    from cleaner.batch.run import Summary
    from cleaner.model import Failure

    Watching = Callable[[Job, Rendered | Failure, Summary], None]


def report_command(
    cleaned: Annotated[str, typer.Argument(help="What `cleaner clean -f jsonl` wrote; - for standard input.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The page, such as report.html.")],
    title: Annotated[str, typer.Option(help="What the page is called.")] = "Cleaned documents",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an output file that exists.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Show cleaned documents on one page: what was kept, what was removed, and why. It needs no network.

    Exit status: 0 done, 1 the cleaned documents can't be read, 2 wrong usage.
    """
    try:
        refuse_overlap([cleaned], [output])
        prepare_streams()
        page = Output(output, overwrite=overwrite)
    except UsageError as error:
        fail(error)
    try:
        write_page(cleaned, page, title)
    except InputError as error:
        page.discard()
        say(f"error: {error}")
        raise typer.Exit(1) from None
    except OSError as error:
        page.discard()
        fail_writing(error)
    if not quiet:
        from rich.filesize import decimal

        say(f"{output}: {decimal(output.stat().st_size)}")


ReportOption = Annotated[
    Path | None, typer.Option("--report", help="Write a page to look at, as `cleaner report` does.")
]


class ReportFile:
    """The --report page of a command that cleans; does nothing where none is wanted."""

    def __init__(self, path: Path | None, *, overwrite: bool) -> None:
        """Raises UsageError where the page can't be written, before anything is cleaned for it."""
        self.path = path
        if path:
            from cleaner.report import ReportPage

            Output(path, overwrite=overwrite).discard()
            self.page = ReportPage()

    def beside(self, watch: Watching) -> Watching:
        """What watches a run, and then takes each document, cleaned or failed."""

        def see(job: Job, answer: Rendered | Failure, summary: Summary) -> None:
            watch(job, answer, summary)
            self._add(job.key, answer)

        return see if self.path else watch

    def _add(self, key: str, answer: Rendered | Failure) -> None:
        from cleaner.model import Failure

        if isinstance(answer, Failure):
            self.page.add({"source": key, "error": str(answer.error)})
        else:
            self.page.add(json.loads(answer.row))

    def close(self) -> None:
        if self.path:
            file = Output(self.path, overwrite=True)
            file.stream.writelines(self.page.pieces())
            file.close()


def write_page(cleaned: str, page: Output, title: str) -> None:
    """Write the report of a file of JSON lines, or of standard input, and close it. Raises InputError."""
    from cleaner.report import read_rows, render_report

    page.stream.writelines(render_report(read_rows(lines_of(cleaned), cleaned), title=title))
    page.close()


def lines_of(name: str) -> Iterator[str]:
    """The lines of a UTF-8 file or of standard input, one at a time. Raises InputError."""
    try:
        with sys.stdin.buffer if name == STDIN else Path(name).open("rb") as file:
            for line in file:
                yield line.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError("no such file", where=name) from None
    except UnicodeDecodeError:
        raise InputError("not UTF-8", where=name, todo="give the output of cleaner clean -f jsonl") from None
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=name) from error
