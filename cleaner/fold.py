"""Folds text into the plain form that rules and detectors compare: one space, straight quotes, plain dashes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import regex

from cleaner.model import Document, Span, once

_PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\u0060", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00a0\u202f\u205f\u3000", " "),
    **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
    "\u0130": "I",
    **{chr(0xFF01 + n): chr(0x21 + n) for n in range(94)},
}  # fmt: skip
"""Character -> the plain one that stands for it."""
_FANCY = re.compile(f"[{''.join(map(re.escape, _PLAIN))}]")
_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
                        "\u2066-\u206f\ufe00-\ufe0f\ufeff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")  # fmt: skip
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,1000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)")
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\ufe00-\ufe0f]")
"""The invisible characters that `str.isprintable` takes for visible."""


class Folded(NamedTuple):
    """A folded text with the way back to the text it was made from."""

    text: str
    offsets: tuple[int, ...] | None
    """Offset in the original of each folded character and of the end; None where they are the same."""

    def original(self, start: int, end: int) -> Span:
        if self.offsets is None:
            return Span(start, end)
        return Span(self.offsets[start], self.offsets[end - 1] + 1 if end > start else self.offsets[end])


@lru_cache(maxsize=16_384)
def fold(text: str) -> Folded:
    """Invisible characters and link targets (Markdown) dropped, runs of space made one, quotes and dashes plain.

    >>> fold("You\u2019ve  [read](http://a.b/c) it\u200b all").text
    "You've read it all"
    """
    plain = text.replace("`", "'") if text.isascii() else _FANCY.sub(_plain_char, text)
    shown = plain.isprintable() and (plain.isascii() or not _UNSEEN.search(plain))
    if shown and "  " not in plain and "](" not in plain:
        return Folded(plain, None)
    kept: list[str] = []
    offsets: list[int] = []
    at = 0
    for match in _LINK.finditer(plain):
        _take(plain, at, match.start(), kept, offsets)
        _take(plain, match.start(1), match.end(1), kept, offsets)
        at = match.end()
    _take(plain, at, len(plain), kept, offsets)
    return Folded("".join(kept), (*offsets, len(text)))


@once
def folded_lines(document: Document) -> list[Folded]:
    """The folded text of each block."""
    return [Folded(block.text, None) if _is_folded(block.text) else fold(block.text) for block in document.blocks]


def _is_folded(text: str) -> bool:
    """Whether a text has none of what is folded, as far as that can be told at a glance."""
    return text.isascii() and text.isprintable() and "  " not in text and "`" not in text and "](" not in text


def _plain_char(match: re.Match[str]) -> str:
    return _PLAIN[match[0]]


def _take(plain: str, start: int, end: int, kept: list[str], offsets: list[int]) -> None:
    for at in range(start, end):
        char = plain[at]
        if _INVISIBLE.match(char):
            continue
        if char.isspace():
            if kept and kept[-1] == " ":
                continue
            char = " "
        kept.append(char)
        offsets.append(at)


_OUTER = regex.compile(r"^[^\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+$")
PUNCTUATION = "".join(chr(n) for n in range(33, 127) if not chr(n).isalnum()) + " «»…›‹|•·、。，：！？"


def bare(folded: str) -> str:
    """Lower case without outer punctuation and space: what whole lines are compared by.

    >>> bare("» Share with others: ")
    'share with others'
    """
    core = folded.lower().strip(PUNCTUATION)
    if core and not (core[0].isalnum() and core[-1].isalnum()):
        core = _OUTER.sub("", core)
    return _SPACES.sub(" ", core) if "  " in core else core


def visible(text: str) -> str:
    """The text without spaces and invisible characters: what must never vanish."""
    return _SPACES.sub("", _INVISIBLE.sub("", text))
