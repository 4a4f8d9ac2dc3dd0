"""The headline of a text: the line over the body that is most like one, by weights that were fitted to texts with gold.

A text has no tags, so that a headline must be told from menus, kickers, bylines, captions and teasers around it. Each
line over the body is weighed by its length, its place, what stands around it, and the share of its words that the body
uses too; the best one is given only where it weighs more than the chance that the text has none (conditional logit:
McFadden, 1974).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from math import exp, log1p
from typing import NamedTuple

import regex

from cleaner.fold import fold
from cleaner.measure import UNSPACED, capital_share
from cleaner.metadata.byline import is_byline
from cleaner.metadata.dateline import opens_report
from cleaner.metadata.dates import is_date_line
from cleaner.metadata.words import table_of
from cleaner.model import Block, Document
from cleaner.shape import is_bar, shape_of

FURTHEST = 60
"""Lines above the body in which the headline is looked for."""
BODY_CHARS, BODY_LINES = 6_000, 60
LONGEST = 260
LONE = 0.5
"""Least probability of a first line that alone stands over prose, however short it is."""
_WORD = re.compile(f"[{UNSPACED}]{{2}}|[^\\W\\d_{UNSPACED}]{{4,}}")
"""The first letters of longer words, since their endings change; pairs of characters in scripts without spaces."""
_PHONE = re.compile(r"\d[\d\s().-]{6,}\d")
_SENTENCE_INSIDE = re.compile(r"[^\W\d_]{3,}[.!?。]\s+\S")
_UNCASED = regex.compile(r"[\p{Lo}]")


class Line(NamedTuple):
    """A line that may be the headline."""

    block: Block
    probability: float


def title_line(
    document: Document, start: int, furniture: frozenset[int] = frozenset(), debris: frozenset[int] = frozenset()
) -> Line | None:
    """The most likely headline above the body, which begins at block `start`; None where none is the likeliest.
    `furniture` are lines that rules know, `debris` those that the learned detector takes for such."""
    weights = fitted()
    found = candidates(document, start, furniture, debris)
    scores = [sum(weights[name] * value for name, value in features.items()) for _, features in found]
    above = [block.index for block, _ in found if block.index < start]
    if above == [0] and not found[0][1]["exclaims"]:
        return Line(found[0][0], max(LONE, 1.0 / (1.0 + exp(-scores[0]))))
    if not scores or max(scores) <= 0.0:
        return None
    odds = [exp(min(score, 50.0)) for score in scores]
    texts = [block.text.lower() for block, _ in found]
    of_text: dict[str, float] = {}  # pages often show a headline twice, above the article and in a list of crumbs
    for text, value in zip(texts, odds, strict=True):
        of_text[text] = of_text.get(text, 0.0) + value
    best = max(range(len(odds)), key=lambda n: (of_text[texts[n]], odds[n], n))
    return Line(found[best][0], of_text[texts[best]] / (1.0 + sum(odds)))


@cache
def fitted() -> Mapping[str, float]:
    """The weights of `rules/data/headline.toml`."""
    return {name: float(value) for name, value in table_of("headline")["weights"].items()}


def candidates(
    document: Document, start: int, furniture: frozenset[int], debris: frozenset[int]
) -> list[tuple[Block, dict[str, float]]]:
    """The lines above the body, and its first, that may be the headline, with what speaks for and against each."""
    blocks = document.blocks
    first = max(0, start - FURTHEST)
    body = _body_words(blocks[start : start + BODY_LINES])
    lines = Counter(block.text.lower() for block in blocks)
    dated = [is_date_line(block.text) for block in blocks[first : start + 4]]
    named = [is_byline(block.text) for block in blocks[first : start + 4]]
    found = []
    for block in blocks[first : start + 1]:
        at = block.index - first
        shape = shape_of(block)
        if block.index in furniture or dated[at] or named[at] or not 1 < shape.words <= 40 or len(block.text) > LONGEST:
            continue
        if block.role not in ("paragraph", "heading") or _is_sentence(block.text, shape.words):
            continue
        if block.index == start and (shape.prose or shape.sentence or opens_report(block.text)):
            continue
        features = _features(block, start, body)
        features["debris"] = float(block.index in debris)
        beside = [other.text.lower() for other in blocks[max(0, block.index - 1) : block.index + 2]]
        features["again"] = float(lines[block.text.lower()] > beside.count(block.text.lower()))
        features["line behind"] = float(any(dated[at + 1 : at + 4]) or any(named[at + 1 : at + 4]))
        features["line before"] = float(any(dated[max(0, at - 3) : at]) or any(named[max(0, at - 3) : at]))
        features["label before"] = float(block.index > 0 and shape_of(blocks[block.index - 1]).words <= 3)
        features["prose behind"] = float(block.index + 1 < len(blocks) and shape_of(blocks[block.index + 1]).prose)
        features["opens"] = float(block.index == 0)
        found.append((block, features))
    if found:
        most = max(min(shape_of(block).words, 14.0) for block, _ in found)
        for n, (block, features) in enumerate(found):
            features["longest"] = float(min(shape_of(block).words, 14.0) >= most)
            features["few"] = float(len(found) <= 3)
            features["alone"] = float(len(found) == 1 and block.index == 0)
            features["order"] = log1p(len(found) - 1 - n)
    return found


def _is_sentence(text: str, words: float) -> bool:
    """Whether a line is a sentence, speech of a dialogue or a greeting, such as `To the editor:`."""
    last = text.rstrip()[-1:]
    if text[:1] in "-–—" or last in ".,;:。：" or (words <= 3 and last in "!！"):
        return True
    return words > 20 and bool(_SENTENCE_INSIDE.search(text))


def _features(block: Block, start: int, body: frozenset[str]) -> dict[str, float]:
    text, shape = block.text, shape_of(block)
    own = _stems(text)
    shared = len(own & body)
    cased = not _UNCASED.search(text)
    return {
        "none": 1.0,
        "words 2-3": float(shape.words <= 3.5),
        "words 4-5": float(3.5 < shape.words <= 5.5),
        "words 6-16": float(5.5 < shape.words <= 16.5),
        "words 22+": float(shape.words > 22),
        "shared": shared / len(own) if own else 0.0,
        "shared words": log1p(shared),
        "distance": log1p(start - block.index),
        "in body": float(block.index == start),
        "sentence": float(shape.sentence),
        "question": float(text.rstrip()[-1:] in "?？"),
        "inner colon": float(": " in text[:-1] or "：" in text),
        "bar": float(is_bar(text) or "|" in text),
        "crumbs": float(">" in text or "»" in text or "›" in text),
        "phone": float(bool(_PHONE.search(text))),
        "digits": float(any(char.isdigit() for char in text)),
        "title case": float(cased and capital_share(text) > 0.7),
        "lower": float(cased and text[:1].islower()),
        "capitals": float(cased and text.isupper()),
        "exclaims": float(text.rstrip().endswith("!")),
        "copyright": float("©" in text),
    }


def _body_words(blocks: Sequence[Block]) -> frozenset[str]:
    text = " ".join([block.text for block in blocks if len(block.text) > 60])[:BODY_CHARS]
    return _stems(text)


def _stems(text: str) -> frozenset[str]:
    return frozenset([word[:5] for word in _WORD.findall(fold(text).text.lower())])
