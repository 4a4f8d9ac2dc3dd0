"""Names on a command line → jobs, one after the other: files, folders, patterns, archives, and files of records.

Archives are streamed and never unpacked to disk. What can't be read becomes a job whose source is the error, in its
place among the others, so that nothing is lost without a word. All is read with a bound, for this is done in the
process that must not end: a document has MOST_BYTES, a row of a table too, a header of a tar MOST_HEADER.
"""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import json
import lzma
import os
import re
import struct
import sys
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from glob import iglob
from hashlib import blake2b
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, cast

from cleaner.batch.formats import Piped
from cleaner.batch.jobs import MOST_BYTES, STDIN, Job, checked, is_folder, needed, next_line, regular, too_large
from cleaner.errors import CleanerError, InputError
from cleaner.model import SourceKind

DOCUMENTS = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml")
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
RECORDS = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".warc")
TARS = (".tar", ".tgz", ".tbz2", ".txz")
ARCHIVES = (".zip", ".wacz", *TARS)
COLUMNS = ("html", "text", "content", "body", "raw_content")
"""Where a record's document is looked for, if nobody says where."""
MOST_HEADER = 1_000_000
"""Bytes that tell of a member of a tar: its name and what else is said of it."""
MOST_CELLS = 10_000_000
"""Of a row: a line of nothing but commas would take many times its size. Texts have fewer, being of MOST_BYTES."""
MOST_NAME = 239
"""Bytes of a name in an output folder: file systems take 255, and endings come behind it."""
PIECE = 1 << 16
_MAGIC = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ\0": ".xz", b"\x28\xb5\x2f\xfd": ".zst"}
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, RuntimeError,
           NotImplementedError, csv.Error, struct.error, ValueError, MemoryError)  # fmt: skip
"""What the standard library raises for damaged archives; RuntimeError is for encrypted ones. And where memory does not
suffice for one source, it may for the next."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How sources are to be read."""

    kind: SourceKind | None = None
    url: str | None = None
    column: str | None = None
    """Of records, where the document is; None: the first of COLUMNS that they have."""
    url_column: str = "url"
    id_column: str = "id"
    piped: Piped = Piped.document
    """What standard input holds."""


def jobs_of(names: Iterable[str], reading: Reading) -> Iterator[Job]:
    """The documents of some sources, in order. A source is a file, a folder, a pattern of those, or `-` for standard
    input."""
    for name in names:
        path = Path(name)
        if name == STDIN:
            source = _Source(STDIN, "stdin", "", reading)
            yield from _guarded(source, _standard_input(source))
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
    found = False
    for path in map(Path, sorted(iglob(pattern, recursive=True))):  # noqa: PTH207 - Path.glob gives hidden files too
        found = True
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


def suffixes(name: str) -> tuple[str, str]:
    """The suffix that says what a file holds, and the one that says how it is compressed."""
    path = PurePosixPath(name.lower())
    if path.suffix in COMPRESSED:
        return PurePosixPath(path.stem).suffix, path.suffix
    return path.suffix, ""


def _standard_input(source: _Source) -> Iterator[Job]:
    if sys.stdin is None:
        raise InputError("standard input is closed", where=STDIN)
    stream = _buffered(_pieces(sys.stdin.buffer))
    head = stream.peek(8)
    packed = next((packed for magic, packed in _MAGIC.items() if head.startswith(magic)), "")
    yield from _documents(source, "" if source.reading.piped == Piped.document else f".{source.reading.piped}",
                          packed, stream)  # fmt: skip


def _jobs_of_file(path: Path, relative: str, reading: Reading) -> Iterator[Job]:
    holds, packed = suffixes(path.name)
    stamp = _stamp(path)
    if holds not in (*RECORDS, *ARCHIVES) and not packed:
        yield Job(str(path), path, reading.url, reading.kind, stamp, _fitting(relative))
        return
    source = _Source(str(path), relative, stamp, reading)
    yield from _guarded(source, _unchanged(path, stamp, _in_file(source, path, holds, packed)))


def _in_file(source: _Source, path: Path, holds: str, packed: str) -> Iterator[Job]:
    """The documents in a file, which is not opened unless it has an end: a pipe or a device may have none."""
    regular(path)
    if holds in (".zip", ".wacz"):
        if packed:
            raise InputError(f"a zip file inside a {packed} file", where=source.name, todo="unpack it first")
        yield from _zip(source, path)
    elif holds == ".parquet" and not packed:
        yield from _parquet(source, str(path))
    else:
        with path.open("rb") as file:
            if holds in TARS:
                yield from _tar(source, _opened(file, packed or path.suffix.lower(), source.name))
            else:
                yield from _documents(source, holds, packed, file)


def _unchanged(path: Path, stamp: str, jobs: Iterator[Job]) -> Iterator[Job]:
    for job in jobs:
        if _stamp(path) != stamp:  # now, not at its end: a file that is written to may have none
            break
        yield job
    if _stamp(path) != stamp:
        raise InputError("changed while it was being read", where=str(path), todo="clean it again")


def _guarded(source: _Source, jobs: Iterator[Job]) -> Iterator[Job]:
    """The documents of a source, and at the end what keeps the rest of it from being read."""
    count = 0
    try:
        for job in jobs:
            count += 1
            yield job
        if not count:
            raise InputError("no document in it", where=source.name)
    except CleanerError as error:
        yield source.job(error)
    except _BROKEN as error:
        after = f"broken off after {count} documents: " if count else "can't be read: "
        yield source.job(InputError(f"{after}{_told(error)}"))


def _told(error: BaseException) -> str:
    said = "not enough memory" if isinstance(error, MemoryError) else getattr(error, "strerror", None) or str(error)
    return " ".join(said.split())[:200] or type(error).__name__


def _stamp(path: Path) -> str:
    """Size and time of change of a file."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}"


def _fitting(relative: str) -> str:
    """A path, with names that a file system takes: of one that is too long the beginning, and a hash that tells it from
    others like it."""
    return "/".join(map(_fitting_name, relative.split("/")))


def _fitting_name(name: str) -> str:
    data = name.encode(errors="surrogatepass")
    if len(data) <= MOST_NAME:
        return name
    tail = f"~{blake2b(data, digest_size=8).hexdigest()}"
    return data[: MOST_NAME - len(tail)].decode(errors="ignore") + tail


@dataclass(frozen=True, slots=True)
class _Source:
    """A file that holds documents, or a member of one."""

    name: str
    relative: str
    stamp: str
    reading: Reading

    def member(self, name: str, nth: int = 1) -> _Source:
        """What an archive holds by a name; `nth` of that name."""
        again = f"~{nth}" if nth > 1 else ""
        return replace(self, name=f"{self.name}!{name}", relative=f"{self.relative}/{name}{again}")

    def job(
        self, document: str | bytes | CleanerError, number: int | None = None, *, url: str | None = None,
        kind: SourceKind | None = None, identity: tuple[str, str | int] | None = None,
    ) -> Job:  # fmt: skip
        """The document that it is, or one that it holds by a number."""
        key, relative = self.name, self.relative
        if number is not None:
            key, relative = f"{key}:{number}", f"{relative}/{number}"
        if not isinstance(document, str | bytes):
            document = document.at(key)
        return Job(
            key, document, url or self.reading.url, self.reading.kind or kind, self.stamp, _fitting(relative),
            identity=identity,
        )  # fmt: skip


# --- streams ------------------------------------------------------------------------------------------


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.left, self.at = pieces, memoryview(b""), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.left:
            piece = next(self.pieces, None)
            if piece is None:
                return 0
            self.left = memoryview(piece)
        count = min(len(buffer), len(self.left))
        buffer[:count], self.left = self.left[:count], self.left[count:]
        self.at += count
        return count

    def tell(self) -> int:  # fastwarc asks
        return self.at


def _buffered(pieces: Iterator[bytes]) -> io.BufferedReader:
    return io.BufferedReader(_Pieces(pieces), PIECE)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(PIECE), b"")


def _opened(stream: IO[bytes], packed: str, where: str) -> IO[bytes]:
    """A stream, decompressed as it is read. Raises InputError where what decompresses it is not installed."""
    match packed:
        case ".gz" | ".tgz":
            return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
        case ".bz2" | ".tbz2":
            return cast("IO[bytes]", bz2.BZ2File(stream))
        case ".xz" | ".txz":
            return cast("IO[bytes]", lzma.LZMAFile(stream))
        case ".zst":
            return _buffered(_unpacked_zst(stream, needed("zstandard", where)))
    return stream


def _unpacked_zst(stream: IO[bytes], zstandard: Any) -> Iterator[bytes]:
    """The pieces of all frames of a Zstandard stream. Its own reader takes one that is cut off for a whole one."""
    unpacker, frame = zstandard.ZstdDecompressor(), None
    try:
        while data := stream.read(512):  # little, for it may become thirty thousand times as much
            while data:
                frame = frame or unpacker.decompressobj()
                yield frame.decompress(data)
                data = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
    except zstandard.ZstdError as error:
        raise OSError(str(error)) from None
    if frame:
        raise EOFError("it ends in the middle of a frame")


def _utf8(stream: IO[bytes]) -> IO[bytes]:
    """A stream of text as UTF-8 without a byte order mark: UTF-16 is read where a mark tells of it."""
    text = _buffered(_pieces(stream))
    head = text.peek(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _buffered(_recoded(text))
    if head.startswith(codecs.BOM_UTF8):
        text.read(len(codecs.BOM_UTF8))
    return text


def _recoded(stream: IO[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    for piece in _pieces(stream):
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()


def _read(stream: IO[bytes], name: str) -> bytes | CleanerError:
    """What a stream holds, up to MOST_BYTES: more is a bomb."""
    data = bytearray()
    while piece := stream.read(1 << 20):
        data += piece
        if len(data) > MOST_BYTES:
            return too_large(name)
    try:
        return checked(bytes(data), name)
    except CleanerError as error:
        return error


# --- archives -----------------------------------------------------------------------------------------


def _zip(source: _Source, path: Path) -> Iterator[Job]:
    seen: Counter[str] = Counter()
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not member.is_dir() and _is_wanted(source, member.filename):
                seen[member.filename] += 1
                inner = source.member(member.filename, seen[member.filename])
                yield from _guarded(inner, _of_zip(inner, archive, member))


def _of_zip(source: _Source, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Job]:
    holds, packed = suffixes(member.filename)
    if holds in DOCUMENTS and not packed and member.file_size > MOST_BYTES:
        raise too_large(source.name)
    with archive.open(member) as stream:
        yield from _documents(source, holds, packed, stream)


def _is_wanted(archive: _Source, name: str) -> bool:
    """Whether a member of an archive holds documents. The index of a WACZ does not, though it is JSON Lines."""
    holds, _ = suffixes(name)
    is_web = archive.name.lower().endswith(".wacz")
    return holds in DOCUMENTS or holds == ".warc" or (holds in (*RECORDS, *ARCHIVES) and not is_web)


def _tar(source: _Source, stream: IO[bytes]) -> Iterator[Job]:
    held = _Forward(stream)
    with tarfile.open(fileobj=cast("IO[bytes]", held), mode="r:") as archive:
        while member := _next_member(archive, held):
            if member.isfile() and _is_wanted(source, member.name):
                inner = source.member(member.name)
                yield from _guarded(inner, _of_tar(inner, archive, member))
        if held.last.strip(b"\0"):  # tarfile takes what is no header for the end
            raise tarfile.ReadError("a broken header")


def _next_member(archive: tarfile.TarFile, held: _Forward) -> tarfile.TarInfo | None:
    held.left = MOST_HEADER
    member = archive.next()
    held.left = None
    archive.members.clear()  # type: ignore[attr-defined]  # it would keep all
    return member


def _of_tar(source: _Source, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[Job]:
    stream = archive.extractfile(member)
    if stream:
        yield from _documents(source, *suffixes(member.name), stream)


class _Forward:
    """A stream that can be sought, forward only, which is what tarfile needs; its own way to read streams knows no
    limit for headers."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.at, self.last = stream, 0, b""
        self.left: int | None = MOST_HEADER
        """Bytes that may be read as a header; None: a member is read."""

    def tell(self) -> int:
        return self.at

    def seek(self, to: int) -> int:
        if to < self.at:
            raise io.UnsupportedOperation("a tar is read forward only")
        while self.at < to and (piece := self.stream.read(min(to - self.at, PIECE))):
            self.at += len(piece)
        return self.at

    def read(self, size: int) -> bytes:
        if self.left is not None:
            self.left -= size
            if self.left < 0:
                raise InputError(f"a header larger than {MOST_HEADER // 1_000_000} MB")
        self.last = self.stream.read(size)
        self.at += len(self.last)
        return self.last


# --- documents and records ----------------------------------------------------------------------------


def _documents(source: _Source, holds: str, packed: str, stream: IO[bytes]) -> Iterator[Job]:
    """The documents in a stream of records, or the one that it is."""
    if holds in ARCHIVES:
        raise InputError("an archive in an archive", where=source.name, todo="unpack it first")
    if holds == ".warc" and packed == ".gz":  # compressed record by record, which fastwarc reads
        yield from _warc(source, stream)
        return
    opened = _opened(stream, packed, source.name)
    match holds:
        case ".jsonl" | ".ndjson":
            yield from _lines(source, _utf8(opened))
        case ".csv" | ".tsv":
            yield from _rows(source, _utf8(opened), "\t" if holds == ".tsv" else ",")
        case ".parquet":
            data = _read(opened, source.name)  # it is read from its end
            if isinstance(data, CleanerError):
                raise data
            yield from _parquet(source, io.BytesIO(data))
        case ".warc":
            yield from _warc(source, opened)
        case _:
            yield source.job(_read(opened, source.name))


def _lines(source: _Source, stream: IO[bytes]) -> Iterator[Job]:
    number = 0
    while line := next_line(stream):
        number += 1
        if len(line) > MOST_BYTES:
            yield source.job(too_large(None), number)
        elif line.strip():
            yield _of_line(source, number, line)


def _of_line(source: _Source, number: int, line: bytes) -> Job:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return source.job(InputError(f"not JSON: {error}"), number)
    if not isinstance(record, dict):
        return source.job(InputError("not a JSON object"), number)
    return _of_record(source, number, record)


def _of_record(source: _Source, number: int, record: Mapping[str, Any]) -> Job:
    """The job of a record: a line of JSON, a row of a table."""
    reading = source.reading
    column = reading.column or next((name for name in COLUMNS if record.get(name)), None)
    if column is None or column not in record:
        return source.job(_no_column(reading, record), number)
    document, url, own = record[column], _plain(record.get(reading.url_column)), _plain(record.get(reading.id_column))
    if not isinstance(document, str | bytes | CleanerError):
        document = InputError(f"no text in {column}")
    return source.job(
        document, number, url=url if isinstance(url, str) else None, kind="html" if column == "html" else None,
        identity=(reading.id_column, own) if isinstance(own, str | int) else None,
    )  # fmt: skip


def _no_column(reading: Reading, names: Iterable[str]) -> InputError:
    listed = ", ".join(str(name)[:80] for _, name in zip(range(8), names, strict=False))
    wanted = f"no column {reading.column}" if reading.column else f"none of {', '.join(COLUMNS)}"
    return InputError(f"{wanted} among {listed}", todo="name one with --column")


def _plain(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _rows(source: _Source, stream: IO[bytes], separator: str) -> Iterator[Job]:
    csv.field_size_limit(MOST_BYTES)
    size = cells = 0

    def lines() -> Iterator[str]:
        """The lines of a row, while they are not too large: csv would read on to the end of the quotes."""
        nonlocal size, cells
        while line := next_line(stream):
            size, cells = size + len(line), cells + line.count(separator.encode())
            if size > MOST_BYTES or cells > MOST_CELLS:
                large = f"{MOST_BYTES // 1_000_000} MB" if size > MOST_BYTES else f"{MOST_CELLS:,} cells"
                raise InputError(f"row {number + 1} is larger than {large}", todo="the rows behind it are not read")
            for part in line.splitlines(keepends=True) if b"\r" in line else [line]:
                yield part.decode(errors="surrogateescape")

    number = 0
    for record in csv.DictReader(lines(), delimiter=separator):
        number, size, cells = number + 1, 0, 0
        yield _of_record(source, number, {str(name): _cell(value) for name, value in record.items()})


def _cell(value: Any) -> Any:
    """A value of a table; as bytes where it is not UTF-8, for whoever cleans it finds out what it is."""
    if isinstance(value, str) and not value.isascii():
        data = value.encode(errors="surrogateescape")
        try:
            data.decode()
        except UnicodeDecodeError:
            return data
    return value


def _parquet(source: _Source, file: str | io.BytesIO) -> Iterator[Job]:
    pyarrow, parquet = needed("pyarrow", source.name), needed("pyarrow.parquet", source.name)
    try:
        with parquet.ParquetFile(file, buffer_size=1 << 20) as table:
            schema, reading = table.schema_arrow, source.reading
            names = [name for name in schema.names if _has_values(pyarrow, schema.field(name).type)]
            wanted = [name for name in ([reading.column] if reading.column else COLUMNS) if name in names]
            if not wanted:
                raise _no_column(reading, names)
            columns = [*wanted, *(name for name in (reading.url_column, reading.id_column) if name in names)]
            # Row by row: some bytes of a dictionary may stand for a large value in each row.
            rows = table.iter_batches(batch_size=1, columns=columns, use_threads=False)
            for number, row in enumerate(rows, start=1):
                record = {name: _value(values[0]) for name, values in zip(row.schema.names, row.columns, strict=True)}
                yield _of_record(source, number, record)
    except pyarrow.ArrowException as error:
        raise InputError(f"can't be read: {_told(error)}", where=source.name) from None


def _has_values(pyarrow: Any, kind: Any) -> bool:
    """Whether a column has texts or numbers, no lists and the like."""
    held = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    tests = ("string", "large_string", "binary", "large_binary", "integer", "null")
    return any(getattr(pyarrow.types, f"is_{test}")(held) for test in tests)


def _value(scalar: Any) -> Any:
    """A value of a column, unless it is too large."""
    held = getattr(scalar, "value", None) if hasattr(scalar, "dictionary") else scalar
    if held is None or not held.is_valid:
        return None
    if hasattr(held, "as_buffer") and held.as_buffer().size > MOST_BYTES:
        return too_large(None)
    return held.as_py()


# --- web archives -------------------------------------------------------------------------------------


def _warc(source: _Source, stream: IO[bytes]) -> Iterator[Job]:
    for page in warc_pages(stream, source.name):
        yield source.job(page.document, page.number, url=page.url, kind=page.kind)


class WarcPage(NamedTuple):
    """A page in a WARC."""

    number: int
    """Among the responses, resources and conversions, counted from 1."""
    url: str | None
    kind: SourceKind | None
    document: bytes | CleanerError


def warc_pages(stream: IO[bytes], where: str) -> Iterator[WarcPage]:
    """The HTML and plain text of a WARC (ISO 28500) stream, which may be compressed record by record: its responses,
    its resources, and its conversions, which are what a WET file has. Raises InputError where fastwarc is not
    installed, and OSError where the stream is broken."""
    warc, streams = needed("fastwarc.warc", where), needed("fastwarc.stream_io", where)
    wanted = warc.WarcRecordType.response | warc.WarcRecordType.resource | warc.WarcRecordType.conversion
    try:
        for number, record in enumerate(warc.ArchiveIterator(stream, record_types=wanted), start=1):
            said = (record.http_content_type if record.is_http else record.headers.get("Content-Type")) or ""
            if not _is_page(said.lower(), record):
                continue
            document = _read(record.reader, where)
            if not said and isinstance(document, CleanerError):  # a redirection, most often
                continue
            if record.http_headers and isinstance(document, bytes):
                document = _decoded(document, record.http_headers, where)
            kind: SourceKind | None = ("text" if said.lower().startswith("text/plain") else "html") if said else None
            yield WarcPage(number, record.headers.get("WARC-Target-URI"), kind, document)
    except streams.FastWARCError as error:
        raise OSError(_told(error)) from None


def _is_page(said: str, record: Any) -> bool:
    """Whether a record is HTML or text, by its type; a response without one may be."""
    return said.startswith(("text/html", "application/xhtml", "text/plain")) or (not said and record.is_http)


def _decoded(data: bytes, headers: Any, where: str) -> bytes | CleanerError:
    """The body of a response without its encodings; some archives name those that they have undone."""
    if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
        data = _joined(data)
    packed = next((packed for magic, packed in _MAGIC.items() if data.startswith(magic)), "")
    try:
        match (headers.get("Content-Encoding") or "").strip().lower():
            case "gzip" | "x-gzip" | "zstd" if packed:
                return _read(_opened(io.BytesIO(data), packed, where), where)
            case "deflate" if not data.lstrip().startswith(b"<"):
                zlib_headed = data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0
                inflater = zlib.decompressobj(zlib.MAX_WBITS if zlib_headed else -zlib.MAX_WBITS)
                return checked(inflater.decompress(data, MOST_BYTES + 1), where)
    except CleanerError as error:
        return error
    except _BROKEN as error:
        return InputError(f"can't be read: {_told(error)}")
    return data


_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r\n")


def _joined(data: bytes) -> bytes:
    """The chunks of a body; the body, where it is in none."""
    parts, at = list[bytes](), 0
    while (head := _CHUNK.match(data, at)) and (size := int(head[1], 16)):
        at = head.end() + size
        if data[at : at + 2] not in (b"\r\n", b""):
            break
        parts.append(data[head.end() : at])
        at += 2
    return b"".join(parts) or data
