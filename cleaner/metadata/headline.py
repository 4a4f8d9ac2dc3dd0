"""The headline: the title on which the page's own sources agree; in a text, the line that stands over the body."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.fold import bare, fold
from cleaner.measure import word_count
from cleaner.metadata.byline import is_byline
from cleaner.metadata.dates import is_date_line
from cleaner.model import Block, Document, Found
from cleaner.normalise.characters import clean_characters
from cleaner.shape import is_bar, shape_of

ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "Posting", "WebPage")
_SITE = re.compile(r"\s+(?:[|–—·•»«:/-]|::|&raquo;)\s+|\s*\|\s*")
FURTHEST = 15
"""Lines above the body in which a text's headline is looked for."""
FEW, MANY = 3, 8
"""Labels above the body: up to so many are headline, kicker and dek; more than so many are the menus of a page dump."""
MOST_WORDS, MOST_CHARS = 34, 260


def find_headline(
    document: Document, body_start: int | None = None, furniture: frozenset[int] = frozenset()
) -> Found | None:
    """The headline with its source. `body_start` is the index of the first block of the body, `furniture` holds the
    indexes of blocks that rules know as furniture."""
    if document.kind == "html":
        return _of_page(document)
    return _of_text(document, body_start, furniture)


def key(text: str) -> str:
    return bare(fold(text).text)


# --- pages ------------------------------------------------------------------------------------------


def _of_page(document: Document) -> Found | None:
    stated = [(source, clean_characters(text)) for source, text in _stated(document)]
    headings = [block for block in document.blocks if block.role == "heading" and block.level <= 2]
    keys = [(source, key(text)) for source, text in stated]
    for block in headings:
        own = key(block.text)
        if own and any(own == other or (source == "title" and _starts_or_ends(other, own)) for source, other in keys):
            return _found(block, "h1", 0.95)
    by_source = dict(reversed(stated))
    for source, confidence in (("json-ld", 0.85), ("meta", 0.8)):
        if text := by_source.get(source):
            return _stated_headline(text, source, confidence, document)
    first = [block for block in headings if block.level == 1 and word_count(block.text) >= 2]
    if len(first) == 1:
        return _found(first[0], "h1", 0.7)
    if text := by_source.get("title"):
        return _stated_headline(text, "title", 0.6, document)
    return _found(first[0], "h1", 0.5) if first else None


def _stated_headline(text: str, source: str, confidence: float, document: Document) -> Found:
    """A title of the head, with the block that shows it, if one does."""
    value = without_site(text, document)
    title = key(value)
    same = [block for block in document.blocks if len(block.text) >= len(title) and key(block.text) == title]
    longer = [block for block in document.blocks if _is_longer(block, title)]
    shown = next((block for block in (*same, *longer) if block.role == "heading"), same[0] if same else None)
    if shown is None:
        return Found("headline", value, text, source, confidence)
    return Found("headline", value, shown.text, source, confidence, block=shown.index)


def _is_longer(block: Block, title: str) -> bool:
    """Whether a main heading is the title with a kicker, or the title with a site's addition is the heading."""
    if block.role != "heading" or block.level != 1:
        return False
    own = key(block.text)
    alike = (title in own or own in title) and min(len(own), len(title)) >= 0.6 * max(len(own), len(title))
    return alike and word_count(own) >= 3


def _stated(document: Document) -> Iterator[tuple[str, str]]:
    """(source, title) of everything in the head that gives one."""
    head = document.head
    for item in head.json_ld:
        kinds = item.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(kind, str) and kind.endswith(ARTICLE_TYPES[:4]) for kind in kinds):
            text = item.get("headline") or item.get("name")
            if isinstance(text, str) and text.strip():
                yield "json-ld", text
    for name in ("og:title", "twitter:title", "dc.title", "headline", "title"):
        if text := head.first(name):
            yield "meta", text
    if head.title:
        yield "title", head.title


def _starts_or_ends(title: str, heading: str) -> bool:
    return word_count(heading) >= 2 and (title.startswith(heading) or title.endswith(heading))


def without_site(title: str, document: Document) -> str:
    """A title without the name of the site at its end or beginning."""
    pieces = _SITE.split(title)
    if len(pieces) == 1:
        return title
    sites = {key(name) for name in (document.head.first("og:site_name", "application-name"),) if name}
    host = re.sub(r"^https?://(?:www\d?\.)?|[/:].*$", "", document.url or document.head.canonical or "")
    label = re.sub(r"\W", "", host.rsplit(".", 1)[0].rsplit(".", 1)[-1]) if host else ""
    for at, piece in ((len(pieces) - 1, pieces[-1]), (0, pieces[0])):
        plain = re.sub(r"\W", "", key(piece))
        if key(piece) in sites or (label and len(plain) > 2 and (plain in label or label in plain)):
            start, end = (0, title.rfind(piece)) if at else (len(piece), len(title))
            return re.sub(r"^[\s|–—·•»«:/-]+|[\s|–—·•»«:/-]+$", "", title[start:end])
    last = pieces[-1]
    if word_count(last) <= 4 and word_count(title) - word_count(last) >= 4:
        return title[: title.rfind(last)].rstrip(" |–—·•»«:/-")
    return title


# --- texts ------------------------------------------------------------------------------------------


def _of_text(document: Document, body_start: int | None, furniture: frozenset[int]) -> Found | None:
    blocks = document.blocks
    marked = next((b for b in blocks if b.role == "heading" and b.level == 1 and b.index not in furniture), None)
    if marked and (body_start is None or marked.index <= body_start):
        return _found(marked, "line", 0.9)
    if body_start is None:
        return None
    texts = [key(block.text) for block in blocks]
    labels = sum(1 for block in blocks[:body_start] if block.index not in furniture and _is_label(block))
    if FEW < labels <= MANY:
        return None  # several short lines open the text, as in a list of names: none of them is the headline
    best: tuple[float, Block] | None = None
    for block in blocks[max(0, body_start - FURTHEST) : body_start]:
        if block.index in furniture or not _like_a_headline(block):
            continue
        between = blocks[block.index + 1 : body_start]
        if any(other.marker or other.role == "table" for other in between):
            continue
        distance = body_start - block.index
        again = texts.count(texts[block.index]) > 1
        words = word_count(block.text)
        score = min(words, 10.0) - max(0.0, words - 16.0) + 3.0 * again - 0.5 * distance + 2.0 * (block.index == 0)
        if best is None or score > best[0]:
            best = score, block
    if best is None:
        return None
    return _found(best[1], "line", 0.85 if best[1].index <= 2 else 0.6)


_SENTENCE_INSIDE = re.compile(r"[^\W\d_]{3,}[.!?。]\s+\S")


def _is_label(block: Block) -> bool:
    return not (is_byline(block.text) or is_date_line(block.text) or shape_of(block).sentence)


def _like_a_headline(block: Block) -> bool:
    shape = shape_of(block)
    text = block.text
    if _SENTENCE_INSIDE.search(text) and shape.words > 12:
        return False
    if text[:1] in "-–—" or (text.endswith("!") and shape.words <= 3):
        return False
    if text.rstrip().endswith((".", ",", ";", ":", "。")) or (shape.sentence and shape.words > 20):
        return False
    if not 2 <= shape.words <= MOST_WORDS or len(text) > MOST_CHARS or block.role not in ("paragraph", "heading"):
        return False
    return not (is_byline(text) or is_date_line(text) or is_bar(text))


def _found(block: Block, source: str, confidence: float) -> Found:
    return Found("headline", clean_characters(block.text), block.text, source, confidence, block.span, block.index)
