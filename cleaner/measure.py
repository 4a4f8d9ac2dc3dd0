"""Measures of a run of text that detectors share: its length in words, whether it reads as sentences."""

from __future__ import annotations

import re

UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Scripts written without spaces, as ranges of a character class."""
_WORD = re.compile(rf"[^\W\d_{UNSPACED}]+(?:['-][^\W\d_]+)*|\d+(?:[.,:]\d+)*")
UNSPACED_WORD = 1.7
"""Characters of a word in scripts without spaces (the mean of Chinese and Japanese news)."""
_UNSPACED_CHAR = re.compile(f"[{UNSPACED}]")
_END = re.compile(r"[.!?…。！？؟।։](?:\[\d+\])*[\s\"'»«”“’‘)\]」』】*_]*$|[!?.][\"'][,;]?$")
_STOPS = (". ", ", ", "! ", "? ", "; ", ": ")
_STOP_INSIDE = re.compile(r"[.!?…؟।,;；:]\s|[。！？，、]")


def word_count(text: str) -> float:
    """Words; in scripts without spaces a word is 1.7 characters (the mean of Chinese and Japanese news).

    >>> word_count("Two words"), word_count("新华社北京")
    (2.0, 2.9411764705882355)
    """
    unspaced = len(_UNSPACED_CHAR.findall(text)) if not text.isascii() else 0
    if unspaced:
        return len(_WORD.findall(text)) + unspaced / UNSPACED_WORD
    pieces = text.split()
    mixed = [piece for piece in pieces if not piece.isalpha()]
    return float(len(pieces) - len(mixed) + (len(_WORD.findall(" ".join(mixed))) if mixed else 0))


def ends_sentence(text: str) -> bool:
    """Whether the text ends as a sentence does, closing quotes and brackets aside.

    >>> ends_sentence('"It is over," he said.'), ends_sentence("Related stories")
    (True, False)
    """
    return not text[-1:].isalnum() and bool(_END.search(text[-60:]))


def inner_stops(text: str) -> int:
    """Commas, full stops and the like inside the text."""
    if text.isascii() and text.isprintable():
        return sum(text.count(stop, 0, -1) for stop in _STOPS)
    return len(_STOP_INSIDE.findall(text[:-1]))


def capital_share(text: str) -> float:
    """Share of words that begin with a capital or are numbers; 0 in scripts without case."""
    words = text.split()
    return sum(1 for word in words if word[:1].isupper()) / len(words) if words else 0.0
