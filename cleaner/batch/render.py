"""What a worker makes of a document for the sinks, so that the parent only writes bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from cleaner.batch.jobs import Job
from cleaner.errors import InputError
from cleaner.measure import word_count
from cleaner.model import Article
from cleaner.options import Options
from cleaner.pipeline import Cleaner


class Format(StrEnum):
    dolma = "dolma"
    json = "json"
    jsonl = "jsonl"
    md = "md"
    parquet = "parquet"
    text = "text"


EXTENSIONS = {
    Format.json: ".json",
    Format.jsonl: ".jsonl",
    Format.md: ".md",
    Format.text: ".txt",
    Format.dolma: ".json",
}


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
        account = b"".join(map(_line, removals_of(article, job.key))) if self.removed else b""
        row = render(article, Format.jsonl, job) if self.report else b""
        return Rendered(render(article, self.form, job), account, counts_of(article), row)


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
            return _line({"source": job.key, **(job.extra or {}), **article.to_dict()})
        case Format.dolma:
            return _line(attributes_of(article, job))
        case Format.parquet:
            from cleaner.arrow import article_row

            own = (job.extra or {}).get("id")
            return _line({"source": job.key, "id": None if own is None else str(own), **article_row(article)})
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
    return {"id": str((job.extra or {}).get("id", job.key)), "source": job.key, "attributes": spans}


def removals_of(article: Article, key: str) -> list[dict[str, Any]]:
    """The records of the `removed` file."""
    return [{"source": key, **record} for record in article.to_dict()["removed"]]


def counts_of(article: Article) -> Counts:
    removed: dict[str, int] = {}
    for item in article.removed:
        removed[item.kind] = removed.get(item.kind, 0) + round(word_count(item.text))
    access = article.access
    return Counts(
        round(sum(map(word_count, article.paragraphs))), removed, len(article.removed), len(article.paragraphs),
        access.kind in ("metered", "registration", "subscription"), bool(access.truncated),
        host_of(article.url or ""))  # fmt: skip


def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # brackets that are no address
        return ""


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="replace") + b"\n"
