"""Gold → labels: which blocks of a document the gold body holds, by aligning both as sequences of words.

Blocks and gold run in the same order, so the places of the blocks in the gold form a chain that ascends. Blocks of
three words or more find their places by word triples; the heaviest chain of such places is taken; shorter blocks are
looked for between its links only, where a chance match is unlikely.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaner.measure import UNSPACED

DEBRIS, KEEP, HEADLINE, UNKNOWN = 0, 1, 2, -1
_TOKEN = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
COMMON = 60
"""A triple found so often in the gold tells no place."""
IN, OUT = 0.7, 0.25
"""Share of a block's words found in the gold from which it is content, and up to which it is debris."""
REACH = 80
"""Blocks before the first and after the last link in which short ones are looked for."""


def tokens(text: str | None) -> list[str]:
    """Lower-case words; single characters in scripts without spaces."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text or "").lower())


@dataclass(frozen=True, slots=True)
class Labels:
    """What each block of a document is."""

    values: NDArray[np.int8]
    """(blocks,) DEBRIS, KEEP, HEADLINE or UNKNOWN."""
    share: NDArray[np.float32]
    """(blocks,) share of the block's words found in the gold."""
    coverage: float
    """Share of the gold's words that kept blocks hold."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the gold that a block may stand for."""

    start: int
    end: int
    count: int
    """Words of the block found in it."""
    weight: float
    at: int = 0
    """Offset in the block of the word that stands at `start`."""


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold body as words."""

    words: tuple[str, ...]
    starts: frozenset[int]
    """Where its lines begin."""
    ends: frozenset[int]
    triples: dict[tuple[str, ...], list[int]]


def gold_of(body: str) -> Gold:
    words: list[str] = []
    starts, ends = set(), set()
    for line in body.splitlines():
        if own := tokens(line):
            starts.add(len(words))
            words += own
            ends.add(len(words))
    triples: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(words) - 2):
        triples[tuple(words[at : at + 3])].append(at)
    return Gold(tuple(words), frozenset(starts), frozenset(ends), triples)


def label(texts: Sequence[str], body: str, title: str | None = None) -> Labels:
    """The label of each text, a block or a line, of a document whose gold body is `body`."""
    gold = gold_of(body)
    lines = [tokens(text) for text in texts]
    places = _align(lines, gold)
    share = np.array(
        [
            min(1.0, place.count / len(line)) if place and line else 0.0
            for place, line in zip(places, lines, strict=True)
        ],
        np.float32,
    )
    values = np.where(share >= IN, KEEP, np.where(share <= OUT, DEBRIS, UNKNOWN)).astype(np.int8)
    run = f" {' '.join(gold.words)} "
    for n, line in enumerate(lines):
        if not line or (values[n] == DEBRIS and len(line) >= 8 and f" {' '.join(line)} " in run):
            values[n] = UNKNOWN
    covered = sum(place.count for place, value in zip(places, values, strict=True) if place and value == KEEP)
    _mark_headlines(values, lines, tokens(title))
    return Labels(values, share, min(1.0, covered / max(1, len(gold.words))))


def _align(lines: list[list[str]], gold: Gold) -> list[Place | None]:
    found = [_candidates(line, gold) for line in lines]
    result: list[Place | None] = [None] * len(lines)
    links = _best_chain(found, len(gold.words))
    for n, place in links:
        result[n] = place
    before = [(-1, 0), *((n, place.end) for n, place in links)]
    after = [*((n, place.start) for n, place in links), (len(lines), len(gold.words))]
    for (n1, end), (n2, start) in zip(before, after, strict=True):
        if n2 - n1 > 1 and start > end:
            low = max(n1 + 1, n2 - REACH) if n1 < 0 else n1 + 1
            high = min(n2, n1 + 1 + REACH) if n2 == len(lines) else n2
            _fill(result, lines, gold, range(low, high), end, start)
    return result


def _candidates(line: list[str], gold: Gold) -> list[Place]:
    """Places of the gold that hold at least half of a block, by the diagonals on which its triples lie."""
    size = len(line)
    hits = [(at, place) for at in range(size - 2)
            for place in gold.triples.get(tuple(line[at : at + 3]), ())]  # fmt: skip
    if len(hits) > COMMON * size:
        hits = [(at, place) for at, place in hits if len(gold.triples[tuple(line[at : at + 3])]) <= COMMON]
    votes = Counter(place - at for at, place in hits)
    slack = 6 + size // 4
    places: list[Place] = []
    for diagonal, _ in votes.most_common(8):
        if len(places) >= 4 or any(abs(diagonal - (place.start - place.at)) <= slack for place in places):
            continue
        near: dict[int, tuple[int, int]] = {}
        for at, place in hits:
            off = abs(place - at - diagonal)
            # a triple off the main diagonal counts only with its neighbour: alone it is chance
            if off <= slack and (off == 0 or votes[place - at] > 1) and off < near.get(at, (slack + 1, 0))[0]:
                near[at] = (off, place)
        count = len({at + k for at in near for k in range(3)})
        start, end = min(place for _, place in near.values()), max(place for _, place in near.values()) + 3
        weight = count - 0.6 * (size - count) - 0.15 * max(0, end - start - count)
        if count * 2 >= size and weight > 0:
            places.append(Place(start, end, min(count, size), weight, start - diagonal))
    return places


def _best_chain(found: list[list[Place]], size: int) -> list[tuple[int, Place]]:
    """The heaviest chain of (block, place) in which both ascend without overlap; on ties the later block. A Fenwick
    tree holds the best chain that ends at or before each word of the gold."""
    nothing: tuple[float, tuple | None] = (0.0, None)  # type: ignore[type-arg]
    tree = [nothing] * (size + 2)

    def best_before(place: int) -> tuple[float, tuple | None]:  # type: ignore[type-arg]
        best = nothing
        while place > 0:
            if tree[place][0] > best[0]:
                best = tree[place]
            place -= place & -place
        return best

    for n, places in enumerate(found):
        chains = []
        for place in places:
            weight, link = best_before(place.start + 1)
            chains.append((place.end + 1, (weight + place.weight, (n, place, link))))
        for at, chain in chains:
            while at <= size + 1:
                if chain[0] >= tree[at][0]:
                    tree[at] = chain
                at += at & -at
    result = []
    link = best_before(size + 1)[1]
    while link:
        n, place, link = link
        result.append((n, place))
    return result[::-1]


def _fill(result: list[Place | None], lines: list[list[str]], gold: Gold, between: range, low: int, high: int) -> None:
    """Short blocks between two links that stand in the gold between them as a whole: at least five words, or a line of
    the gold of its own, or joined to what is already found."""
    at = low
    for n in between:
        line = lines[n]
        for shift in range(2 if len(line) > 1 and line[0].isdigit() else 1):
            start = _find_run(gold, line[shift:], at, high) if line else None
            if start is not None:
                end = start + len(line) - shift
                result[n] = Place(start, end, len(line), 0.0)
                at = end
                break


def _find_run(gold: Gold, line: list[str], low: int, high: int) -> int | None:
    size = len(line)
    for start in range(low, high - size + 1):
        if gold.words[start] == line[0] and list(gold.words[start : start + size]) == line:
            end = start + size
            begins, closes = start in gold.starts, end in gold.ends
            if (
                size >= 5
                or (begins and closes)
                or (start == low and low > 0)
                or (end == high and high < len(gold.words))
            ):
                return start
    return None


def _mark_headlines(values: NDArray[np.int8], lines: list[list[str]], title: list[str]) -> None:
    """Blocks down to the first content that are the title, or nearly."""
    if len(title) < 2:
        return
    kept = [n for n in np.flatnonzero(values == KEEP).tolist() if len(lines[n]) >= 8 and not _is_title(lines[n], title)]
    for n in range(min(kept[0] + 1 if kept else len(lines), len(lines))):
        if _is_title(lines[n], title):
            values[n] = HEADLINE


def _is_title(line: list[str], title: list[str]) -> bool:
    if line == title:
        return True
    if len(line) < 3 or not 0.6 <= len(line) / len(title) <= 1.6:
        return False
    return sum((Counter(line) & Counter(title)).values()) * 2 / (len(line) + len(title)) >= 0.85
