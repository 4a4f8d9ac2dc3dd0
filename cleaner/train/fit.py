"""Gold → weights, in one go: samples, linear tables out of fold, examples, networks that judge at first sight out of
fold, examples at second sight, networks, file. The same seed gives the same weights on the same machine and library
versions."""

from __future__ import annotations

import json
import multiprocessing
import random
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.detect.features import COLUMN, FEATURES, Tables
from cleaner.detect.learned import Judge, Model, save_model
from cleaner.detect.network import Network
from cleaner.detect.opinion import opinion_of
from cleaner.errors import CleanerError, InputError
from cleaner.evaluate.gold import DEFAULT_TYPE, GoldPage, load_gold
from cleaner.model import Head, SourceKind
from cleaner.train.examples import Example, Seer, examples_of
from cleaner.train.labels import DEBRIS
from cleaner.train.linear import LEAST_DOMAINS, all_tables
from cleaner.train.samples import Inserts, Sample, debris_of, domain_of, fold_of, rule_lines, samples_of
from cleaner.train.sequence import train_network

FOLDS = 5
"""Parts by domain: the linear scores that the network learns from are those of tables that have not seen the page."""
OTHER_TYPES = 0.7
"""How much pages count that are no articles."""
FORUM_TEXT = 0.3
"""How much the text renderings of forums count of that: without markup, threads look like comments under an article."""
CONTEXT = "spawn"
"""How workers start; a fork would copy a process in which PyTorch has threads."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train."""

    seed: int = 0
    networks: int = 1
    """For pages and for texts each."""
    epochs: int = 5
    debris: Path | None = None
    """More lines of debris to put into pages: JSON lines with `line` and, where known, `domain`."""
    jobs: int = 2
    """Processes; with 1 all is done in this one."""
    without_fold: int | None = None
    """A fold of domains that is left out altogether, to be measured on."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """How much the pages of a gold count, by the last part of its path; 1 where it is not named."""
    credit: str = ""
    """Whose pages these are; written into the file."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page's samples with what trafilatura keeps of it."""

    samples: list[Sample]
    keeps: NDArray[np.bool_] | None

    @property
    def domain(self) -> str:
        return self.samples[0].domain


def train(golds: Sequence[Path], settings: Settings, tell: Callable[[str], None] = lambda said: None) -> bytes:
    """The weights file of a model trained on the pages of gold. Raises InputError where there is too little to learn
    from, or a weight is given for gold that is not there."""
    gold = gold_of(golds, settings)
    tell(f"{len(gold)} pages: reading, rendering, labelling")
    with _mapping(settings.jobs) as mapped:
        pages = [page for page in mapped(_page_of, gold) if page.samples]
    folds = folds_of(pages, settings)
    tell(f"{len(pages)} pages with labels: training the linear tables, {len(set(folds.values()))} times out of fold")
    tables, whole = _tables(pages, folds, settings.seed)
    tell("computing features at first sight")
    seen = _examples(pages, folds, tables, settings)
    tell(f"examples: {_counted(seen)}: training what judges pages at first sight, {len(tables)} times out of fold")
    glances = _glances(seen["html"], settings)
    tell("computing features of pages at second sight")
    seen["html"] = _examples(pages, folds, tables, settings, glances)["html"]
    tell(f"training {settings.networks} networks for each kind")
    judges = {kind: _judge(_flat(made), kind, settings) for kind, made in seen.items()}
    model = Model(whole, glances[None], **judges)
    about = {"credit": settings.credit, "pages": str(len(pages)), "gold": ", ".join(sorted(map(name_of, golds)))}
    data = BytesIO()
    save_model(data, model, about)
    return data.getvalue()


LAYERS: Mapping[SourceKind, int] = {"html": 5, "text": 6}
"""Of the networks; lines of a text need to see farther, for they have no elements to tell where they stand."""


GLANCE_EPOCHS = 0.6
"""Of the epochs, those that what judges at first sight is trained for: there are six of it."""
ByFold = Mapping[int, Sequence[Example]]
Glances = Mapping[int | None, Network]
"""What judges pages at first sight: for each fold what has not seen it, and for None what has seen all."""


def _counted(examples: Mapping[SourceKind, ByFold]) -> str:
    return ", ".join(f"{sum(map(len, made.values()))} of {kind}" for kind, made in examples.items())


def _glances(examples: ByFold, settings: Settings) -> Glances:
    epochs = max(1, round(GLANCE_EPOCHS * settings.epochs))
    return {
        fold: _network(_flat(examples, without=fold), "html", seed=settings.seed, epochs=epochs)
        for fold in (*examples, None)
    }


def _judge(examples: Sequence[Example], kind: SourceKind, settings: Settings) -> Judge:
    seeds = range(settings.seed, settings.seed + settings.networks)
    networks = tuple(_network(examples, kind, seed=seed, epochs=settings.epochs) for seed in seeds)
    return Judge(networks, surrogate_of(networks, examples))


def _flat(examples: ByFold, without: int | None = None) -> list[Example]:
    return [example for fold, made in examples.items() if fold != without for example in made]


def _network(examples: Sequence[Example], kind: SourceKind, *, seed: int, epochs: int) -> Network:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "index_reduce")  # PyTorch calls it new; it has been so for years
        return Network.of(train_network(examples, layers=LAYERS[kind], seed=seed, epochs=epochs).arrays())


def name_of(gold: Path) -> str:
    """What a gold is called: the last part of its path."""
    return gold.absolute().name


def check_weights(golds: Sequence[Path], settings: Settings) -> None:
    """Raises InputError where a weight is given for gold that is not there."""
    names = {name_of(path) for path in golds}
    if unknown := settings.weights.keys() - names:
        raise InputError(f"a weight for {', '.join(sorted(unknown))}", todo=f"there is {', '.join(sorted(names))}")


def gold_of(golds: Sequence[Path], settings: Settings) -> list[tuple[GoldPage, float]]:
    """The pages to learn from, each with how much it counts. Raises InputError."""
    check_weights(golds, settings)
    found: list[tuple[GoldPage, float]] = []
    for path in golds:
        weight = settings.weights.get(name_of(path), 1.0)
        found += [
            (page, weight if page.page_type == DEFAULT_TYPE else weight * OTHER_TYPES)
            for page in load_gold(path)
            if settings.without_fold is None or fold_of(domain_of(page), FOLDS) != settings.without_fold
        ]
    return found


def folds_of(pages: Sequence[Page], settings: Settings) -> dict[str, int]:
    """The fold of each domain. Raises InputError where one of them is empty, or too few domains are left without it."""
    folds = {page.domain: fold_of(page.domain, FOLDS) for page in pages}
    wanted = set(range(FOLDS)) - {settings.without_fold}
    filled = set(folds.values())
    fewest = min(sum(fold != one for fold in folds.values()) for one in wanted)
    if filled != wanted or fewest < LEAST_DOMAINS:
        raise InputError(
            f"{len(pages)} pages with a body that could be found again, of {len(folds)} sites, in {len(filled)} of"
            f" {len(wanted)} parts",
            todo="give pages of more sites, at least some dozens",
        )
    return folds


# --- stages -----------------------------------------------------------------------------------------


def _page_of(item: tuple[GoldPage, float]) -> Page:
    page, weight = item
    samples = samples_of(page, weight)
    keeps = None
    if samples and samples[0].source == "page" and samples[0].document.kind == "html":
        found = opinion_of(samples[0].document)
        keeps = None if found is None else np.array(found)
    if page.page_type == "forum":
        samples = [
            sample if sample.source == "page" else replace(sample, weight=sample.weight * FORUM_TEXT)
            for sample in samples
        ]
    return Page([_slim(sample) for sample in samples], keeps)


def _slim(sample: Sample) -> Sample:
    """Without what training doesn't read: the source, and values that can't go to another process."""
    head = sample.document.head
    meta = {name: values for name, values in head.meta.items() if _is_read(name)}
    stated = tuple({key: item[key] for key in ("headline", "@type") if key in item} for item in head.json_ld)
    slim = Head(head.title, head.language, head.canonical, meta, stated)
    return replace(sample, document=replace(sample.document, source="", head=slim))


def _is_read(name: str) -> bool:
    """Whether the features read a meta name."""
    return "title" in name or "description" in name or name == "headline"


def _tables(pages: Sequence[Page], folds: dict[str, int], seed: int) -> tuple[dict[int, Tables], Tables]:
    """The linear tables that have not seen a fold, by fold, and those that have seen all."""
    picked = [
        sample
        for page in pages
        for sample in page.samples
        if sample.source in ("page", "nodes") or len(page.samples) == 1
    ]
    used = sorted(set(folds.values()))
    *parts, whole = all_tables(picked, folds, [*used, None], seed)
    return dict(zip(used, parts, strict=True)), whole


def _inserts(
    pages: Sequence[Page], folds: Mapping[str, int], fold: int, more: Sequence[tuple[str, int]], seed: int
) -> Inserts:
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
    debris += [line for line, own in more if own != fold]
    return Inserts((*debris, *hits), tuple(captions), tuple(misses))


def _more_debris(settings: Settings) -> list[tuple[str, int]]:
    """The lines of `Settings.debris`, each with its fold. Raises InputError."""
    if settings.debris is None:
        return []
    try:
        rows = [json.loads(row) for row in settings.debris.read_text("utf8").splitlines()]
        found = [(str(row["line"]), fold_of(str(row.get("domain")), FOLDS)) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"no lines of debris: {error!r}", where=str(settings.debris),
                         todo="give a JSON object with `line` on each line") from error  # fmt: skip
    return [(line, fold) for line, fold in found if fold != settings.without_fold]


@dataclass(frozen=True, slots=True)
class Shared:
    """What every worker that computes examples needs, by fold."""

    tables: Mapping[int, Tables]
    inserts: Mapping[int, Inserts]
    glances: Glances
    seed: int


def _examples(
    pages: Sequence[Page], folds: Mapping[str, int], tables: Mapping[int, Tables], settings: Settings,
    glances: Glances | None = None,
) -> dict[SourceKind, ByFold]:  # fmt: skip
    """The examples of each kind by fold; with `glances` those of pages only, the same as without, at second sight."""
    more = _more_debris(settings)
    inserts = {fold: _inserts(pages, folds, fold, more, settings.seed) for fold in tables}
    shared = Shared(tables, inserts, glances or {}, settings.seed)
    work = [(page, folds[page.domain], others) for page, others in _with_others(pages, folds, settings.seed)]
    made: dict[SourceKind, dict[int, list[Example]]] = {"html": {}, "text": {}}
    with _mapping(settings.jobs, shared) as mapped:
        for (_, fold, _), group in zip(work, mapped(_examples_of, work), strict=True):
            for kind, examples in group.items():
                made[kind].setdefault(fold, []).extend(examples)
    return {kind: dict(sorted(by_fold.items())) for kind, by_fold in made.items()}


def _with_others(
    pages: Sequence[Page], folds: Mapping[str, int], seed: int
) -> Iterator[tuple[Page, list[list[Sample]]]]:
    """Each page with the renderings of two others of its fold, articles, between which its own can be put."""
    chance = random.Random(seed)
    known: dict[int, list[list[Sample]]] = {}
    for page in pages:
        texts = [sample for sample in page.samples if sample.source != "page"]
        if texts and texts[0].weight >= 1:
            known.setdefault(folds[page.domain], []).append(texts)
    for page in pages:
        around = known.get(folds[page.domain], [])
        article = page.samples[0].weight >= 1 and len(page.samples) > 1 and len(around) > 1
        yield page, chance.sample(around, 2) if article else []


def _examples_of(item: tuple[Page, int, list[list[Sample]]]) -> dict[SourceKind, list[Example]]:
    page, fold, others = item
    shared = _SHARED[-1]
    seer = Seer(shared.tables[fold], shared.glances.get(fold))
    return examples_of(page.samples, seer, shared.inserts[fold], shared.seed, page.keeps, others)


def surrogate_of(networks: Sequence[Network], examples: Sequence[Example]) -> NDArray[np.float32]:
    """(features,) ridge regression of the first network's log-odds on its standardised inputs."""
    chosen = random.Random(0).sample(list(examples), min(400, len(examples)))
    x = np.concatenate([example.x for example in chosen]).astype(np.float32)
    bounds = np.concatenate(([0], np.cumsum([len(example.labels) for example in chosen])))
    network = networks[0]
    z = np.clip((x - network.mean) * network.scale, -5, 5)
    z[:, COLUMN["glance"]] = 0  # which says all and explains nothing
    y = np.clip(network(x, bounds), -8, 8)
    gram = z.T @ z + 0.01 * len(z) * np.eye(len(FEATURES), dtype=np.float32)
    return np.linalg.solve(gram, z.T @ (y - y.mean())).astype(np.float32)


# --- workers ----------------------------------------------------------------------------------------

_SHARED: list[Shared] = []
"""Of this process; what the work at hand shares is the last."""
Mapped = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]


@contextmanager
def _mapping(jobs: int, shared: Shared | None = None) -> Iterator[Mapped]:
    """A `map` over processes, with results in the order of the work."""
    if jobs == 1:
        _share(shared)
        try:
            yield map
        finally:
            _SHARED.clear()
        return
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context(CONTEXT), _share, (shared,)) as pool:
            yield lambda work, items: pool.map(work, items, chunksize=8)
    except BrokenProcessPool:
        raise CleanerError("a worker process died", todo="see whether memory ran out; use fewer jobs") from None


def _share(shared: Shared | None) -> None:
    _SHARED[:] = [shared] if shared else []
