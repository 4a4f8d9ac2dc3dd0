"""Judges blocks by a model trained on pages with gold: hashed words, shape, markup and page, read by a small network.

The weights are an array file beside the rules, read once, when first needed. Training is `cleaner.train`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from importlib import resources
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cleaner.detect.encode import Floats
from cleaner.detect.features import COLUMN, FEATURES, Batch, Tables, features
from cleaner.detect.kinds import kind_of_place
from cleaner.detect.network import Network
from cleaner.detect.opinion import opinion_of
from cleaner.errors import InputError
from cleaner.layout import runs
from cleaner.model import Document, Evidence, Kind, Node, SourceKind

if TYPE_CHECKING:
    from cleaner.options import Options

WEIGHTS = "learned.npz"
"""In `cleaner/rules/data`."""
FORMAT = 4


@dataclass(frozen=True, slots=True)
class Judge:
    """What judges the sources of one kind."""

    networks: tuple[Network, ...]
    """Their log-odds are averaged."""
    surrogate: Floats
    """(features,) weights of the linear model nearest to the networks; it names what weighed."""

    def __call__(self, batch: Batch) -> Floats:
        total = self.networks[0](batch.x, batch.bounds)
        for network in self.networks[1:]:
            total = total + network(batch.x, batch.bounds)
        return total / np.float32(len(self.networks))


@dataclass(frozen=True, slots=True)
class Model:
    """What is trained: tables for all sources, and a judge each for pages and for texts, which tell other things."""

    tables: Tables
    glance: Network
    """Judges pages at first sight, for `Batch.again`."""
    html: Judge
    text: Judge

    def batch(self, documents: Sequence[Document]) -> Batch:
        """The features of documents; those of pages are at second sight."""
        first = features(documents, self.tables)
        is_page = _of_pages(first)
        if not is_page.any():
            return first
        second = first.again(self.glance(first.x, first.bounds))
        return second if is_page.all() else replace(second, x=np.where(is_page[:, None], second.x, first.x))

    def judge(self, batch: Batch) -> Floats:
        """(rows,) log-odds that each block is content."""
        is_page = _of_pages(batch)
        if is_page.all():
            return self.html(batch)
        return np.where(is_page, self.html(batch), self.text(batch)) if is_page.any() else self.text(batch)


def _of_pages(batch: Batch) -> NDArray[np.bool_]:
    """Which rows are of pages."""
    return np.asarray(batch.x[:, COLUMN["html"]] > 0)


@cache
def default_model() -> Model:
    """The model that comes with the package."""
    with (resources.files("cleaner.rules") / "data" / WEIGHTS).open("rb") as file:
        return load_model(file, WEIGHTS)


@cache
def model_at(path: str) -> Model:
    """A model of the user's own. Raises InputError where the file is none."""
    try:
        with Path(path).open("rb") as file:
            return load_model(file, path)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=path) from error


def load_model(file: IO[bytes], name: str) -> Model:
    """A model from an array file; nothing in it can run code. Raises InputError where it is not one of this version."""
    try:
        if file.read(2) != b"PK":  # NumPy takes any other file for a pickle, and says how to run it
            raise ValueError("not an array file")
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            held: Mapping[str, NDArray[Any]] = {key: arrays[key] for key in arrays.files}
        if int(held["format"]) != FORMAT or tuple(held["features"].tolist()) != FEATURES:
            raise InputError("weights of another version", where=name, todo="train them again with `cleaner train`")
        tables = Tables(held["words"], held["word_scale"], held["word_bias"], held["elements"].astype(np.float32),
                        float(held["element_bias"]))  # fmt: skip
        return Model(tables, Network.of(held, "glance."), _judge_in(held, "html"), _judge_in(held, "text"))
    except InputError:
        raise
    except Exception as error:  # zipfile, zlib and NumPy have errors of their own for damaged files, a dozen kinds
        raise InputError(
            f"no weights of cleaner: {error}", where=name, todo="give a file made by `cleaner train`"
        ) from error


def _judge_in(held: Mapping[str, NDArray[Any]], kind: SourceKind) -> Judge:
    networks = tuple(Network.of(held, f"{kind}{n}.") for n in range(int(held[f"{kind}.networks"])))
    return Judge(networks, held[f"{kind}.surrogate"].astype(np.float32))


def save_model(file: IO[bytes], model: Model, about: Mapping[str, str]) -> None:
    """Writes a model: networks as 16-bit, tables as they are. `about` holds credit and figures, for people."""
    arrays: dict[str, NDArray[Any]] = {
        "format": np.array(FORMAT), "features": np.array(FEATURES),
        "words": model.tables.words, "word_scale": model.tables.word_scale, "word_bias": model.tables.word_bias,
        "elements": model.tables.elements.astype(np.float16), "element_bias": np.array(model.tables.element_bias),
    }  # fmt: skip
    arrays |= {f"glance.{name}": value for name, value in model.glance.arrays().items()}
    for kind, judge in (("html", model.html), ("text", model.text)):
        arrays[f"{kind}.networks"] = np.array(len(judge.networks))
        arrays[f"{kind}.surrogate"] = judge.surrogate.astype(np.float16)
        for n, network in enumerate(judge.networks):
            arrays |= {f"{kind}{n}.{name}": value for name, value in network.arrays().items()}
    for name, value in about.items():
        arrays[f"about.{name}"] = np.array(value)
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def with_opinion(batch: Batch, keeps: Sequence[bool]) -> Batch:
    """The features of one document with what a second extractor would keep."""
    x = batch.x.copy()
    kept = np.asarray(keeps, np.float32)
    x[:, COLUMN["opinion_known"]] = 1
    x[:, COLUMN["opinion_keeps"]] = kept * 2 - 1
    x[:, COLUMN["opinion_share"]] = kept.mean()
    return replace(batch, x=x)


# --- evidence ---------------------------------------------------------------------------------------

UNSURE = 0.3
"""Share of a page's words that the model expects to judge wrongly, from which a second opinion is asked for. Of 1,173
pages of sites unseen in training those from .16 to .3 gained nothing by one that others did not lose."""


MOST_BLOCKS = 20_000
"""Blocks that are judged together; of a longer document each stretch of so many is judged by itself, so that memory
stays bounded."""


def detect_learned(document: Document, options: Options) -> list[Evidence]:
    """Evidence for each block. On pages where the model is unsure, or always, as the options say, trafilatura is asked
    too; what that changes is evidence of its own."""
    model = _model(options)
    evidence: list[Evidence] = []
    for start in range(0, len(document.blocks), MOST_BLOCKS):
        part = document
        if len(document.blocks) > MOST_BLOCKS:
            part = replace(document, blocks=document.blocks[start : start + MOST_BLOCKS])
        evidence += _judged(part, model, options)
    return evidence


def _model(options: Options) -> Model:
    return model_at(options.weights) if options.weights else default_model()


TOGETHER, SHORT = 2_000, 300
"""Blocks of documents that are judged at one go; those of one document from which it gains little by company."""
JUDGED = "learned"
"""In `Document.derived`: the batch of one document, and what was judged of it."""


def judge_together(documents: Sequence[Document], options: Options) -> None:
    """Judges the short ones of some documents many at a time. `detect_learned` then finds what it would come to by
    itself, to the last bit; alone, most of the time of such a document goes into calls for a few numbers each."""
    model = _model(options)
    for group in _groups(documents):
        batch = model.batch(group)
        content = model.judge(batch)
        for n, document in enumerate(group):
            document.derived[JUDGED] = batch.only(n), content[batch.rows(n)]


def _groups(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """The short documents, pages and texts apart, in groups of up to TOGETHER blocks."""
    for kind in ("html", "text"):
        group: list[Document] = []
        size = 0
        for document in documents:
            if document.kind == kind and 0 < len(document.blocks) <= SHORT:
                if size + len(document.blocks) > TOGETHER:
                    yield group
                    group, size = [], 0
                group.append(document)
                size += len(document.blocks)
        if group:
            yield group


def _judged(document: Document, model: Model, options: Options) -> list[Evidence]:
    batch, content = document.derived.pop(JUDGED, None) or _judge_alone(document, model)
    if document.kind == "html":
        content = settled(document, batch, content)
    evidence: list[Evidence] = []
    if document.kind == "html" and options.opinion != "never":
        keeps = opinion_of(document) if options.opinion == "always" or doubt(batch, content) > UNSURE else None
        if keeps is not None:
            batch = with_opinion(batch, keeps)
            advised = settled(document, batch, model.judge(batch))
            evidence = opinion_evidence(document, keeps, content - advised)
    elif document.kind == "text":
        content = unjudged(batch, bridged(batch, level_runs(document, batch, content)))
    return [*evidence_of(document, model, batch, content), *evidence]


def _judge_alone(document: Document, model: Model) -> tuple[Batch, Floats]:
    batch = model.batch([document])
    return batch, model.judge(batch)


def doubt(batch: Batch, content: Floats) -> float:
    """Share of a document's words that are likely to be judged wrongly, of those likely to be content."""
    words = batch.words
    p = 1 / (1 + np.exp(-content))
    return float((words * np.minimum(p, 1 - p)).sum() / max(float((words * p).sum()), 1.0))


FEWEST_WORDS, NEUTRAL = 6, 0.5
MOST_WORDS, UNLIKELY = 12, -1.0


def bridged(batch: Batch, content: Floats) -> Floats:
    """The log-odds of a text, where short lines between two that read as the article, headings mostly, are neutral
    unless they are likely debris."""
    kept = np.concatenate(([False], content > 0, [False]))
    short = (batch.words <= MOST_WORDS) & (batch.x[:, COLUMN["prose"]] == 0)
    between = kept[:-2] & kept[2:] & short & (content > UNLIKELY)
    return np.where(between, np.maximum(content, np.float32(NEUTRAL)), content)


def unjudged(batch: Batch, content: Floats) -> Floats:
    """The log-odds of a text, where no line of some words reads as an article none of them below neutral: there is
    nothing that debris could be told from."""
    words = batch.words
    return content if ((content > 0) & (words >= FEWEST_WORDS - 0.5)).any() else np.maximum(content, NEUTRAL)


LEAST_HOPE, HOPE = -4.0, 1.0


def hopeful(batch: Batch, content: Floats) -> Floats:
    """The log-odds of a page, none of whose blocks of some words reads as an article, raised until the likeliest does:
    that a page has some content is likelier than that it has none. Hopeless ones are left as they are."""
    long = content[batch.words >= FEWEST_WORDS - 0.5]
    most = long.max() if len(long) else LEAST_HOPE
    return content + (HOPE - most) if LEAST_HOPE < most <= 0 else content


def settled(document: Document, batch: Batch, content: Floats) -> Floats:
    """The log-odds of a page with all that is known of pages as a whole."""
    content = by_table(document, batch, hopeful(batch, content))
    return without_furniture(document, batch, without_comments(batch, content))


AS_ONE, LAYOUT, CELL_WORDS = 2 / 3, 0.5, 20


def by_table(document: Document, batch: Batch, content: Floats) -> Floats:
    """The log-odds with the cells of each table drawn to their mean: tables stay or go as one. What holds LAYOUT
    of the words of a page lays it out."""
    table: list[int] = []
    for n, node in enumerate(document.nodes):
        table.append(n if node.tag == "table" else table[node.parent] if node.parent >= 0 else -1)
    homes = np.array([table[block.node] if block.node >= 0 else -1 for block in document.blocks])
    cells = np.flatnonzero(homes >= 0)
    if not len(cells):
        return content
    words, (_, which) = batch.words, np.unique(homes[cells], return_inverse=True)
    weight = np.minimum(words[cells], CELL_WORDS) + 1
    mean = np.bincount(which, content[cells] * weight) / np.bincount(which, weight)
    small = np.bincount(which, words[cells]) <= LAYOUT * words.sum()
    drawn = content.copy()
    drawn[cells] += np.where(small[which], AS_ONE * (mean[which] - content[cells]), 0).astype(np.float32)
    return drawn


ARTICLE_WORDS, AGAINST_COMMENTS = 400, 4.0


def without_comments(batch: Batch, content: Floats) -> Floats:
    """The log-odds of a page, lower for what stands among comments where the rest holds an article: of what is beside
    one of ARTICLE_WORDS words in sentences, 3 % of the words are content. On pages of little else comments may be."""
    commented = batch.x[:, COLUMN["in_comments"]] > 0
    if not commented.any():
        return content
    article = (batch.x[:, COLUMN["prose"]] > 0) & (content > 0) & ~commented
    if float(batch.words[article].sum()) < ARTICLE_WORDS:
        return content
    return np.where(commented, content - np.float32(AGAINST_COMMENTS), content)


SOME_WORDS, AGAINST_FURNITURE = 50, 4.0


def without_furniture(document: Document, batch: Batch, content: Floats) -> Floats:
    """The log-odds of a page, lower for what stands in menus and in the head and foot of the page, where SOME_WORDS
    elsewhere read as the article: of such words 2 in 1,000 are content. Its title may stand there."""
    holds = in_furniture(document.nodes)
    furniture = np.array([block.node >= 0 and holds[block.node] for block in document.blocks])
    furniture &= batch.x[:, COLUMN["is_title"]] == 0
    if not furniture.any() or float(batch.words[(content > 0) & ~furniture].sum()) < SOME_WORDS:
        return content
    return np.where(furniture, content - np.float32(AGAINST_FURNITURE), content)


def in_furniture(nodes: Sequence[Node]) -> list[bool]:
    """For each element whether it is in a `nav`, or in a `header` or `footer` that is not an article's own."""
    around: list[str] = []
    for tag, _, parent in nodes:
        outer = around[parent] if parent >= 0 else ""
        if outer == "nav" or tag in ("nav", "article", "main"):
            around.append(outer if outer == "nav" else tag)
        else:
            around.append(tag if tag in ("header", "footer") and not outer else outer)
    return [place in ("nav", "header", "footer") for place in around]


def level_runs(document: Document, batch: Batch, content: Floats) -> Floats:
    """The log-odds with the lines of one paragraph, wrapped or broken, judged as one."""
    groups = runs(document)
    if len(groups) == len(content):
        return content
    starts = np.array([group.start for group in groups])
    words = batch.words + 1
    mean = np.add.reduceat(content * words, starts) / np.add.reduceat(words, starts)
    return np.repeat(mean, [len(group) for group in groups]).astype(np.float32)


def evidence_of(document: Document, model: Model, batch: Batch, content: Floats) -> list[Evidence]:
    """What the log-odds say of each block, with what weighed most for those against it."""
    against = np.flatnonzero(content < 0).tolist()
    judge = model.html if document.kind == "html" else model.text
    why = dict(zip(against, reasons(judge, batch, against), strict=True))
    scores = (1 / (1 + np.exp(np.clip(content, -30, 30)))).tolist()
    places: dict[tuple[int, bool], tuple[Kind, str]] = {}
    evidence: list[tuple[object, ...]] = []
    for n, (block, score) in enumerate(zip(document.blocks, scores, strict=True)):
        if n not in why:
            evidence.append((block.index, "learned", "learned.content", score, "reads as the article", *NONE))
            continue
        at = (block.node, block.link_share > 0.6)
        if at not in places:
            places[at] = kind_of_place(document, block)
        kind, place = places[at]
        said = f"{place}; {why[n]}" if place else why[n]
        evidence.append((block.index, "learned", "learned.debris", score, said, kind, *NONE[1:]))
    return list(map(partial(tuple.__new__, Evidence), evidence))


def debris_lines(evidence: Iterable[Evidence], above: float = 0.5) -> frozenset[int]:
    """Blocks that the learned detector takes for debris, by a score above this."""
    return frozenset(item.block for item in evidence if item.detector == "learned" and item.score > above)


NONE = (None, None, None, None)
"""The last four fields of Evidence."""


def opinion_evidence(document: Document, keeps: Sequence[bool], against: Floats) -> list[Evidence]:
    """How far trafilatura's answer moves each block."""
    scores = (1 / (1 + np.exp(-np.clip(against, -30, 30)))).tolist()
    return [
        Evidence(block.index, "opinion", f"opinion.{'keeps' if kept else 'drops'}", score,
                 f"trafilatura {'keeps' if kept else 'drops'} it", None)
        for block, kept, score in zip(document.blocks, keeps, scores, strict=True)
    ]  # fmt: skip


WHEN_HIGH = {
    "link": "is link text",
    "links": "stands among links",
    "head2": "is worded like a caption or credit",
    "head3": "is worded like a list of links",
    "head11": "is worded like what stands behind articles",
    "head12": "is worded like what stands before articles",
    "in_comments": "stands among comments",
    "since_title": "stands far from the title",
    "prose_before": "most of the article stands above it",
    "prose_after": "most of the article stands below it",
    "siblings_links": "those like it are links",
    "looks_links": "those like it are links",
    "repeats": "stands several times",
    "short": "is short",
    "one_word": "is a single word",
    "capitals": "is in capitals",
    "digits": "is made of figures",
    "article_number": "stands in another <article>",
    "depth": "is nested deep",
}
WHEN_LOW = {
    "head0": "is worded like debris",
    "head1": "is worded like debris inside articles",
    "head9": "is worded like what leads to debris",
    "head10": "is worded like what follows debris",
    "element": "its elements are named like those of debris",
    "in_region": "stands outside the element that reads as the article",
    "in_run": "stands outside the lines that read as the article",
    "mass": "its element holds little of the article",
    "content": "reads as debris, as what is around it",
    "prose": "no sentences around it",
    "ends_sentence": "ends in no sentence",
    "prose_before": "little of the article stands above it",
    "prose_after": "little of the article stands below it",
    "from_end": "stands near the end",
    "from_top": "stands near the top",
    "cohesion": "shares few words with the article",
    "siblings_content": "those like it read as debris",
    "looks_content": "those like it read as debris",
    "words": "is short",
    "in_article": "stands outside the <article>",
    "opinion_keeps": "trafilatura drops it",
    "size": "its element is small",
}
"""What a feature that is higher or lower than with most blocks says against a block, by the beginning of its name; the
longest that fits counts."""
PLAIN = "reads as debris"


@cache
def _reason_of() -> tuple[str | None, ...]:
    """For each feature what it says when it is low, and then what it says when it is high."""

    def told(name: str, said: Mapping[str, str]) -> str | None:
        return next((said[prefix] for prefix in sorted(said, key=len, reverse=True) if name.startswith(prefix)), None)

    return tuple(told(name, said) for name in FEATURES for said in (WHEN_LOW, WHEN_HIGH))


@lru_cache(maxsize=16_384)
def _told(heaviest: tuple[int, ...]) -> str:
    """What the heaviest features say, in words; each is twice its column, and one more where it is high."""
    told = _reason_of()
    said = dict.fromkeys(told[n] for n in heaviest if n >= 0 and told[n])
    return "; ".join([text for text in said if text][:2]) or PLAIN


def reasons(judge: Judge, batch: Batch, rows: Sequence[int]) -> list[str]:
    """For each of some rows, the two features that weighed most against it, in words."""
    if not rows:
        return []
    first = judge.networks[0]
    weighed = batch.x[rows]
    weighed -= first.mean
    weighed *= first.scale
    np.clip(weighed, -5, 5, out=weighed)
    high = weighed > 0
    weighed *= judge.surrogate
    heaviest = []
    here = np.arange(len(rows))
    for _ in range(6):  # a fraction of the time of sorting
        least = weighed.argmin(axis=1)
        heaviest.append(np.where(weighed[here, least] < -0.05, 2 * least + high[here, least], -1).tolist())
        weighed[here, least] = 0
    return list(map(_told, zip(*heaviest, strict=True)))
