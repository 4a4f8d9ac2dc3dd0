"""Samples → examples: the features of each sample, and of copies of it, scored out of fold."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleaner.detect.features import HEADS, Tables, features
from cleaner.detect.learned import with_opinion
from cleaner.train.labels import DEBRIS, KEEP
from cleaner.train.samples import Inserts, Sample, cropped, excerpt, window, with_debris, without_classes

WORDLESS = 0.08
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


def copies(group: Sequence[Sample], lines: Inserts, seed: int) -> Iterator[Sample]:
    """What is learned from one page: itself, its renderings, and copies of both. The same for the same seed."""
    if not group:
        return
    chance = random.Random(seed * 1_000_003 + zlib.crc32(f"{group[0].domain}/{group[0].page}".encode()))
    page = next((sample for sample in group if sample.source == "page"), None)
    texts = [sample for sample in group if sample is not page]
    if page is not None and page.document.kind == "html":
        yield page
        yield page
        yield with_debris(without_classes(page, chance) if chance.random() < 0.6 else page, lines, chance)
    elif page is not None:
        texts.append(page)
    for n, sample in enumerate(chance.sample(texts, min(2, len(texts)))):
        sample = cropped(sample, chance)
        yield with_debris(sample, lines, chance) if n else sample
    for _ in range(2 if texts else 0):
        near = window(chance.choice(texts), chance)
        yield replace(near, weight=near.weight * 0.8)
        yield with_debris(near, lines, chance, most=8)
    for _ in range(2 if texts else 0):
        small = excerpt(chance.choice(texts), chance)
        if small is not None:
            yield replace(with_debris(small, lines, chance, most=1), weight=0.5 * small.weight)
            yield replace(small, weight=0.25 * small.weight)


def wordless(tables: Tables) -> Tables:
    return replace(tables, words=np.zeros((2, HEADS), np.int8))


def example_of(sample: Sample, tables: Tables, keeps: NDArray[np.bool_] | None = None) -> Example:
    batch = features([sample.document], tables)
    if keeps is not None:
        batch = with_opinion(batch, keeps.tolist())
    return Example(batch.x.astype(np.float16), sample.labels, row_weights(batch.words, sample.labels, sample.weight))


def examples_of(
    group: Sequence[Sample], tables: Tables, lines: Inserts, seed: int, keeps: NDArray[np.bool_] | None = None
) -> list[Example]:
    """Every example of one page."""
    chance = random.Random(seed + 17)
    made = []
    for n, sample in enumerate(copies(group, lines, seed)):
        if not (sample.labels == KEEP).any() or not len(sample.labels):
            continue
        asked = keeps if sample.source == "page" and n == 1 else None
        made.append(example_of(sample, wordless(tables) if chance.random() < WORDLESS else tables, asked))
    return made
