"""What the commands share: sources, output files, messages, exits. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer

from cleaner.batch.jobs import STDIN, is_folder
from cleaner.errors import CleanerError, InputError
from cleaner.output import inert

if TYPE_CHECKING:
    from cleaner.model import SourceKind


class KindName(StrEnum):
    auto = "auto"
    html = "html"
    text = "text"


class Opinion(StrEnum):
    always = "always"
    auto = "auto"
    never = "never"


class UsageError(CleanerError):
    """The command line is wrong: exit 2."""


# --- sources ----------------------------------------------------------------------------------------


def checked_names(names: list[str]) -> list[str]:
    """The names of sources. Raises UsageError for empty ones, and for standard input named twice."""
    if not all(name.strip() for name in names):
        raise UsageError("an empty file name")
    if names.count(STDIN) > 1:
        raise UsageError("standard input is named twice")
    return names


BESIDE = (".partial", ".ledger")
"""Endings of files that are written beside an output of that name."""


def refuse_overlap(names: Iterable[str], outputs: list[Path | None]) -> None:
    """Raises UsageError where an output would replace a source, or lies in a folder that is read."""
    from cleaner.batch.sources import expanded

    asked = [path.resolve() for path in outputs if path]
    targets = asked + [path.with_name(path.name + ending) for path in asked for ending in BESIDE]
    if len(targets) != len(set(targets)):
        raise UsageError("two outputs have the same name", where=str(targets[0]))
    for path in expanded(names) if targets else ():
        source = resolved(path)
        if source in targets:
            raise UsageError("is one of the sources", where=str(source), todo="give the output another name")
        if is_folder(path) and any(target == source or source in target.parents for target in targets):
            raise UsageError("lies in a folder that is read", where=str(source), todo="write somewhere else")


def resolved(path: Path) -> Path:
    """A path without links in it; quick where many files lie in few folders."""
    return path.resolve() if path.is_symlink() or is_folder(path) else _resolved_folder(path.parent) / path.name


@lru_cache(maxsize=1_024)
def _resolved_folder(folder: Path) -> Path:
    return folder.resolve()


def read_source(name: str) -> str | bytes:
    """A document. Raises CleanerError, in plain words, where there is none to be had."""
    from cleaner.batch.reading import Reading
    from cleaner.batch.sources import jobs_of

    job = next(jobs_of([name], Reading()), None)
    if job is None:
        raise InputError("no document in it", where=name)
    return job.content()


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
Sites = Annotated[Path | None, typer.Option(help="A memory of sites, made by `cleaner sites learn`.")]
Rules = Annotated[list[Path] | None, typer.Option(help="A rule file of your own; may be given several times.")]
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


def own_files(sites: Path | None, rules: list[Path] | None) -> dict[str, Any]:
    """Options for a site memory and rule files, once they and the rules of packages are known to be some. Raises
    CleanerError."""
    from cleaner.rules import rules_at, rules_of_packages

    rules_of_packages()
    if sites is not None:
        from cleaner.sites import site_memory

        site_memory(str(sites))
    paths = tuple(map(str, rules or ()))
    for path in paths:
        rules_at(path)
    return {"sites": str(sites) if sites else None, "rules": paths}


# --- messages and exits -----------------------------------------------------------------------------


def say(message: str) -> None:
    typer.echo(inert(message), err=True)


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
