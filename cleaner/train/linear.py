"""Trains the linear parts of the learned detector: scores of lines from their words, of elements from their names.

What only one or two sites say is left out: a weight is kept only for n-grams and names seen on several domains.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cleaner.detect.encode import grams
from cleaner.detect.features import HEADS, PAGE_HEADS, Tables, _Features
from cleaner.detect.tree import COMMENTS, bucket_of, element_names
from cleaner.train.labels import DEBRIS, KEEP
from cleaner.train.samples import NEAR, Sample

WORD_BUCKETS, ELEMENT_BUCKETS = 1 << 18, 1 << 15
LEAST_DOMAINS = 3
EPOCHS, BATCH = 3, 8192


def empty_tables() -> Tables:
    return Tables(np.zeros((2, HEADS), np.int8), np.ones(HEADS, np.float32), np.zeros(HEADS, np.float32),
                  np.zeros((2, 2), np.float32), 0.0)  # fmt: skip


class Rows:
    """Rows of hashed features with targets, of many samples."""

    def __init__(self) -> None:
        self.buckets: list[NDArray[np.int64]] = []
        self.counts: list[NDArray[np.int64]] = []
        self.targets: list[NDArray[np.float32]] = []
        self.weights: list[NDArray[np.float32]] = []
        self.domains: list[NDArray[np.int64]] = []

    def add(self, buckets: NDArray, counts: NDArray, targets: NDArray, weights: NDArray, domain: int) -> None:  # type: ignore[type-arg]
        self.buckets.append(buckets)
        self.counts.append(counts)
        self.targets.append(targets)
        self.weights.append(weights)
        self.domains.append(np.full(len(counts), domain))


def word_rows(sample: Sample, domain: int, rows: Rows) -> None:
    """Adds the lines of a sample with a target for each head; NaN where it has none."""
    work = _Features([sample.document], empty_tables())
    work.of_characters()
    found = grams(work.lines, work.shape)
    order = np.argsort(found.lines, kind="stable")
    counts = np.bincount(found.lines, minlength=work.count)
    targets = np.full((work.count, HEADS), np.nan, np.float32)
    labels = sample.labels
    clear = (labels == KEEP) | (labels == DEBRIS)
    targets[clear, 0] = labels[clear] == KEEP
    kept = np.flatnonzero(labels == KEEP)
    if len(kept):
        near = np.zeros(work.count, bool)
        near[max(0, kept[0] - NEAR // 2) : kept[-1] + NEAR] = True
        targets[clear & near, 1] = labels[clear & near] == KEEP
        targets[:, PAGE_HEADS:] = _around(labels, clear & near)
    if sample.document.kind == "html":
        blocks = sample.document.blocks
        targets[:, 2] = np.array([block.role == "caption" for block in blocks])
        targets[:, 3] = np.array([block.link_share > 0.6 for block in blocks]) & (work.words < 15)
        targets[:, 4:PAGE_HEADS] = _by_markup(sample)
    weights = sample.weight * np.clip(work.words, 2, 20) / 10
    rows.add(
        (found.buckets[order] & np.uint32(WORD_BUCKETS - 1)).astype(np.int64),
        counts,
        targets,
        weights.astype(np.float32),
        domain,
    )


def _around(labels: NDArray[np.int8], near: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(blocks, 4) of the clear blocks near an article, whether the next is content, and whether the one before is; of
    the debris there, whether it stands behind the article, and whether it stands before. NaN of all others."""
    told = np.full((len(labels), 4), np.nan, np.float32)
    content = labels == KEEP
    kept = np.flatnonzero(content)
    pairs = np.flatnonzero(near[:-1] & near[1:])
    told[pairs, 0] = content[pairs + 1]
    told[pairs + 1, 1] = content[pairs]
    debris = np.flatnonzero(near & ~content)
    told[debris, 2] = debris > kept[-1]
    told[debris, 3] = debris < kept[0]
    return told


_BYLINE = re.compile(r"author|byline|\bdate|\btime|publish|posted|\bmeta\b|entry-meta|post-meta")
_SITE_TAGS = ("nav", "header", "footer", "aside")


def _by_markup(sample: Sample) -> NDArray[np.float32]:
    """(blocks, 5) whether each block is a comment, a byline or date, a heading, a list item or cell, in a menu or
    foot, as the elements around it say."""
    nodes = sample.document.nodes
    around = np.zeros((len(nodes) + 1, 3), bool)  # the last row is for blocks without an element
    for n, node in enumerate(nodes):
        page = node.tag in ("html", "body")
        own = (not page and COMMENTS.search(node.words), not page and _BYLINE.search(node.words),
               node.tag in _SITE_TAGS or "footer" in node.words or ("menu" in node.words and not page))  # fmt: skip
        around[n] = [bool(value) for value in own]
        if node.parent >= 0:
            around[n] |= around[node.parent]
    blocks = sample.document.blocks
    named = around[[block.node for block in blocks]]
    named[:, 1] &= np.array([len(block.text) < 120 for block in blocks])
    heading = [block.role == "heading" for block in blocks]
    item = [block.role in ("list_item", "table") for block in blocks]
    return np.column_stack((named[:, :2], heading, item, named[:, 2])).astype(np.float32)


def element_rows(sample: Sample, domain: int, rows: Rows) -> None:
    """Adds the blocks of a page with the names of the elements around them."""
    nodes = sample.document.nodes
    own = [
        np.array([bucket_of(name, ELEMENT_BUCKETS) for name in element_names(node.tag, node.words)], np.int64)
        for node in nodes
    ]
    path: list[NDArray[np.int64]] = []
    for n, node in enumerate(nodes):
        path.append(np.concatenate((path[node.parent], own[n])) if node.parent >= 0 else own[n])
    buckets, counts = [], []
    for block in sample.document.blocks:
        if block.node < 0:
            counts.append(0)
            continue
        nearest, at = [path[block.node]], block.node
        for _ in range(3):
            if at < 0:
                break
            nearest.append(own[at] + ELEMENT_BUCKETS)
            at = nodes[at].parent
        joined = np.concatenate(nearest)
        buckets.append(joined)
        counts.append(len(joined))
    labels = sample.labels
    targets = np.where((labels == KEEP) | (labels == DEBRIS), labels == KEEP, np.nan).astype(np.float32)[:, None]
    sizes = np.array([len(block.text) for block in sample.document.blocks])
    weights = sample.weight * np.clip(sizes / 6, 2, 20) / 10
    rows.add(np.concatenate(buckets) if buckets else np.zeros(0, np.int64), np.array(counts), targets,
             weights.astype(np.float32), domain)  # fmt: skip


class Data:
    """All rows in one piece, from which training takes subsets by domain."""

    def __init__(self, rows: Rows, size: int) -> None:
        self.buckets = np.concatenate(rows.buckets)
        counts = np.concatenate(rows.counts)
        self.bounds = np.concatenate(([0], np.cumsum(counts)))
        self.targets = np.concatenate(rows.targets)
        self.weights = np.concatenate(rows.weights)
        self.domains = np.concatenate(rows.domains)
        self.size = size
        pairs = np.unique(self.buckets * (self.domains.max() + 1) + np.repeat(self.domains, counts))
        self.seen_bucket, self.seen_domain = np.divmod(pairs, self.domains.max() + 1)

    def seen_on(self, domains: NDArray[np.bool_]) -> NDArray[np.int64]:
        """For each bucket, on how many of the chosen domains it is seen."""
        return np.bincount(self.seen_bucket[domains[self.seen_domain]], minlength=self.size)


def train_linear(
    data: Data, domains: NDArray[np.bool_], *, normalise: bool, seed: int, rate: float = 0.03
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(weights, bias) of logistic regressions, one for each target, on the rows of the chosen domains."""
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    heads = data.targets.shape[1]
    known = torch.from_numpy((data.seen_on(domains) >= LEAST_DOMAINS).astype(np.float32))[:, None]
    bag = nn.EmbeddingBag(data.size, heads, mode="sum", include_last_offset=True)
    nn.init.zeros_(bag.weight)
    bias = nn.Parameter(torch.zeros(heads))
    optimiser = torch.optim.Adam([bag.weight, bias], lr=rate)
    rows = np.flatnonzero(domains[data.domains] & (np.diff(data.bounds) > 0))
    steps = EPOCHS * (len(rows) // BATCH + 1)
    plan = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(0.02, 1 - step / steps))
    for _ in range(EPOCHS):
        order = chance.permutation(rows)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            buckets, bounds, scale = _gather(data, batch)
            score = bag(buckets, bounds)
            if normalise:
                score = score * scale
            loss = _loss(score + bias, torch.from_numpy(data.targets[batch]), torch.from_numpy(data.weights[batch]))
            loss = loss + 2e-7 * bag.weight.abs().sum() / heads
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            plan.step()
    weights = (bag.weight.detach() * known).numpy()
    return weights, bias.detach().numpy()


def _gather(data: Data, rows: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
    counts = data.bounds[rows + 1] - data.bounds[rows]
    bounds = np.concatenate(([0], np.cumsum(counts)))
    places = np.arange(bounds[-1]) + np.repeat(data.bounds[rows] - bounds[:-1], counts)
    scale = torch.from_numpy((1 / np.sqrt(np.maximum(counts, 1))).astype(np.float32))[:, None]
    return torch.from_numpy(data.buckets[places]), torch.from_numpy(bounds), scale


def _loss(score: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    known = ~torch.isnan(target)
    each = nn.functional.binary_cross_entropy_with_logits(score, torch.nan_to_num(target), reduction="none")
    return (each * known * weight[:, None]).sum() / (known * weight[:, None]).sum().clamp(min=1) * known.any(0).sum()


def tables_of(
    words: NDArray[np.float32], bias: NDArray[np.float32], elements: NDArray[np.float32], element_bias: float
) -> Tables:
    """The trained parts as the detector reads them: weights of words as bytes."""
    scale = np.maximum(np.quantile(np.abs(words[np.abs(words).sum(1) > 0]), 0.9995, axis=0), 1e-6) / 127
    packed = np.clip(np.rint(words / scale), -127, 127).astype(np.int8)
    both = np.stack([elements[:ELEMENT_BUCKETS, 0], elements[ELEMENT_BUCKETS:, 0]], 1)
    return Tables(packed, scale.astype(np.float32), bias.astype(np.float32), both.astype(np.float32), element_bias)


def all_tables(
    samples: Sequence[Sample], fold_of: dict[str, int], folds: Sequence[int | None], seed: int
) -> list[Tables]:
    """For each fold, the tables trained on the samples outside it; for None on all of them."""
    numbers = {domain: n for n, domain in enumerate(sorted({sample.domain for sample in samples}))}
    words, elements = Rows(), Rows()
    for sample in samples:
        word_rows(sample, numbers[sample.domain], words)
        if sample.source == "page":
            element_rows(sample, numbers[sample.domain], elements)
    data, places = Data(words, WORD_BUCKETS), Data(elements, 2 * ELEMENT_BUCKETS)
    made = []
    for fold in folds:
        chosen = np.array([fold is None or fold_of[domain] != fold for domain in numbers])
        word_weights, word_bias = train_linear(data, chosen, normalise=True, seed=seed)
        element_weights, element_bias = train_linear(places, chosen, normalise=False, seed=seed, rate=0.01)
        made.append(tables_of(word_weights, word_bias, element_weights, float(element_bias[0])))
    return made
