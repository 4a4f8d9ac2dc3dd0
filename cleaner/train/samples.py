"""Gold pages → labelled documents to learn from: the page itself, several text renderings of it, and copies with debris
put into the body, so that the inside of articles is learnt too."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from selectolax.lexbor import LexborHTMLParser

from cleaner.errors import CleanerError
from cleaner.evaluate.gold import GoldPage
from cleaner.host import host_of
from cleaner.model import Block, Document, Head, Node, Role
from cleaner.read import read
from cleaner.read.text import read_text
from cleaner.rules import languages, rules_of
from cleaner.train.labels import DEBRIS, HEADLINE, KEEP, Labels, label

LEAST_COVERAGE = 0.6
"""Share of the gold's words that must be found again in a document for its labels to be trusted."""
FEWEST_WORDS = 20
MOST_BLOCKS = 4_000
NEAR = 8
"""Blocks before the first and after the last content that count as near the article."""


FAR = 60
"""Lines before and after the content that are always learned from."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A document with labels."""

    document: Document
    labels: NDArray[np.int8]
    """(blocks,) as `labels.Labels.values`."""
    domain: str
    page: str
    source: str
    """Which rendering, such as `html` or `lines`."""
    weight: float = 1.0


def domain_of(page: GoldPage) -> str:
    """What pages are kept together by in cross-validation: the last two labels of the host, three under a short
    second-level name such as `co.uk`; the page's own id where there is no address."""
    parts = host_of(page.url).split(".")
    if len(parts) < 2:
        return page.id
    short = len(parts) > 2 and len(parts[-1]) == 2 and (len(parts[-2]) <= 3 or parts[-2] in ("gouv", "asso"))
    return ".".join(parts[-3:] if short else parts[-2:])


def fold_of(domain: str, folds: int) -> int:
    return zlib.crc32(domain.encode()) % folds


# --- one page ---------------------------------------------------------------------------------------


def samples_of(page: GoldPage, weight: float = 1.0) -> list[Sample]:
    """The page and its renderings as text, with the labels that could be trusted."""
    if not page.body:
        return []
    try:
        document = read(page.read(), kind=page.kind, url=page.url, max_chars=20_000_000)
    except CleanerError:
        return []
    made: list[Sample] = []
    texts = list(renderings(document)) if document.kind == "html" else []
    for source, rendered in (("page", document), *((name, read_text(text)) for name, text in texts)):
        if not 1 <= len(rendered.blocks) <= MOST_BLOCKS:
            continue
        found = label([block.text for block in rendered.blocks], page.body, page.title or document.head.title)
        if _trusted(found, page.body):
            made.append(Sample(rendered, found.values, domain_of(page), page.id, source, weight))
    return made


def _trusted(found: Labels, body: str) -> bool:
    return found.coverage >= LEAST_COVERAGE and bool((found.values == KEEP).any()) and len(body) >= FEWEST_WORDS


def renderings(document: Document) -> Iterator[tuple[str, str]]:
    """(name, text) of a page as scrapers write it down."""
    yield "blocks", "\n\n".join(block.text for block in document.blocks)
    yield "lines", "\n".join(block.text for block in document.blocks)
    tree = LexborHTMLParser(document.source)
    tree.strip_tags(["script", "style", "noscript", "template", "svg"])
    root = tree.body or tree.root
    if root is not None:
        yield "nodes", root.text(separator="\n")
    for name, render in _renderers().items():
        try:
            text = render(document.source)
        except Exception:  # a page that a renderer fails on gives no document
            continue
        yield name, text or ""


@cache
def _renderers() -> dict[str, Callable[[str], str]]:
    """The renderers that are installed."""
    found: dict[str, Callable[[str], str]] = {}
    try:
        from inscriptis import get_text

        found["inscriptis"] = get_text
    except ImportError:
        pass
    try:
        from resiliparse.extract.html2text import extract_plain_text

        found["main"] = lambda html: extract_plain_text(html, main_content=True, alt_texts=False, links=False)
    except ImportError:
        pass
    return found


# --- copies -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inserts:
    """Lines to put into documents, from other pages than those that are learned from."""

    debris: tuple[str, ...]
    captions: tuple[str, ...]
    ordinary: tuple[str, ...]
    """Lines that look like debris and are none."""


def rule_lines() -> tuple[list[str], list[str]]:
    """What the rules' own examples say is debris, and what is not."""
    hits: list[str] = []
    misses: list[str] = []
    for language in languages():
        for rule in rules_of(language).rules:
            hits += [line for line in rule.hits if "\n" not in line]
            misses += [line for line in rule.misses if "\n" not in line]
    return hits, misses


def debris_of(sample: Sample) -> Iterator[str]:
    """The debris lines in and near the body of a page."""
    kept = np.flatnonzero(sample.labels == KEEP)
    if len(kept):
        for n in range(max(0, kept[0] - 2), min(len(sample.labels), kept[-1] + NEAR)):
            block = sample.document.blocks[n]
            if sample.labels[n] == DEBRIS and 1 <= len(block.text.split()) <= 40 and block.link_share < 0.9:
                yield block.text


def window(sample: Sample, chance: random.Random) -> Sample:
    """The article and its surroundings only."""
    blocks = sample.document.blocks
    kept = np.flatnonzero(sample.labels == KEEP)
    start = max(0, int(kept[0]) - chance.randint(0, 6))
    heads = np.flatnonzero(sample.labels == HEADLINE)
    if len(heads) and int(kept[0]) - 40 < heads[-1] < kept[0] and chance.random() < 0.8:
        start = int(heads[-1])
    end = min(len(blocks), int(kept[-1]) + 1 + chance.choice((0, 0, 1, 2, 4, 8, 12, 16)))
    return _part(sample, range(start, end), "window")


def cropped(sample: Sample, chance: random.Random) -> Sample:
    """Without the lines far from the body, half of the time: there is little to learn from them."""
    kept = np.flatnonzero(sample.labels == KEEP)
    start, end = max(0, int(kept[0]) - FAR), min(len(sample.labels), int(kept[-1]) + FAR)
    if chance.random() < 0.5 or end - start > 0.8 * len(sample.labels):
        return sample
    return _part(sample, range(start, end), sample.source)


def excerpt(sample: Sample, chance: random.Random) -> Sample | None:
    """One to four neighbouring blocks of the body."""
    kept = np.flatnonzero(sample.labels == KEEP)
    start = chance.randrange(len(kept))
    chosen = kept[start : start + chance.randint(1, 4)]
    if chosen[-1] - chosen[0] >= len(chosen):
        return None
    return _part(sample, range(int(chosen[0]), int(chosen[-1]) + 1), "excerpt")


def grafted(body: Sample, above: Sample, below: Sample) -> Sample:
    """The body of one text, with its headline, between what stands around those of two others: what is around an
    article does not tell what it is about."""
    (start, end), first, after = _extent(body), _extent(above)[0], _extent(below)[1]
    heads = np.flatnonzero(body.labels[:start] == HEADLINE)
    if len(heads) and start - heads[-1] <= FARTHEST_HEADLINE:
        start = int(heads[-1])
    others = np.flatnonzero(above.labels[:first] == HEADLINE)
    first = int(others[0]) if len(others) else first
    rows = [(above, range(first)), (body, range(start, end)), (below, range(after, len(below.labels)))]
    blocks = [sample.document.blocks[n] for sample, chosen in rows for n in chosen]
    labels = np.concatenate([sample.labels[chosen.start : chosen.stop] for sample, chosen in rows])
    document = replace(body.document, blocks=tuple([b._replace(index=n) for n, b in enumerate(blocks)]))
    return replace(body, document=document, labels=labels, source="graft")


FARTHEST_HEADLINE = 12
"""Lines that may stand between a headline and its body."""


def _extent(sample: Sample) -> tuple[int, int]:
    kept = np.flatnonzero(sample.labels == KEEP)
    return int(kept[0]), int(kept[-1]) + 1


def alone(sample: Sample) -> Sample:
    """The body with its headline and nothing else, as it is when it has been cleaned before."""
    return _part(sample, np.flatnonzero((sample.labels == KEEP) | (sample.labels == HEADLINE)).tolist(), "alone")


def _part(sample: Sample, chosen: Sequence[int], source: str) -> Sample:
    blocks = tuple([sample.document.blocks[n]._replace(index=i) for i, n in enumerate(chosen)])
    document = replace(sample.document, blocks=blocks)
    return replace(sample, document=document, labels=sample.labels[list(chosen)], source=source)


def with_debris(sample: Sample, lines: Inserts, chance: random.Random, most: int = 5) -> Sample:
    """A copy with debris, captions and harmless look-alikes put between the blocks of the body."""
    kept = np.flatnonzero(sample.labels == KEEP)
    places: dict[int, list[tuple[str, int, Role]]] = {}
    for _ in range(chance.randint(1, max(1, min(most, len(kept))))):
        kind = chance.random()
        if kind < 0.7:
            line = (chance.choice(lines.debris), DEBRIS, "paragraph")
        elif kind < 0.85 and lines.captions:
            line = (chance.choice(lines.captions), DEBRIS, "paragraph")
        else:
            line = (chance.choice(lines.ordinary), KEEP, "paragraph")
        places.setdefault(int(chance.choice(kept)) + chance.randint(0, 1), []).append(line)  # type: ignore[arg-type]
    blocks: list[Block] = []
    labels: list[int] = []
    old = sample.document.blocks
    for n in range(len(old) + 1):
        for text, value, role in places.get(n, ()):
            beside = old[min(n, len(old) - 1)]
            linked = len(text) if value == DEBRIS and sample.document.nodes and chance.random() < 0.4 else 0
            blocks.append(Block(len(blocks), text, None, beside.gap, role, 0, "", linked, beside.node))
            labels.append(value)
        if n < len(old):
            blocks.append(old[n]._replace(index=len(blocks)))
            labels.append(int(sample.labels[n]))
    document = replace(sample.document, blocks=tuple(blocks))
    return replace(sample, document=document, labels=np.array(labels, np.int8), source=f"{sample.source}+debris")


def without_classes(sample: Sample, chance: random.Random) -> Sample:
    """A copy in which some or all class words and telling tags are gone, as on pages nobody has seen."""
    share = chance.choice((0.1, 0.3, 1.0))
    plain = chance.random() < 0.4
    nodes = tuple(
        Node("div" if plain and node.tag in ("article", "main", "section") else node.tag,
             "" if chance.random() < share else node.words, node.parent)
        for node in sample.document.nodes)  # fmt: skip
    head = Head() if chance.random() < 0.3 else sample.document.head
    return replace(sample, document=replace(sample.document, nodes=nodes, head=head), source="page-classes")
