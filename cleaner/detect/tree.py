"""The elements of documents as arrays: what is known of them by their names, whatever their blocks say.

The elements of all documents stand one after the other, each before those in it, so that all that stand in one are a
stretch behind it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.detect.encode import Floats, Ints
from cleaner.model import Block, Document, Node

Flags = NDArray[np.bool_]
_TOKENS = re.compile(r"[a-z]+|\d+")
COMMENTS = re.compile(
    r"comment|\brepl(?:y|ies)\b|\brespond\b|\bresponses?\b|disqus|\bdiscussion|kommentar|comentario|\bforum|\bthread"
)
_COMMENT_HINTS = ("omment", "omenta", "repl", "respon", "disqus", "iscussion", "forum", "thread")
"""What COMMENTS looks for, so that it need not look everywhere."""
NOWHERE = Node("", "", -1)
"""The element of a document that has none, so that no stretch is empty."""


def exact(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The values as multiples of 2**-24: differences of their running sums are without error up to 2**29, and so the
    same whatever documents stand before."""
    return np.asarray(np.rint(np.asarray(values, np.float64) * (1 << 24)) / (1 << 24), np.float64)


@dataclass(frozen=True, slots=True)
class Tree:
    """The elements, by which the first arrays go, and the blocks in them, by which the last."""

    ends: Ints
    """(elements,) where the stretch of each ends."""
    parent: Ints
    """(elements,) the element around each, itself where there is none."""
    document: Ints
    """(elements,)"""
    first: Ints
    """(documents,) the first element of each document."""
    kind: Ints
    """(elements,) a number for its tag and words."""
    known: NDArray[np.float64]
    """(elements, 5) what is known of these, as in `Memo`."""
    home: Ints
    """(blocks,) the innermost element around each; the first one of its document where it stands in none."""
    housed: Flags
    """(blocks,) whether it stands in an element."""

    def inside(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(rows, elements) sums over the blocks in each element, of (rows, blocks)."""
        nodes = len(self.ends)
        direct = np.stack([np.bincount(self.home, row * self.housed, nodes) for row in exact(values)])
        total = np.concatenate((np.zeros((len(direct), 1)), np.cumsum(direct, 1)), 1)
        return np.asarray(total[:, self.ends] - total[:, :-1], np.float64)

    def along(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(elements,) sums over each element and all that it stands in; exact for weights, which have 16 bits."""
        nodes = len(self.ends)
        closed = np.cumsum(np.bincount(self.ends, values, nodes + 1))[:nodes]
        return np.asarray(np.cumsum(values) - closed, np.float64)

    def in_another(self, marked: Flags) -> Flags:
        """(elements,) whether a marked one is around it."""
        closed = np.bincount(self.ends[marked], minlength=len(self.ends) + 1)[:-1]
        inside: Flags = np.cumsum(marked - closed) - marked > 0
        return inside


def tree_of(documents: Sequence[Document], blocks: Sequence[Block], document: Ints, memo: Memo) -> Tree:
    """The elements of documents; `blocks` are those of all, and `document` says whose each is."""
    nodes = [node for each in documents for node in each.nodes or (NOWHERE,)]
    sizes = np.array([len(each.nodes) or 1 for each in documents])
    first = np.asarray(np.cumsum(sizes) - sizes, np.int64)
    parents = np.fromiter(map(itemgetter(2), nodes), np.int64, len(nodes))
    parents = np.where(parents >= 0, parents + np.repeat(first, sizes), -1)
    kind, known = memo.of(zip(map(itemgetter(0), nodes), map(itemgetter(1), nodes), strict=True), len(nodes))
    home = np.fromiter(map(attrgetter("node"), blocks), np.int64, len(blocks))
    housed = home >= 0
    return Tree(
        _ends(parents), np.where(parents >= 0, parents, np.arange(len(nodes))), np.repeat(np.arange(len(first)), sizes),
        first, kind, known, np.where(housed, home, 0) + first[document], housed)  # fmt: skip


def _ends(parents: Ints) -> Ints:
    """For each element, the number of the first one after all that stand in it."""
    numbers = np.arange(len(parents))
    inner = np.flatnonzero(parents >= 0)
    last = numbers.copy()
    last[parents[inner]] = inner  # the last child: of several values the last one stays
    while not np.array_equal(further := last[last], last):  # and the last child of that, in steps that double
        last = further
    return last + 1


# --- names ------------------------------------------------------------------------------------------


class Memo(dict[tuple[str, str], int]):
    """What is known of elements by their tag and words: two weights, whether they are named as comments, whether they
    are an <article>, and a number of the tag. Each distinct one is computed once; it forgets all when it is full."""

    def __init__(self, elements: Floats) -> None:
        self.fresh: list[tuple[float, float, bool, bool, int]] = []
        """The last rows, which are not in the table yet."""
        self.table = np.zeros((1024, 5))
        self.names = _Names(elements)

    def __missing__(self, key: tuple[str, str]) -> int:
        tag, words = key
        far = near = 0.0
        comments = False
        for one, other, says in map(self.names.__getitem__, element_names(tag, words)):
            far += one
            near += other
            comments = comments or says
        comments = comments and tag not in ("html", "body")
        self.fresh.append((far, near, comments, tag == "article", bucket_of(tag, MOST_TAGS)))
        value = self[key] = len(self)
        return value

    def of(self, keys: Iterable[tuple[str, str]], count: int) -> tuple[Ints, NDArray[np.float64]]:
        """(count,) the numbers of some elements' tags and words, and (count, 5) what is known of them."""
        if len(self) >= MOST_REMEMBERED:
            self.clear()
            self.fresh.clear()
            self.names.clear()
        numbers = np.fromiter(map(self.__getitem__, keys), np.int64, count)
        if self.fresh:
            if len(self) > len(self.table):  # twice as long, for a copy at each page would cost more than the rest
                self.table = np.concatenate((self.table, np.zeros((max(len(self), len(self.table)), 5))))
            self.table[len(self) - len(self.fresh) : len(self)] = self.fresh
            self.fresh.clear()
        return numbers, self.table[numbers]


MOST_REMEMBERED = 100_000
MOST_TAGS = 4096
"""Numbers for tags."""


def names_comments(words: str) -> bool:
    """Whether a class, id or role, or several, names comments."""
    return any(hint in words for hint in _COMMENT_HINTS) and COMMENTS.search(words) is not None


class _Names(dict[str, tuple[float, float, bool]]):
    """The two weights of a tag or word, and whether it names comments."""

    def __init__(self, elements: Floats) -> None:
        self.elements = elements

    def __missing__(self, name: str) -> tuple[float, float, bool]:
        far, near = self.elements[bucket_of(name, len(self.elements))].tolist()
        value = self[name] = far, near, names_comments(name)
        return value


def element_names(tag: str, words: str) -> Iterable[str]:
    """What an element is known by: its tag, and each word and value of its class, id and role, each once."""
    if not words:
        return (f"<{tag}",)
    return dict.fromkeys((f"<{tag}", *words.split()[:8], *_TOKENS.findall(words)[:16]))


def bucket_of(name: str, size: int) -> int:
    return zlib.crc32(name.encode()) % size
