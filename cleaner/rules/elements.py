"""Rules about a site's own markup: which element holds the body, the headline, or debris.

    [[element]]
    site = "news.example"            # the host and all below it
    says = "debris"                  # body, headline, debris
    path = "article > div.*share*"
    kind = "share"                   # of debris, where known

A path is a row of steps, from the outside in: a tag, words that class, id, role or itemprop hold (`.word` or `#word`,
without regard to case, `*` for any characters), or both. A step stands anywhere below the one before it, after `>`
right below it. Elements without text don't count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from cleaner.errors import RuleError
from cleaner.model import Kind, Node

Says = Literal["body", "headline", "debris"]
SAYS: tuple[Says, ...] = get_args(Says)
HEADLINE = "elements.headline"
"""The rule that evidence names for the headline."""
_STEP = re.compile(r"(?P<tag>\*|[a-z][a-z0-9-]*)?(?P<words>(?:[.#][^\s.#>]+)*)", re.I)
_WORD = re.compile(r"[.#]([^\s.#>]+)")


@dataclass(frozen=True)
class Step:
    """One element of a path."""

    tag: str | None
    words: tuple[re.Pattern[str], ...]
    child: bool
    """Whether it stands right below the step before."""

    def fits(self, node: Node) -> bool:
        return (self.tag is None or node.tag == self.tag) and all(word.search(node.words) for word in self.words)


@dataclass(frozen=True)
class ElementRule:
    """What one element of a site is."""

    site: str
    says: Says
    path: str
    kind: Kind | None = None

    def is_for(self, host: str) -> bool:
        return host == self.site or host.endswith(f".{self.site}")

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Raises RuleError for a path that is none."""
        return tuple(_steps(self.path))

    def inside(self, nodes: Sequence[Node]) -> list[bool]:
        """For each node, whether it is such an element or stands in one."""
        last = 1 << len(self.steps) - 1
        at: list[int] = []
        """As bits, the steps that end at a node,"""
        above: list[int] = []
        """and those that end at it or above it."""
        for node in nodes:
            known, right = (above[node.parent], at[node.parent]) if node.parent >= 0 else (0, 0)
            found = 0
            for n, step in enumerate(self.steps):
                if (n == 0 or (right if step.child else known) >> (n - 1) & 1) and step.fits(node):
                    found |= 1 << n
            at.append(found)
            above.append(known | found)
        return [bool(steps & last) for steps in above]


def _steps(path: str) -> Iterator[Step]:
    before = ">"
    for piece in path.replace(">", " > ").split():
        match = _STEP.fullmatch(piece)
        if piece == ">" and before != ">":
            before = piece
            continue
        if not match:
            raise RuleError(f"path {path!r}", todo="write steps such as div.story, each a tag, .words, or both")
        tag = (match["tag"] or "*").lower()
        words = (_pattern(word.lower()) for word in _WORD.findall(match["words"]))
        yield Step(None if tag == "*" else tag, tuple(words), before == ">")
        before = piece
    if before == ">":
        raise RuleError(f"path {path!r} has no end", todo="name an element")


def _pattern(word: str) -> re.Pattern[str]:
    """A word of an attribute, with stars for any characters in it."""
    inner = r"\S*".join(map(re.escape, word.split("*")))
    return re.compile(rf"(?<!\S){inner}(?!\S)")
