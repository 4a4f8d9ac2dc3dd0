"""Names on a command line → jobs, one after the other: files, folders, archives, and files of records.

Archives are streamed and never unpacked to disk. What can't be read becomes a job whose source is the error, in its
place among the others, so that nothing is lost without a word.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
import os
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, cast

from cleaner.batch.jobs import MOST_BYTES, STDIN, Job, checked, is_folder, needed, next_line
from cleaner.errors import CleanerError, InputError
from cleaner.model import SourceKind

DOCUMENTS = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml")
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
RECORDS = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".warc")
ARCHIVES = (".zip", ".wacz", ".tar", ".tgz", ".tbz2", ".txz")
COLUMNS = ("html", "text", "content", "body", "raw_content")
"""Where a record's document is looked for, if nobody says where."""
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, RuntimeError,
           NotImplementedError, csv.Error, UnicodeError)  # fmt: skip
"""What the standard library raises for damaged archives; RuntimeError is for encrypted ones."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How sources are to be read."""

    kind: SourceKind | None = None
    url: str | None = None
    column: str | None = None
    """Of records, where the document is; None: the first of COLUMNS that they have."""
    url_column: str = "url"
    id_column: str = "id"


def jobs_of(names: Iterable[str], reading: Reading) -> Iterator[Job]:
    """The documents of some sources, in order. A source is a file, a folder, or `-` for standard input."""
    for name in names:
        path = Path(name)
        if name == STDIN:
            yield _standard_input(reading)
        elif is_folder(path):
            for file in files_in(path):
                yield from _jobs_of_file(file, str(file.relative_to(path)), reading)
        else:
            yield from _jobs_of_file(path, path.name, reading)


def files_in(folder: Path) -> Iterator[Path]:
    """The files of a folder and those below it that may be sources, by name. Linked folders are not entered, so that no
    loop of links is endless."""
    open_ = [_entries(folder)]
    while open_:
        entry = next(open_[-1], None)
        if entry is None:
            open_.pop()
        elif entry.is_dir(follow_symlinks=False):
            try:
                open_.append(_entries(Path(entry.path)))
            except OSError:
                yield Path(entry.path)  # whoever reads it will say why it can't be
        elif suffixes(entry.name)[0] in (*DOCUMENTS, *RECORDS, *ARCHIVES) and not is_folder(Path(entry.path)):
            yield Path(entry.path)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return iter(sorted(entries, key=lambda entry: entry.name))


def suffixes(name: str) -> tuple[str, str]:
    """The suffix that says what a file holds, and the one that says how it is compressed."""
    path = PurePosixPath(name.lower())
    if path.suffix in COMPRESSED:
        return PurePosixPath(path.stem).suffix, path.suffix
    return path.suffix, ""


def _standard_input(reading: Reading) -> Job:
    try:
        if sys.stdin is None:
            raise InputError("standard input is closed", where=STDIN)
        data = checked(sys.stdin.buffer.read(MOST_BYTES + 1), STDIN)
    except CleanerError as error:
        return Job(STDIN, error, relative="stdin")
    return Job(STDIN, data, reading.url, reading.kind, relative="stdin")


def _jobs_of_file(path: Path, relative: str, reading: Reading) -> Iterator[Job]:
    holds, compressed = suffixes(path.name)
    stamp = _stamp(path)
    if holds not in (*RECORDS, *ARCHIVES) and not compressed:
        yield Job(str(path), path, reading.url, reading.kind, stamp, relative)
        return
    source = _Source(path, str(path), relative, stamp, reading)
    count = 0
    try:
        if not path.exists():
            raise InputError("no such file", where=str(path))
        for job in _readers(holds, compressed)(source, compressed):
            if _stamp(path) != stamp:  # now, not at its end: a file that is written to may have none
                break
            count += 1
            yield job
        if _stamp(path) != stamp:
            raise InputError("changed while it was being read", where=str(path), todo="clean it again")
        if not count:
            raise InputError("no document in it", where=str(path))
    except CleanerError as error:
        yield Job(source.name, error.at(source.name), stamp=stamp, relative=relative)
    except _BROKEN as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        after = f"broken off after {count} documents: " if count else "can't be read: "
        yield Job(source.name, InputError(f"{after}{said}", where=source.name), stamp=stamp, relative=relative)


def _stamp(path: Path) -> str:
    """Size and time of change of a file."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}"


@dataclass(frozen=True, slots=True)
class _Source:
    """A file that holds documents."""

    path: Path
    name: str
    relative: str
    stamp: str
    reading: Reading

    def job(self, part: str, document: str | bytes | CleanerError, url: str | None = None, **more: Any) -> Job:
        """A document of it."""
        reading = self.reading
        key = f"{self.name}{part}"
        if not isinstance(document, str | bytes):
            document = document.at(key)
        relative = f"{self.relative}{part.replace('!', '/').replace(':', '/')}"
        return Job(key, document, url or reading.url, more.pop("kind", reading.kind), self.stamp, relative, **more)


def _readers(holds: str, compressed: str) -> Callable[[_Source, str], Iterator[Job]]:
    match holds:
        case ".jsonl" | ".ndjson":
            return _lines
        case ".csv" | ".tsv":
            return _rows
        case ".parquet":
            return _parquet
        case ".warc":
            return _warc
        case ".zip" | ".wacz":
            return _zip
        case ".tar" | ".tgz" | ".tbz2" | ".txz":
            return _tar
    return _compressed


def open_stream(path: Path, compressed: str) -> IO[bytes]:
    """A file, decompressed as it is read. Raises InputError where what decompresses it is not installed."""
    match compressed:
        case ".gz" | ".tgz":
            return cast("IO[bytes]", gzip.open(path))
        case ".bz2" | ".tbz2":
            return cast("IO[bytes]", bz2.open(path))
        case ".xz" | ".txz":
            return cast("IO[bytes]", lzma.open(path))
        case ".zst":
            return cast("IO[bytes]", needed("zstandard", str(path)).open(path, "rb"))
    return path.open("rb")


# --- single documents and archives --------------------------------------------------------------------


def _compressed(source: _Source, compressed: str) -> Iterator[Job]:
    with open_stream(source.path, compressed) as stream:
        yield source.job("", _read(stream, source.name))


def _read(stream: IO[bytes], name: str) -> bytes | CleanerError:
    """What a stream holds, up to MOST_BYTES: more is a bomb."""
    try:
        return checked(stream.read(MOST_BYTES + 1), name)
    except CleanerError as error:
        return error


def _zip(source: _Source, compressed: str) -> Iterator[Job]:
    if compressed:
        raise InputError(f"a zip file inside a {compressed} file", where=source.name, todo="unpack it first")
    with zipfile.ZipFile(source.path) as archive:
        for member in archive.infolist():
            holds, packed = suffixes(member.filename)
            if member.is_dir() or (holds not in DOCUMENTS and not (source.path.suffix == ".wacz" and holds == ".warc")):
                continue
            try:
                with archive.open(member) as stream:
                    if holds == ".warc":
                        yield from _warc_records(source, stream, f"!{member.filename}")
                    else:
                        yield source.job(
                            f"!{member.filename}", _read(_opened(stream, packed), f"{source.name}!{member.filename}")
                        )
            except _BROKEN as error:
                yield source.job(f"!{member.filename}", InputError(f"can't be read: {error}"))


def _tar(source: _Source, compressed: str) -> Iterator[Job]:
    with (
        open_stream(source.path, compressed or source.path.suffix.lower()) as stream,
        tarfile.open(fileobj=stream, mode="r|") as archive,
    ):
        for member in archive:
            holds, packed = suffixes(member.name)
            if not member.isfile() or holds not in DOCUMENTS:
                continue
            held = archive.extractfile(member)
            if held is not None:
                yield source.job(f"!{member.name}", _read(_opened(held, packed), f"{source.name}!{member.name}"))


def _opened(stream: IO[bytes], packed: str) -> IO[bytes]:
    match packed:
        case ".gz":
            return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
        case ".bz2":
            return cast("IO[bytes]", bz2.BZ2File(stream))
        case ".xz":
            return cast("IO[bytes]", lzma.LZMAFile(stream))
        case ".zst":
            raise NotImplementedError("a .zst file in an archive")
    return stream


# --- records ------------------------------------------------------------------------------------------


def _lines(source: _Source, compressed: str) -> Iterator[Job]:
    with open_stream(source.path, compressed) as stream:
        number = 0
        while line := next_line(stream):
            number += 1
            if len(line) > MOST_BYTES:
                yield source.job(f":{number}", InputError(f"larger than {MOST_BYTES // 1_000_000} MB"))
            elif line.strip():
                yield _of_line(source, number, line)


def _of_line(source: _Source, number: int, line: bytes) -> Job:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return source.job(f":{number}", InputError(f"not JSON: {error}"))
    if not isinstance(record, dict):
        return source.job(f":{number}", InputError("not a JSON object"))
    return _of_record(source, number, record)


def _of_record(source: _Source, number: int, record: Mapping[str, Any]) -> Job:
    """The job of a record: a line of JSON, a row of a table."""
    reading = source.reading
    column = reading.column or next((name for name in COLUMNS if record.get(name)), None)
    if column is None or column not in record:
        names = ", ".join(map(str, list(record)[:8]))
        wanted = f"no column {reading.column}" if reading.column else f"none of {', '.join(COLUMNS)}"
        return source.job(f":{number}", InputError(f"{wanted} among {names}", todo="name one with --column"))
    document, url, own = record[column], record.get(reading.url_column), record.get(reading.id_column)
    if not isinstance(document, str | bytes):
        document = InputError(f"no text in {column}")
    return source.job(
        f":{number}", document, url if isinstance(url, str) else None,
        kind=reading.kind or ("html" if column == "html" else None),
        identity=(reading.id_column, own) if isinstance(own, str | int) else None,
    )  # fmt: skip


def _rows(source: _Source, compressed: str) -> Iterator[Job]:
    csv.field_size_limit(MOST_BYTES)
    with (
        open_stream(source.path, compressed) as stream,
        TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="") as text,
    ):
        separator = "\t" if suffixes(source.path.name)[0] == ".tsv" else ","
        for number, record in enumerate(csv.DictReader(text, delimiter=separator), start=1):
            yield _of_record(source, number, {str(name): value for name, value in record.items()})


def _parquet(source: _Source, compressed: str) -> Iterator[Job]:
    pyarrow, parquet = needed("pyarrow", source.name), needed("pyarrow.parquet", source.name)
    try:
        with parquet.ParquetFile(source.path) as file:
            held = file.schema_arrow.names
            reading = source.reading
            wanted = [reading.column] if reading.column else [*COLUMNS]
            names = [name for name in (*wanted, reading.url_column, reading.id_column) if name in held]
            number = 0
            for batch in file.iter_batches(batch_size=256, columns=names):
                for record in batch.to_pylist():
                    number += 1
                    yield _of_record(source, number, record)
    except pyarrow.ArrowException as error:
        raise InputError(f"can't be read: {' '.join(str(error).split())[:200]}", where=source.name) from None


def _warc(source: _Source, compressed: str) -> Iterator[Job]:
    with closing(source.path.open("rb") if compressed == ".gz" else open_stream(source.path, compressed)) as stream:
        yield from _warc_records(source, stream, "")


def _warc_records(source: _Source, stream: IO[bytes], part: str) -> Iterator[Job]:
    for page in warc_pages(stream, source.name):
        yield source.job(f"{part}:{page.number}", page.document, page.url, kind=source.reading.kind or page.kind)


class WarcPage(NamedTuple):
    """A response in a WARC."""

    number: int
    """Among the responses, counted from 1."""
    url: str | None
    kind: SourceKind
    document: bytes | CleanerError


def warc_pages(stream: IO[bytes], where: str) -> Iterator[WarcPage]:
    """The HTML and plain text responses of a WARC (ISO 28500) stream, which may be compressed record by record. Raises
    InputError where fastwarc is not installed."""
    warc = needed("fastwarc.warc", where)
    for number, record in enumerate(warc.ArchiveIterator(stream, record_types=warc.WarcRecordType.response), start=1):
        said = (record.http_content_type or "").lower()
        if said.startswith(("text/html", "application/xhtml", "text/plain")):
            kind: SourceKind = "text" if said.startswith("text/plain") else "html"
            yield WarcPage(number, record.headers.get("WARC-Target-URI"), kind, _read(record.reader, where))
