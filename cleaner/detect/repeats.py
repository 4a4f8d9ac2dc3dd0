"""Finds lines that stand more than once in a document: furniture repeats, articles don't."""

from __future__ import annotations

from cleaner.fold import bare, fold
from cleaner.measure import word_count
from cleaner.model import Block, Document, Evidence, Kind

LONG = 12
"""Words: a longer line that comes again is a copy, a shorter one may be a refrain, a speaker or a cell."""


def detect_repeats(document: Document) -> list[Evidence]:
    """Evidence for each repetition of an earlier line: strong for long ones and where three or more are the same."""
    seen: dict[str, list[Block]] = {}
    for block in document.blocks:
        key = bare(fold(block.text).text)
        if key and block.role not in ("code", "table"):
            seen.setdefault(key, []).append(block)
    evidence: list[Evidence] = []
    for key, blocks in seen.items():
        if len(blocks) > 1:
            words = word_count(key)
            copies = blocks[1:] if words >= LONG else []
            evidence += [_evidence(block, "line", 0.99, "stands in full further up", "duplicate") for block in copies]
            if words < LONG and len(blocks) > 2 and words >= 1:
                score = min(0.75, 0.5 + 0.05 * len(blocks))
                evidence += [
                    _evidence(block, "label", score, f"stands {len(blocks)} times", "navigation") for block in blocks
                ]
    return sorted(evidence, key=lambda e: e.block)


def _evidence(block: Block, rule: str, score: float, why: str, kind: Kind) -> Evidence:
    return Evidence(block.index, "repeats", f"repeats.{rule}", score, why, kind)
