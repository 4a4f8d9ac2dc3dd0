"""Samples → examples: the features of each sample, and of copies of it, scored out of fold."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleaner.detect.features import HEADS, Batch, Tables, features
from cleaner.detect.learned import with_opinion
from cleaner.detect.network import Network
from cleaner.model import Document, SourceKind
from cleaner.train.labels import DEBRIS, KEEP
from cleaner.train.samples import (
    Inserts,
    Sample,
    alone,
    cropped,
    excerpt,
    grafted,
    window,
    with_debris,
    without_classes,
)

WORDLESS = 0.03
"""Share of the copies whose words tell nothing, as in a language nobody has labelled."""


@dataclass(frozen=True, slots=True)
class Example:
    """The features of a sample with its labels and weights."""

    x: NDArray[np.float16]
    labels: NDArray[np.int8]
    weights: NDArray[np.float32]


def row_weights(words: NDArray[np.float32], labels: NDArray[np.int8], weight: float) -> NDArray[np.float32]:
    """How much each block counts: by its words, debris inside the article more; long documents not too much more."""
    base = 0.4 + np.minimum(words, 60) / 15
    kept = np.flatnonzero(labels == KEEP)
    if len(kept):
        inside = np.zeros(len(labels), bool)
        inside[kept[0] : kept[-1] + 4] = True
        base = np.where(inside & (labels == DEBRIS), base * 2 + 0.5, base)
    base = np.where((labels == KEEP) | (labels == DEBRIS), base, 0)
    return np.asarray(weight * base / np.sqrt(max(base.sum(), 1)) / 4, np.float32)


def page_copies(group: Sequence[Sample], lines: Inserts, chance: random.Random) -> Iterator[Sample]:
    """What is learned about pages from one: itself, twice, and copies with debris and without class words."""
    page = _page(group)
    if page is not None and page.document.kind == "html":
        yield page
        yield page
        yield with_debris(page, lines, chance)
        yield with_debris(without_classes(page, chance), lines, chance)


def text_copies(
    group: Sequence[Sample], lines: Inserts, chance: random.Random, others: Sequence[Sequence[Sample]] = ()
) -> Iterator[Sample]:
    """What is learned about texts from one page: its renderings, whole, cut, with debris, and put between what stands
    around `others`, the renderings of two other pages."""
    page = _page(group)
    texts = [sample for sample in group if sample is not page]
    if page is not None and page.document.kind == "text":
        texts.append(page)
    if not texts:
        return
    for n, sample in enumerate(chance.sample(texts, min(4, len(texts)))):
        sample = cropped(sample, chance) if n == 3 else sample
        yield with_debris(sample, lines, chance) if n in (1, 3) else sample
    for n in range(GRAFTS):
        body = chance.choice(texts)
        around = [sample for other in others for sample in other if sample.source == body.source]
        if len(around) == 2:
            made = grafted(body, *around)
            yield with_debris(made, lines, chance) if n else made
    for n in range(3):
        near = window(chance.choice(texts), chance)
        near = replace(near, weight=near.weight * 0.8)
        yield with_debris(near, lines, chance, most=8) if n == 1 else near
    clean = alone(chance.choice(texts))
    yield replace(clean, weight=0.3 * clean.weight)
    for n in range(2):
        small = excerpt(chance.choice(texts), chance)
        if small is not None:
            yield replace(with_debris(small, lines, chance, most=1), weight=0.5 * small.weight)
            if n:
                yield replace(small, weight=0.25 * small.weight)


GRAFTS = 2


def _page(group: Sequence[Sample]) -> Sample | None:
    return next((sample for sample in group if sample.source == "page"), None)


@dataclass(frozen=True, slots=True)
class Seer:
    """What computes the features of samples: tables and networks that have not seen them."""

    tables: Tables
    glance: Network | None = None
    """What judges pages at first sight; with it they are seen a second time."""

    def see(self, document: Document) -> Batch:
        batch = features([document], self.tables)
        return batch.again(self.glance(batch.x, batch.bounds)) if self.glance else batch

    def wordless(self) -> Seer:
        return replace(self, tables=replace(self.tables, words=np.zeros((2, HEADS), np.int8)))


def example_of(sample: Sample, seer: Seer, keeps: NDArray[np.bool_] | None = None) -> Example:
    batch = seer.see(sample.document)
    if keeps is not None:
        batch = with_opinion(batch, keeps.tolist())
    return Example(batch.x.astype(np.float16), sample.labels, row_weights(batch.words, sample.labels, sample.weight))


def examples_of(
    group: Sequence[Sample],
    seer: Seer,
    lines: Inserts,
    seed: int,
    keeps: NDArray[np.bool_] | None = None,
    others: Sequence[Sequence[Sample]] = (),
) -> dict[SourceKind, list[Example]]:
    """Every example of one page, by what they teach about; the same for the same seed. At second sight there is nothing
    about texts."""
    chance = random.Random(seed * 1_000_003 + zlib.crc32(f"{group[0].domain}/{group[0].page}".encode()))
    made: dict[SourceKind, list[Example]] = {"html": [], "text": []}
    for n, sample in enumerate(page_copies(group, lines, chance)):
        made["html"].append(_example(sample, seer, chance, keeps if n == 1 else None))
    for sample in () if seer.glance else text_copies(group, lines, chance, others):
        made["text"].append(_example(sample, seer, chance))
    return made


def _example(sample: Sample, seer: Seer, chance: random.Random, keeps: NDArray[np.bool_] | None = None) -> Example:
    return example_of(sample, seer.wordless() if chance.random() < WORDLESS else seer, keeps)
