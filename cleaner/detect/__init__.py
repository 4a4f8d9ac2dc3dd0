"""Detection: Document → Evidence. Every detector is listed here, once; none of them drops anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cleaner.detect.opening import detect_opening
from cleaner.detect.phrases import detect_phrases
from cleaner.detect.repeats import detect_repeats
from cleaner.detect.structure import detect_structure

if TYPE_CHECKING:
    from cleaner.model import Document, Evidence

Detector = Callable[["Document"], "list[Evidence]"]


def _detect_opinion(document: Document) -> list[Evidence]:
    from cleaner.detect.opinion import detect_opinion

    return detect_opinion(document)


DETECTORS: Mapping[str, Detector] = {
    "phrases": detect_phrases,
    "structure": detect_structure,
    "repeats": detect_repeats,
    "opening": detect_opening,
    "opinion": _detect_opinion,
}
DEFAULT = ("phrases", "structure", "repeats", "opening")


def detect(document: Document, names: tuple[str, ...] = DEFAULT) -> list[Evidence]:
    """The evidence of the named detectors, in their order."""
    return [evidence for name in names for evidence in DETECTORS[name](document)]
