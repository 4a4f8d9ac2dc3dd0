"""Gold → weights, in one go: samples, linear tables out of fold, examples, networks, file. The same seed gives the same
weights on the same machine and library versions."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

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
