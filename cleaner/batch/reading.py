"""How sources are read: what their names say, how their documents are called, what is told where they are broken."""

from __future__ import annotations

import csv
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path, PurePosixPath

from cleaner.batch.formats import Piped
from cleaner.batch.jobs import Job
from cleaner.errors import CleanerError, InputError
from cleaner.model import SourceKind

DOCUMENTS = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml")
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
RECORDS = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".warc")
TARS = (".tar", ".tgz", ".tbz2", ".txz")
ARCHIVES = (".zip", ".wacz", *TARS)
COLUMNS = ("html", "text", "content", "body", "raw_content")
"""Where a record's document is looked for, if nobody says where."""
MOST_NAME = 239
"""Bytes of a name in an output folder: file systems take 255, and endings come behind it."""
BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, RuntimeError,
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


@dataclass(frozen=True, slots=True)
class Source:
    """A file that holds documents, or a member of one."""

    name: str
    relative: str
    stamp: str
    reading: Reading

    def member(self, name: str, nth: int = 1) -> Source:
        """What an archive holds by a name; `nth` of that name."""
        again = f"~{nth}" if nth > 1 else ""
        return replace(self, name=f"{self.name}!{name}", relative=f"{self.relative}/{name}{again}")

    def job(
        self, document: str | bytes | Path | CleanerError, number: int | None = None, *, url: str | None = None,
        kind: SourceKind | None = None, identity: tuple[str, str | int] | None = None,
    ) -> Job:  # fmt: skip
        """The document that it is, or one that it holds by a number."""
        key, relative = self.name, self.relative
        if number is not None:
            key, relative = f"{key}:{number}", f"{relative}/{number}"
        if isinstance(document, CleanerError):
            document = document.at(key)
        return Job(
            key, document, url or self.reading.url, self.reading.kind or kind, self.stamp, _fitting(relative),
            identity=identity,
        )  # fmt: skip


def suffixes(name: str) -> tuple[str, str]:
    """The suffix that says what a file holds, and the one that says how it is compressed."""
    path = PurePosixPath(name.lower())
    if path.suffix in COMPRESSED:
        return PurePosixPath(path.stem).suffix, path.suffix
    return path.suffix, ""


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


def guarded(source: Source, jobs: Iterator[Job]) -> Iterator[Job]:
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
    except BROKEN as error:
        after = f"broken off after {count} documents: " if count else "can't be read: "
        yield source.job(InputError(f"{after}{in_words(error)}"))


def in_words(error: BaseException) -> str:
    """What broke a source, for somebody who knows no Python."""
    said = "not enough memory" if isinstance(error, MemoryError) else getattr(error, "strerror", None) or str(error)
    return " ".join(said.split())[:200] or type(error).__name__
