"""What a worker makes of a document for the sinks, so that the parent only writes bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cleaner.batch.formats import Format
from cleaner.batch.jobs import Job, printable
from cleaner.errors import InputError
from cleaner.host import host_of
from cleaner.measure import word_count
from cleaner.model import Article
from cleaner.options import Options
from cleaner.output import json_line, removal_dict
from cleaner.pipeline import Cleaner


@dataclass(frozen=True, slots=True)
class Rendered:
    """A cleaned document, ready to be written."""

    text: bytes
    removed: bytes
    """The account of what was removed, as JSON lines."""
    counts: Counts
    row: bytes = b""
    """The document as a report takes it: a JSON line."""

    @property
    def size(self) -> int:
        return len(self.text) + len(self.removed) + len(self.row)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the summary wants to know of a document."""

    kept: int
    """Words."""
    removed: dict[str, int] = field(default_factory=dict)
    """Words by kind."""
    pieces: int = 0
    paragraphs: int = 0
    gated: bool = False
    truncated: bool = False
    host: str = ""


@dataclass(frozen=True, slots=True)
class Render:
    """The work of a batch worker: cleans a document and renders it."""

    options: Options
    form: Format
    removed: bool = False
    """Whether the account of what was removed is wanted."""
    strict: bool = False
    """Whether a document of which nothing is kept is a failure."""
    report: bool = False
    """Whether a report is made."""

    def __call__(self, job: Job) -> Rendered:
        article = Cleaner(self.options).clean(job.content(), url=job.url, kind=job.kind)
        if self.strict and not article.paragraphs:
            raise InputError("nothing of it reads as an article", where=job.key)
        text = render(article, self.form, job)
        account = b"".join(map(json_line, removals_of(article, job.key))) if self.removed else b""
        row = b""
        if self.report:
            row = text if self.form == Format.jsonl else render(article, Format.jsonl, job)
        return Rendered(text, account, counts_of(article), row)


def render(article: Article, form: Format, job: Job) -> bytes:
    """An article as it is written; ends in a line feed."""
    match form:
        case Format.text:
            text = article.text
        case Format.md:
            text = article.to_markdown()
        case Format.json:
            text = article.to_json(indent=2)
        case Format.jsonl:
            return json_line(
                {"source": printable(job.key), **dict([job.identity] if job.identity else []), **article.to_dict()}
            )
        case Format.dolma:
            return json_line(attributes_of(article, job))
        case Format.parquet:
            from cleaner.arrow import article_row

            own = str(job.identity[1]) if job.identity else None
            return json_line({"source": printable(job.key), "id": own, **article_row(article)})
    return (text if text.endswith("\n") else text + "\n").encode(errors="replace")


def attributes_of(article: Article, job: Job) -> dict[str, Any]:
    """The spans of what was removed, as dolma's attribute files have them: [start, end, score] in characters of the
    text. Raises InputError for pages, which have no spans."""
    if article.source_kind != "text":
        raise InputError("spans are for texts, this is a page", where=job.key, todo="use -f jsonl")
    spans: dict[str, list[list[float]]] = {}
    for item in article.removed:
        if item.span:
            spans.setdefault(f"cleaner__{item.kind}", []).append([item.span.start, item.span.end, round(item.score, 4)])
    key = printable(job.key)
    return {"id": str(job.identity[1]) if job.identity else key, "source": key, "attributes": spans}


def removals_of(article: Article, key: str) -> list[dict[str, Any]]:
    """The records of the `removed` file."""
    source = printable(key)
    return [{"source": source, **removal_dict(item)} for item in article.removed]


def counts_of(article: Article) -> Counts:
    removed: dict[str, int] = {}
    for item in article.removed:
        removed[item.kind] = removed.get(item.kind, 0) + round(word_count(item.text))
    access = article.access
    return Counts(
        round(sum(map(word_count, article.paragraphs))), removed, len(article.removed), len(article.paragraphs),
        access.kind in ("metered", "registration", "subscription"), bool(access.truncated),
        host_of(article.url))  # fmt: skip
