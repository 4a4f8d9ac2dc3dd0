"""The language: identified from the words where there are enough of them, else as the page declares it."""

from __future__ import annotations

import re
from functools import cache
from heapq import nlargest
from typing import TYPE_CHECKING

from cleaner.model import Document, Found, once

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

ENOUGH = 60
"""Characters of body text below which words prove nothing."""
SAMPLE = 700
LONGEST, GLANCE = 3, 300
"""Blocks, the longest, from whose first characters the language is told at a glance: with more, one document in a
hundred is told otherwise, and it takes twice as long."""
SURE = 0.99
_TAG = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")


def find_language(document: Document, text: str) -> Found | None:
    """The language of a body: the identified one, with the declared one where the text is short."""
    declared = declared_language(document)
    if len(text) < ENOUGH:
        return declared
    code, confidence = spoken(document)
    if confidence < SURE and not (declared and declared.value == code):
        code, confidence = identify(text)
    if declared and (declared.value == code or confidence < 0.9):
        return declared
    return Found("language", code, "", "words", confidence) if confidence >= 0.5 else declared


@once
def spoken(document: Document) -> tuple[str, float]:
    """(ISO 639-1 code, probability) of the language of the longest blocks; ("", 0) where they are short."""
    text = " ".join(nlargest(LONGEST, (block.text for block in document.blocks), key=len))
    return identify(text[:GLANCE]) if len(text) >= ENOUGH else ("", 0.0)


def declared_language(document: Document) -> Found | None:
    raw = document.head.language or document.head.first("og:locale", "content-language", "dc.language", "language")
    match = _TAG.match(raw.strip()) if raw else None
    return Found("language", match[0].lower(), raw or "", "html-lang", 0.8) if match else None


def identify(text: str) -> tuple[str, float]:
    """(ISO 639-1 code, probability), by py3langid on the first characters."""
    code, probability = _identifier().classify(text[:SAMPLE])
    return str(code), float(probability)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
