"""Detection: Document → Evidence. Every detector is listed here, once; none of them drops anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cleaner.detect.learned import detect_learned
from cleaner.detect.opening import detect_opening
from cleaner.detect.phrases import detect_phrases
from cleaner.detect.repeats import detect_repeats
from cleaner.options import Options

if TYPE_CHECKING:
    from cleaner.model import Document, Evidence

Detector = Callable[["Document", "Sequence[Evidence]", Options], "list[Evidence]"]
"""Takes a document, what the detectors before it found, and the options."""

SURE = 0.98
"""Score of the learned detector from which rules are not asked what a link of a page's menus is."""


def _phrases(document: Document, before: Sequence[Evidence]) -> list[Evidence]:
    if document.kind != "html":
        return detect_phrases(document)
    blocks = document.blocks
    return detect_phrases(
        document,
        sure=frozenset(
            item.block
            for item in before
            if item.score > SURE and item.kind not in (None, "other") and blocks[item.block].link_share > 0.5
        ),
    )


DETECTORS: Mapping[str, Detector] = {
    "learned": lambda document, before, options: detect_learned(document, options),
    "phrases": lambda document, before, options: _phrases(document, before),
    "repeats": lambda document, before, options: detect_repeats(document),
    "opening": lambda document, before, options: detect_opening(document, before),
}


def detect(document: Document, options: Options) -> list[Evidence]:
    """The evidence of all detectors, in their order."""
    evidence: list[Evidence] = []
    for detector in DETECTORS.values():
        evidence += detector(document, tuple(evidence), options)
    return evidence
