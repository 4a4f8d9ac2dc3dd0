"""Metadata: one field, one file; here they are put together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cleaner.metadata.access import find_access
from cleaner.metadata.byline import closing_byline, find_authors, stated_agency, stated_authors, visible_byline
from cleaner.metadata.dateline import find_dateline, match_dateline
from cleaner.metadata.dateline_words import agency_named
from cleaner.metadata.dates import find_dates, place_of, relative_date
from cleaner.metadata.headline import find_headline, headline_at
from cleaner.metadata.language import find_language
from cleaner.metadata.site import find_site, site_keys
from cleaner.model import Access, Block, Dateline, Document, Found, Part, Verdict
from cleaner.normalise.characters import clean_characters
from cleaner.rules.elements import HEADLINE


@dataclass(frozen=True, slots=True)
class Metadata:
    """Everything that is known about an article beside its text."""

    found: tuple[Found, ...]
    authors: tuple[str, ...]
    dateline: Dateline | None
    access: Access

    def value(self, field: str) -> str | None:
        return next((item.value for item in self.found if item.field == field), None)


def find_metadata(
    document: Document, verdicts: Sequence[Verdict], body: Sequence[Part], now: datetime | None = None
) -> Metadata:
    """The metadata of a decided document. `now` is when the page was visited."""
    found: dict[str, Found] = {}
    if headline := _headline(document, verdicts):
        found["headline"] = headline
    for verdict in verdicts:
        if verdict.keep and verdict.role == "dek" and "dek" not in found:
            block = document.blocks[verdict.block]
            found["dek"] = Found("dek", clean_characters(block.text), block.text, "line", 0.8, block.span, block.index)
    language = find_language(document, " ".join(part.text for part in body)[:2000])
    found |= {"language": language} if language else {}
    site = site_keys(document)
    authors = _bylines(document, body, found, site)
    at = headline.block if headline else None
    place = place_of(document, language.value if language else None)
    zone = opening_zone(document, body, at)
    found |= find_dates(document, zone, closing_zone(document, body), place)
    if now and "published" not in found and (relative := relative_date(zone, now, place)):
        found["published"] = relative
    for item in find_site(document):
        found.setdefault(item.field, item)
    dateline = _dateline(document, verdicts, body, language.value if language else None)
    if dateline and dateline.agency and "agency" not in found:
        found["agency"] = Found("agency", dateline.agency, dateline.raw, "sentence", 0.9)
    if dateline and dateline.date and dateline.date[:1] != "-" and "published" not in found:
        found["published"] = Found("published", dateline.date, dateline.raw, "sentence", 0.5)
    return Metadata(tuple(found.values()), authors, dateline, find_access(document, verdicts, body))


def _headline(document: Document, verdicts: Sequence[Verdict]) -> Found | None:
    """The headline that a rule for the site names, or that the opening detector found, unless its line was taken for
    something else."""
    for verdict in verdicts:
        if verdict.keep and verdict.role == "headline" and any(item.rule == HEADLINE for item in verdict.evidence):
            return headline_at(document.blocks[verdict.block], "line", 0.95)
    if document.kind == "html":
        headline = find_headline(document)
        if headline is None or headline.block is None:
            return headline
        verdict = verdicts[headline.block]
        return headline if (verdict.keep and verdict.role == "headline") or headline.source != "line" else None
    for verdict in verdicts:
        if verdict.keep and verdict.role == "headline":
            said = next((item.value for item in verdict.evidence if item.rule == "opening.headline"), None)
            return headline_at(document.blocks[verdict.block], "line", float(said or 0.5))
    return None


def _bylines(
    document: Document, body: Sequence[Part], found: dict[str, Found], site: frozenset[str]
) -> tuple[str, ...]:
    """Names from the page's head and from the byline around the beginning of the body; the byline as written and its
    agency go to `found`."""
    headline = found.get("headline")
    at = headline.block if headline else None
    zone = opening_zone(document, body, at)
    visible = visible_byline(document, zone, at, site) or closing_byline(document, closing_zone(document, body))
    if visible:
        block, byline = visible
        place = (block.span, block.index)
        found["byline"] = Found("byline", clean_characters(block.text), block.text, "line", 0.85, *place)
        if agency := agency_in(byline.raw):
            found["agency"] = Found("agency", agency, block.text, "line", 0.8, *place)
    if "agency" not in found and (named := stated_agency(document)) and (agency := agency_in(named[0])):
        found["agency"] = Found("agency", agency, named[0], named[1], 0.8)
    stated = tuple(stated_authors(document))
    told = found.get("agency")
    authors = find_authors(stated, visible, site, told.value if told else None)
    if authors is None:
        return ()
    shown = authors.block
    found["authors"] = Found("authors", "; ".join(authors.names), authors.raw, authors.source, authors.confidence,
                             shown.span if shown else None, shown.index if shown else None)  # fmt: skip
    return authors.names


BEFORE, UNDER, ALONE, BEHIND = 5, 12, 14, 8
"""Blocks before and under the headline, before the body where no headline is near, and behind the beginning of the
body, in which bylines and date lines stand."""
FURTHEST = 45


def opening_zone(document: Document, body: Sequence[Part], headline: int | None) -> Sequence[Block]:
    """The blocks around headline and beginning of the body."""
    blocks = document.blocks
    first = next((part.blocks[0] for part in body if part.role == "paragraph" and part.blocks), None)
    if headline is None:
        return blocks[max(0, first - ALONE) : first + BEHIND] if first is not None else ()
    start, end = max(0, headline - BEFORE), headline + UNDER
    if first is None or first < headline:
        return blocks[start:end]
    if first - headline <= FURTHEST:
        return blocks[start : max(end, first + BEHIND)]
    return (*blocks[start:end], *blocks[max(end, first - BEFORE) : first + BEHIND])


def closing_zone(document: Document, body: Sequence[Part]) -> Sequence[Block]:
    """The last blocks of the body and those right behind it."""
    last = next((part.blocks[-1] for part in reversed(body) if part.blocks), None)
    return document.blocks[max(0, last - 1) : last + BEHIND] if last is not None else ()


def agency_in(byline: str) -> str | None:
    """The news agency that a byline names."""
    for piece in re.split(r"\s*(?:,|;|/|\||\(|\)|&|\band\b|\bund\b|\bwith\b|\bmit\b)\s*", byline):
        if agency := agency_named(piece.strip(" .").removeprefix("The ").removeprefix("the ")):
            return agency
    return None


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
