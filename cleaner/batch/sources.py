"""Names on a command line → jobs, one after the other: files, folders, patterns, and standard input.

Archives are streamed and never unpacked to disk. What can't be read becomes a job whose source is the error, in its
place among the others, so that nothing is lost without a word. All is read with a bound, for this is done in the
process that must not end: a document has MOST_BYTES, a row of a table too, a header of a tar MOST_HEADER.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from glob import glob
from itertools import takewhile
from pathlib import Path, PurePosixPath

from cleaner.batch.archives import documents_in_tar, documents_in_zip
from cleaner.batch.formats import Piped
from cleaner.batch.jobs import STDIN, Job, is_folder, regular
from cleaner.batch.reading import ARCHIVES, DOCUMENTS, RECORDS, TARS, Reading, Source, guarded, suffixes
from cleaner.batch.records import documents_in_parquet, documents_in_stream
from cleaner.batch.streams import packing, peekable, unpacked
from cleaner.errors import InputError


def jobs_of(names: Iterable[str], reading: Reading) -> Iterator[Job]:
    """The documents of some sources, in order. A source is a file, a folder, a pattern of those, or `-` for standard
    input."""
    for name in names:
        path = Path(name)
        if name == STDIN:
            source = Source(STDIN, "stdin", "", reading)
            yield from guarded(source, _standard_input(source))
        elif is_pattern(name):
            yield from _jobs_of_pattern(name, reading)
        elif is_folder(path):
            yield from _jobs_of_folder(path, "", reading)
        else:
            yield from _jobs_of_file(path, path.name, reading)


def is_pattern(name: str) -> bool:
    """Whether a name is a pattern of names, such as `all/*.txt`; what there is by that name is not."""
    return not _PLAIN.fullmatch(name) and not os.path.lexists(name)


_PLAIN = re.compile(r"[^*?\[]*", re.S)


def _jobs_of_pattern(pattern: str, reading: Reading) -> Iterator[Job]:
    """The documents of the files and folders that a pattern matches, by name. In an output folder they are called after
    what the pattern leaves open, so that files of one name in several folders stay apart."""
    base = Path(*takewhile(_PLAIN.fullmatch, Path(pattern).parts))
    folders: set[Path] = set()
    found = _matches(pattern)
    for path in found:
        if not folders.isdisjoint(path.parents):  # `**` gives a folder, and then what is in it
            continue
        relative = str(path.relative_to(base))
        if is_folder(path):
            folders.add(path)
            yield from _jobs_of_folder(path, relative, reading)
        else:
            yield from _jobs_of_file(path, relative, reading)
    if not found:
        yield Job(pattern, InputError("no file matches", where=pattern))


def _matches(pattern: str) -> list[Path]:
    return list(map(Path, sorted(glob(pattern, recursive=True))))  # noqa: PTH207 - Path.glob gives hidden files too


def expanded(names: Iterable[str]) -> Iterator[Path]:
    """The files and folders that some names stand for: in place of a pattern those that it matches."""
    for name in names:
        if is_pattern(name):
            yield from _matches(name)
        elif name != STDIN:
            yield Path(name)


def _jobs_of_folder(folder: Path, relative: str, reading: Reading) -> Iterator[Job]:
    for path, error in _found_in(folder):
        name = str(PurePosixPath(relative) / path.relative_to(folder))
        if error:
            yield Job(str(path), error, relative=name)
        else:
            yield from _jobs_of_file(path, name, reading)


def files_in(folder: Path) -> Iterator[Path]:
    """The files of a folder and those below it that may be sources, and the folders that can't be read, by name. Linked
    folders are not entered, so that no loop of links is endless."""
    return (path for path, _ in _found_in(folder))


def _found_in(folder: Path) -> Iterator[tuple[Path, InputError | None]]:
    """The files of `files_in`, and why a folder can't be read."""
    open_: list[Iterator[os.DirEntry[str]]] = []
    todo: Path | None = folder
    while todo or open_:
        if todo:
            try:
                open_.append(_entries(todo))
            except OSError as error:
                yield todo, InputError(f"can't be read: {error.strerror}", where=str(todo))
            todo = None
            continue
        entry = next(open_[-1], None)
        if entry is None:
            open_.pop()
        elif entry.is_dir(follow_symlinks=False):
            todo = Path(entry.path)
        elif suffixes(entry.name)[0] in (*DOCUMENTS, *RECORDS, *ARCHIVES) and not is_folder(Path(entry.path)):
            yield Path(entry.path), None


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return iter(sorted(entries, key=lambda entry: entry.name))


def _standard_input(source: Source) -> Iterator[Job]:
    if sys.stdin is None:
        raise InputError("standard input is closed", where=STDIN)
    stream = peekable(sys.stdin.buffer)
    holds = "" if source.reading.piped == Piped.document else f".{source.reading.piped}"
    yield from documents_in_stream(source, holds, packing(stream.peek(8)), stream)


def _jobs_of_file(path: Path, relative: str, reading: Reading) -> Iterator[Job]:
    holds, packed = suffixes(path.name)
    stamp = _stamp(path)
    source = Source(str(path), relative, stamp, reading)
    if holds not in (*RECORDS, *ARCHIVES) and not packed:
        yield source.job(path)
        return
    yield from guarded(source, _unchanged(path, stamp, _in_file(source, path, holds, packed)))


def _in_file(source: Source, path: Path, holds: str, packed: str) -> Iterator[Job]:
    """The documents in a file, which is not opened unless it has an end: a pipe or a device may have none."""
    regular(path)
    if holds in (".zip", ".wacz"):
        if packed:
            raise InputError(f"a zip file inside a {packed} file", where=source.name, todo="unpack it first")
        yield from documents_in_zip(source, path)
    elif holds == ".parquet" and not packed:
        yield from documents_in_parquet(source, str(path))
    else:
        with path.open("rb") as file:
            if holds in TARS:
                yield from documents_in_tar(source, unpacked(file, packed or path.suffix.lower(), source.name))
            else:
                yield from documents_in_stream(source, holds, packed, file)


def _unchanged(path: Path, stamp: str, jobs: Iterator[Job]) -> Iterator[Job]:
    for job in jobs:
        if _stamp(path) != stamp:  # now, not at its end: a file that is written to may have none
            break
        yield job
    if _stamp(path) != stamp:
        raise InputError("changed while it was being read", where=str(path), todo="clean it again")


def _stamp(path: Path) -> str:
    """Size and time of change of a file."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}"
