"""What a block looks like: how many words, whether it reads as sentences, how much of it is links, if it is a bar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cleaner.fold import fold
from cleaner.measure import ends_sentence, inner_stops, word_count
from cleaner.model import Block


@dataclass(frozen=True, slots=True)
class Shape:
    """What a block looks like."""

    words: float
    sentence: bool
    stops: int
    links: float
    colon: bool = False
    """Ends in a colon, as a paragraph before a list or a quotation does."""

    @property
    def prose(self) -> bool:
        """Reads as sentences rather than as a label."""
        ends = self.sentence or (self.colon and self.words >= 12)
        return self.words >= 8 and self.links < 0.6 and (ends or (self.words >= 25 and self.stops >= 2))


def shape_of(block: Block) -> Shape:
    return _shape(block.text, block.link_share)


@lru_cache(maxsize=16_384)
def _shape(text: str, links: float) -> Shape:
    folded = fold(text).text
    sentence = ends_sentence(folded)
    stops = 0 if sentence else inner_stops(folded)  # which tell only where no sentence ends
    return Shape(word_count(folded), sentence, stops, links, folded.rstrip().endswith(":"))


def run_shape(shapes: list[Shape]) -> Shape:
    """The shape of several lines taken as one."""
    if len(shapes) == 1:
        return shapes[0]
    words = sum(shape.words for shape in shapes)
    links = sum(shape.words * shape.links for shape in shapes) / words if words else 0.0
    return Shape(
        words, shapes[-1].sentence, sum(shape.stops + shape.sentence for shape in shapes), links, shapes[-1].colon
    )


_BAR = re.compile(r"\s*[|›»>•·/]\s+|\s+[|›»>•·]\s*")


def is_bar(text: str) -> bool:
    """Whether a line is three or more short labels in a row.

    >>> is_bar("Home | News | Sport"), is_bar("You are here: Home > News > Local"), is_bar("6 > 5 and so on")
    (True, True, False)
    """
    pieces = [piece for piece in _BAR.split(text.strip(" |›»>•·/")) if piece]
    return len(pieces) >= 3 and all(len(piece.split()) <= 4 and len(piece) <= 40 for piece in pieces)
