"""Detection: Document → Evidence. Every detector is listed here, once; none of them drops anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cleaner.detect.learned import detect_learned
from cleaner.detect.opening import detect_opening
from cleaner.detect.phrases import detect_phrases
from cleaner.options import Options

if TYPE_CHECKING:
    from cleaner.model import Document, Evidence

Detector = Callable[["Document", "Sequence[Evidence]", Options], "list[Evidence]"]
"""Takes a document, what the detectors before it found, and the options."""

DETECTORS: Mapping[str, Detector] = {
    "phrases": lambda document, before, options: detect_phrases(document),
    "learned": lambda document, before, options: detect_learned(document, options),
    "opening": lambda document, before, options: detect_opening(document, before),
}


def detect(document: Document, options: Options) -> list[Evidence]:
    """The evidence of all detectors, in their order."""
    evidence: list[Evidence] = []
    for detector in DETECTORS.values():
        evidence += detector(document, tuple(evidence), options)
    return evidence
