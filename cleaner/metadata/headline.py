"""The headline: the title on which the page's own sources agree; in a text, the line that stands over the body."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape

from cleaner.fold import bare, fold
from cleaner.measure import UNSPACED, word_count
from cleaner.metadata.byline import plain_key
from cleaner.metadata.site import site_keys
from cleaner.metadata.title_line import title_line
from cleaner.model import Block, Document, Found
from cleaner.normalise.characters import clean_characters

ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "Posting", "WebPage")
_SITE = re.compile(r"\s+(?:[|–—·•»«:/-]|::|&raquo;)\s+|\s*\|\s*")


def find_headline(
    document: Document,
    body_start: int | None = None,
    furniture: frozenset[int] = frozenset(),
    debris: frozenset[int] = frozenset(),
) -> Found | None:
    """The headline with its source. `body_start` is the index of the first block of the body; `furniture` and `debris`
    hold the indexes of blocks that rules know as furniture and that the learned detector takes for debris."""
    if document.kind == "html":
        return _of_page(document)
    return _of_text(document, body_start, furniture, debris)


def key(text: str) -> str:
    return bare(fold(text).text)


# --- pages ------------------------------------------------------------------------------------------

ALIKE = {1: 0.3, 2: 0.75}
"""Heading level -> how alike to a stated title a heading must be to be taken for the headline."""


def _of_page(document: Document) -> Found | None:
    """The heading that is most like a title of the head, in the words that readers see; else that title; else the only
    main heading."""
    site = site_keys(document)
    stated = [(source, without_site(clean_characters(text), document, site)) for source, text in _stated(document)]
    tokens = [_tokens(text) for _, text in stated]
    headings = [block for block in document.blocks
                if block.role == "heading" and block.level <= 2 and plain_key(block.text) not in site]  # fmt: skip
    best: tuple[float, Block] | None = None
    for block in headings:
        own = _tokens(block.text)
        alike = max((_alike(own, other) for other in tokens), default=0.0)
        score = alike + 0.25 * (block.level == 1)
        if alike >= ALIKE[block.level] and (best is None or score > best[0]):
            best = score, block
    if best:
        return _shown_headline(best[1], stated, best[0])
    for source, confidence in (("json-ld", 0.8), ("meta", 0.75)):
        if text := next((text for of, text in stated if of == source), None):
            return _stated_headline(text, source, confidence, document)
    main = [block for block in headings if block.level == 1 and word_count(block.text) >= 2]
    if len(main) == 1:
        return headline_at(main[0], "h1", 0.7)
    if stated:
        return _stated_headline(stated[0][1], "title", 0.6, document)
    return headline_at(main[0], "h1", 0.5) if main else None


def _shown_headline(block: Block, stated: Sequence[tuple[str, str]], score: float) -> Found:
    """A main heading as the headline; a kicker that stands in it before a stated title is left out."""
    own = key(block.text)
    confidence = 0.95 if score >= 1.2 else 0.85
    titles = [key(text) for _, text in stated]
    for (_, text), title in zip(stated, titles, strict=True) if own not in titles else ():
        if len(title) < len(own) and own.endswith(title) and 2 * len(title) > len(own) and word_count(title) >= 3:
            return Found("headline", clean_characters(text), block.text, "h1", confidence, None, block.index)
    value = _without_section(clean_characters(block.text))
    return Found("headline", value, block.text, "h1", confidence, None, block.index)


_SECTION = re.compile(r"\s+\|\s+")


def _without_section(text: str) -> str:
    """A heading without the section or series behind a bar: `Rain ends | Opinion`.

    >>> _without_section("Towns agree on harbor fees | Opinion"), _without_section("Rain | Wind")
    ('Towns agree on harbor fees', 'Rain | Wind')
    """
    pieces = _SECTION.split(text)
    if len(pieces) == 2 and word_count(pieces[1]) <= 4 and word_count(pieces[0]) >= 4:
        return pieces[0]
    return text


def _stated_headline(value: str, source: str, confidence: float, document: Document) -> Found:
    """A title of the head, with the block that shows it, if one does."""
    title = key(value)
    same = [block for block in document.blocks if len(block.text) >= len(title) and key(block.text) == title]
    shown = next((block for block in same if block.role == "heading"), same[0] if same else None)
    if shown is None:
        return Found("headline", value, value, source, confidence)
    return Found("headline", value, shown.text, source, confidence + 0.1, block=shown.index)


_TOKEN = re.compile(f"[{UNSPACED}]|[^\\W_{UNSPACED}]+")


def _tokens(text: str) -> Counter[str]:
    """Words of a title, lower case; characters in scripts without spaces."""
    return Counter(_TOKEN.findall(fold(text).text.lower()))


def _alike(first: Counter[str], second: Counter[str]) -> float:
    """Dice coefficient of two bags of words (Dice, 1945)."""
    both = sum((first & second).values())
    return 2 * both / (first.total() + second.total()) if both else 0.0


def _stated(document: Document) -> Iterator[tuple[str, str]]:
    """(source, title) of everything in the head that gives one."""
    head = document.head
    for item in head.json_ld:
        kinds = item.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(kind, str) and kind.endswith(ARTICLE_TYPES[:4]) for kind in kinds):
            text = item.get("headline") or item.get("name")
            if isinstance(text, str) and text.strip():
                yield "json-ld", unescape(text)
    for name in ("og:title", "twitter:title", "dc.title", "headline", "title"):
        if text := head.first(name):
            yield "meta", text
    if head.title:
        yield "title", head.title


def without_site(title: str, document: Document, site: frozenset[str] | None = None) -> str:
    """A title without the name of the site, or a short part behind a mark, at its end or beginning."""
    site = site_keys(document) if site is None else site
    pieces = _SITE.split(title)
    first, _, rest = title.partition(" ")
    if len(pieces) == 1:
        return rest if "." in first and plain_key(first) in site and word_count(rest) >= 2 else title
    if plain_key(pieces[-1]) in site or _names_host(pieces[-1], site):
        return without_site(_trimmed(title[: title.rfind(pieces[-1])]), document, site)
    if plain_key(pieces[0]) in site or _names_host(pieces[0], site):
        return without_site(_trimmed(title[len(pieces[0]) :]), document, site)
    last = pieces[-1]
    if word_count(last) <= 4 and word_count(title) - word_count(last) >= 4:
        return _trimmed(title[: title.rfind(last)])
    return title


def _names_host(piece: str, site: frozenset[str]) -> bool:
    plain = plain_key(piece)
    return len(plain) > 3 and any(plain in name or (len(name) > 3 and name in plain) for name in site)


def _trimmed(text: str) -> str:
    return re.sub(r"^[\s|–—·•»«:/-]+|[\s|–—·•»«:/-]+$", "", text)


# --- texts ------------------------------------------------------------------------------------------

LEAST = 0.35
"""Probability from which a line of a text is given as its headline."""


def _of_text(
    document: Document, body_start: int | None, furniture: frozenset[int], debris: frozenset[int]
) -> Found | None:
    blocks = document.blocks
    marked = next((b for b in blocks if b.role == "heading" and b.level == 1 and b.index not in furniture), None)
    if marked and (body_start is None or marked.index <= body_start):
        return headline_at(marked, "line", 0.9)
    line = title_line(document, body_start, furniture, debris) if body_start is not None else None
    return headline_at(line.block, "line", round(line.probability, 2)) if line and line.probability >= LEAST else None


def headline_at(block: Block, source: str, confidence: float) -> Found:
    """A block as the headline."""
    return Found("headline", clean_characters(block.text), block.text, source, confidence, block.span, block.index)
