"""`cleaner clean`: articles in, clean text and metadata out; one document or millions."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zlib import crc32

import typer

from cleaner.batch.formats import Format, Piped
from cleaner.batch.jobs import STDIN, Job, is_folder, printable
from cleaner.cli.common import (
    Kind,
    KindName,
    Opinion,
    Paths,
    Rules,
    Sites,
    Url,
    UsageError,
    Weights,
    checked_names,
    fail,
    fail_writing,
    own_files,
    own_weights,
    prepare_streams,
    refuse_overlap,
    resolved,
    say,
    source_kind,
)
from cleaner.cli.report import ReportFile, ReportOption
from cleaner.errors import CleanerError, InputError, RuleError

if TYPE_CHECKING:
    from cleaner.batch.ledger import Ledger
    from cleaner.batch.render import Render
    from cleaner.batch.run import Outputs, Summary
    from cleaner.batch.workers import Pool
    from cleaner.options import Options

LEAST_MEMORY = 200_000_000
"""Bytes without which a worker can't clean even a short document."""
FEW = 20
"""Documents up to which no worker processes are started, unless they are asked for."""


def clean_command(
    paths: Paths = None,
    form: Annotated[
        Format, typer.Option("-f", "--format", help="jsonl: one object a line; dolma: spans of what is removed.")
    ] = Format.text,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File, or folder for a file each.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace output files that exist.")] = False,
    url: Url = None,
    kind: Kind = KindName.auto,
    files_from: Annotated[
        str | None, typer.Option(help="Read the names of sources from this file, a line each; - for standard input.")
    ] = None,
    piped: Annotated[Piped, typer.Option("--from", help="What standard input holds.")] = Piped.document,
    column: Annotated[str | None, typer.Option(help="Of records: the column with the document.")] = None,
    url_column: Annotated[str, typer.Option(help="Of records: the column with its URL.")] = "url",
    id_column: Annotated[str, typer.Option(help="Of records: the column that is kept in the output.")] = "id",
    removed: Annotated[Path | None, typer.Option(help="Write what was removed, and why, to this JSONL file.")] = None,
    report: ReportOption = None,
    failures: Annotated[Path | None, typer.Option(help="Write what failed, and why, to this JSONL file.")] = None,
    summary: Annotated[Path | None, typer.Option(help="Write the figures of the run to this JSON file.")] = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=0, help="Worker processes; 0: one a core.")] = None,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="Seconds for one document; 60 with workers.")] = None,
    memory_limit: Annotated[str | None, typer.Option(help="For one document, such as 500M or 2G.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Keep a ledger, and go on where a run broke off.")] = False,
    sample: Annotated[int | None, typer.Option(min=1, help="Only so many documents, picked by their names.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be cleaned.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="A document of which nothing is left is a failure.")] = False,
    headings: Annotated[bool, typer.Option(help="Keep headings in the text.")] = True,
    dek: Annotated[bool, typer.Option(help="Keep the dek (standfirst) in the text.")] = False,
    captions: Annotated[bool, typer.Option(help="Keep figure captions in the text.")] = False,
    tables: Annotated[bool, typer.Option(help="Keep tables in the text.")] = True,
    picture_credits: Annotated[bool, typer.Option("--credits", help="Keep credits of pictures in the body.")] = False,
    read_also: Annotated[bool, typer.Option("--read-also", help="Keep lines that lead to other articles.")] = False,
    author_notes: Annotated[bool, typer.Option("--author-notes", help="Keep notes on the authors.")] = False,
    dateline: Annotated[str, typer.Option(help="keep or strip: the dateline in the first paragraph.")] = "keep",
    opinion: Annotated[
        Opinion, typer.Option(help="Ask trafilatura about pages too: where unsure, or not.")
    ] = Opinion.auto,
    now: Annotated[str | None, typer.Option(help="When pages were visited (ISO 8601): dates `3 hours ago`.")] = None,
    sites: Sites = None,
    rules: Rules = None,
    weights: Weights = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say what happens to each file.")] = False,
) -> None:
    """Clean articles: text or HTML in, clean text and metadata out.

    Sources are files, folders, archives (zip, tar, WARC, WACZ), records (JSONL, CSV, Parquet), compressed or not.

    Exit status: 0 all done, 1 some sources failed (each is named with its reason), 2 wrong usage.
    """
    from cleaner.batch.ledger import LedgerError
    from cleaner.batch.reading import Reading
    from cleaner.batch.render import Render
    from cleaner.batch.run import check_complete, run
    from cleaner.batch.sinks import SinkError
    from cleaner.batch.sources import jobs_of
    from cleaner.cli.progress import Watch, show_summary
    from cleaner.options import Options

    try:
        options = Options.of(
            headings=headings, dek=dek, captions=captions, tables=tables, credits=picture_credits,
            read_also=read_also, author_notes=author_notes, dateline=dateline, opinion=opinion.value, now=now,
            weights=own_weights(weights), **own_files(sites, rules),
        )  # fmt: skip
        limit = _bytes(memory_limit)
        names = checked_names(list(paths or ([] if files_from else [STDIN])))
        if piped != Piped.document and STDIN not in names and not files_from:
            raise UsageError("--from is of standard input", todo="name it: -")
        listed = files_from if files_from and Path(files_from).is_file() else None  # not a pipe, which is read once
        refuse_overlap(chain(names, _listed(listed)), [output, removed, report, failures, summary])
        _refuse_names_of_outputs(chain(names, _listed(listed)), output, form, overwrite=overwrite)
        if summary and not summary.parent.is_dir():
            raise UsageError("no such folder", where=str(summary.parent))
        prepare_streams()
        reading = Reading(source_kind(kind), url, column, url_column, id_column, piped)
        found = jobs_of(chain(names, _listed(files_from)), reading)
        found = _sampled(found, sample) if sample else found
        if dry_run:
            _tell_plan(found, quiet=quiet)
        many = len(names) != 1 or files_from is not None or _holds_many(names[0], piped)
        work = Render(options, form, removed is not None, strict, report is not None)
        if report and resume:
            raise UsageError("--report is of one run", todo="use -f jsonl, then cleaner report")
        asked = [names, files_from, str(reading), sample, timeout, limit, str(removed), str(failures), str(summary)]
        ledger = _ledger(output, work, asked) if resume else None
        if ledger and ledger.state.complete:
            check_complete(found, ledger.state, [path for path in (output, removed, failures) if path])
            say(f"{output}: complete already (delete {ledger.path} to begin again)")
            raise typer.Exit(1 if ledger.state.summary.get("failed") else 0)
        page = ReportFile(report, overwrite=overwrite)
        outputs = _outputs(output, removed, failures, form, many=many, overwrite=overwrite, ledger=ledger)
        pool, found = _pool(found, work, jobs, timeout, limit)
    except (InputError, RuleError, UsageError, SinkError, LedgerError) as error:
        fail(error)
    total = sample if sample or files_from or quiet else _count(names, piped)
    watch = Watch(total, quiet=quiet, verbose=verbose, done=ledger.state.done if ledger else 0)
    former = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with watch:
            done = run(found, work, outputs, pool=pool, ledger=ledger, watch=page.beside(watch))
        page.close()
    except KeyboardInterrupt:
        say("stopped" + ("; the same command goes on" if ledger else ""))
        raise typer.Exit(130) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        fail_writing(error)
    except CleanerError as error:
        say(f"error: {error}")
        raise typer.Exit(2 if isinstance(error, LedgerError | UsageError) else 1) from None
    finally:
        signal.signal(signal.SIGTERM, former)
        if pool:
            pool.close()
    if not done.documents:
        say("nothing to clean: no document there")
    elif not quiet:
        show_summary(done, started=watch.started)
    if summary:
        _write_summary(done, summary)
    raise typer.Exit(1 if done.failed or (strict and not done.documents) else 0)


def _interrupt(number: int, frame: object) -> None:
    """A signal to end is taken as one from the keyboard."""
    raise KeyboardInterrupt


# --- what is to be cleaned ----------------------------------------------------------------------------


def _listed(name: str | None) -> Iterator[str]:
    """The names in a file of names. Raises UsageError where it can't be read."""
    if name is None:
        return
    try:
        with Path("/dev/stdin" if name == STDIN else name).open(encoding="utf8", errors="surrogateescape") as file:
            for line in file:
                if found := line.rstrip("\r\n"):
                    yield found
    except OSError as error:
        raise UsageError(f"can't be read: {error.strerror}", where=name) from error


def _refuse_names_of_outputs(names: Iterable[str], output: Path | None, form: Format, *, overwrite: bool) -> None:
    """Raises UsageError where a source lies where it may be taken for an output of another and be replaced."""
    from cleaner.batch.formats import EXTENSIONS
    from cleaner.batch.sources import expanded, is_pattern

    if output is None or not overwrite or not output.is_dir():
        return
    folder = output.resolve()
    for name in names:
        for path in expanded([name]):
            may_be_one = path.name.endswith(EXTENSIONS[form]) or (is_pattern(name) and is_folder(path))
            if may_be_one and folder in resolved(path).parents:
                raise UsageError("lies where outputs are written, and may be taken for one", where=str(path),
                                 todo="write them into another folder")  # fmt: skip


def _sampled(jobs: Iterable[Job], size: int) -> Iterator[Job]:
    """So many of the jobs, the same ones each time, in their order."""
    picked = nsmallest(size, ((crc32(job.key.encode(errors="replace")), n, job) for n, job in enumerate(jobs)))
    return (job for _, _, job in sorted(picked, key=lambda entry: entry[1]))


def _holds_many(name: str, piped: Piped) -> bool:
    from cleaner.batch.reading import ARCHIVES, RECORDS, suffixes
    from cleaner.batch.sources import is_pattern

    if name == STDIN:
        return piped != Piped.document
    return is_folder(Path(name)) or is_pattern(name) or suffixes(name)[0] in (*RECORDS, *ARCHIVES)


def _count(names: Iterable[str], piped: Piped) -> int | None:
    """How many documents there are, where that can be told without opening anything."""
    from cleaner.batch.sources import files_in

    total = 0
    for name in names:
        if is_folder(Path(name)):
            for file in files_in(Path(name)):
                if _holds_many(str(file), piped):
                    return None
                total += 1
        elif _holds_many(name, piped):
            return None
        else:
            total += 1
    return total


def _tell_plan(jobs: Iterable[Job], *, quiet: bool) -> None:
    count = failed = 0
    for job in jobs:
        count += 1
        if isinstance(job.source, CleanerError) or (isinstance(job.source, Path) and not job.source.exists()):
            failed += 1
            say(f"error: {job.source if isinstance(job.source, CleanerError) else f'{job.key}: no such file'}")
        elif not quiet:
            print(printable(job.key))
    say(f"{count} documents" + (f", {failed} of which can't be read" if failed else ""))
    raise typer.Exit(1 if failed else 0)


# --- how, and where to ----------------------------------------------------------------------------------


def _bytes(text: str | None) -> int | None:
    """A number of bytes such as 500M. Raises UsageError."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)([KMG]?)B?", text.strip(), re.IGNORECASE)
    if not match:
        raise UsageError(f"--memory-limit {text}", todo="write it as 500M or 2G")
    size = int(int(match[1]) * {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[match[2].upper()])
    if size < LEAST_MEMORY:
        raise UsageError(f"--memory-limit {text} is too little for any document", todo="give 200M or more")
    return size


def _ledger(output: Path | None, work: Render, sources: object) -> Ledger:
    """The ledger of a run, which lies beside its output. Raises UsageError and LedgerError."""
    from cleaner import __version__
    from cleaner.batch.ledger import Ledger

    if output is None:
        raise UsageError("--resume needs an output", todo="give one with -o")
    path = output.with_name(output.name + ".ledger")
    return Ledger(path, json.dumps([__version__, repr(work), _fingerprint(work.options), sources], default=str))


def _fingerprint(options: Options) -> str:
    """Of what the files say that options name, and the rules of packages."""
    from hashlib import file_digest, sha256

    from cleaner.rules import rules_of_packages

    told = sha256(repr(rules_of_packages()).encode())
    for name in (*options.rules, options.sites, options.weights):
        if name:
            with Path(name).open("rb") as file:
                told.update(file_digest(file, "sha256").digest())
    return told.hexdigest()


def _outputs(
    output: Path | None, removed: Path | None, failures: Path | None, form: Format, *, many: bool, overwrite: bool,
    ledger: Ledger | None,
) -> Outputs:  # fmt: skip
    """The outputs of a run, or of the rest of one. Raises SinkError."""
    from cleaner.batch.run import Outputs
    from cleaner.batch.sinks import Documents, Folder, Parquet, Sink, Stream

    goes_on = ledger is not None and not ledger.is_new
    offsets = ledger.state.offsets if ledger else {}

    def stream(name: str, path: Path | None) -> Stream:
        return Stream(path, overwrite=overwrite, at=offsets.get(name, 0) if goes_on else None)

    documents: Sink
    if form == Format.parquet:
        if output is None:
            raise UsageError("-f parquet needs a folder", todo="give one with -o")
        documents = Parquet(output, overwrite=overwrite, at=offsets.get("documents", 0) if goes_on else None)
    elif output and (output.is_dir() or (many and not output.suffix and not output.exists())):
        documents = Folder(output, form, overwrite=overwrite, goes_on=goes_on)
    else:
        written = ledger.state.written if ledger else 0
        documents = Documents(stream("documents", output), form, many=many, count=written)
    return Outputs(
        documents, stream("removed", removed) if removed else None, stream("failures", failures) if failures else None
    )


def _pool(
    jobs: Iterator[Job], work: Render, count: int | None, timeout: float | None, memory_limit: int | None
) -> tuple[Pool | None, Iterator[Job]]:
    """Worker processes, unless few documents are to be cleaned and nobody asks for them; and the jobs."""
    from cleaner.batch.workers import Pool

    if count is None and timeout is None and memory_limit is None:
        first = list(islice(jobs, FEW + 1))
        jobs = chain(first, jobs)
        if len(first) <= FEW or os.name != "posix":
            return None, jobs
    return Pool(work, jobs=count or _cores(), timeout=timeout or 60.0, memory_limit=memory_limit), jobs


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _write_summary(done: Summary, path: Path) -> None:
    try:
        path.write_text(json.dumps(done.to_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf8")
    except OSError as error:
        fail_writing(error)
