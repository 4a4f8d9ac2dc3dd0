"""Documents → the numbers the learned detector looks at: one row a block, many documents at once.

Every feature is a column with a name (`FEATURES`), so that a removal can say what weighed. Columns about elements are 0
in plain text. Sums over elements use that the blocks inside one are a stretch of the document.

Pages are looked at twice: what is around a block, above it and like it is known by words alone at first, and by the
whole first judgement then (Cohen and Carvalho, "Stacked sequential learning", IJCAI 2005). Texts gain nothing by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.detect.encode import (
    COMMA,
    DIGIT,
    END,
    LETTER,
    MARK,
    UNSPACED,
    UPPER,
    Floats,
    Hashes,
    Ints,
    Lines,
    alphabet,
    encode,
    grams,
    mix,
)
from cleaner.detect.tree import MOST_REMEMBERED, MOST_TAGS, Memo, Tree, exact, tree_of
from cleaner.measure import UNSPACED_WORD
from cleaner.model import Document, Role

PAGE_HEADS, HEADS = 9, 13
"""Scores of a line from its words alone: content; content inside an article; caption or credit; link list; then what
the markup of other pages says of such words: comment, byline or date, heading, list item or cell, menu or foot; and, of
texts only, what such words say of the lines around: content follows; stands before; near an article, debris behind it;
debris before it."""
LEVELS = 6
"""Elements around a block, its own first, whose content is summed up."""
LIKES = ("siblings", "looks")
"""What a block of a page is compared with: blocks of its tag in its parent; blocks of its tag and words all over the
page, in elements of the same. A line of a text with lines that open with the same two words; with lines that end with
the same word and look the same."""
REACHES = (4, 12, 40)
"""Lines before and after a line whose means are features."""
ROLES: tuple[Role, ...] = ("paragraph", "heading", "list_item", "quote", "caption", "table", "code")
ROLE_NUMBER = {role: n for n, role in enumerate(ROLES)}
CHANCES = 4
"""Heads of which the probability is a feature too."""
_ARTICLE_TYPES = re.compile(r"Article|BlogPosting|Report$")
_DISCUSSION_TYPES = re.compile(r"Discussion|QAPage|Question")


@dataclass(frozen=True)
class Tables:
    """The linear parts of the model, which are trained first."""

    words: NDArray[np.int8]
    """(buckets, HEADS) weight of each hashed n-gram."""
    word_scale: Floats
    """(HEADS,)"""
    word_bias: Floats
    """(HEADS,)"""
    elements: Floats
    """(buckets, 2) weight of each hashed tag or class word: as any element around a block, as one of the nearest."""
    element_bias: float

    @cached_property
    def memo(self) -> Memo:
        return Memo(self.elements)


_OWN = """
words letters_per_word ends_sentence ends_colon opens_lower opens_upper opens_digit opens_mark capitals digits marks
commas stops unspaced one_word short long prose link_share linked gap0 gap1 gap2 marker level
"""
_OF_PAGE = """
known title_share title_cover is_title description_share description_cover repeats place from_top from_end
prose_before prose_after since_title title_seen has_title cohesion is_core page_prose page_lines since_prose
until_prose in_run run_share says_article says_discussion html guessed_title run_cohesion labels_around label_place
"""
_OF_ELEMENTS = """
element_any element_near depth same_parent same_grandparent in_region region_share in_article articles article_share
article_title article_number in_title_element in_comments uncommented
"""


def _names() -> Iterator[str]:
    yield from _OWN.split()
    yield from (f"role_{role}" for role in ROLES)
    yield from (f"head{n}" for n in range(HEADS))
    yield from (f"p{n}" for n in range(CHANCES))
    yield from _OF_PAGE.split()
    for reach in REACHES:
        yield from (f"{what}_{reach}_{side}" for what in ("prose", "content") for side in ("before", "after"))
    yield from _OF_ELEMENTS.split()
    for level in range(LEVELS):
        yield from (f"{what}{level}" for what in ("mass", "size", "content", "links", "prose"))
    for likes in LIKES:
        yield from (f"{likes}_{what}" for what in ("number", "content", "links", "prose", "in_run"))
    yield "glance"
    yield from ("opinion_known", "opinion_keeps", "opinion_share")


FEATURES: tuple[str, ...] = tuple(_names())
COLUMN = {name: n for n, name in enumerate(FEATURES)}


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents with at least one block each, laid end to end."""

    bounds: Ints
    """(documents + 1,) first row of each document."""
    document: Ints
    """(rows,) document of each row."""
    x: Floats
    """(rows, len(FEATURES))"""
    again: Callable[[Floats], Batch]
    """The same documents as they look once each row has log-odds of a first judgement."""

    @property
    def words(self) -> Floats:
        """(rows,) words of each block."""
        return np.asarray(np.expm1(self.x[:, COLUMN["words"]] * 3))

    def rows(self, n: int) -> slice:
        """The rows of a document."""
        return slice(int(self.bounds[n]), int(self.bounds[n + 1]))

    def only(self, n: int) -> Batch:
        """One of the documents, as it is now; it can't be looked at again."""
        x = self.x[self.rows(n)]
        return Batch(np.array([0, len(x)]), np.zeros(len(x), np.int64), x, _not_again)


def _not_again(log_odds: Floats) -> Batch:
    raise ValueError("one document of a batch can't be looked at again: look at the batch")


def features(documents: Sequence[Document], tables: Tables) -> Batch:
    """The features of documents, none of which is empty, at first sight."""
    return _Features(documents, tables).first_look()


TEXT_LIKE = 1 << 62
"""What sets the numbers of lines apart from those of blocks."""
SUREST = 6.0
"""Log-odds of a first judgement count up to these."""


class _Features:
    """The state of one computation: arrays by row (line), by element, by word."""

    def __init__(self, documents: Sequence[Document], tables: Tables) -> None:
        self.documents, self.tables = documents, tables
        self.blocks = [block for document in documents for block in document.blocks]
        sizes = [len(document.blocks) for document in documents]
        self.bounds = np.concatenate(([0], np.cumsum(sizes)))
        self.count = len(self.blocks)
        kinds = {document.kind for document in documents}
        self.has_pages, self.has_texts = "html" in kinds, "text" in kinds
        self.document = np.repeat(np.arange(len(documents)), sizes)
        self.lines = encode([block.text for block in self.blocks])
        self.own_words = self.owned(self.lines.words, self.document[self.lines.word_line])
        self.untitled: NDArray[np.bool_] | None = None
        self.tree: Tree | None = None
        self.alone = -1 - np.arange(self.count)
        """(rows,) numbers that no two rows share."""
        self.x = np.zeros((len(FEATURES), self.count), np.float32)

    def owned(self, hashes: Hashes, document: Ints) -> Hashes | NDArray[np.uint64]:
        """The hashes as numbers that no two documents share."""
        if len(self.documents) == 1:
            return hashes
        return hashes | (document.astype(np.uint64) << np.uint64(32))

    def first_look(self) -> Batch:
        self.of_characters()
        self.of_markup()
        self.of_words()
        self.of_repeats()
        if self.has_texts:
            likes = self.likes_of_lines()
        if self.has_pages:
            self.tree = tree_of(self.documents, self.blocks, self.document, self.tables.memo)
            self.of_tree(self.tree)
            of_tree = self.likes_of_tree(self.tree)
            likes = np.where(self.got("html") > 0, of_tree, likes) if self.has_texts else of_tree
        self.likes = [np.unique(like, return_inverse=True)[1] for like in likes]
        return self.look()

    def second_look(self, log_odds: Floats) -> Batch:
        self.p = np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -20, 20))), np.float32)
        self.put("glance", np.clip(log_odds, -SUREST, SUREST) / 3)
        return self.look()

    def look(self) -> Batch:
        """All that depends on which blocks are likely content."""
        self.of_runs()
        self.of_cohesion()
        if self.untitled is None or self.untitled.any():
            self.of_head()
        self.of_place()
        if self.tree:
            self.of_elements(self.tree)
        self.of_likes()
        return Batch(self.bounds, self.document, np.array(self.x.T, order="C"), self.second_look)

    def put(self, name: str, values: NDArray[np.generic] | float) -> None:
        self.x[COLUMN[name]] = values

    def got(self, name: str) -> Floats:
        row: Floats = self.x[COLUMN[name]]
        return row

    # --- one line by itself -----------------------------------------------------------------------

    def of_characters(self) -> None:
        lines, table = self.lines, alphabet()
        classes = lines.classes

        def counted(bit: int) -> Floats:
            marked = ((classes & bit) != 0).view(np.uint8)
            return np.asarray(np.add.reduceat(marked, lines.starts, dtype=np.int32), np.float32)

        letters, digits = counted(LETTER), counted(DIGIT)
        chars = np.maximum(lines.sizes, 1).astype(np.float32)
        number = np.diff(lines.first_word).astype(np.float32)
        unspaced = counted(UNSPACED) if (classes & UNSPACED).any() else np.zeros(self.count, np.float32)
        self.words = number - unspaced + unspaced / UNSPACED_WORD
        spread = np.maximum(self.words, 1)
        last = lines.starts + lines.sizes - 1
        for _ in range(3):
            closes = table.closers[lines.codes[last]] & (last > lines.starts)
            last = last - closes
        end_class = classes[last]
        sentence = (end_class & END) != 0
        last_code = lines.codes[last]
        colon = (last_code == 0x3A) | (last_code == 0xFF1A)
        followed = np.zeros(len(classes), bool)
        followed[-1] = True
        followed[:-1] = (classes[1:] & (LETTER | DIGIT)) == 0
        stop = ((classes & END) != 0) & (followed | (lines.codes > 0x2E7F))
        stops = np.add.reduceat(stop.view(np.uint8), lines.starts, dtype=np.int32).astype(np.float32)
        commas = counted(COMMA)
        opening = classes[lines.starts]
        upper_words = np.bincount(lines.word_line, (classes[lines.word_at] & UPPER) != 0, self.count).astype(np.float32)
        links = np.fromiter(map(attrgetter("link_chars"), self.blocks), np.float32, self.count) / chars
        self.links = np.minimum(links, 1.0)
        self.prose = (
            (self.words >= 8)
            & (self.links < 0.6)
            & (sentence | (colon & (self.words >= 12)) | ((self.words >= 25) & (stops + commas >= 2)))
        ).astype(np.float32)
        put = self.put
        put("words", np.log1p(self.words) / 3)
        put("letters_per_word", (letters / spread) / 8)
        put("ends_sentence", sentence)
        put("ends_colon", colon)
        put("opens_lower", ((opening & LETTER) != 0) & ((opening & (UPPER | UNSPACED)) == 0))
        put("opens_upper", (opening & UPPER) != 0)
        put("opens_digit", (opening & DIGIT) != 0)
        put("opens_mark", (opening & (MARK | END | COMMA)) != 0)
        put("capitals", upper_words / np.maximum(number, 1))
        put("digits", digits / chars)
        put("marks", counted(MARK) / chars)
        put("commas", np.minimum(commas / spread, 0.5) * 4)
        put("stops", np.log1p(stops) / 2)
        put("unspaced", unspaced > 0)
        put("one_word", self.words <= 1)
        put("short", self.words <= 4)
        put("long", self.words >= 20)
        put("prose", self.prose)
        put("link_share", self.links)
        put("linked", self.links > 0)
        size = np.searchsorted((1.5, 2.5, 4.5, 8.5, 15, 30), self.words, "right")
        self.shape = (
            size + 8 * sentence + 16 * (self.got("capitals") > 0.6) + 32 * (digits > 0) + 64 * (opening & UPPER > 0)
        ).astype(np.uint32)

    def of_markup(self) -> None:
        def column(name: str, kind: type) -> NDArray[Any]:
            return np.fromiter(map(attrgetter(name), self.blocks), kind, self.count)

        gap, level = column("gap", np.int64), column("level", np.float32)
        role = np.fromiter(map(ROLE_NUMBER.__getitem__, map(attrgetter("role"), self.blocks)), np.int64, self.count)
        for n in range(2):
            self.put(f"gap{n}", gap == n)
        self.put("gap2", gap >= 2)
        self.put("marker", np.fromiter(map(bool, map(attrgetter("marker"), self.blocks)), bool, self.count))
        self.put("level", level / 6)
        self.x[COLUMN[f"role_{ROLES[0]}"] + role, np.arange(self.count)] = 1
        self.put(
            "html", np.fromiter((d.kind == "html" for d in self.documents), bool, len(self.documents))[self.document]
        )

    def of_words(self) -> None:
        tables = self.tables
        found = grams(self.lines, self.shape)
        buckets = found.buckets & np.uint32(len(tables.words) - 1)
        weights = np.take(tables.words, buckets.astype(np.intp), axis=0, mode="clip")  # quicker than by index
        number = np.maximum(np.bincount(found.lines, minlength=self.count), 1)
        by_head = weights.T[: HEADS if self.has_texts else PAGE_HEADS].astype(np.float64)
        sums = np.array([np.bincount(found.lines, values, self.count) for values in by_head])
        heads = len(sums)
        score = sums * (1 / np.sqrt(number)) * tables.word_scale[:heads, None] + tables.word_bias[:heads, None]
        score = np.clip(score, -6, 6)
        score[PAGE_HEADS:, self.got("html") > 0] = 0
        self.x[COLUMN["head0"] :][:heads] = score / 3
        self.x[COLUMN["p0"] :][:CHANCES] = 1 / (1 + np.exp(-score[:CHANCES]))
        known = np.bincount(found.lines, (by_head[0] != 0) | (by_head[1] != 0), self.count) / number
        self.put("known", known)
        self.p = self.got("p0")

    # --- the page ---------------------------------------------------------------------------------

    def of_head(self) -> None:
        """Agreement with the title and the description that the page states; where it states no title, as in texts,
        with the line that most likely is one."""
        titles, descriptions = zip(*(_stated(document) for document in self.documents), strict=True)
        self.untitled = guessed = np.array([not title for title in titles])
        if guessed.any():
            titles = tuple(map(str.__add__, titles, self._guessed_titles(guessed)))
        self.put("guessed_title", guessed[self.document])
        stated = encode([*titles, *descriptions]) if any(titles) or any(descriptions) else None
        for n, name in enumerate(("title", "description")):
            share, cover = self._agreement(stated, n * len(titles)) if stated else (0, 0)
            self.put(f"{name}_share", share)
            self.put(f"{name}_cover", cover)
        is_title = (self.got("title_cover") > 0.75) & (self.got("title_share") > 0.6)
        self.is_title = is_title
        for name, pattern in (("says_article", _ARTICLE_TYPES), ("says_discussion", _DISCUSSION_TYPES)):
            says = np.array([any(pattern.search(kind) for kind in _types(d)) for d in self.documents])
            self.put(name, says[self.document])
        self.put("is_title", is_title)

    def _guessed_titles(self, wanted: NDArray[np.bool_]) -> list[str]:
        """For each wanted document the line above its body that shares most of its words with it; "" if none does."""
        first = self.bounds[:-1]
        likely = (
            wanted[self.document] & (np.arange(self.count) < self.run_start[self.document])
            & (self.words >= 3) & (self.words <= 30) & (self.prose == 0) & (self.got("run_cohesion") > 0.3)
        )  # fmt: skip
        worth = np.where(likely, self.got("run_cohesion") * np.minimum(self.words, 8), 0)
        most = np.maximum.reduceat(worth, first)
        rows = np.where((worth >= most[self.document]) & (worth > 0), np.arange(self.count), -1)
        return [self.blocks[row].text[:400] if row >= 0 else "" for row in np.maximum.reduceat(rows, first).tolist()]

    def _agreement(self, stated: Lines, first: int) -> tuple[Floats, Floats]:
        """Share of each line's words that the text stated by its document has, and share of that text's words in the
        line. `first` is the line of `stated` that belongs to the first document."""
        documents = len(self.documents)
        chosen = slice(int(stated.first_word[first]), int(stated.first_word[first + documents]))
        wanted = np.sort(self.owned(stated.words[chosen], stated.word_line[chosen] - first))
        own = self.own_words
        if not len(wanted):
            return np.zeros(self.count, np.float32), np.zeros(self.count, np.float32)
        hit = wanted[np.minimum(np.searchsorted(wanted, own), len(wanted) - 1)] == own
        hits = np.bincount(self.lines.word_line, hit, self.count)
        number = np.maximum(np.diff(self.lines.first_word), 1)
        size = np.maximum(np.diff(stated.first_word)[first : first + documents], 1)[self.document]
        return (hits / number).astype(np.float32), np.minimum(hits / size, 1.5).astype(np.float32)

    def of_place(self) -> None:
        first, size = self.bounds[:-1][self.document], np.diff(self.bounds)[self.document]
        at = np.arange(self.count) - first
        prose = exact(self.prose * np.minimum(self.words, 80) * self.p)
        total = np.maximum(np.add.reduceat(prose, self.bounds[:-1]), 1e-6)
        before = np.cumsum(prose) - prose
        before -= before[first]
        put = self.put
        put("place", at / size)
        put("from_top", np.log1p(at) / 5)
        put("from_end", np.log1p(size - 1 - at) / 5)
        put("prose_before", before / total[self.document])
        put("prose_after", 1 - (before + prose) / total[self.document])
        put("page_prose", np.log1p(total)[self.document] / 6)
        put("page_lines", np.log1p(size) / 5)
        seen = np.where(self.is_title, np.arange(self.count), -1)
        latest = np.maximum.accumulate(seen)
        seen_here = latest >= first
        put("since_title", np.where(seen_here, np.log1p(np.arange(self.count) - latest) / 4, 0))
        put("title_seen", seen_here)
        put("has_title", np.maximum.reduceat(seen, self.bounds[:-1])[self.document] >= first)

    def of_runs(self) -> None:
        """Prose and content in the lines around, the stretch of lines that is worth most, stretches of labels."""
        numbers = np.arange(self.count)
        first, last = self.bounds[:-1][self.document], self.bounds[1:][self.document] - 1
        is_prose = (self.prose > 0) & (self.p > 0.5)
        before = np.maximum.accumulate(np.where(is_prose, numbers, -1))
        before = np.concatenate(([-1], before[:-1]))
        after = np.minimum.accumulate(np.where(is_prose, numbers, self.count)[::-1])[::-1]
        after = np.concatenate((after[1:], [self.count]))
        far = np.log1p(60) / 4
        self.put("since_prose", np.where(before >= first, np.minimum(np.log1p(numbers - before) / 4, far), far))
        self.put("until_prose", np.where(after <= last, np.minimum(np.log1p(after - numbers) / 4, far), far))
        size = np.minimum(self.words, 40)
        total = np.zeros((2, self.count + 1))
        np.cumsum(exact(np.stack([self.prose * size / 20, self.p])), axis=1, out=total[:, 1:])
        reach = np.array(REACHES)[:, None]
        low, high = np.maximum(numbers - reach, first), np.minimum(numbers + reach, last) + 1
        column = COLUMN[f"prose_{REACHES[0]}_before"]
        around = self.x[column : column + 4 * len(REACHES)].reshape(len(REACHES), 2, 2, self.count)
        around[:, :, 0] = ((total[:, None, :-1] - total[:, low]) / reach).swapaxes(0, 1)
        around[:, :, 1] = ((total[:, high] - total[:, None, 1:]) / reach).swapaxes(0, 1)
        worth = size * (self.p - 0.45) * (1 - self.links) * np.where(self.prose > 0, 1.0, 0.3) - 0.4
        self.run_start = np.zeros(len(self.documents), np.int64)
        for n, (start, end) in enumerate(pairwise(self.bounds.tolist())):
            opens, closes = _best_run(worth[start:end])
            self.run_start[n] = start + opens
            inside = slice(start + opens, start + closes)
            self.x[COLUMN["in_run"], start:end] = 0
            all_words = max(float(self.words[start:end].sum()), 1.0)
            self.x[COLUMN["in_run"], inside] = 1
            self.x[COLUMN["run_share"], start:end] = self.words[inside].sum() / all_words
        label = (self.words <= 6) & (self.prose == 0)
        starts = np.flatnonzero(np.concatenate(([True], label[1:] != label[:-1])) | (numbers == first))
        sizes = np.diff(np.append(starts, self.count))
        begin, length = np.repeat(starts, sizes), np.repeat(sizes, sizes)
        self.put("labels_around", np.where(label, np.log1p(length) / 3, 0))
        self.put("label_place", np.where(label, (numbers - begin) / length, 0))

    def of_repeats(self) -> None:
        whole = self._whole_lines()
        ordered = np.sort(whole)
        counts = np.searchsorted(ordered, whole, "right") - np.searchsorted(ordered, whole)
        self.put("repeats", np.minimum(np.log2(counts), 4) / 2)

    def _whole_lines(self) -> NDArray[np.uint64]:
        """A hash of each line's words, in order, and of its document."""
        lines = self.lines
        place = np.arange(len(lines.words)) - lines.first_word[:-1][lines.word_line]
        weighed = lines.words.astype(np.uint64) * (
            place.astype(np.uint64) * np.uint64(2) + np.uint64(0x9E3779B97F4A7C15)
        )
        total = np.zeros(len(weighed) + 1, np.uint64)
        np.cumsum(weighed, out=total[1:])
        own = total[lines.first_word[1:]] - total[lines.first_word[:-1]]
        return own * np.uint64(4099) + self.document.astype(np.uint64)

    def of_cohesion(self) -> None:
        """Share of a line's longer words that occur in other lines of the core, which read as the article: of all such
        lines, and of those in the stretch that is worth most."""
        core = (self.prose > 0) & (self.p > 0.6)
        lines = self.lines
        long_words = np.flatnonzero((lines.word_size >= 5) | ((lines.classes[lines.word_at] & UNSPACED) != 0))
        line = lines.word_line[long_words]
        own = self.own_words[long_words]
        number = np.maximum(np.bincount(line, minlength=self.count), 1)
        in_run = (self.got("in_run") > 0) & (self.prose > 0)
        for name, chosen in (("cohesion", core), ("run_cohesion", in_run)):
            share = np.zeros(self.count)
            inside = chosen[line]
            if inside.any():
                known, counts = np.unique(own[inside], return_counts=True)
                at = np.minimum(np.searchsorted(known, own), len(known) - 1)
                found = np.where(known[at] == own, counts[at], 0) > inside
                share = np.bincount(line, found, self.count) / number
            self.put(name, share)
        self.put("is_core", core)

    # --- elements ---------------------------------------------------------------------------------

    def of_tree(self, tree: Tree) -> None:
        """Where the blocks stand, by the names of the elements alone."""
        home, housed, parent = tree.home, tree.housed, tree.parent
        own_any, own_near, comments, is_article = tree.known.T[:4]
        put = self.put
        # element words: summed along the path to the root, and over the three nearest
        grand = parent[parent]
        here = np.arange(len(parent))
        near = own_near + np.where(parent != here, own_near[parent], 0)
        near += np.where(grand != parent, own_near[grand], 0)
        path = tree.along(own_any)[home] + near[home] + self.tables.element_bias
        put("element_any", np.where(housed, np.clip(path, -6, 6) / 3, 0))
        put("element_near", np.where(housed, np.clip(near[home], -6, 6) / 3, 0))
        put("depth", (tree.along(np.ones(len(parent)))[home] - 1) / 20)
        above, higher = parent[home], grand[home]
        previous = np.concatenate((home[:1], home[:-1]))
        same = (self.document == np.concatenate(([-1], self.document[:-1]))) & housed
        put("same_parent", same & (above == parent[previous]))
        put("same_grandparent", same & (higher == grand[previous]))
        self.commented = ((comments > 0) | tree.in_another(comments > 0))[home] & housed
        put("in_comments", self.commented)
        # <article> elements, the outermost
        outer = (is_article > 0) & ~tree.in_another(is_article > 0)
        mine = np.maximum.accumulate(np.where(outer, here, -1))[home]
        root = tree.first[self.document]
        self.in_article = (mine >= root) & (home < tree.ends[np.maximum(mine, 0)])
        self.article = np.where(self.in_article, mine, 0)
        numbers = np.cumsum(outer)
        number = np.log1p(np.maximum(numbers[self.article] - numbers[root], 0)) / 2
        put("in_article", self.in_article & housed)
        put("articles", np.log1p(np.add.reduceat(outer, tree.first, dtype=np.int64))[self.document] / 2)
        put("article_number", np.where(self.in_article, number, 0))

    def of_elements(self, tree: Tree) -> None:
        """What the elements hold, by the sums over the blocks in them."""
        home, ends, first = tree.home, tree.ends, tree.first
        words, put = self.words, self.put
        mass, content, links, prose, worth, titles = tree.inside(np.stack(
            [words, words * self.p, words * self.links, words * self.prose,
             np.minimum(words, 60) * (self.p - 0.45) * (1 - self.links) * np.where(self.prose > 0, 1.0, 0.3),
             self.is_title.astype(np.float32)]
        ))  # fmt: skip
        page_content = np.maximum(content[first], 1e-3)
        size = np.maximum(mass, 1e-3)
        told = np.stack([content / page_content[tree.document], np.log1p(mass) / 5, content / size, links / size,
                         prose / size]).astype(np.float32)  # fmt: skip
        at = home
        for level in range(LEVELS):
            column = COLUMN[f"mass{level}"]
            self.x[column : column + len(told)] = told[:, at]
            at = tree.parent[at]
        region = _best_of(worth, first, tree.document)[self.document]
        put("in_region", (home >= region) & (home < ends[region]) & tree.housed)
        put("region_share", mass[region] / np.maximum(mass[first[self.document]], 1))
        # how much prose the page has outside of comments
        elsewhere = np.add.reduceat(np.where(self.commented, 0, words * self.prose * self.p), self.bounds[:-1])
        put("uncommented", (np.log1p(elsewhere) / 6)[self.document] * self.got("html"))
        share = content[self.article] / page_content[self.document]
        put("article_share", np.where(self.in_article, share, 0))
        put("article_title", np.where(self.in_article, np.minimum(titles[self.article], 1), 0))
        # the innermost element that holds a title and a good part of the content
        holds = (titles > 0) & (content > 0.3 * np.maximum.reduceat(content, first)[tree.document])
        chosen = np.maximum.reduceat(np.where(holds, np.arange(len(ends)), -1), first)[self.document]
        inside = (chosen >= 0) & (home >= chosen) & (home < ends[np.maximum(chosen, 0)])
        put("in_title_element", inside & tree.housed)

    # --- likes ------------------------------------------------------------------------------------

    def likes_of_tree(self, tree: Tree) -> Ints:
        """(2, rows) for each of LIKES numbers that blocks of a page share with those like them, and with none else."""
        home, parent = tree.home, tree.parent
        above = parent[home]
        siblings = above * MOST_TAGS + tree.known[home, -1].astype(np.int64)
        kinds = np.stack((tree.kind[home], tree.kind[above], tree.kind[parent[above]]))
        if len(self.documents) > 1:  # few numbers, so that there is room for those of the documents
            kinds = np.unique(kinds, return_inverse=True)[1].reshape(kinds.shape)
        looks = (kinds[0] * MOST_REMEMBERED + kinds[1]) * MOST_REMEMBERED + kinds[2]
        looks += self.document * MOST_REMEMBERED**3
        return np.where(tree.housed, (siblings, looks), self.alone)

    def likes_of_lines(self) -> Ints:
        """The same of the lines of a text."""
        lines = self.lines
        first, beyond = lines.first_word[:-1], lines.first_word[1:]
        size = beyond - first
        words = np.append(lines.words, np.zeros(2, np.uint32))
        second = np.where(size > 1, words[first + 1], 0).astype(np.uint32)
        opening = self.owned(mix(words[first] * np.uint32(31) + second), self.document)
        ending = self.owned(mix(words[beyond - 1] * np.uint32(31) + self.shape), self.document)
        return np.where(size > 0, np.stack((opening, ending)).astype(np.int64) | TEXT_LIKE, self.alone)

    def of_likes(self) -> None:
        """What the blocks like each are, without itself."""
        size = np.minimum(self.words, 40) + 2
        weighed = np.stack([size, size * self.p, size * self.links, size * self.prose, size * self.got("in_run")])
        for name, which in zip(LIKES, self.likes, strict=True):
            number = np.bincount(which)[which]
            others = np.stack([np.bincount(which, row) for row in weighed])[:, which] - weighed
            column = COLUMN[f"{name}_number"]
            self.x[column] = np.log2(number) / 4
            self.x[column + 1 : column + len(weighed)] = np.where(number > 1, others[1:] / np.maximum(others[0], 1), 0)


def _best_run(worth: NDArray[np.floating[Any]]) -> tuple[int, int]:
    """Half-open bounds of the stretch with the largest sum (maximum subsequence segmentation: Pasternack and Roth,
    "Extracting article text from the web with maximum subsequence segmentation", WWW 2009)."""
    total = np.concatenate(([0], np.cumsum(worth)))
    gain = total - np.minimum.accumulate(total)
    end = int(np.argmax(gain))
    start = int(np.argmin(total[: end + 1]))
    return start, end


def _best_of(worth: NDArray[np.float64], first: Ints, of_document: Ints) -> Ints:
    """The element of each document that is worth most, of equals the innermost."""
    most = np.maximum.reduceat(worth, first)
    best = np.where(worth >= most[of_document] - 1e-9, np.arange(len(worth)), -1)
    return np.maximum.reduceat(best, first)


def _stated(document: Document) -> tuple[str, str]:
    """The title and the description that a page states."""
    head = document.head
    titles = [head.title, head.first("og:title", "twitter:title", "dc.title", "headline")]
    described = [head.first("og:description", "description", "twitter:description")]
    titles += [item["headline"] for item in head.json_ld if isinstance(item.get("headline"), str)]
    shortest = min((title for title in titles if title and len(title) > 8), key=len, default="")
    return shortest[:400], (described[0] or "")[:600]


def _types(document: Document) -> Iterator[str]:
    """The schema.org types that a page gives itself."""
    for item in document.head.json_ld:
        kinds = item.get("@type")
        yield from (kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str))
