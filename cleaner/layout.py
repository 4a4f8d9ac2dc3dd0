"""How a document sets its lines: where they are wrapped or broken, and which of them are one paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cleaner.measure import ends_sentence, inner_stops
from cleaner.model import Block, Document

NARROWEST, WIDEST = 38, 130
"""Columns of text that is taken to be hard-wrapped."""
VERSE = 60
"""Characters: a run of lines all shorter than this is verse or a list, not a broken paragraph."""
_GOES_ON = re.compile(r"[,.;:!?)\]»”’、，。]")
_OPEN_ENDED = re.compile(r"[,(“„«‹–—、，]$|(?<=\w)-$")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a document sets its paragraphs."""

    width: int | None
    """Columns at which lines are wrapped; None where they are not."""
    blank_lines: bool
    """Whether blank lines part paragraphs."""
    fragmented: bool
    """Whether sentences are broken over lines at odd places, as `get_text("\\n")` does at every link."""
    double_breaks: frozenset[int]
    """Nodes of a page in which `<br><br>` parts paragraphs."""


def layout_of(document: Document) -> Layout:
    """The layout of a document."""
    blocks = document.blocks
    if document.kind == "html":
        doubles = frozenset(
            b.node for a, b in pairwise(blocks) if a.node == b.node and b.gap > 0 and b.role == "paragraph"
        )
        return Layout(None, True, False, doubles)
    blank_lines = any(block.gap > 0 for block in blocks[1:])
    width = _width(blocks)
    broken = sum(1 for a, b in pairwise(blocks) if b.gap <= 1 and _plain(a, b) and _odd_break(a, b))
    return Layout(width, blank_lines, width is None and broken >= 2, frozenset())


def _odd_break(first: Block, second: Block) -> bool:
    """Whether a sentence breaks where no verse line would end."""
    if second.gap and not second.text[:1].islower():
        return False
    odd = any(len(line.text) >= VERSE or len(line.text.split()) <= 2 for line in (first, second))
    return odd and _in_sentence(first, second)


def _width(blocks: Sequence[Block]) -> int | None:
    pairs = [(a, b) for a, b in pairwise(blocks) if b.gap == 0 and a.role != "code"]
    lengths = sorted(len(a.text) for a, _ in pairs)
    if len(pairs) < 2:
        return None
    width = lengths[-1] if len(lengths) < 20 else lengths[int(0.97 * len(lengths))]
    if not NARROWEST <= width <= WIDEST:
        return None
    full = sum(1 for a, b in pairs if is_full(a, b, width))
    certain = sum(1 for a, b in pairs if is_full(a, b, width) and _in_sentence(a, b))
    return width if full >= 0.45 * len(pairs) and certain >= 2 else None


def is_full(first: Block, second: Block, width: int) -> bool:
    """Whether the second line's first word had no more room on the first."""
    words = second.text.split(maxsplit=1)
    return len(first.text) + 1 + len(words[0] if words else "") > width - 4


def _plain(first: Block, second: Block) -> bool:
    return not second.marker and not {first.role, second.role} & {"heading", "code", "table"}


def _in_sentence(first: Block, second: Block) -> bool:
    """Whether the break between two lines lies inside a sentence, for certain."""
    before, after = first.text.rstrip(), second.text.lstrip()
    if _GOES_ON.match(after):
        return len(before) > 1
    if ends_sentence(before) or before.endswith((":", "|")):
        return False
    return after[:1].islower() or (len(before) > 30 and (bool(_OPEN_ENDED.search(before)) or _ends_in_particle(before)))


def _ends_in_particle(text: str) -> bool:
    """Whether the last word is a short one in small letters, as articles and prepositions are."""
    last = text.rsplit(maxsplit=1)[-1]
    return len(last) <= 3 and last.isalpha() and last.islower()


def runs(document: Document, layout: Layout | None = None, *, verse: bool = True) -> list[range]:
    """The indexes of the blocks, grouped into those that are one run of sentences. Each block of a page is a run.
    Lines that may as well be verse stay apart, unless `verse` is false."""
    blocks = document.blocks
    if document.kind == "html":
        return [range(n, n + 1) for n in range(len(blocks))]
    layout = layout or layout_of(document)
    groups: list[range] = []
    start = 0
    for n in range(1, len(blocks) + 1):
        if n == len(blocks) or not _same_run(blocks, n, start, layout):
            group = range(start, n)
            groups += _without_verse(blocks, group, layout) if verse else [group]
            start = n
    return groups


def _same_run(blocks: Sequence[Block], n: int, start: int, layout: Layout) -> bool:
    """Whether block n goes on with the run that began at `start`."""
    first, second = blocks[n - 1], blocks[n]
    if not _plain(first, second) or second.gap > 1:
        return False
    if second.gap == 0 and layout.width is not None:
        return is_full(first, second, layout.width) or (not ends_sentence(first.text) and second.text[:1].islower())
    if _in_sentence(first, second):
        if second.gap == 0 or _GOES_ON.match(second.text):
            return True
        return layout.fragmented and len(first.text) > 30 and second.text[:1].islower()
    if not layout.fragmented or second.gap or ends_sentence(first.text) or n == 0:
        return False
    if start < n - 1 or _is_linked_words(blocks, n):
        return True
    return (
        start > 0
        and ends_sentence(blocks[start - 1].text)
        and len(first.text.split()) >= 6
        and inner_stops(first.text) > 0
    )


def _is_linked_words(blocks: Sequence[Block], n: int) -> bool:
    """Whether block n is a name or two, broken out of a sentence that the lines around it carry."""
    if n + 1 >= len(blocks) or blocks[n + 1].gap or len(blocks[n].text.split()) > 3:
        return False
    return len(blocks[n - 1].text.split()) >= 6 and _in_sentence(blocks[n], blocks[n + 1])


def _without_verse(blocks: Sequence[Block], group: range, layout: Layout) -> list[range]:
    """A run of short lines only is taken apart again, unless the text is wrapped."""
    if len(group) < 2 or layout.width is not None or max(len(blocks[n].text) for n in group) >= VERSE:
        return [group]
    if any(len(blocks[n].text.split()) <= 2 or _GOES_ON.match(blocks[n].text) for n in group):
        return [group]
    return [range(n, n + 1) for n in group]
