"""What workers are given and what they give back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from stat import S_ISREG
from typing import Any

from cleaner.errors import CleanerError, InputError
from cleaner.model import Article, SourceKind
from cleaner.options import Options

STDIN = "-"
MOST_BYTES = 200_000_000
"""Of one document."""


@dataclass(frozen=True, slots=True)
class Job:
    """One document to be cleaned."""

    key: str
    """Its name in all outputs: a path, `archive.zip!member`, `file.jsonl:12`."""
    source: str | bytes | Path | CleanerError
    """The document, or the file that it is in, which is read by the worker, or why there is none."""
    url: str | None = None
    kind: SourceKind | None = None
    stamp: str = ""
    """Changes when the document does, as far as that can be told without reading it."""
    relative: str = ""
    """Path of its output under an output folder, without the ending."""
    options: Options | None = None
    """Where they are others than those of the work."""
    identity: tuple[str, str | int] | None = None
    """The column of its record that tells it from others, and what stands there; goes into its output."""

    def content(self) -> str | bytes:
        """The document. Raises CleanerError where it can't be read."""
        if isinstance(self.source, CleanerError):
            raise self.source
        return read_file(self.source) if isinstance(self.source, Path) else self.source


def printable(key: str) -> str:
    r"""A key as outputs hold it: of a file name that is no UTF-8, the bytes that aren't as `\udcNN`.

    >>> printable("caf\udce9.txt")
    'caf\\udce9.txt'
    """
    return key.encode(errors="backslashreplace").decode()


@dataclass(frozen=True, slots=True)
class Clean:
    """The work of a worker that gives back Articles."""

    options: Options

    def __call__(self, job: Job) -> Article:
        from cleaner.pipeline import Cleaner

        return Cleaner(job.options or self.options).clean(job.content(), url=job.url, kind=job.kind)


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises InputError, in plain words, where there are none to be had, or where the file changes
    while it is being read."""
    name = str(path)
    before = regular(path)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        after = path.stat()
    except FileNotFoundError:
        raise InputError("no such file", where=name) from None
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=name) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError("changed while it was being read", where=name, todo="clean it again when it is complete")
    return checked(data, name)


def regular(path: Path) -> os.stat_result:
    """What is known of a file that can be read to its end. Raises InputError for a folder, a pipe, a device, and where
    there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise InputError("no such file", where=str(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise InputError(f"can't be read: {getattr(error, 'strerror', None) or error}", where=str(path)) from error
    if not S_ISREG(status.st_mode):
        raise InputError("not a regular file", where=str(path))
    return status


def checked(data: bytes, name: str) -> bytes:
    """Bytes that may be a document. Raises InputError for none and for too many."""
    if len(data) > MOST_BYTES:
        raise too_large(name)
    if not data or data.isspace():
        raise InputError("empty file", where=name)
    return data


def too_large(name: str | None) -> InputError:
    return InputError(f"larger than {MOST_BYTES // 1_000_000} MB", where=name, todo="split it")


def needed(name: str, where: str) -> Any:
    """A module of the extra `batch`. Raises InputError where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        todo = "pip install 'article-cleaner[batch]'"
        raise InputError(f"{name.partition('.')[0]} is not installed", where=where, todo=todo) from None


def is_folder(path: Path) -> bool:
    try:
        return str(path) != STDIN and path.is_dir()
    except (OSError, ValueError):  # a name too long for the file system, or with a NUL
        return False
