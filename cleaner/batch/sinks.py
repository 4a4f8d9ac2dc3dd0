"""Where cleaned documents go. A file is written under a passing name and takes its own when it is complete."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, cast

from cleaner.batch.render import EXTENSIONS, Format
from cleaner.errors import CleanerError, InputError

PARTIAL = ".partial"


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
        if path.exists() and not overwrite and at is None:
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


class Documents:
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

    def skip(self, relative: str) -> None:
        """A document that an earlier run has written."""


class Folder:
    """Writes a file for each document, named after it."""

    def __init__(self, folder: Path, form: Format, *, overwrite: bool) -> None:
        self.folder, self.form, self.overwrite = folder, form, overwrite
        self.taken: set[int] = set()

    def write(self, data: bytes, relative: str) -> None:
        """Raises InputError where the file exists already, or would lie elsewhere."""
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
        """A document that an earlier run has written."""
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
        pass

    def keep(self) -> None:
        pass


FULL = (28, 122, 27)
"""ENOSPC, EDQUOT, EFBIG: no document can be written any more."""
Sink = Documents | Folder
