"""Metadata: one field, one file; here they are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cleaner.metadata.access import find_access
from cleaner.metadata.byline import authors_of_page, match_byline, names_in
from cleaner.metadata.dateline import find_dateline, match_dateline
from cleaner.metadata.dateline_words import agency_named
from cleaner.metadata.dates import date_of_line, date_text, dates_of_page, is_update
from cleaner.metadata.headline import find_headline
from cleaner.metadata.language import find_language
from cleaner.metadata.site import find_site
from cleaner.model import Access, Dateline, Document, Found, Part, Verdict
from cleaner.normalise.characters import clean_characters


@dataclass(frozen=True, slots=True)
class Metadata:
    """Everything that is known about an article beside its text."""

    found: tuple[Found, ...]
    authors: tuple[str, ...]
    dateline: Dateline | None
    access: Access

    def value(self, field: str) -> str | None:
        return next((item.value for item in self.found if item.field == field), None)


def find_metadata(document: Document, verdicts: Sequence[Verdict], body: Sequence[Part]) -> Metadata:
    """The metadata of a decided document."""
    found: dict[str, Found] = {}
    if headline := _headline(document, verdicts):
        found["headline"] = headline
    for verdict in verdicts:
        if verdict.keep and verdict.role == "dek" and "dek" not in found:
            block = document.blocks[verdict.block]
            found["dek"] = Found("dek", clean_characters(block.text), block.text, "line", 0.8, block.span, block.index)
    language = find_language(document, " ".join(part.text for part in body)[:2000])
    found |= {"language": language} if language else {}
    authors = _bylines(document, verdicts, found)
    found |= {field: item for field, item in dates_of_page(document).items() if field not in found}
    _date_lines(document, verdicts, found)
    for item in find_site(document):
        found.setdefault(item.field, item)
    dateline = _dateline(document, verdicts, body, language.value if language else None)
    if dateline and dateline.agency and "agency" not in found:
        found["agency"] = Found("agency", dateline.agency, dateline.raw, "sentence", 0.9)
    return Metadata(tuple(found.values()), authors, dateline, find_access(document, verdicts))


def _headline(document: Document, verdicts: Sequence[Verdict]) -> Found | None:
    """The headline that the opening detector found, unless its line was taken for something else."""
    if document.kind == "html":
        headline = find_headline(document)
        if headline is None or headline.block is None:
            return headline
        verdict = verdicts[headline.block]
        return headline if (verdict.keep and verdict.role == "headline") or headline.source != "line" else None
    for verdict in verdicts:
        if verdict.keep and verdict.role == "headline":
            block = document.blocks[verdict.block]
            said = next((item.value for item in verdict.evidence if item.rule == "opening.headline"), None)
            return Found(
                "headline",
                clean_characters(block.text),
                block.text,
                "line",
                float(said or 0.5),
                block.span,
                block.index,
            )
    return None


def _bylines(document: Document, verdicts: Sequence[Verdict], found: dict[str, Found]) -> tuple[str, ...]:
    """Names from the page's head, else from the first byline; the byline as written and its agency go to `found`."""
    authors: tuple[str, ...] = ()
    if stated := authors_of_page(document):
        authors, raw, source = stated
        found["authors"] = Found("authors", "; ".join(authors), raw, source, 0.9)
    for verdict in verdicts:
        if verdict.keep or not any(item.rule == "opening.byline" for item in verdict.evidence):
            continue
        block = document.blocks[verdict.block]
        names = match_byline(block.text) or ""
        found["byline"] = Found(
            "byline", clean_characters(block.text), block.text, "line", 0.85, block.span, block.index
        )
        for piece in names.replace(" and ", ",").split(","):
            if agency := agency_named(piece):
                found.setdefault("agency", Found("agency", agency, block.text, "line", 0.8, block.span, block.index))
        if not authors and (authors := names_in(names)):
            found["authors"] = Found("authors", "; ".join(authors), names, "line", 0.8, block.span, block.index)
        break
    return authors


def _date_lines(document: Document, verdicts: Sequence[Verdict], found: dict[str, Found]) -> None:
    language = found.get("language")
    languages = [language.value] if language else []
    for verdict in verdicts:
        if verdict.keep or not any(item.rule == "opening.date" and item.score > 0.9 for item in verdict.evidence):
            continue
        block = document.blocks[verdict.block]
        field = "updated" if is_update(block.text) else "published"
        if field not in found and date_text(block.text) and (value := date_of_line(block.text, languages)):
            found[field] = Found(field, value, block.text, "line", 0.75, block.span, block.index)


FIRST_PARAGRAPHS = 4
"""Paragraphs in which a dateline is looked for: a caption or a summary may stand before the report's first."""


def _dateline(
    document: Document, verdicts: Sequence[Verdict], body: Sequence[Part], language: str | None
) -> Dateline | None:
    """The dateline that the first paragraph opens with; that stands alone before it, kept or removed; or that another
    of the first opens with, where no more than one does: several make a survey of reports."""
    paragraphs = [part for part in body if part.role == "paragraph"][:FIRST_PARAGRAPHS]
    if not paragraphs:
        return None
    first = paragraphs[0]
    if dateline := find_dateline(first.text, language) or (match_dateline(first.text) if len(paragraphs) > 1 else None):
        return dateline
    for n in range(max(0, first.blocks[0] - 4), first.blocks[0]):
        if not verdicts[n].keep and (dateline := match_dateline(document.blocks[n].text)):
            node = document.nodes[document.blocks[n].node] if document.blocks[n].node >= 0 else None
            if dateline.agency or (node and "dateline" in node.words):
                return dateline
    later = [found for part in paragraphs[1:] if (found := find_dateline(part.text, language))]
    sure = len(later) == 1 and (later[0].agency or later[0].date or "".join(later[0].places).isupper())
    return later[0] if sure else None


def as_article_fields(metadata: Metadata) -> dict[str, Any]:
    """The metadata under the names of Article's fields."""
    names = ("headline", "dek", "byline", "published", "updated", "agency", "section", "language", "site_name", "image")
    return {name: metadata.value(name) for name in names} | {
        "authors": metadata.authors, "dateline": metadata.dateline, "access": metadata.access, "found": metadata.found,
    }  # fmt: skip
