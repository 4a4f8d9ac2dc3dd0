"""Zip and tar archives → the documents in them. Nothing is unpacked to disk."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from cleaner.batch.jobs import MOST_BYTES, Job, too_large
from cleaner.batch.reading import ARCHIVES, DOCUMENTS, RECORDS, Source, guarded, suffixes
from cleaner.batch.records import documents_in_stream
from cleaner.batch.streams import PIECE
from cleaner.errors import InputError

MOST_HEADER = 1_000_000
"""Bytes that tell of a member of a tar: its name and what else is said of it."""


def documents_in_zip(source: Source, path: Path) -> Iterator[Job]:
    seen: Counter[str] = Counter()
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not member.is_dir() and _is_wanted(source, member.filename):
                seen[member.filename] += 1
                inner = source.member(member.filename, seen[member.filename])
                yield from guarded(inner, _of_zip(inner, archive, member))


def _of_zip(source: Source, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Job]:
    holds, packed = suffixes(member.filename)
    if holds in DOCUMENTS and not packed and member.file_size > MOST_BYTES:
        raise too_large(source.name)
    with archive.open(member) as stream:
        yield from documents_in_stream(source, holds, packed, stream)


def _is_wanted(archive: Source, name: str) -> bool:
    """Whether a member of an archive holds documents. The index of a WACZ does not, though it is JSON Lines."""
    holds, _ = suffixes(name)
    is_web = archive.name.lower().endswith(".wacz")
    return holds in DOCUMENTS or holds == ".warc" or (holds in (*RECORDS, *ARCHIVES) and not is_web)


def documents_in_tar(source: Source, stream: IO[bytes]) -> Iterator[Job]:
    held = _Forward(stream)
    with tarfile.open(fileobj=cast("IO[bytes]", held), mode="r:") as archive:
        while member := _next_member(archive, held):
            if member.isfile() and _is_wanted(source, member.name):
                inner = source.member(member.name)
                yield from guarded(inner, _of_tar(inner, archive, member))
        if held.last.strip(b"\0"):  # tarfile takes what is no header for the end
            raise tarfile.ReadError("a broken header")


def _next_member(archive: tarfile.TarFile, held: _Forward) -> tarfile.TarInfo | None:
    held.left = MOST_HEADER
    member = archive.next()
    held.left = None
    archive.members.clear()  # type: ignore[attr-defined]  # it would keep all
    return member


def _of_tar(source: Source, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[Job]:
    stream = archive.extractfile(member)
    if stream:
        yield from documents_in_stream(source, *suffixes(member.name), stream)


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
