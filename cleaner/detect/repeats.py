"""Finds copies: a long line that stands once more in full is a copy; only the first is the text."""

from __future__ import annotations

from cleaner.model import Document, Evidence

LONG = 60
"""Characters from which a line that stands twice was not written twice."""


def detect_repeats(document: Document) -> list[Evidence]:
    """Evidence for each repetition of an earlier line."""
    seen: set[str] = set()
    evidence: list[Evidence] = []
    for block in document.blocks:
        if len(block.text) < LONG or block.role in ("code", "table"):
            continue
        if block.text in seen:
            why = "stands in full further up"
            evidence.append(Evidence(block.index, "repeats", "repeats.line", 0.99, why, "duplicate"))
        seen.add(block.text)
    return evidence
