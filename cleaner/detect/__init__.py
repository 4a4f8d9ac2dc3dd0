"""Detection: Document → Evidence. Every detector is listed here, once; none of them drops anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cleaner.detect.labels import detect_labels
from cleaner.detect.opening import detect_opening
from cleaner.detect.phrases import detect_phrases
from cleaner.detect.repeats import detect_repeats
from cleaner.detect.structure import detect_structure

if TYPE_CHECKING:
    from cleaner.model import Document, Evidence

Detector = Callable[["Document", "Sequence[Evidence]"], "list[Evidence]"]
"""Takes a document and what the detectors before it found."""


def _opinion(document: Document, before: Sequence[Evidence]) -> list[Evidence]:
    from cleaner.detect.opinion import detect_opinion

    return detect_opinion(document)


DETECTORS: Mapping[str, Detector] = {
    "phrases": lambda document, before: detect_phrases(document),
    "structure": lambda document, before: detect_structure(document),
    "repeats": lambda document, before: detect_repeats(document),
    "opening": detect_opening,
    "labels": detect_labels,
    "opinion": _opinion,
}
DEFAULT = ("phrases", "structure", "repeats", "opening", "labels")


def detect(document: Document, names: tuple[str, ...] = DEFAULT) -> list[Evidence]:
    """The evidence of the named detectors, in their order."""
    evidence: list[Evidence] = []
    for name in names:
        evidence += DETECTORS[name](document, tuple(evidence))
    return evidence
