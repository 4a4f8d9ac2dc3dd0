"""Lets a label such as `More in Local` or `Comments` speak for the lines under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cleaner.model import Block, Document, Evidence, Kind

LABELS: tuple[Kind, ...] = ("related", "comments", "navigation")
"""Kinds whose labels head a list of lines."""
LONGEST = 60
"""Characters of a label."""
SURE = 0.7
"""Score from which a phrase is taken for a label."""
LIST, UNLINKED, COMMENTS, SECTION = 0.88, 0.7, 0.95, 0.55
"""Scores: of links and list items outside the body under a label, of other list items, of lines under a comments label,
of lines outside the body whose kind the label tells."""
PROSE = {"structure.shape.prose", "structure.shape.run"}
OUTSIDE = "structure.region.outside"


def detect_labels(document: Document, before: Sequence[Evidence]) -> list[Evidence]:
    """Evidence for short lines right under a label, and the kind of the lines outside the body that follow it."""
    by_block: list[list[Evidence]] = [[] for _ in document.blocks]
    for item in before:
        by_block[item.block].append(item)
    return [*_short_lines(document.blocks, by_block), *_sections(document.blocks, by_block)]


def _label(block: Block, found: Iterable[Evidence]) -> Kind | None:
    if len(block.text) >= LONGEST or block.role == "quote":
        return None
    whole = (item for item in found if item.detector == "phrases" and item.part is None and item.score >= SURE)
    return next((item.kind for item in whole if item.kind in LABELS), None)


def _short_lines(blocks: Sequence[Block], by_block: Sequence[list[Evidence]]) -> Iterable[Evidence]:
    """List items and links right under a label; under `Comments`, when it stands behind most of the prose, all short
    lines. Prose and headings end its reach."""
    under: Kind | None = None
    prose = sum(1 for found in by_block if any(item.rule in PROSE for item in found))
    seen = 0
    for block, found in zip(blocks, by_block, strict=True):
        rules = {item.rule for item in found}
        seen += bool(rules & PROSE)
        if label := _label(block, found):
            under = label if label != "comments" or 2 * seen > prose else None
        elif rules & PROSE or any(item.role for item in found) or block.role == "heading":
            under = None
        elif under == "comments":
            yield _evidence(block, "short", COMMENTS, under)
        elif "structure.shape.sentence" in rules:
            under = None
        elif under and (block.role == "list_item" or block.link_share > 0.5):
            linked = block.link_share > 0.5 or OUTSIDE in rules
            yield _evidence(block, "short", LIST if linked else UNLINKED, under)
        elif block.gap > 0:
            under = None


def _sections(blocks: Sequence[Block], by_block: Sequence[list[Evidence]]) -> Iterable[Evidence]:
    """Lines outside the body that nothing but their place speaks against: they are of the label's kind."""
    kind: Kind | None = None
    for block, found in zip(blocks, by_block, strict=True):
        if any(item.detector in ("phrases", "opening") and item.kind for item in found):
            kind = _label(block, found)
        elif not any(item.rule == OUTSIDE for item in found):
            kind = None
        elif kind and not any(item.rule.startswith("structure.element") for item in found):
            yield _evidence(block, "section", SECTION, kind)


def _evidence(block: Block, rule: str, score: float, kind: Kind) -> Evidence:
    return Evidence(block.index, "labels", f"labels.{rule}", score, f"stands under a label of kind {kind}", kind)
