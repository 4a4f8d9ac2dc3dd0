"""How a document sets its lines: where they are wrapped or broken, and which of them are one paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cleaner.measure import ends_sentence, inner_stops
from cleaner.model import Block, Document, Role, once

NARROWEST, WIDEST = 38, 130
"""Columns of text that is taken to be hard-wrapped."""
VERSE = 60
"""Characters: a run of lines all shorter than this is verse or a list, not a broken paragraph."""
_GOES_ON = frozenset(",.;:!?)]»”’、，。")
_OPEN = frozenset(",(“„«‹–—、，")
APART: frozenset[Role] = frozenset(("heading", "code", "table"))
"""Roles of lines that never go on with the sentences of another."""


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


@once
def layout_of(document: Document) -> Layout:
    """The layout of a document."""
    blocks = document.blocks
    if document.kind == "html":
        doubles = frozenset(
            b.node for a, b in pairwise(blocks) if b.gap > 0 and a.node == b.node and b.role == "paragraph"
        )
        return Layout(None, True, False, doubles)
    inside = _breaks_inside(document)
    width = _width(blocks, inside)
    broken = width is None and sum(1 for n in range(1, len(blocks)) if inside[n] and _odd_break(blocks, n)) >= 2
    return Layout(width, any(block.gap > 0 for block in blocks[1:]), broken, frozenset())


@once
def _breaks_inside(document: Document) -> list[bool]:
    """For each line of a text whether the break before it lies inside a sentence; false after two blank lines."""
    blocks = document.blocks
    return [False, *(b.gap <= 1 and _in_sentence(a, b) for a, b in pairwise(blocks))]


def _odd_break(blocks: Sequence[Block], n: int) -> bool:
    """Whether the sentence that goes on with line n breaks where no verse line would end."""
    first, second = blocks[n - 1], blocks[n]
    if (second.gap and not second.text[:1].islower()) or not _plain(first, second):
        return False
    return any(len(line.text) >= VERSE or len(line.text.split()) <= 2 for line in (first, second))


def _width(blocks: Sequence[Block], inside: Sequence[bool]) -> int | None:
    pairs = [n for n in range(1, len(blocks)) if blocks[n].gap == 0 and blocks[n - 1].role != "code"]
    if len(pairs) < 2:
        return None
    lengths = sorted(len(blocks[n - 1].text) for n in pairs)
    width = lengths[-1] if len(lengths) < 20 else lengths[int(0.97 * len(lengths))]
    if not NARROWEST <= width <= WIDEST:
        return None
    full = [n for n in pairs if is_full(blocks[n - 1], blocks[n], width)]
    listed = sum(1 for n in pairs if len(blocks[n - 1].text) < NARROWEST and not inside[n])
    return width if len(full) >= 0.45 * (len(pairs) - listed) and sum(inside[n] for n in full) >= 2 else None


def is_full(first: Block, second: Block, width: int) -> bool:
    """Whether the second line's first word had no more room on the first."""
    room = width - 5 - len(first.text)
    if room < 0:
        return True
    words = second.text.split(maxsplit=1)
    return len(words[0] if words else "") > room


def _plain(first: Block, second: Block) -> bool:
    return not second.marker and first.role not in APART and second.role not in APART


def _in_sentence(first: Block, second: Block) -> bool:
    """Whether the break between two lines lies inside a sentence, for certain."""
    before, after = first.text.rstrip(), second.text.lstrip()
    opening = after[:1]
    if opening in _GOES_ON:
        return len(before) > 1
    if not opening.islower() and (len(before) <= 30 or not (_is_open_ended(before) or _ends_in_particle(before))):
        return False
    return not (ends_sentence(before) or before.endswith((":", "|")))


def _is_open_ended(text: str) -> bool:
    return text[-1] in _OPEN or (text[-1] == "-" and (text[-2].isalnum() or text[-2] == "_"))


def _ends_in_particle(text: str) -> bool:
    """Whether the last word is a short one in small letters, as articles and prepositions are."""
    last = text[-4:].rsplit(maxsplit=1)[-1]
    return len(last) <= 3 and last.isalpha() and last.islower()


def runs(document: Document, *, verse: bool = True) -> list[range]:
    """The indexes of the blocks, grouped into those that are one run of sentences. Each block of a page is a run.
    Lines that may as well be verse stay apart, unless `verse` is false."""
    return _runs_without_verse(document) if verse else _runs(document)


@once
def _runs(document: Document) -> list[range]:
    blocks = document.blocks
    if document.kind == "html":
        return [range(n, n + 1) for n in range(len(blocks))]
    layout, inside = layout_of(document), _breaks_inside(document)
    starts = [0] if blocks else []
    for n in range(1, len(blocks)):
        if not _same_run(blocks, n, starts[-1], layout, inside):
            starts.append(n)
    return [range(start, end) for start, end in pairwise((*starts, len(blocks)))]


@once
def _runs_without_verse(document: Document) -> list[range]:
    if document.kind == "html":
        return _runs(document)
    layout = layout_of(document)
    return [part for group in _runs(document) for part in _without_verse(document.blocks, group, layout)]


def _same_run(blocks: Sequence[Block], n: int, start: int, layout: Layout, inside: Sequence[bool]) -> bool:
    """Whether block n goes on with the run that began at `start`."""
    first, second = blocks[n - 1], blocks[n]
    if second.gap > 1 or not _plain(first, second):
        return False
    if second.gap == 0 and layout.width is not None:
        return is_full(first, second, layout.width) or (not ends_sentence(first.text) and second.text[:1].islower())
    if inside[n]:
        if second.gap == 0 or second.text[:1] in _GOES_ON:
            return True
        return layout.fragmented and len(first.text) > 30 and second.text[:1].islower()
    if not layout.fragmented or second.gap or ends_sentence(first.text):
        return False
    if start < n - 1 or _is_linked_words(blocks, n, inside):
        return True
    return (
        start > 0
        and ends_sentence(blocks[start - 1].text)
        and len(first.text.split()) >= 6
        and inner_stops(first.text) > 0
    )


def _is_linked_words(blocks: Sequence[Block], n: int, inside: Sequence[bool]) -> bool:
    """Whether block n is a name or two, broken out of a sentence that the lines around it carry."""
    if n + 1 >= len(blocks) or blocks[n + 1].gap or len(blocks[n].text.split()) > 3:
        return False
    return inside[n + 1] and len(blocks[n - 1].text.split()) >= 6


def _without_verse(blocks: Sequence[Block], group: range, layout: Layout) -> list[range]:
    """A run of short lines only is taken apart again, unless the text is wrapped."""
    if len(group) < 2 or layout.width is not None or max(len(blocks[n].text) for n in group) >= VERSE:
        return [group]
    if any(len(blocks[n].text.split()) <= 2 or blocks[n].text[:1] in _GOES_ON for n in group):
        return [group]
    return [range(n, n + 1) for n in group]
