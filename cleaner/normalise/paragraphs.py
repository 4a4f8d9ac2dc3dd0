"""Puts kept lines back together as the writer set them: wrapped and fragmented lines joined, hyphenation undone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from cleaner.layout import APART, Layout, layout_of, runs
from cleaner.measure import ends_sentence
from cleaner.model import Block, Document, Part, Role, Span, Verdict, once
from cleaner.normalise.characters import clean_characters, clean_code

_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3001-\u303f\uff00-\uffef]")
_HYPHENS = ("-", "\u2010", "\u00ad")
_OPENING = ("(", "[", "«", "“", "„")
_CLOSING = re.compile(r"[,.;:!?)\]»”’%、，。！？）」』]")


class Line(NamedTuple):
    """What is left of a kept block after its cuts."""

    block: Block
    role: Role
    run: int
    """First line of the run of sentences it belongs to."""
    text: str
    spans: tuple[Span, ...]
    """Places of the text in the source; empty for HTML."""
    confidence: float


def body_parts(document: Document, verdicts: Sequence[Verdict]) -> tuple[Part, ...]:
    """The kept blocks, headline and dek aside, as Parts."""
    layout = layout_of(document)
    run_of = {n: group.start for group in runs(document) for n in group}
    groups: list[list[Line]] = []
    broken = True
    for block, verdict in zip(document.blocks, verdicts, strict=True):
        if not verdict.keep or verdict.role in ("headline", "dek"):
            broken = broken or block.gap > 0 or verdict.role in ("headline", "dek")
            continue
        line = _line(block, verdict, run_of[block.index])
        if groups and not broken and _belongs(groups[-1][-1], line, layout):
            groups[-1].append(line)
        else:
            groups.append([line])
        broken = False
    return tuple(part for group in groups for part in _part(group, document))


def _line(block: Block, verdict: Verdict, run: int) -> Line:
    role: Role = verdict.role  # type: ignore[assignment]
    if not verdict.cuts:
        return Line(block, role, run, block.text, (block.span,) if block.span else (), verdict.confidence)
    left = [span for span in remaining(block, verdict) if block.text[span.start : span.end].strip(" \t|•·")]
    text = " ".join(block.text[span.start : span.end].strip(" \t|•·") for span in left)
    places = [place for span in left if (place := block.source_span(span))]
    if block.marker and block.span:
        places.insert(0, Span(block.span.start, block.span.start + len(block.marker)))
    spans = tuple(places)
    return Line(block, role, run, text, spans, verdict.confidence)


def remaining(block: Block, verdict: Verdict) -> list[Span]:
    """What a block's cuts leave of its text, as offsets into it."""
    pieces, at = [], 0
    for cut in verdict.cuts:
        pieces.append(Span(at, cut.span.start))
        at = cut.span.end
    return [span for span in (*pieces, Span(at, len(block.text))) if len(span)]


def _belongs(last: Line, line: Line, layout: Layout) -> bool:
    """Whether a line goes on with the paragraph of the line before."""
    if line.role == "code" and last.role == "code":
        return line.block.span is not None
    if line.role in APART or last.role in APART or line.block.marker:
        return False
    if line.run == last.run or _is_label(last, line):
        return True
    if line.block.gap > 0:
        return False
    if line.block.span is None:
        return line.block.node in layout.double_breaks or not (_prose(last) and _prose(line))
    return layout.blank_lines and not (_prose(last) or _prose(line))


LONGEST_LABEL = 60


def _is_label(last: Line, line: Line) -> bool:
    """Whether a line of a text is a label that a dump has parted from what it labels: `Long-term goals:`."""
    labels = last.text.endswith((":", "：")) and len(last.text) <= LONGEST_LABEL and last.block.span is not None
    return labels and line.block.gap == 0 and (len(line.text) > LONGEST_LABEL or ends_sentence(line.text))


def _prose(line: Line) -> bool:
    return len(line.text) > 120 or (len(line.text) > 60 and ends_sentence(line.text))


def _part(group: list[Line], document: Document) -> Iterator[Part]:
    first = group[0]
    if first.role == "code":
        text = clean_code("\n".join(line.text for line in group))
    else:
        text = _joined(group, document)
        text = "\n".join(clean for row in text.split("\n") if (clean := clean_characters(row)))
    if text.strip():
        spans = tuple(span for line in group for span in line.spans)
        confidence = min(line.confidence for line in group)
        marker = clean_characters(first.block.marker)
        yield Part(
            text, first.role, first.block.level, marker, tuple(line.block.index for line in group), spans, confidence
        )


_NEAR = 300
"""Characters before a seam that are looked at: the longest word that may be hyphenated."""


def _joined(group: list[Line], document: Document) -> str:
    """The lines of a paragraph as one text; only the end of what is there is looked at, however long it grows."""
    pieces = [group[0].text]
    end = group[0].text[-_NEAR:]
    for last, line in pairwise(group):
        together = line.run == last.run or (_prose(last) and _prose(line)) or _is_label(last, line)
        hyphenated = together and end[-1:] in _HYPHENS
        seam = _seam(end, line.text, together=together, source=_in_one_line(document) if hyphenated else "")
        if seam is None:
            pieces[-1] = pieces[-1][:-1]
            end = end[:-1]
        pieces += [seam or "", line.text]
        end = f"{end}{seam or ''}{line.text}"[-_NEAR:]
    return "".join(pieces)


@once
def _in_one_line(document: Document) -> str:
    return document.source.replace("\n", " ")


def join_lines(first: str, second: str, *, together: bool = True, source: str = "") -> str:
    """Two lines of one paragraph as one text; apart they stay lines, as in verse.

    A hyphen at the line's end goes, unless the source has the word with its hyphen elsewhere.

    >>> join_lines("a sprawl-", "ing region"), join_lines("in the", "north"), join_lines("说他们", "来了")
    ('a sprawling region', 'in the north', '说他们来了')
    """
    seam = _seam(first, second, together=together, source=source)
    return f"{first[:-1]}{second}" if seam is None else f"{first}{seam}{second}"


def _seam(first: str, second: str, *, together: bool, source: str) -> str | None:
    """What stands between two lines of one paragraph; None where a hyphen at the end of the first goes."""
    if not together:
        return "\n"
    if first[-1:] in _HYPHENS and first[-2:-1].isalpha() and second[:1].islower():
        head, tail = first.rsplit(maxsplit=1)[-1], second.split(maxsplit=1)[0].rstrip(".,;:!?\"'”’)")
        return "" if f"{head}{tail}" in source else None
    if _CLOSING.match(second) or (_UNSPACED.match(first[-1:]) and _UNSPACED.match(second[:1])):
        return ""
    return "" if first[-1:] in _OPENING else " "
