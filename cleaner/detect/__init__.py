"""Detection: Document → Evidence. Every detector is listed here, once; none of them drops anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cleaner.detect.captions import detect_captions
from cleaner.detect.elements import detect_elements
from cleaner.detect.learned import detect_learned, judge_together
from cleaner.detect.opening import detect_opening
from cleaner.detect.phrases import detect_phrases
from cleaner.detect.repeats import detect_recurring, detect_repeats
from cleaner.options import Options

if TYPE_CHECKING:
    from cleaner.model import Document, Evidence

Detector = Callable[["Document", "Sequence[Evidence]", Options], "list[Evidence]"]
"""Takes a document, what the detectors before it found, and the options."""

SURE, FAR = 0.95, 6
"""Score of the learned detector from which a block is debris for certain, and blocks between it and the
nearest one that reads as the article from which only the shortest way of naming it is worth its time."""


def _phrases(document: Document, before: Sequence[Evidence], options: Options) -> list[Evidence]:
    return detect_phrases(document, sure=_far_debris(document, before), own=options.rules)


def _far_debris(document: Document, before: Sequence[Evidence]) -> frozenset[int]:
    """Blocks of menus and feet; lines about rights are looked at all the same."""
    scores = [0.5] * len(document.blocks)
    for item in before:
        if item.detector == "learned":
            scores[item.block] = item.score
    near = {m for n, score in enumerate(scores) if score < 0.5 for m in range(n - FAR, n + FAR + 1)}
    return frozenset(
        n for n, score in enumerate(scores) if score > SURE and n not in near and "©" not in document.blocks[n].text
    )


DETECTORS: Mapping[str, Detector] = {
    "learned": lambda document, before, options: detect_learned(document, options),
    "phrases": _phrases,
    "captions": lambda document, before, options: detect_captions(document, before),
    "repeats": lambda document, before, options: detect_repeats(document, before),
    "sites": lambda document, before, options: detect_recurring(document, options),
    "elements": lambda document, before, options: detect_elements(document, options.rules),
    "opening": lambda document, before, options: detect_opening(document, before),
}


def detect(document: Document, options: Options) -> list[Evidence]:
    """The evidence of all detectors, in their order."""
    evidence: list[Evidence] = []
    for detector in DETECTORS.values():
        evidence += detector(document, tuple(evidence), options)
    return evidence


__all__ = ["DETECTORS", "Detector", "detect", "judge_together"]
