"""Finds what stands more than once: long lines in full in one document, and lines on several pages of a site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from cleaner.detect.learned import debris_lines
from cleaner.host import host_of
from cleaner.measure import word_count
from cleaner.model import Block, Document, Evidence, SourceKind
from cleaner.options import Options

LONG = 60
"""Characters from which a line that stands twice was not written twice."""
NEAR, STRETCH = 3, 6
"""Blocks between a line and what pages set again for screens of another size, and lines in a row that stand twice where
a page holds a part of itself again."""


def detect_repeats(document: Document, before: Sequence[Evidence]) -> list[Evidence]:
    """Evidence for each line that is a copy of an earlier one: of one which reads as the article, or of a heading. What
    stands in a table of contents or among teasers goes, so that there the copy is what the article has."""
    debris = debris_lines(before)
    blocks = document.blocks
    seen: dict[str, int] = {}
    evidence: list[Evidence] = []
    for n, block in enumerate(blocks):
        if len(block.text) < LONG or block.role in ("code", "table"):
            continue
        first = seen.get(block.text)
        if first is not None and _is_copy(document, first, n):
            why = "stands in full further up"
            evidence.append(Evidence(block.index, "repeats", "repeats.line", 0.99, why, "duplicate"))
        elif block.index not in debris or block.role == "heading":
            seen[block.text] = n
    return evidence


def _is_copy(document: Document, first: int, n: int) -> bool:
    """Whether a line that stands twice is the same piece twice. Lists say the same of one thing and another, and what
    is a paragraph twice in one element was written twice."""
    blocks = document.blocks
    if blocks[n].role == "list_item":
        twice = n - first > NEAR
    else:
        twice = blocks[first].role == blocks[n].role == "paragraph" and _parent(document, first) == _parent(document, n)
    if not twice:
        return True
    ahead = takewhile(lambda k: _same(blocks, first + k, n + k), range(1, STRETCH))
    behind = takewhile(lambda k: _same(blocks, first - k, n - k), range(1, min(STRETCH, first + 1)))
    return 1 + len(list(ahead)) + len(list(behind)) >= STRETCH


def _parent(document: Document, n: int) -> int:
    """The element around that of a block; in texts no two are in one."""
    node = document.blocks[n].node
    return document.nodes[node].parent if node >= 0 else -2 - n


def _same(blocks: Sequence[Block], one: int, other: int) -> bool:
    return other < len(blocks) and blocks[one].text == blocks[other].text


RECURS: Mapping[SourceKind, float] = {"html": 0.65, "text": 0.88}
"""Score of a line that stands on other pages of the site: most such lines are debris (of the debris of a page 61 %
recurs, of its content 3.5 %). A page's markup says most of that already."""
LEAST_WORDS = 3
"""Shorter lines recur by chance: names, numbers, places."""


def detect_recurring(document: Document, options: Options) -> list[Evidence]:
    """Evidence for each line that the site memory knows, if one is given."""
    host = host_of(document.url or document.head.canonical) if options.sites else ""
    if not options.sites or not host:
        return []
    from cleaner.sites import fingerprint, site_memory  # SQLite, which few runs need

    known = site_memory(options.sites).of(host)
    why = f"stands on other pages of {host}"
    return [
        Evidence(block.index, "sites", "sites.recurs", RECURS[document.kind], why)
        for block in document.blocks
        if word_count(block.text) >= LEAST_WORDS and fingerprint(block.text) in known
    ]
