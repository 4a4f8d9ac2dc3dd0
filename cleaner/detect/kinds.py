"""Names what furniture is from where it stands: class, id and role words and tags of the elements around it.

Only the kind is told so, never whether a block goes: that is what the learned detector is for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from cleaner.metadata.words import table_of
from cleaner.model import KINDS, Block, Document, Kind

NEAREST = 8
"""Elements around a block that are asked, the innermost first."""
_SPLIT = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Table:
    """`rules/data/kinds.toml`."""

    words: Mapping[str, Kind]
    ignored: frozenset[str]
    tags: Mapping[str, Kind]


@cache
def table() -> Table:
    data = table_of("kinds")
    words: dict[str, Kind] = {word: kind for kind in KINDS for word in data["words"].get(kind, ())}
    return Table(words, frozenset(data["ignored"]["words"]), data["tags"])


def kind_of_words(words: str) -> Kind | None:
    """The kind of furniture that class, id and role words name.

    >>> kind_of_words("social-links share_bar"), kind_of_words("article-body")
    ('share', None)
    """
    known = table().words
    values = words.split()
    if known.keys().isdisjoint(values) and known.keys().isdisjoint(_SPLIT.split(words)):
        return None  # as most
    for value in values:
        if value in known:
            return known[value]
        tokens = _SPLIT.split(value)
        if tokens[0] in table().ignored:
            continue
        for token in tokens:
            if token in known:
                return known[token]
    return None


def kind_of_place(document: Document, block: Block) -> tuple[Kind, str]:
    """The kind that the nearest telling element around a removed block names, and what said so; `other` if none."""
    nodes, at = document.nodes, block.node
    for _ in range(NEAREST):
        if at < 0:
            break
        tag, words, at = nodes[at]
        if told := _told_by(tag, words):
            return told
    if block.link_share > 0.6:
        return "navigation", "is link text"
    return "other", ""


@lru_cache(maxsize=65_536)
def _told_by(tag: str, words: str) -> tuple[Kind, str] | None:
    """What an element says of the kind of all in it, and what of it says so."""
    if tag not in ("html", "body", "main", "article") and words and (named := kind_of_words(words)):
        return named, f"class or id says {named}"
    if named := table().tags.get(tag):
        return named, f"stands in <{tag}>"
    return None
