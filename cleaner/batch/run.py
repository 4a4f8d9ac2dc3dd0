"""One batch run: jobs → workers → sinks, in the order of the sources, with a ledger where it is to be resumable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from cleaner.batch.jobs import Job, printable
from cleaner.batch.ledger import Digest, Ledger, LedgerError, State
from cleaner.batch.render import Counts, Render, Rendered
from cleaner.batch.sinks import Sink, Stream
from cleaner.batch.workers import Pool, run_in_order
from cleaner.errors import CleanerError, InputError, internal
from cleaner.model import Failure
from cleaner.output import json_line

COMMIT_SECONDS = 2.0
MOST_HOSTS = 10_000
"""Hosts that are told apart in a summary."""


@dataclass(slots=True)
class Summary:
    """What a run did, in words and documents."""

    documents: int = 0
    cleaned: int = 0
    failed: int = 0
    empty: int = 0
    kept_words: int = 0
    removed_words: dict[str, int] = field(default_factory=dict)
    """By kind."""
    gated: int = 0
    truncated: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    """By reason."""
    hosts: dict[str, list[int]] = field(default_factory=dict)
    """Documents and removed words by host."""

    def add(self, counts: Counts) -> None:
        self.documents += 1
        self.cleaned += 1
        self.empty += counts.paragraphs == 0
        self.kept_words += counts.kept
        for kind, words in counts.removed.items():
            self.removed_words[kind] = self.removed_words.get(kind, 0) + words
        self.gated += counts.gated
        self.truncated += counts.truncated
        if counts.host and (counts.host in self.hosts or len(self.hosts) < MOST_HOSTS):
            host = self.hosts.setdefault(counts.host, [0, 0])
            host[0] += 1
            host[1] += sum(counts.removed.values())

    def add_failure(self, error: Exception) -> None:
        self.documents += 1
        self.failed += 1
        reason = error.what if isinstance(error, CleanerError) else type(error).__name__
        reason = reason.partition(": ")[0][:80]
        if reason in self.failures or len(self.failures) < 100:
            self.failures[reason] = self.failures.get(reason, 0) + 1

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a run writes."""

    documents: Sink
    removed: Stream | None = None
    failures: Stream | None = None

    def all(self) -> dict[str, Sink | Stream]:
        """Those that there are, by name."""
        named = {"documents": self.documents, "removed": self.removed, "failures": self.failures}
        return {name: output for name, output in named.items() if output}


def run(
    jobs: Iterable[Job], work: Render, outputs: Outputs, *, pool: Pool | None = None, ledger: Ledger | None = None,
    watch: Callable[[Job, Rendered | Failure, Summary], None],
) -> Summary:  # fmt: skip
    """Clean documents into outputs; without a pool in this process. `watch` is told of each document. Raises
    CleanerError and OSError where no further document can be written; outputs then hold what was done, and a ledger
    says so."""
    state = ledger.state if ledger else State()
    if ledger and ledger.is_new:
        ledger.commit(state)  # the outputs are there now, and ours
    summary, digest = Summary(**state.summary), Digest()
    todo = _skip_done(iter(jobs), state, digest, outputs) if state.done else iter(jobs)
    done, written, last = state.done, state.written, time.monotonic()

    def commit() -> None:
        if ledger:
            offsets = {name: output.sync() for name, output in outputs.all().items()}
            ledger.commit(State(done, written, str(digest), offsets, summary.to_dict()))

    try:
        for job, answer in run_in_order(pool, todo) if pool else _in_this_process(work, todo):
            answer = _write(outputs, job, answer)
            digest.add(job)
            done += 1
            if isinstance(answer, Failure):
                summary.add_failure(answer.error)
                if outputs.failures:
                    outputs.failures.write(_failure_line(answer))
            else:
                summary.add(answer.counts)
                written += 1
            watch(job, answer, summary)
            if ledger and outputs.documents.may_sync and time.monotonic() - last > COMMIT_SECONDS:
                commit()
                last = time.monotonic()
    except BaseException:  # not a commit, for it may have come between a document and its count
        for output in outputs.all().values():
            output.keep()
        raise
    commit()
    for output in outputs.all().values():
        output.finish()
    if ledger:
        ledger.commit(State(done, written, str(digest), {}, summary.to_dict(), complete=True))
    return summary


def _skip_done(jobs: Iterator[Job], state: State, digest: Digest, outputs: Outputs) -> Iterator[Job]:
    """The jobs that are left. Raises LedgerError where those that are done are others now."""
    for job in islice(jobs, state.done):
        digest.add(job)
        with suppress(InputError):  # it was refused by its name
            outputs.documents.skip(job.relative)
    if str(digest) != state.digest:
        todo = "delete the ledger and the unfinished output to begin again"
        raise LedgerError("the sources have changed since the run was begun", todo=todo)
    return jobs


def check_complete(jobs: Iterable[Job], state: State, outputs: Iterable[Path]) -> None:
    """Raises LedgerError where a complete run is not what it was: an output is gone, or the sources have changed."""
    todo = "delete the ledger and the output to begin again"
    for path in outputs:
        if not path.exists():
            raise LedgerError("gone since the run was complete", where=str(path), todo=todo)
    digest = Digest()
    for job in jobs:
        digest.add(job)
    if str(digest) != state.digest:
        raise LedgerError("the sources have changed since the run was complete", todo=todo)


def _in_this_process(work: Render, jobs: Iterable[Job]) -> Iterator[tuple[Job, Rendered | Failure]]:
    for job in jobs:
        try:
            yield job, work(job)
        except CleanerError as error:
            yield job, Failure(job.key, error)
        except (Exception, MemoryError) as error:
            yield job, Failure(job.key, internal(error, job.key))


def _write(outputs: Outputs, job: Job, answer: Rendered | Failure) -> Rendered | Failure:
    """Write a document and its account; a Failure where its own file can't be written."""
    if isinstance(answer, Failure):
        return answer
    try:
        outputs.documents.write(answer.text, job.relative)
    except CleanerError as error:
        return Failure(job.key, error)
    if outputs.removed:
        outputs.removed.write(answer.removed)
    return answer


def _failure_line(failure: Failure) -> bytes:
    error = failure.error
    what, todo = (error.what, error.todo) if isinstance(error, CleanerError) else (str(error), None)
    row = {"source": printable(failure.key), "error": type(error).__name__, "what": what, "todo": todo}
    return json_line(row)
