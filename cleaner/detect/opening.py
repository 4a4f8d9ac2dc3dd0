"""Finds the lines around the beginning of the body: headline, dek, byline, date line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cleaner.detect.learned import debris_lines
from cleaner.layout import runs
from cleaner.measure import ends_sentence
from cleaner.metadata.byline import is_byline, stated_authors, visible_byline
from cleaner.metadata.dateline import opens_report
from cleaner.metadata.dates import is_date_line
from cleaner.metadata.headline import find_headline, key
from cleaner.metadata.words import opening_words
from cleaner.model import Block, Document, Evidence, Kind, Role
from cleaner.shape import Shape, run_shape, shape_of

REACH = 14
"""Blocks above the body, and a few below its first, in which bylines and date lines are looked for."""
BELOW = 3
LONGEST = 170
"""Characters of a byline or date line."""
SKIP = 2.0
"""Words that a line of no prose costs the run of prose it interrupts."""


_DIGIT = re.compile(r"\d")


def detect_opening(document: Document, before: Sequence[Evidence] = ()) -> list[Evidence]:
    """Evidence with a role for the headline and dek, with a kind for byline and date lines. Lines that are known as
    furniture from the evidence before are no headline."""
    furniture = furniture_lines(document, before)
    return list(_opening(document, furniture, debris_lines(before), debris_lines(before, DOUBTED)))


DOUBTED = 0.58
"""Score of the learned detector from which a line of a page goes, if nothing speaks for it."""
KNOWN = 0.7
"""Score from which a rule's word makes a line furniture, and the share of the line that it must know."""


def furniture_lines(document: Document, evidence: Iterable[Evidence]) -> frozenset[int]:
    """Blocks that rules know as furniture, whole or nearly."""
    known: dict[int, float] = {}
    for item in evidence:
        if item.detector == "phrases" and item.score >= KNOWN:
            size = len(item.part) if item.part else len(document.blocks[item.block].text)
            known[item.block] = known.get(item.block, 0.0) + size
    return frozenset(n for n, size in known.items() if size >= KNOWN * len(document.blocks[n].text))


def _opening(
    document: Document, furniture: frozenset[int], debris: frozenset[int], doubted: frozenset[int]
) -> Iterator[Evidence]:
    start = body_start(document, furniture | debris)
    if document.kind == "text":
        start = report_start(document, start, furniture)
    headline = find_headline(document, start, furniture, debris)
    at = headline.block if headline else None
    if headline and at is not None:
        yield _role(document.blocks[at], "headline", f"is the title ({headline.source})", str(headline.confidence))
        yield from _repeated_headline(document, key(document.blocks[at].text), at, start)
        yield from _dek(document, at, start, furniture, doubted)
    near = range(0) if start is None else range(max(0, start - REACH), min(len(document.blocks), start + BELOW))
    lone = None
    if document.kind == "text":
        near = _from_headline(near, at)
        lone = _lone_byline(document, near, at)
    authors = tuple(name for stated in stated_authors(document) for name in stated.names)
    for block in document.blocks:
        inside = block.index in near
        if len(block.text) > LONGEST or block.index == at or block.role == "code":
            continue
        if not inside and not _DIGIT.search(block.text):
            continue  # most lines: no date line either
        worded = inside and (is_byline(block.text) or _names_first(block.text, authors))
        byline = worded or (inside and block.index == lone)
        rule = "byline" if byline else "date" if is_date_line(block.text) else None
        if rule:
            score = TWICE if worded and block.index == lone else 0.96 if inside else 0.8
            yield Evidence(block.index, "opening", f"opening.{rule}", score, f"is a {rule} line", "byline_furniture")


def _from_headline(near: range, at: int | None) -> range:
    """The blocks around the beginning of the body of a text, from a headline on that stands not far above it."""
    return range(at, near.stop) if at is not None and near.start - 2 * REACH <= at < near.start else near


def _lone_byline(document: Document, near: range, at: int | None) -> int | None:
    """The line of a text that is its byline, if by its place alone: a name beside a date or under the headline."""
    visible = visible_byline(document, document.blocks[near.start : near.stop], at)
    return visible[0].index if visible and not ends_sentence(visible[0].text) else None


TWICE = 0.998
"""Score of a byline by its words and by its place."""
LONGEST_CARD = 70
"""Characters of a byline that opens with the name itself: `Abby Marlowe, Harbour Correspondent`."""


def _names_first(text: str, authors: tuple[str, ...]) -> bool:
    """Whether a line is a byline without a `By`: it opens with the name of an author whom the page states."""
    return len(text) <= LONGEST_CARD and text.startswith(authors) and not ends_sentence(text)


def body_start(document: Document, furniture: frozenset[int] = frozenset()) -> int | None:
    """Index of the first block that reads as the body: the densest run of prose is found first, then its beginning.
    Blocks that are known as furniture don't count."""
    groups = [group for group in runs(document) if group.start not in furniture]
    prose = _prose(document.blocks, groups)
    long = [n for n, shape in prose.items() if shape.words >= 14 and shape.links < 0.4]
    if not long:
        return next((groups[n].start for n in prose), None)
    gain, best, best_start, start, last = 0.0, 0.0, long[0], long[0], long[0]
    for n in long:
        gain -= SKIP * (n - last)
        if gain <= 0:
            gain, start = 0.0, n
        gain += min(prose[n].words, 60.0)
        last = n
        if gain > best:
            best, best_start = gain, start
    return groups[best_start].start


def _prose(blocks: Sequence[Block], groups: Sequence[range]) -> dict[int, Shape]:
    """The shapes of those runs that are prose."""
    found: dict[int, Shape] = {}
    for n, group in enumerate(groups):
        if len(group) == 1 and _is_label(blocks[group.start]):
            continue
        shape = run_shape([shape_of(blocks[at]) for at in group])
        if shape.prose:
            found[n] = shape
    return found


SHORTEST_REPORT = 40
"""Characters of a line that opens with a dateline without a date and goes on: a place alone is a label of a menu."""


def report_start(document: Document, start: int | None, furniture: frozenset[int]) -> int | None:
    """The index of the line above the body that opens with a dateline, where one does: it is no headline."""
    above = document.blocks[max(0, (start or 0) - REACH) : REACH if start is None else start]
    lines = (block for block in above if block.role == "paragraph" and block.index not in furniture)
    full = (block for block in lines if len(block.text) >= SHORTEST_REPORT or _DIGIT.search(block.text))
    return next((block.index for block in full if opens_report(block.text)), start)


_SHORTEST_PROSE, _SHORTEST_OPEN = 14, 25
"""Characters: less are no eight words in any script, and no twenty-five, which make prose of a line without an end."""


def _is_label(block: Block) -> bool:
    """Whether a line is no prose at first glance: most lines of a page are menus."""
    size = len(block.text)
    if size < _SHORTEST_PROSE or block.link_chars >= 0.6 * size:
        return True
    return size < _SHORTEST_OPEN and block.text[-1].isalnum()


def _role(block: Block, role: Role, why: str, value: str | None = None) -> Evidence:
    return Evidence(block.index, "opening", f"opening.{role}", 0.002, why, role=role, value=value)


def _repeated_headline(document: Document, title: str, at: int, start: int | None) -> Iterator[Evidence]:
    kind: Kind = "duplicate"
    for block in document.blocks[: (start or 0) + REACH]:
        if block.index == at or len(block.text) < len(title) or not _may_be_again(block, start):
            continue
        if key(block.text) == title:
            yield Evidence(block.index, "opening", "opening.title_again", 0.95, "is the headline once more", kind)


def _may_be_again(block: Block, start: int | None) -> bool:
    return start is None or block.index < start or block.role == "heading"


_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


UNDER, NAMED = 8, 5
"""Blocks under the headline among which the dek is looked for: at all, and by the name of its element."""
TOLD = 40
"""Characters of a description that tell it: pages cut theirs off."""


def _dek(
    document: Document, at: int, start: int | None, furniture: frozenset[int], doubted: frozenset[int]
) -> Iterator[Evidence]:
    """The line under the headline whose element is named as one; else one that would go and that the page describes
    itself with. What reads as the body is left to it."""
    if document.kind != "html":
        return
    under = [
        block for block in document.blocks[at + 1 : at + 1 + UNDER]
        if 4 <= shape_of(block).words <= 70
        and not any(is_byline(piece) or is_date_line(piece) for piece in block.text.split("|"))
    ]  # fmt: skip
    for block in under:
        if block.index <= at + NAMED and _is_named_dek(document, block):
            yield _role(block, "dek", "its element is named as the line under the headline")
            return
    described = _descriptions(document, document.blocks[at])
    for block in under:
        if block.index not in doubted or block.index in furniture or (start is not None and block.index >= start):
            continue
        if key(block.text).startswith(described) and not _is_of_site(document, block):
            yield _role(block, "dek", "is what the page describes itself with")
            return


_OF_SITE = re.compile(r"\b(?:site|logo|brand|tagline|slogan|masthead|menu|nav|footer|author|bio|share)\b")


def _is_of_site(document: Document, block: Block) -> bool:
    """Whether a line is a link, or stands in an element that is named as the site's or the author's own."""
    named = any(node.tag in ("nav", "footer") or _OF_SITE.search(node.words) for node in document.ancestors(block, 3))
    return named or block.link_share > 0.3


def _is_named_dek(document: Document, block: Block) -> bool:
    node = document.nodes[block.node] if block.node >= 0 else None
    words = set(_WORD.findall(node.words)) if node else set()
    words |= {part for word in words for part in word.split("-")}
    return bool(words & opening_words("dek"))


def _descriptions(document: Document, headline: Block) -> tuple[str, ...]:
    """Beginnings of what the page describes itself with, unless that is the headline once more."""
    names = ("og:description", "description", "twitter:description")
    told = [key(text)[:TOLD] for name in names if (text := document.head.first(name))]
    return tuple(text for text in told if len(text) >= TOLD // 2 and not key(headline.text).startswith(text))
