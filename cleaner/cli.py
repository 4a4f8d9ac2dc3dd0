"""The command: parses, calls, prints. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from hashlib import sha256
from io import TextIOWrapper
from math import inf
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer

from cleaner.errors import CleanerError, InputError

if TYPE_CHECKING:
    from cleaner.model import Article, SourceKind

app = typer.Typer(
    name="cleaner",
    help="Takes the debris out of scraped news articles, and says what it took and why.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)

STDIN = "-"
SUFFIXES = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml")
"""Files that are taken from folders; a file named on the command line is taken whatever its name."""


class Format(StrEnum):
    json = "json"
    jsonl = "jsonl"
    md = "md"
    text = "text"


class KindName(StrEnum):
    auto = "auto"
    html = "html"
    text = "text"


class Opinion(StrEnum):
    always = "always"
    auto = "auto"
    never = "never"


EXTENSIONS = {Format.json: ".json", Format.jsonl: ".jsonl", Format.md: ".md", Format.text: ".txt"}
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


# --- sinks ------------------------------------------------------------------------------------------


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


# --- commands ---------------------------------------------------------------------------------------

Paths = Annotated[list[str] | None, typer.Argument(help="Files, folders, or - for standard input.", show_default="-")]
Url = Annotated[str | None, typer.Option(help="Where the document came from; nothing is fetched.")]
Kind = Annotated[KindName, typer.Option(help="What the sources are; auto tells from each one.")]
Weights = Annotated[Path | None, typer.Option(help="Weights of your own, made by `cleaner train`.")]


@app.command("clean")
def clean_command(
    paths: Paths = None,
    form: Annotated[Format, typer.Option("-f", "--format", help="jsonl: one object a line.")] = Format.text,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File, or folder for a file each.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace output files that exist.")] = False,
    url: Url = None,
    kind: Kind = KindName.auto,
    removed: Annotated[Path | None, typer.Option(help="Write what was removed, and why, to this JSONL file.")] = None,
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
            weights=_weights(weights),
        )  # fmt: skip
        sources = list(expand(paths or [STDIN]))
        many = len(sources) > 1 or any(is_folder(Path(name)) for name in paths or [])
        refuse_overlap(paths or [], (path for _, path, _ in sources), [output, removed])
        _prepare_streams()
        sink = Sink(output, form, overwrite=overwrite, many=many)
        account = _Account(removed, overwrite=overwrite)
    except (InputError, UsageError) as error:
        _fail(error)
    cleaner = Cleaner(options)
    done = failed = 0
    with _progress(len(sources), quiet=quiet) as advance:
        for name, path, relative in sources:
            try:
                article = cleaner.clean(read_source(name, path), url=url, kind=_kind(kind))
                sink.write(_rendered(article, form, name), relative)
                account.write(article, name)
                done += 1
                if verbose:
                    _say(f"{name}: {len(article.paragraphs)} paragraphs kept, {len(article.removed)} pieces removed")
            except CleanerError as error:
                failed += 1
                _say(f"error: {error.at(name)}")
            except BrokenPipeError:
                raise
            except OSError as error:
                _fail_writing(error)
            advance()
    try:
        sink.close()
        account.close()
    except OSError as error:
        _fail_writing(error)
    if not sources:
        _say("nothing to clean: no .txt, .md or .html file there")
    elif not quiet and len(sources) > 1:
        _say(f"{done} cleaned" + (f", {failed} failed" if failed else ""))
    raise typer.Exit(1 if failed else 0)


@app.command("explain")
def explain_command(
    file: Annotated[str, typer.Argument(help="A file, or - for standard input.")],
    url: Url = None,
    kind: Kind = KindName.auto,
    weights: Weights = None,
) -> None:
    """Show a document with what is kept, what is removed, and why."""
    from cleaner.explain import explain
    from cleaner.pipeline import clean

    try:
        own = _weights(weights)
    except InputError as error:
        _fail(error)
    try:
        data = read_source(file, None if file == STDIN else Path(file))
        article = clean(data, url=url, kind=_kind(kind), weights=own)
        _prepare_streams()
        explain(article)
    except CleanerError as error:
        _say(f"error: {error.at(file)}")
        raise typer.Exit(1) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        _fail_writing(error)


@app.command("evaluate")
def evaluate_command(
    gold: Annotated[Path, typer.Argument(help="Folder with gold.jsonl and pages/, WCXB folder, or .jsonl file.")],
    systems: Annotated[str, typer.Option(help="Names with commas, NAME=module:function, or all.")] = "cleaner",
    limit: Annotated[int, typer.Option(min=0, help="Only this many pages, spread evenly; 0: all.")] = 0,
    page_type: Annotated[str | None, typer.Option(help="Only pages of this type, such as article.")] = None,
    text: Annotated[bool, typer.Option("--text", help="Give the visible text of pages, not their markup.")] = False,
    worst: Annotated[int, typer.Option(min=0, help="Show this many of the worst pages.")] = 5,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for one page.")] = 30.0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures to this file.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an output file that exists.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Measure the cleaner on your own gold, side by side with its peers: cleaner, trafilatura, trafilatura-recall,
    resiliparse, readability-lxml, newspaper4k, justext. Each runs in a process of its own.

    Exit status: 0 all measured, 1 the gold can't be read, a system can't be run or failed on a page (each is named
    with its reason), 2 wrong usage.
    """
    from cleaner.evaluate.gold import load_gold
    from cleaner.evaluate.report import evaluate, show, write_json
    from cleaner.evaluate.systems import parse_systems

    try:
        named = parse_systems(systems)
        refuse_overlap([str(gold)], [gold], [json_file])
        _prepare_streams()
    except (InputError, UsageError) as error:
        _fail(error)
    try:
        pages = load_gold(gold, page_type, limit)
        output = Output(json_file, overwrite=overwrite) if json_file else None
    except InputError as error:
        _say(f"error: {error}")
        raise typer.Exit(1) from None
    except UsageError as error:
        _fail(error)
    with _progress(len(pages) * len(named), quiet=quiet, what="measuring") as advance:
        report = evaluate(pages, named, timeout=timeout, text=text, advance=advance)
    complaints = report.complaints()
    for complaint in complaints:
        _say(f"error: {complaint}")
    try:
        show(report, worst_pages=worst)
        if output:
            write_json(report, output.stream, gold=str(gold), page_type=page_type, limit=limit, text=text)
            output.close()
    except BrokenPipeError:
        raise
    except OSError as error:
        _fail_writing(error)
    raise typer.Exit(1 if complaints else 0)


@app.command("train")
def train_command(
    gold: Annotated[
        list[Path], typer.Argument(help="Folders with gold, or .jsonl files, as `cleaner evaluate` reads.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The weights file, such as weights.npz.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file.")] = 0,
    networks: Annotated[int, typer.Option(min=1, max=9, help="Networks whose judgement is averaged.")] = 1,
    epochs: Annotated[int, typer.Option(min=1, help="Times that each example is learned from.")] = 5,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that read pages.")] = 2,
    without_fold: Annotated[
        int | None, typer.Option(min=0, max=4, help="Leave a fifth of the sites out, to measure on.")
    ] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="NAME=0.5: how much the pages of a gold count, by its file name.")
    ] = None,
    debris: Annotated[
        Path | None, typer.Option(help="JSON lines with `line` (and `domain`): more debris to put into pages.")
    ] = None,
    credit: Annotated[str, typer.Option(help="Whose pages these are; written into the file.")] = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an output file that exists.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Train weights of your own on pages with gold; needs PyTorch, with the extra `train` of article-cleaner.

    Exit status: 0 done, 1 the gold can't be read or is too little, 2 wrong usage.
    """
    try:
        from cleaner.train.fit import Settings, check_weights, train
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "torch":
            raise
        _fail(UsageError("training needs PyTorch", todo="pip install 'article-cleaner[train]'"))
    settings = Settings(
        seed=seed, networks=networks, epochs=epochs, jobs=jobs, without_fold=without_fold, debris=debris, credit=credit,
        weights=dict(map(_gold_weight, weight or ())),
    )  # fmt: skip
    try:
        refuse_overlap(map(str, gold), gold, [output])
        check_weights(gold, settings)
        file = Output(output, overwrite=overwrite, binary=True)
    except (InputError, UsageError) as error:
        _fail(error)
    try:
        data = train(gold, settings, (lambda said: None) if quiet else _say)
        file.stream.write(data)
        file.close()
    except CleanerError as error:
        _say(f"error: {error}")
        raise typer.Exit(1) from None
    except OSError as error:
        _fail_writing(error)
    finally:
        file.discard()
    if not quiet:
        _say(f"{output}: {len(data) / 1e6:.1f} MB, SHA-256 {sha256(data).hexdigest()}")


def _gold_weight(text: str) -> tuple[str, float]:
    name, _, value = text.rpartition("=")
    try:
        weight = float(value)
    except ValueError:
        weight = 0.0
    if not name or not 0 < weight < inf:
        _fail(UsageError(f"--weight {text}", todo="write NAME=0.5"))
    return name, weight


def _version(value: bool) -> None:
    if value:
        from cleaner import __version__

        typer.echo(f"cleaner {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Takes the debris out of scraped news articles, and says what it took and why."""


# --- helpers ----------------------------------------------------------------------------------------


class _Account:
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


def _rendered(article: Article, form: Format, name: str) -> str:
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


def _kind(name: KindName) -> SourceKind | None:
    return None if name is KindName.auto else cast("SourceKind", name.value)


def _weights(path: Path | None) -> str | None:
    """The weights of an option, once they are known to be some. Raises InputError."""
    if path is None:
        return None
    from cleaner.detect.learned import model_at

    model_at(str(path))
    return str(path)


def _say(message: str) -> None:
    typer.echo(message, err=True)


def _prepare_streams() -> None:
    """UTF-8 whatever the locale says; file names that are not UTF-8 are shown escaped."""
    if sys.stdout is None:
        raise UsageError("standard output is closed", todo="use -o FILE")
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def _fail_writing(error: OSError) -> NoReturn:
    _say(f"error: can't write: {error.strerror or error}")
    raise typer.Exit(1)


def _fail(error: CleanerError) -> NoReturn:
    _say(f"error: {error}")
    raise typer.Exit(2)


class _progress:  # noqa: N801  # used as a function
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, total: int, *, quiet: bool, what: str = "cleaning") -> None:
        self.bar = None
        if total > 1 and not quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress

            self.bar = Progress(console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task(what, total=total)

    def __enter__(self) -> _progress:
        if self.bar:
            self.bar.start()
        return self

    def __call__(self) -> None:
        if self.bar:
            self.bar.advance(self.task)

    def __exit__(self, *error: object) -> None:
        if self.bar:
            self.bar.stop()
