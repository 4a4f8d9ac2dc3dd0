"""What the commands share: sources, output files, messages, exits. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer

from cleaner.errors import CleanerError, InputError

if TYPE_CHECKING:
    from cleaner.model import SourceKind

STDIN = "-"
SUFFIXES = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml")
"""Files that are taken from folders; a file named on the command line is taken whatever its name."""


class KindName(StrEnum):
    auto = "auto"
    html = "html"
    text = "text"


class Opinion(StrEnum):
    always = "always"
    auto = "auto"
    never = "never"


MOST_BYTES = 200_000_000


class UsageError(CleanerError):
    """The command line is wrong: exit 2."""


# --- sources ----------------------------------------------------------------------------------------


def expand(paths: Iterable[str]) -> Iterator[tuple[str, Path | None, Path]]:
    """(name, path or None for stdin, path relative to the folder it was found in) of every source. Raises UsageError
    for empty names and for standard input named twice."""
    stdin = 0
    for name in paths:
        path = Path(name)
        if not name.strip():
            raise UsageError("an empty file name")
        if name == STDIN:
            stdin += 1
            if stdin > 1:
                raise UsageError("standard input is named twice")
            yield STDIN, None, Path("stdin")
        elif is_folder(path):
            for file in sorted(path.rglob("*")):
                if file.suffix.lower() in SUFFIXES and file.is_file():
                    yield str(file), file, file.relative_to(path)
        else:
            yield name, path, Path(path.name)


def is_folder(path: Path) -> bool:
    try:
        return str(path) != STDIN and path.is_dir()
    except OSError:  # a name too long for the file system
        return False


def refuse_overlap(paths: Iterable[str], sources: Iterable[Path | None], outputs: list[Path | None]) -> None:
    """Raises UsageError where an output would replace a source, or lies in a folder that is read."""
    targets = [path.resolve() for path in outputs if path]
    if len(targets) != len(set(targets)):
        raise UsageError("two outputs have the same name", where=str(targets[0]))
    read = {path.resolve() for path in sources if path}
    folders = [Path(name).resolve() for name in paths if is_folder(Path(name))]
    for target in targets:
        if target in read:
            raise UsageError("is one of the sources", where=str(target), todo="give the output another name")
        if any(target == folder or folder in target.parents for folder in folders):
            raise UsageError("lies in a folder that is read", where=str(target), todo="write somewhere else")


def read_source(name: str, path: Path | None) -> bytes:
    """The bytes of a source. Raises InputError, in plain words, where there are none to be had."""
    try:
        if path is None:
            if sys.stdin is None:
                raise InputError("standard input is closed", where=name)
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            if path.exists() and not path.is_file():
                raise InputError("not a regular file", where=name)
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError("no such file", where=name) from None
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=name) from error
    if not data.strip():
        raise InputError("empty file", where=name)
    if len(data) > MOST_BYTES:
        raise InputError(f"larger than {MOST_BYTES // 1_000_000} MB", where=name, todo="split it")
    return data


# --- outputs ----------------------------------------------------------------------------------------


class Output:
    """A file that is written under a passing name and takes its own when it is complete."""

    def __init__(self, path: Path, *, overwrite: bool, binary: bool = False) -> None:
        if path.exists() and not overwrite:
            raise UsageError("exists already", where=str(path), todo="use --overwrite or another name")
        self.path = path
        self.partial = path if path.exists() and not path.is_file() else path.with_name(path.name + ".partial")
        try:
            self.stream: IO[Any] = (
                self.partial.open("wb") if binary else self.partial.open("w", encoding="utf-8", newline="\n")
            )
        except OSError as error:
            raise UsageError(f"can't be written: {error.strerror}", where=str(path)) from error

    def close(self) -> None:
        self.stream.close()
        if self.partial != self.path:
            self.partial.replace(self.path)

    def discard(self) -> None:
        self.stream.close()
        if self.partial != self.path:
            self.partial.unlink(missing_ok=True)


# --- options that several commands have -------------------------------------------------------------

Paths = Annotated[list[str] | None, typer.Argument(help="Files, folders, or - for standard input.", show_default="-")]
Url = Annotated[str | None, typer.Option(help="Where the document came from; nothing is fetched.")]
Kind = Annotated[KindName, typer.Option(help="What the sources are; auto tells from each one.")]
Weights = Annotated[Path | None, typer.Option(help="Weights of your own, made by `cleaner train`.")]


def source_kind(name: KindName) -> SourceKind | None:
    return None if name is KindName.auto else cast("SourceKind", name.value)


def own_weights(path: Path | None) -> str | None:
    """The weights of an option, once they are known to be some. Raises InputError."""
    if path is None:
        return None
    from cleaner.detect.learned import model_at

    model_at(str(path))
    return str(path)


# --- messages and exits -----------------------------------------------------------------------------


def say(message: str) -> None:
    typer.echo(message, err=True)


def prepare_streams() -> None:
    """UTF-8 whatever the locale says; file names that are not UTF-8 are shown escaped."""
    if sys.stdout is None:
        raise UsageError("standard output is closed", todo="use -o FILE")
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def fail_writing(error: OSError) -> NoReturn:
    say(f"error: can't write: {error.strerror or error}")
    raise typer.Exit(1)


def fail(error: CleanerError) -> NoReturn:
    say(f"error: {error}")
    raise typer.Exit(2)


class Progress:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, total: int, *, quiet: bool, what: str = "cleaning") -> None:
        self.bar = None
        if total > 1 and not quiet and sys.stderr.isatty():
            from rich import progress
            from rich.console import Console

            self.bar = progress.Progress(console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task(what, total=total)

    def __enter__(self) -> Progress:
        if self.bar:
            self.bar.start()
        return self

    def __call__(self) -> None:
        if self.bar:
            self.bar.advance(self.task)

    def __exit__(self, *error: object) -> None:
        if self.bar:
            self.bar.stop()
