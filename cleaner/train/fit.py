"""Gold → weights, in one go: samples, linear tables out of fold, examples, networks, file. The same seed gives the same
weights on the same machine and library versions."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.detect.features import FEATURES, Tables
from cleaner.detect.learned import Model, save_model
from cleaner.detect.network import Network
from cleaner.detect.opinion import opinion_of
from cleaner.errors import CleanerError, InputError
from cleaner.evaluate.gold import GoldPage, load_gold
from cleaner.read import read
from cleaner.train.examples import examples_of
from cleaner.train.labels import DEBRIS
from cleaner.train.linear import all_tables
from cleaner.train.samples import Inserts, Sample, debris_of, domain_of, fold_of, rule_lines, samples_of
from cleaner.train.sequence import Example, train_network

FOLDS = 5
"""Parts by domain: the linear scores that the network learns from are those of tables that have not seen the page."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train."""

    seed: int = 0
    networks: int = 2
    epochs: int = 6
    jobs: int = 2
    without_fold: int | None = None
    """A fold of domains that is left out altogether, to be measured on."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """How much the pages of a gold folder count, by its name; 1 where it is not named."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page's samples with what trafilatura keeps of it."""

    samples: list[Sample]
    keeps: NDArray[np.bool_] | None

    @property
    def domain(self) -> str:
        return self.samples[0].domain


def train(golds: Sequence[Path], output: Path, settings: Settings, tell: Callable[[str], None]) -> None:
    """Writes weights trained on the pages of gold folders. Raises InputError where there is too little to learn from."""
    named = [(page, settings.weights.get(path.name, 1.0)) for path in golds for page in load_gold(path)]
    if settings.without_fold is not None:
        named = [item for item in named if fold_of(domain_of(item[0]), FOLDS) != settings.without_fold]
    tell(f"{len(named)} pages: reading, rendering, labelling")
    with ProcessPoolExecutor(settings.jobs) as pool:
        pages = [page for page in pool.map(_page_of, named, chunksize=8) if page.samples]
    folds = {page.domain: fold_of(page.domain, FOLDS) for page in pages}
    if len(set(folds.values())) < FOLDS:
        raise InputError(f"pages of {len(folds)} domains", todo=f"give pages of more, at least some in {FOLDS} parts")
    tell(f"{len(pages)} pages with labels: training the linear tables, {FOLDS} times out of fold and once on all")
    picked = [sample for page in pages for sample in page.samples if sample.source in ("page", "nodes")]
    *parts, whole = all_tables(picked, folds, [*range(FOLDS), None], settings.seed)
    tell("computing features")
    examples = _examples(pages, folds, parts, settings)
    tell(f"{len(examples)} examples: training {settings.networks} networks")
    networks = tuple(
        Network.of(train_network(examples, seed=settings.seed + n, epochs=settings.epochs).arrays())
        for n in range(settings.networks)
    )
    model = Model(whole, networks, surrogate_of(networks, examples))
    data = BytesIO()
    save_model(data, model, {"pages": str(len(pages)), "gold": ", ".join(sorted({path.name for path in golds}))})
    output.write_bytes(data.getvalue())
    tell(f"{output}: {len(data.getvalue()) / 1e6:.1f} MB, SHA-256 {hashlib.sha256(data.getvalue()).hexdigest()}")


def _page_of(item: tuple[GoldPage, float]) -> Page:
    page, weight = item
    samples = [_slim(sample) for sample in samples_of(page, weight)]
    keeps = None
    if samples and page.kind == "html":
        try:
            found = opinion_of(read(page.read(), kind="html", url=page.url, max_chars=20_000_000))
        except CleanerError:
            found = None
        keeps = np.array(found) if found is not None and len(found) == len(samples[0].labels) else None
    return Page(samples, keeps)


def _slim(sample: Sample) -> Sample:
    """Without what training doesn't read: the source, and values that can't go to another process."""
    head = sample.document.head
    wanted = {name: values for name, values in head.meta.items() if "title" in name or "description" in name}
    stated = tuple({"headline": item["headline"]} for item in head.json_ld if isinstance(item.get("headline"), str))
    document = replace(sample.document, source="", head=replace(head, meta=wanted, json_ld=stated))
    return replace(sample, document=document)


def _inserts(pages: Sequence[Page], folds: Mapping[str, int], fold: int, seed: int) -> Inserts:
    """Debris to put into the pages of a fold, from the pages of the others and the rules' own examples."""
    hits, misses = rule_lines()
    debris: list[str] = []
    captions: list[str] = []
    for page in pages:
        sample = page.samples[0]
        if folds[page.domain] != fold and sample.source == "page":
            debris += list(debris_of(sample))[:30]
            blocks = zip(sample.document.blocks, sample.labels.tolist(), strict=True)
            captions += [block.text for block, value in blocks if block.role == "caption" and value == DEBRIS][:6]
    hits = random.Random(seed).sample(hits, min(len(hits), len(debris) + 100))
    return Inserts((*debris, *hits), tuple(captions), tuple(misses))


def _examples(
    pages: Sequence[Page], folds: Mapping[str, int], parts: Sequence[Tables], settings: Settings
) -> list[Example]:
    inserts = [_inserts(pages, folds, fold, settings.seed) for fold in range(FOLDS)]
    work = [(page, parts[folds[page.domain]], folds[page.domain]) for page in pages]
    with ProcessPoolExecutor(settings.jobs, initializer=_set_inserts, initargs=(inserts, parts, settings.seed)) as pool:
        made = pool.map(_examples_of, [(page, fold) for page, _, fold in work], chunksize=16)
        return [example for group in made for example in group]


_SHARED: dict[str, Any] = {}
"""What every worker of one training needs, sent once."""


def _set_inserts(inserts: list[Inserts], parts: Sequence[Tables], seed: int) -> None:
    _SHARED.update(inserts=inserts, parts=parts, seed=seed)


def _examples_of(item: tuple[Page, int]) -> list[Example]:
    page, fold = item
    return examples_of(page.samples, _SHARED["parts"][fold], _SHARED["inserts"][fold], _SHARED["seed"], page.keeps)


def surrogate_of(networks: Sequence[Network], examples: Sequence[Example]) -> NDArray[np.float32]:
    """(features,) ridge regression of the first network's log-odds on its standardised inputs."""
    chosen = random.Random(0).sample(list(examples), min(400, len(examples)))
    x = np.concatenate([example.x for example in chosen]).astype(np.float32)
    bounds = np.concatenate(([0], np.cumsum([len(example.labels) for example in chosen])))
    network = networks[0]
    z = np.clip((x - network.mean) * network.scale, -5, 5)
    y = np.clip(network(x, bounds), -8, 8)
    gram = z.T @ z + 0.01 * len(z) * np.eye(len(FEATURES), dtype=np.float32)
    return np.linalg.solve(gram, z.T @ (y - y.mean())).astype(np.float32)
