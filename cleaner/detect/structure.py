"""Finds the body by shape: which region of the page or text reads as sentences, and what tags and class words say.

The region of a page is the element whose blocks sum to the most content once furniture counts against it; that of a
text is the run of lines with the largest sum (maximum subsequence segmentation: Pasternack and Roth, "Extracting
article text from the web with maximum subsequence segmentation", WWW 2009).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from cleaner.fold import fold
from cleaner.layout import runs
from cleaner.measure import ends_sentence, inner_stops, word_count
from cleaner.model import KINDS, Block, Document, Evidence, Kind, Node


@dataclass(frozen=True, slots=True)
class Shape:
    """What a block looks like."""

    words: float
    sentence: bool
    stops: int
    links: float
    colon: bool = False
    """Ends in a colon, as a paragraph before a list or a quotation does."""

    @property
    def prose(self) -> bool:
        """Reads as sentences rather than as a label."""
        ends = self.sentence or (self.colon and self.words >= 12)
        return self.words >= 8 and self.links < 0.6 and (ends or (self.words >= 25 and self.stops >= 2))


def shape_of(block: Block) -> Shape:
    return _shape(block.text, block.link_share)


@lru_cache(maxsize=16_384)
def _shape(text: str, links: float) -> Shape:
    folded = fold(text).text
    return Shape(word_count(folded), ends_sentence(folded), inner_stops(folded), links, folded.rstrip().endswith(":"))


def detect_structure(document: Document) -> list[Evidence]:
    """Evidence from region, shape, tags and class words."""
    shapes = [shape_of(block) for block in document.blocks]
    return list(_of_page(document, shapes) if document.kind == "html" else _of_text(document, shapes))


# --- tables -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """`rules/data/structure.toml`."""

    words: Mapping[str, Kind]
    body: frozenset[str]
    ignored: frozenset[str]
    tags: Mapping[str, tuple[float, Kind]]


@cache
def table() -> Table:
    data = tomllib.loads((resources.files("cleaner.rules") / "data" / "structure.toml").read_text("utf8"))
    words: dict[str, Kind] = {word: kind for kind in KINDS for word in data["words"].get(kind, ())}
    tags = {tag: (score, kind) for tag, (score, kind) in data["tags"].items()}
    return Table(words, frozenset(data["body"]["words"]), frozenset(data["ignored"]["words"]), tags)


_SPLIT = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=65_536)
def kind_of_words(words: str) -> Kind | None:
    """The kind of furniture that class, id and role words name.

    >>> kind_of_words("social-links share_bar"), kind_of_words("article-body")
    ('share', None)
    """
    known = table().words
    for value in words.split():
        if value in known:
            return known[value]
        tokens = _SPLIT.split(value)
        if tokens[0] in table().ignored:
            continue
        for token in tokens:
            if token in known:
                return known[token]
    return None


@lru_cache(maxsize=65_536)
def names_body(words: str) -> bool:
    return any(token in table().body for token in _SPLIT.split(words))


# --- pages ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the elements around a block say."""

    kind: Kind | None
    score: float
    why: str


_NOTHING = Surroundings(None, 0.5, "")


CARRIES = 0.35
"""Share of a page's prose in an element from which its tag and class words say nothing: `share-container` round a
whole article is no share bar."""
CARRIES_COMMENTS = 0.8
"""The same for comments, which may well be longer than the article."""


def _surroundings(document: Document, shapes: list[Shape]) -> list[Surroundings]:
    """For each node, the strongest word of its ancestors, passed down."""
    result: list[Surroundings] = []
    prose = _prose_inside(document, shapes)
    total = max(prose, default=0.0)
    for n, node in enumerate(document.nodes):
        above = result[node.parent] if node.parent >= 0 else _NOTHING
        own = _own_words(node)
        most = CARRIES_COMMENTS if own.kind == "comments" else CARRIES
        if total and prose[n] >= most * total:
            own = _NOTHING
        result.append(own if own.score > above.score else above)
    return result


def _own_words(node: Node) -> Surroundings:
    """What a node's own tag and class words say."""
    own = _NOTHING
    if node.tag in table().tags:
        score, kind = table().tags[node.tag]
        own = Surroundings(kind, score, f"stands in <{node.tag}>")
    if node.tag not in ("html", "body", "main", "article") and (named := kind_of_words(node.words)):
        score = 0.7 if names_body(node.words) else 0.86
        if score > own.score:
            own = Surroundings(named, score, f"class or id says {named}")
    return own


def _prose_inside(document: Document, shapes: list[Shape]) -> list[float]:
    """For each node, the words of prose in it."""
    words = [0.0] * len(document.nodes)
    for block, shape in zip(document.blocks, shapes, strict=True):
        if block.node >= 0 and shape.prose:
            words[block.node] += shape.words * (1.0 - shape.links)
    for n in range(len(words) - 1, 0, -1):
        if document.nodes[n].parent >= 0:
            words[document.nodes[n].parent] += words[n]
    return words


def _content_weight(shape: Shape, around: Surroundings, role: str) -> float:
    """What a block adds to its region: words of prose count for it, furniture against it."""
    if around.score >= 0.84:
        return -3.0 if not shape.prose else -8.0
    if shape.prose:
        return min(shape.words, 80.0) * (1.0 - shape.links)
    if shape.links > 0.6:
        return -4.0
    if role in ("heading", "list_item", "table", "code", "quote", "caption"):
        return -0.5
    return 0.5 if shape.sentence else -1.5


SMALLEST, LARGE = 14.0, 100.0
"""Words of content that make a region at all, and that make it certain that what is outside does not belong to it."""


def _region(document: Document, weights: list[float]) -> tuple[int, float]:
    """The node whose blocks sum highest, of equals the innermost, and how surely what is outside it is debris. -1 where
    too little reads as content."""
    sums = [0.0] * len(document.nodes)
    for block, weight in zip(document.blocks, weights, strict=True):
        if block.node >= 0:
            sums[block.node] += weight
    for n in range(len(sums) - 1, -1, -1):
        parent = document.nodes[n].parent
        if parent >= 0:
            sums[parent] += sums[n]
    best = max(range(len(sums)), key=lambda n: (sums[n], n), default=-1)
    if best < 0 or sums[best] < SMALLEST:
        return -1, 0.5
    return best, 0.7 + 0.26 * min(1.0, sums[best] / LARGE)


def _inside(document: Document, region: int) -> list[bool]:
    """For each node, whether it is the region or inside it."""
    inside: list[bool] = []
    for n, node in enumerate(document.nodes):
        inside.append(n == region or (node.parent >= 0 and inside[node.parent]))
    return inside


def _of_page(document: Document, shapes: list[Shape]) -> Iterator[Evidence]:
    around = _surroundings(document, shapes)
    near = [around[block.node] if block.node >= 0 else _NOTHING for block in document.blocks]
    weights = [_content_weight(s, a, b.role) for s, a, b in zip(shapes, near, document.blocks, strict=True)]
    region, surely = _region(document, weights)
    inside = _inside(document, region)
    for block, shape, place in zip(document.blocks, shapes, near, strict=True):
        if region >= 0 and (block.node < 0 or not inside[block.node]):
            kind = place.kind or "navigation"
            yield _evidence(block, "region.outside", surely, "outside the element that holds the article", kind)
        if place.score > 0.5:
            yield _evidence(block, f"element.{place.kind}", place.score, place.why, place.kind)
        yield from _of_shape(block, shape)


def _of_shape(block: Block, shape: Shape) -> Iterator[Evidence]:
    if shape.links > 0.75:
        if shape.words < 12 or not shape.sentence:
            score = 0.6 if block.role == "table" or (shape.sentence and shape.words >= 5) else 0.85
            yield _evidence(block, "shape.links", score, "nearly all of it is link text", "related")
    elif not shape.sentence and block.role == "paragraph" and is_bar(block.text):
        yield _evidence(block, "shape.bar", 0.88, "short labels parted by bars or arrows", "navigation")
    elif shape.prose:
        yield _evidence(block, "shape.prose", 0.06 if shape.words >= 20 else 0.15, "reads as sentences", None)
    elif shape.sentence and shape.words >= 3:
        yield _evidence(block, "shape.sentence", 0.25, "ends as a sentence", None)
    elif block.role in ("heading", "list_item", "quote", "code", "table"):
        yield _evidence(block, "shape.markup", 0.3, f"marked as {block.role}", None)


_BAR = re.compile(r"\s*[|›»>•·/]\s+|\s+[|›»>•·]\s*")


def is_bar(text: str) -> bool:
    """Whether a line is three or more short labels in a row.

    >>> is_bar("Home | News | Sport"), is_bar("You are here: Home > News > Local"), is_bar("6 > 5 and so on")
    (True, True, False)
    """
    pieces = [piece for piece in _BAR.split(text.strip(" |›»>•·/")) if piece]
    return len(pieces) >= 3 and all(len(piece.split()) <= 4 and len(piece) <= 40 for piece in pieces)


def _evidence(block: Block, rule: str, score: float, why: str, kind: Kind | None) -> Evidence:
    return Evidence(block.index, "structure", f"structure.{rule}", score, why, kind)


# --- texts ------------------------------------------------------------------------------------------

FEW_LINES = 4
"""So many label-like lines outside the body prove nothing yet: a title, a byline, a sign-off look the same."""


def _of_text(document: Document, shapes: list[Shape]) -> Iterator[Evidence]:
    blocks = document.blocks
    groups = runs(document)
    whole = [run_shape(shapes[group.start : group.stop]) for group in groups]
    weights = [_run_weight(blocks[group.start], shape) for group, shape in zip(groups, whole, strict=True)]
    start, end = best_run(weights)
    outside = sum(len(group) for n, group in enumerate(groups) if not start <= n < end and not whole[n].prose)
    inside = sum(1 for n in range(start, end) if whole[n].prose)
    strength = _strength(outside, inside)
    for n, (group, shape) in enumerate(zip(groups, whole, strict=True)):
        for block in blocks[group.start : group.stop]:
            if not start <= n < end and strength > 0.5:
                score = strength - 0.12 if shape.prose else strength
                yield _evidence(
                    block, "region.outside", score, "outside the run of lines that holds the article", "navigation"
                )
            if len(group) > 1 and shape.prose:
                yield _evidence(block, "shape.run", 0.1, "part of a paragraph that runs over several lines", None)
            else:
                yield from _of_shape(block, shapes[block.index])


def run_shape(shapes: list[Shape]) -> Shape:
    """The shape of several lines taken as one."""
    if len(shapes) == 1:
        return shapes[0]
    words = sum(shape.words for shape in shapes)
    links = sum(shape.words * shape.links for shape in shapes) / words if words else 0.0
    return Shape(
        words, shapes[-1].sentence, sum(shape.stops + shape.sentence for shape in shapes), links, shapes[-1].colon
    )


def _strength(outside: int, inside: int) -> float:
    """How surely a line outside the body is debris: a page dump has many such lines, a clean text few or none."""
    if inside < 2 or outside <= FEW_LINES:
        return 0.5
    return min(0.98, 0.5 + 0.04 * (outside - FEW_LINES))


def _run_weight(block: Block, shape: Shape) -> float:
    if shape.prose:
        return min(max(shape.words, 4.0), 40.0) * (1.0 - shape.links)
    if shape.sentence and shape.words >= 4:
        return 1.0
    if block.role in ("heading", "list_item", "quote", "table", "code"):
        return -2.0
    return -3.5


def best_run(weights: list[float]) -> tuple[int, int]:
    """Half-open bounds of the run with the largest sum (Kadane); (0, 0) where none is positive.

    >>> best_run([-3, 4, -1, 4, -9, 5])
    (1, 4)
    """
    best, best_bounds, total, start = 0.0, (0, 0), 0.0, 0
    for n, weight in enumerate(weights):
        if total <= 0:
            total, start = 0.0, n
        total += weight
        if total > best:
            best, best_bounds = total, (start, n + 1)
    return best_bounds
