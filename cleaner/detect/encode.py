"""Lines of text → arrays: characters, words and hashed n-grams of a whole document at once, without a loop over words.

Words are hashed by a polynomial over their code points (Rabin and Karp), lower-cased, digits as one; in scripts without
spaces every character is a word. N-grams are hashed from the hashes of their words (feature hashing: Weinberger et al.,
"Feature hashing for large scale multitask learning", ICML 2009).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint32]
Floats = NDArray[np.float32]

LETTER, UPPER, DIGIT, SPACE, END, COMMA, UNSPACED, MARK = (1 << n for n in range(8))
"""Classes of characters, as bits. END ends a sentence, COMMA parts one, MARK is any other visible sign."""
_UNSPACED_RANGES = ((0x0E00, 0x0E80), (0x3040, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
_ENDS = ".!?…。！？؟।։।"
_COMMAS = ",;:،、，；："
_CLOSERS = "\"'»”“’‘)]」』】*_"
LONGEST = 16
"""Characters of a word that count for its hash."""
STEM = 5
"""Characters of the stem of a longer word, a feature of its own: endings vary in many languages."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """Tables over the basic multilingual plane; the characters above it count as one of their kind."""

    classes: NDArray[np.uint8]
    lower: NDArray[np.uint32]
    closers: NDArray[np.bool_]
    narrow_classes: bytes
    narrow_lower: bytes
    """`classes` and `lower` of Latin-1."""


@cache
def alphabet() -> Alphabet:
    classes = np.zeros(0x10000, np.uint8)
    lower = np.arange(0x10000, dtype=np.uint32)
    for code in range(0x10000):
        char = chr(code)
        category = unicodedata.category(char)
        if category[0] == "L" or category[0] == "M":
            classes[code] = LETTER | (UPPER if category in ("Lu", "Lt") else 0)
            small = char.lower()
            if len(small) == 1:
                lower[code] = ord(small)
        elif category == "Nd":
            classes[code] = DIGIT
            lower[code] = ord("0")
        elif char.isspace():
            classes[code] = SPACE
        elif category not in ("Cc", "Cf", "Cs", "Cn"):
            classes[code] = MARK
    for start, end in _UNSPACED_RANGES:
        letters = (classes[start:end] & LETTER) > 0
        classes[start:end][letters] |= UNSPACED
    for chars, bit in ((_ENDS, END), (_COMMAS, COMMA)):
        for char in chars:
            classes[ord(char)] = bit
    closers = np.zeros(0x10000, np.bool_)
    closers[[ord(char) for char in _CLOSERS]] = True
    return Alphabet(classes, lower, closers, classes[:256].tobytes(), lower[:256].astype(np.uint8).tobytes())


_ROOT = 0x5BD1E995
"""Base of the polynomial; odd, so that it has an inverse modulo 2^32."""


@dataclass(slots=True)
class _Powers:
    """Powers of the base and of its inverse modulo 2^32, as many as have been needed."""

    up: Hashes
    down: Hashes

    def reach(self, size: int) -> None:
        if len(self.up) < size:
            size = 1 << size.bit_length()
            self.up = np.cumprod(np.full(size, _ROOT, np.uint32), dtype=np.uint32)
            self.down = np.cumprod(np.full(size, pow(_ROOT, -1, 1 << 32), np.uint32), dtype=np.uint32)


@cache
def _powers() -> _Powers:
    powers = _Powers(np.zeros(0, np.uint32), np.zeros(0, np.uint32))
    powers.reach(1 << 16)
    return powers


def mix(values: Hashes) -> Hashes:
    """Spreads the bits of 32-bit hashes (the finaliser of MurmurHash3)."""
    mixed = values ^ (values >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a document (or of many, one after the other) as arrays."""

    count: int
    starts: Ints
    """(count,) offset of each line's first character in `codes`."""
    sizes: Ints
    """(count,) characters of each line."""
    codes: NDArray[np.uint32]
    """(characters,) code points, lines parted by a line feed; characters above the BMP as U+FFFF."""
    classes: NDArray[np.uint8]
    """(characters,) their classes."""
    words: Hashes
    """(words,) hash of each word."""
    stems: Hashes
    """(words,) hash of its first STEM characters; 0 where it is no longer than that."""
    word_line: Ints
    """(words,) line of each word."""
    word_at: Ints
    """(words,) offset of its first character."""
    word_size: Ints
    """(words,) characters of each word."""
    first_word: Ints
    """(count + 1,) number of the first word of each line."""


def encode(texts: Sequence[str]) -> Lines:
    """Lines as arrays. A lone surrogate counts as any other unknown character."""
    count = len(texts)
    sizes = np.fromiter(map(len, texts), np.int64, count)
    joined = "\n".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    if not joined.isascii():
        codes = np.minimum(codes, np.uint32(0xFFFF))
    starts = np.zeros(count, np.int64)
    np.cumsum(sizes[:-1] + 1, out=starts[1:])
    table = alphabet()
    narrow = joined.encode("latin-1", "replace")  # bytes are translated at a fraction of the cost of array look-ups
    classes = np.frombuffer(bytearray(narrow.translate(table.narrow_classes)), np.uint8)
    lower = np.frombuffer(narrow.translate(table.narrow_lower), np.uint8).astype(np.uint32)
    if not joined.isascii() and len(wide := np.flatnonzero(codes > 0xFF)):
        classes[wide] = table.classes[codes[wide]]
        lower[wide] = table.lower[codes[wide]]
    in_word = (classes & (LETTER | DIGIT)) != 0
    edges = np.flatnonzero(in_word[1:] != in_word[:-1]) + 1
    if count and len(codes) and in_word[0]:
        edges = np.concatenate(([0], edges))
    if len(edges) % 2:
        edges = np.append(edges, len(codes))
    word_at, ends = edges[::2], edges[1::2]
    if not joined.isascii() and len(alone := np.flatnonzero(classes & UNSPACED)):
        word_at, ends = _with_single(word_at, ends, alone, len(codes))
    powers = _powers()
    powers.reach(len(codes) + 1)
    total = np.zeros(len(codes) + 1, np.uint32)
    lower *= powers.up[: len(codes)]
    np.cumsum(lower, dtype=np.uint32, out=total[1:])
    back = powers.down[word_at]
    words = mix((total[np.minimum(ends, word_at + LONGEST)] - total[word_at]) * back)
    word_size = ends - word_at
    stems = mix((total[np.minimum(ends, word_at + STEM)] - total[word_at]) * back)
    stems[word_size <= STEM] = 0
    first_word = np.searchsorted(word_at, np.append(starts, len(codes) + 1))
    word_line = np.repeat(np.arange(count), np.diff(first_word))
    return Lines(count, starts, sizes, codes, classes, words, stems, word_line, word_at, word_size, first_word)


def _with_single(word_at: Ints, ends: Ints, alone: Ints, size: int) -> tuple[Ints, Ints]:
    """The words when each of some characters is one by itself, and parts those it stands in."""
    opens = np.zeros(size + 1, bool)
    closes = np.zeros(size + 1, bool)
    opens[word_at] = True
    closes[ends] = True
    inside = np.cumsum(opens.astype(np.int32) - closes) > 0
    opens[alone] = True
    closes[alone] = True  # what stands before ends here
    after = alone + 1
    closes[after] = True
    opens[after[inside[after]]] = True
    starts = np.flatnonzero(opens)
    stops = np.flatnonzero(closes)
    return starts, stops[np.searchsorted(stops, starts, side="right")]


@dataclass(frozen=True, slots=True)
class Grams:
    """Hashed features of lines, those of one kind after those of another."""

    buckets: Hashes
    lines: Ints
    """(features,) line of each feature, ascending within each kind."""


_SALTS = {name: np.uint32(salt * 0x9E3779B1 & 0xFFFFFFFF) for salt, name in enumerate(
    ("pair", "stem", "first", "last", "opening", "whole", "shape", "end"), start=1)}  # fmt: skip
MOST_WORDS_WHOLE = 8


def grams(lines: Lines, shape: Hashes) -> Grams:
    """The n-gram features of lines: words, stems, word pairs, first and last words, the whole line where it is short,
    and the line's `shape`, a small number that says how it looks."""
    words, at = lines.words, lines.word_line
    pieces: list[Hashes] = [words]
    owners: list[Ints] = [at]

    def add(values: Hashes, owner: Ints, salt: str) -> None:
        pieces.append(mix(values ^ _SALTS[salt]))
        owners.append(owner)

    stemmed = np.flatnonzero(lines.stems)
    add(lines.stems[stemmed], at[stemmed], "stem")
    pairs = words[:-1] * np.uint32(31) + words[1:]
    same = at[:-1] == at[1:]
    add(pairs[same], at[:-1][same], "pair")
    first, beyond = lines.first_word[:-1], lines.first_word[1:]
    size = beyond - first
    some = np.flatnonzero(size > 0)
    add(words[first[some]], some, "first")
    add(words[beyond[some] - 1], some, "last")
    two = np.flatnonzero(size > 1)
    add(pairs[first[two]], two, "opening")
    add(pairs[beyond[two] - 2], two, "end")
    short = np.flatnonzero((size > 0) & (size <= MOST_WORDS_WHOLE))
    if len(short):
        inside = np.flatnonzero(size[at] <= MOST_WORDS_WHOLE)
        weighed = words[inside] * _powers().up[inside - first[at[inside]]]
        opening = np.cumsum(size[short]) - size[short]
        add(np.add.reduceat(weighed, opening, dtype=np.uint32), short, "whole")
    add(shape, np.arange(lines.count), "shape")
    return Grams(np.concatenate(pieces), np.concatenate(owners))
