"""Where cleaned documents go. A file is written under a passing name and takes its own when it is complete."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import IO, cast

from cleaner.batch.formats import EXTENSIONS, Format
from cleaner.batch.jobs import needed
from cleaner.errors import CleanerError, InputError

PARTIAL = ".partial"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No document can be written any more."""


class SinkError(CleanerError):
    """An output can't be written as asked: it exists, or its folder does not."""


class Stream:
    """A file that is written from beginning to end, or standard output where there is no path. Raises SinkError.

    `at` is where an earlier run had come to, from which this one goes on.
    """

    def __init__(self, path: Path | None, *, overwrite: bool = False, at: int | None = None) -> None:
        self.path = path
        self.partial: Path | None = None
        if path is None:
            self.file = sys.stdout.buffer
            return
        special = path.exists() and not path.is_file()
        if path.exists() and not special and not overwrite and at is None:
            raise SinkError("exists already", where=str(path), todo="use --overwrite or another name")
        self.partial = None if special else path.with_name(path.name + PARTIAL)
        try:
            if at and self.partial and not self.partial.exists() and path.exists():
                path.replace(self.partial)  # it was complete, and nobody had been told
            self.file = cast("IO[bytes]", (self.partial or path).open("r+b" if at else "wb"))
            if at:
                self.file.truncate(at)
                self.file.seek(at)
        except OSError as error:
            raise SinkError(f"can't be written: {error.strerror}", where=str(path)) from error

    def write(self, data: bytes) -> None:
        self.file.write(data)
        if self.path is None:
            self.file.flush()

    def sync(self) -> int:
        """Bring to the disk what has been written; how much that is."""
        self.file.flush()
        if self.path is None:
            return 0
        os.fsync(self.file.fileno())
        return self.file.tell()

    def finish(self) -> None:
        """The file is complete."""
        if self.path is None:
            self.file.flush()
            return
        if self.partial is None:
            self.file.close()
            return
        self.sync()
        self.file.close()
        self.partial.replace(self.path)

    def keep(self) -> None:
        """The file stays as it is, to be gone on with."""
        if self.path:
            self.file.close()


class Sink:
    """Where documents are written."""

    @property
    def may_sync(self) -> bool:
        """Whether what has been written may be brought to the disk now."""
        return True

    def write(self, data: bytes, relative: str) -> None:
        """Write a document; `relative` is what it is called in a folder. Raises InputError where that is in the way."""
        raise NotImplementedError

    def sync(self) -> int:
        """Bring to the disk what has been written; how far that is."""
        raise NotImplementedError

    def skip(self, relative: str) -> None:
        """A document that an earlier run has written."""

    def finish(self) -> None:
        """All is written."""

    def keep(self) -> None:
        """It stays as it is, to be gone on with."""


class Documents(Sink):
    """Writes documents one after the other into a stream, parted as their format asks."""

    def __init__(self, stream: Stream, form: Format, *, many: bool, count: int = 0) -> None:
        self.stream, self.form, self.count = stream, form, count
        self.array = form == Format.json and many

    def write(self, data: bytes, relative: str) -> None:
        if self.array:
            self.stream.write((b"[\n" if self.count == 0 else b",\n") + data.rstrip(b"\n"))
        elif self.count and self.form in (Format.text, Format.md):
            self.stream.write((b"\n\f\n" if self.form == Format.text else b"\n---\n\n") + data)
        else:
            self.stream.write(data)
        self.count += 1

    def sync(self) -> int:
        return self.stream.sync()

    def finish(self) -> None:
        if self.array:
            self.stream.write(b"\n]\n" if self.count else b"[]\n")
        self.stream.finish()

    def keep(self) -> None:
        self.stream.keep()


class Folder(Sink):
    """Writes a file for each document, named after it."""

    def __init__(self, folder: Path, form: Format, *, overwrite: bool) -> None:
        self.folder, self.form, self.overwrite = folder, form, overwrite
        self.taken: set[int] = set()

    def write(self, data: bytes, relative: str) -> None:
        target = self._target(relative)
        if not self.overwrite and target.exists():
            raise InputError(f"{target} exists already", todo="use --overwrite")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(target.name + PARTIAL)
            partial.write_bytes(data)
            partial.replace(target)
        except OSError as error:
            if error.errno in FULL:
                raise
            raise InputError(f"can't write {target}: {error.strerror or error}") from error

    def skip(self, relative: str) -> None:
        self._target(relative)

    def _target(self, relative: str) -> Path:
        path = Path(f"{relative}{EXTENSIONS[self.form]}")
        if path.is_absolute() or ".." in path.parts or "\0" in relative:
            raise InputError("its name leads out of the output folder", todo="use -f jsonl, or unpack the archive")
        target = self.folder / path
        if hash(path) in self.taken:
            raise InputError(
                f"its output {target} was written for another source of this run", todo="clean them into two folders"
            )
        self.taken.add(hash(path))
        return target

    def sync(self) -> int:
        os.sync()
        return 0


class Parquet(Sink):
    """Writes parts of a folder, each with so many rows, one schema: that of `cleaner.arrow` with `source` and `id`.
    Needs pyarrow. `at` is how many parts of an earlier run count. Raises SinkError, and InputError without pyarrow."""

    ROWS = 5_000

    def __init__(self, folder: Path, *, overwrite: bool, at: int | None) -> None:
        pa = needed("pyarrow", str(folder))
        from cleaner.arrow import SCHEMA

        self.schema = pa.schema([("source", pa.string()), ("id", pa.string()), *SCHEMA])
        self.folder, self.rows, self.parts = folder, list[bytes](), at or 0
        there = sorted(folder.glob("part-*.parquet*"))
        if there and at is None and not overwrite:
            raise SinkError("has parts already", where=str(folder), todo="use --overwrite or another name")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for path in there:
                if path.suffix == PARTIAL or path not in map(self._path, range(self.parts)):
                    path.unlink()
        except OSError as error:
            raise SinkError(f"can't be written: {error.strerror}", where=str(folder)) from error

    @property
    def may_sync(self) -> bool:
        """Whether a part is full: only whole parts are counted, so that there are not too many."""
        return len(self.rows) >= self.ROWS

    def write(self, data: bytes, relative: str) -> None:
        self.rows.append(data)
        if len(self.rows) >= 2 * self.ROWS:  # nobody asks for a sync where there is no ledger
            self.sync()

    def sync(self) -> int:
        """Write what waits as a part; how many there are."""
        if self.rows:
            import pyarrow as pa
            from pyarrow import parquet

            path = self._path(self.parts)
            partial = path.with_name(path.name + PARTIAL)
            table = pa.Table.from_pylist([json.loads(row) for row in self.rows], schema=self.schema)
            parquet.write_table(table, partial, compression="zstd")
            with partial.open("rb") as file:
                os.fsync(file.fileno())
            partial.replace(path)
            self.parts, self.rows = self.parts + 1, []
        return self.parts

    def finish(self) -> None:
        self.sync()

    def _path(self, number: int) -> Path:
        return self.folder / f"part-{number:05}.parquet"
