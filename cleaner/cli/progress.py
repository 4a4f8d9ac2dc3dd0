"""What a person sees of a batch run: a bar on a terminal, a line now and then elsewhere, a table at its end."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from cleaner.batch.jobs import Job
from cleaner.cli.common import say
from cleaner.model import Failure

if TYPE_CHECKING:
    from cleaner.batch.render import Rendered
    from cleaner.batch.run import Summary

EVERY = 30.0
"""Seconds between two lines where there is no terminal."""
MOST_SAID = 50
"""Failures that are named; further ones are counted."""
MANY = 50
"""Documents from which a table is worth showing."""


class Watch:
    """Is told of each document, and shows how far the run has come."""

    def __init__(self, total: int | None, *, quiet: bool, verbose: bool, done: int = 0) -> None:
        self.before = done  # by an earlier run
        self.total, self.quiet, self.verbose = total, quiet, verbose
        self.started = self.said = time.monotonic()
        self.bar = None
        if total != 1 and not quiet and sys.stderr.isatty():
            from rich import progress
            from rich.console import Console

            columns = (
                progress.TextColumn("{task.description}"), progress.BarColumn(), progress.MofNCompleteColumn(),
                progress.TextColumn("{task.fields[rate]:.0f}/s"), progress.TimeRemainingColumn(),
                progress.TextColumn("{task.fields[failed]}"),
            )  # fmt: skip
            self.bar = progress.Progress(*columns, console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task("cleaning", total=total, rate=0.0, failed="")

    def __enter__(self) -> Watch:
        if self.bar:
            self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self.bar:
            self.bar.stop()

    def __call__(self, job: Job, answer: Rendered | Failure, summary: Summary) -> None:
        if isinstance(answer, Failure):
            if summary.failed <= MOST_SAID or self.verbose:
                error = answer.error
                say(f"error: {error.at(job.key) if hasattr(error, 'at') else error}")
            elif summary.failed == MOST_SAID + 1:
                say("further failures are counted; --failures FILE writes them all")
        elif self.verbose:
            counts = answer.counts
            say(f"{job.key}: {counts.paragraphs} paragraphs kept, {counts.pieces} pieces removed")
        now = time.monotonic()
        rate = (summary.documents - self.before) / max(now - self.started, 1e-3)
        if self.bar:
            failed = f"{summary.failed} failed" if summary.failed else ""
            self.bar.update(self.task, completed=summary.documents, rate=rate, failed=failed)
        elif not self.quiet and now - self.said > EVERY:
            self.said = now
            of = f" of {self.total:,}" if self.total else ""
            say(f"{summary.documents:,}{of} done, {rate:.0f}/s, {summary.failed:,} failed")


def show_summary(summary: Summary, *, started: float) -> None:
    """The closing table, where there were many documents, and a line in any case where there were several."""
    if summary.documents >= MANY:
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(style="bold")
        table.add_column(justify="right")
        removed = sum(summary.removed_words.values())
        table.add_row("words kept", f"{summary.kept_words:,}")
        table.add_row("words removed", f"{removed:,}")
        for kind, words in sorted(summary.removed_words.items(), key=lambda item: -item[1]):
            table.add_row(f"  {kind}", f"{words:,}")
        for name, count in (("behind a wall or meter", summary.gated), ("truncated", summary.truncated),
                            ("nothing left", summary.empty)):  # fmt: skip
            table.add_row(name, f"{count:,}")
        for reason, count in sorted(summary.failures.items(), key=lambda item: -item[1])[:10]:
            table.add_row(f"failed: {reason}", f"{count:,}")
        for host, (documents, words) in sorted(summary.hosts.items(), key=lambda item: -item[1][1])[:10]:
            table.add_row(f"debris of {host}", f"{words:,} words in {documents:,}")
        table.add_row("seconds", f"{time.monotonic() - started:,.0f}")
        Console(stderr=True, highlight=False, markup=False).print(table)
    if summary.documents > 1:
        say(f"{summary.cleaned} cleaned" + (f", {summary.failed} failed" if summary.failed else ""))
