"""`cleaner clean`: articles in, clean text and metadata out."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaner.cli.common import (
    STDIN,
    Kind,
    KindName,
    Opinion,
    Output,
    Paths,
    Progress,
    Url,
    UsageError,
    Weights,
    expand,
    fail,
    fail_writing,
    is_folder,
    own_weights,
    prepare_streams,
    read_source,
    refuse_overlap,
    say,
    source_kind,
)
from cleaner.cli.report import ReportFile, ReportOption
from cleaner.errors import CleanerError, InputError

if TYPE_CHECKING:
    from cleaner.model import Article


class Format(StrEnum):
    json = "json"
    jsonl = "jsonl"
    md = "md"
    text = "text"


EXTENSIONS = {Format.json: ".json", Format.jsonl: ".jsonl", Format.md: ".md", Format.text: ".txt"}


def clean_command(
    paths: Paths = None,
    form: Annotated[Format, typer.Option("-f", "--format", help="jsonl: one object a line.")] = Format.text,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File, or folder for a file each.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace output files that exist.")] = False,
    url: Url = None,
    kind: Kind = KindName.auto,
    removed: Annotated[Path | None, typer.Option(help="Write what was removed, and why, to this JSONL file.")] = None,
    report: ReportOption = None,
    headings: Annotated[bool, typer.Option(help="Keep headings in the text.")] = True,
    dek: Annotated[bool, typer.Option(help="Keep the dek (standfirst) in the text.")] = False,
    captions: Annotated[bool, typer.Option(help="Keep figure captions in the text.")] = False,
    dateline: Annotated[str, typer.Option(help="keep or strip: the dateline in the first paragraph.")] = "keep",
    opinion: Annotated[
        Opinion, typer.Option(help="Ask trafilatura about pages too: where unsure, or not.")
    ] = Opinion.auto,
    weights: Weights = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say what happens to each file.")] = False,
) -> None:
    """Clean articles: text or HTML in, clean text and metadata out.

    Exit status: 0 all done, 1 some sources failed (each is named with its reason), 2 wrong usage.
    """
    from cleaner.options import Options
    from cleaner.pipeline import Cleaner

    try:
        options = Options.of(
            headings=headings, dek=dek, captions=captions, dateline=dateline, opinion=opinion.value,
            weights=own_weights(weights),
        )  # fmt: skip
        sources = list(expand(paths or [STDIN]))
        many = len(sources) > 1 or any(is_folder(Path(name)) for name in paths or [])
        refuse_overlap(paths or [], (path for _, path, _ in sources), [output, removed, report])
        prepare_streams()
        sink = Sink(output, form, overwrite=overwrite, many=many)
        account = Account(removed, overwrite=overwrite)
        page = ReportFile(report, overwrite=overwrite)
    except (InputError, UsageError) as error:
        fail(error)
    cleaner = Cleaner(options)
    done = failed = 0
    with Progress(len(sources), quiet=quiet) as advance:
        for name, path, relative in sources:
            try:
                article = cleaner.clean(read_source(name, path), url=url, kind=source_kind(kind))
                sink.write(rendered(article, form, name), relative)
                account.write(article, name)
                page.write(article, name)
                done += 1
                if verbose:
                    say(f"{name}: {len(article.paragraphs)} paragraphs kept, {len(article.removed)} pieces removed")
            except CleanerError as error:
                failed += 1
                say(f"error: {error.at(name)}")
                page.fail(error, name)
            except BrokenPipeError:
                raise
            except OSError as error:
                fail_writing(error)
            advance()
    try:
        sink.close()
        account.close()
        page.close()
    except OSError as error:
        fail_writing(error)
    if not sources:
        say("nothing to clean: no .txt, .md or .html file there")
    elif not quiet and len(sources) > 1:
        say(f"{done} cleaned" + (f", {failed} failed" if failed else ""))
    raise typer.Exit(1 if failed else 0)


class Sink:
    """Where cleaned documents go: stdout, one file, or a folder with a file for each source."""

    def __init__(self, output: Path | None, form: Format, *, overwrite: bool, many: bool) -> None:
        self.form, self.overwrite = form, overwrite
        self.folder = output if output and (output.is_dir() or (many and not output.suffix)) else None
        self.file = Output(output, overwrite=overwrite) if output and not self.folder else None
        self.array = form == Format.json and many and not self.folder
        self.count = 0
        self.taken: set[Path] = set()

    def write(self, text: str, relative: Path) -> None:
        """Write one document. Raises InputError where its output file exists already."""
        if self.folder:
            self._write_file(text, relative)
            return
        stream = self.file.stream if self.file else sys.stdout
        if self.array:
            stream.write("[\n" if self.count == 0 else ",\n")
        elif self.count and self.form in (Format.text, Format.md):
            stream.write("\n\f\n" if self.form == Format.text else "\n---\n\n")
        stream.write(text.rstrip("\n") if self.array else text if text.endswith("\n") else text + "\n")
        stream.flush()
        self.count += 1

    def _write_file(self, text: str, relative: Path) -> None:
        assert self.folder is not None
        target = self.folder / relative.with_name(relative.name + EXTENSIONS[self.form])
        if target in self.taken:
            raise InputError(
                f"its output {target} was written for another source of this run", todo="clean them into two folders"
            )
        if target.exists() and not self.overwrite:
            raise InputError(f"{target} exists already", todo="use --overwrite")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(target.name + ".partial")
            partial.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8", newline="\n")
            partial.replace(target)
        except OSError as error:
            raise InputError(f"can't write {target}: {error.strerror or error}") from error
        self.taken.add(target)

    def close(self) -> None:
        if self.array:
            (self.file.stream if self.file else sys.stdout).write("\n]\n" if self.count else "[]\n")
        if self.file:
            self.file.close()


class Account:
    """The --removed file."""

    def __init__(self, path: Path | None, *, overwrite: bool) -> None:
        self.file = Output(path, overwrite=overwrite) if path else None

    def write(self, article: Article, name: str) -> None:
        if self.file:
            import json

            for record in article.to_dict()["removed"]:
                self.file.stream.write(json.dumps({"source": name, **record}, ensure_ascii=False) + "\n")

    def close(self) -> None:
        if self.file:
            self.file.close()


def rendered(article: Article, form: Format, name: str) -> str:
    match form:
        case Format.text:
            return article.text
        case Format.md:
            return article.to_markdown()
        case Format.json:
            return article.to_json(indent=2)
        case Format.jsonl:
            import json

            return json.dumps({"source": name, **article.to_dict()}, ensure_ascii=False)
