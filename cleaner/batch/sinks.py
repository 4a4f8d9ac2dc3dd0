"""Where cleaned documents go. A file is written under a passing name and takes its own when it is complete."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO

from cleaner.batch.formats import EXTENSIONS, Format
from cleaner.batch.jobs import needed
from cleaner.errors import CleanerError, InputError

PARTIAL = ".partial"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
"""No document can be written any more."""


class SinkError(CleanerError):
    """An output can't be written as asked: it exists, or its folder does not."""


def lock(file: int, path: Path) -> None:
    """Keeps an open file or folder for this run, until it is closed or the process ends. Raises SinkError where another
    run has it."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return  # no such locks here
    except BlockingIOError:
        raise SinkError("another run is writing it", where=str(path), todo="wait for it, or take other names") from None
    except OSError:
        return  # a file system without locks


def hold(folder: Path) -> Callable[[], None]:
    """Makes a folder and keeps it for this run; what is given back lets it go. Raises SinkError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.name != "posix":  # where folders can't be opened
            return lambda: None
        opened = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise SinkError(f"can't be written: {error.strerror}", where=str(folder)) from error
    lock(opened, folder)
    return partial(os.close, opened)


def sync_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk: a file that was renamed has its new name only then."""
    with suppress(OSError):  # not every system opens folders
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


class Stream:
    """A file that is written from beginning to end, or standard output where there is no path. Raises SinkError.

    `at` is where an earlier run had come to, from which this one goes on.
    """

    def __init__(self, path: Path | None, *, overwrite: bool = False, at: int | None = None) -> None:
        self.path = path
        self.partial: Path | None = None
        self.file: IO[bytes]
        if path is None:
            self.file = sys.stdout.buffer
            return
        try:
            if path.exists() and not path.is_file():  # a pipe or a device
                self.file = path.open("wb")
                return
            self.partial = path.with_name(path.name + PARTIAL)
            if at is not None and not self.partial.exists() and path.exists() and path.stat().st_size >= at:
                path.replace(self.partial)  # it was complete, and nobody had been told
            if path.exists() and not overwrite:
                raise SinkError("exists already", where=str(path), todo="use --overwrite or another name")
            self.file = self.partial.open("ab")
            lock(self.file.fileno(), path)
            if self.file.tell() < (at or 0):
                todo = "delete it and the ledger to begin again"
                raise SinkError("is shorter than the ledger says, or gone", where=str(self.partial), todo=todo)
            self.file.truncate(at or 0)
            sync_folder(path.parent)
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
        self.partial.replace(self.path)
        self.file.close()
        sync_folder(self.path.parent)

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
    """Writes a file for each document, named after it. Where it `goes_on`, an earlier run may have written files that
    nobody was told of: those that hold what is to be written, or were not brought to the disk whole, are its own."""

    def __init__(self, folder: Path, form: Format, *, overwrite: bool, goes_on: bool = False) -> None:
        self.folder, self.form, self.overwrite, self.goes_on = folder, form, overwrite, goes_on
        self.taken: set[int] = set()
        self.let_go = hold(folder)

    def write(self, data: bytes, relative: str) -> None:
        target = self._target(relative)
        if not self.overwrite and target.exists() and not (self.goes_on and _is_part(target, data)):
            raise InputError(f"{target} exists already", todo="use --overwrite")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_name(target.name + PARTIAL)
            unfinished.write_bytes(data)
            unfinished.replace(target)
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

    def finish(self) -> None:
        self.let_go()

    def keep(self) -> None:
        self.let_go()


def _is_part(path: Path, data: bytes) -> bool:
    """Whether a file holds the beginning of some data, or zeros, as one may after the power went."""
    try:
        held = path.read_bytes()
    except OSError:
        return False
    return data.startswith(held) or not held.strip(b"\0")


class Parquet(Sink):
    """Writes parts of a folder, each with so many rows, one schema: that of `cleaner.arrow` with `source` and `id`.
    Needs pyarrow. `at` is how many parts of an earlier run count. Raises SinkError, and InputError without pyarrow."""

    ROWS, BYTES = 5_000, 64_000_000

    def __init__(self, folder: Path, *, overwrite: bool, at: int | None) -> None:
        pa = needed("pyarrow", str(folder))
        from cleaner.arrow import SCHEMA

        self.schema = pa.schema([("source", pa.string()), ("id", pa.string()), *SCHEMA])
        self.folder, self.rows, self.size, self.parts = folder, list[bytes](), 0, at or 0
        there = sorted(folder.glob("part-*.parquet*"))
        if there and at is None and not overwrite:
            raise SinkError("has parts already", where=str(folder), todo="use --overwrite or another name")
        self.let_go = hold(folder)
        missing = [path.name for path in map(self._path, range(self.parts)) if not path.exists()]
        if missing:
            todo = "delete the folder and the ledger to begin again"
            raise SinkError(f"{missing[0]} is gone, which the ledger counts", where=str(folder), todo=todo)
        try:
            for path in there:
                if path.suffix == PARTIAL or path not in map(self._path, range(self.parts)):
                    path.unlink()
        except OSError as error:
            raise SinkError(f"can't be written: {error.strerror}", where=str(folder)) from error

    @property
    def may_sync(self) -> bool:
        """Whether a part is full: only whole parts are counted, so that there are not too many."""
        return len(self.rows) >= self.ROWS or self.size >= self.BYTES

    def write(self, data: bytes, relative: str) -> None:
        self.rows.append(data)
        self.size += len(data)
        if len(self.rows) >= 2 * self.ROWS or self.size >= 2 * self.BYTES:  # without a ledger nobody asks for a sync
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
            sync_folder(self.folder)
            self.parts, self.rows, self.size = self.parts + 1, [], 0
        return self.parts

    def finish(self) -> None:
        self.sync()
        self.let_go()

    def keep(self) -> None:
        self.let_go()

    def _path(self, number: int) -> Path:
        return self.folder / f"part-{number:05}.parquet"
