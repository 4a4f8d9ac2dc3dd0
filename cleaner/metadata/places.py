"""Names of places, to tell `NEW DELHI:` from `TIP:`; compiled by `tools/build_places.py` from GeoNames (CC BY 4.0).

The file holds no names but their 32-bit sums, sorted, a run for each class: a look-up is a search by halves in the
file as it was read, and nothing is unpacked. One name in 20,000 that is no place passes for one.
"""

from __future__ import annotations

import re
import sys
import unicodedata
import zlib
from bisect import bisect_left
from functools import cache
from importlib import resources
from typing import NamedTuple

SIZES = ("small", "town", "city", "country")
"""Under 15,000 people, under 100,000, more; a country, in many languages."""
STYLES = ("", "colon", "period")
"""How papers of its country write a dateline beside the dash: `NEW DELHI: The`, `Berlin. Der`."""
MAGIC = b"places1\n"


class Place(NamedTuple):
    """What is known of a place's name: the most populous place of that name counts."""

    size: str
    style: str = ""
    ordinary: bool = False
    """Whether it is as well a word or a person's name, and alone says nothing: Nice, Reading, Jordan."""


CLASSES = tuple(Place(size, style, ordinary) for size in SIZES for style in STYLES for ordinary in (False, True))
"""In the order of the runs in the file."""
_APART = re.compile(r"[^\w\s\u0900-\u0dff]|_")
_SHORT = {"saint": "st", "sankt": "st", "fort": "ft", "mount": "mt"}


def place_key(name: str) -> str:
    """What names are compared by: case, accents of Latin letters, punctuation and short forms undone.

    >>> place_key("Saint-Étienne"), place_key("ST. ETIENNE"), place_key("N'DJAMENA"), place_key("İzmir")
    ('st etienne', 'st etienne', 'ndjamena', 'izmir')
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).replace("'", "").replace("\u2019", "").replace("\u0131", "i")
    plain = "".join(char for char in plain if not "\u0300" <= char <= "\u036f")
    return " ".join(_SHORT.get(word, word) for word in _APART.sub(" ", plain).split())


def find_place(name: str) -> Place | None:
    """What the list knows of a name, in capitals or not; None where it does not have it.

    >>> find_place("NEW DELHI")
    Place(size='city', style='colon', ordinary=False)
    >>> find_place("Reading").ordinary, find_place("UPDATE")
    (True, None)
    """
    key = place_key(name)
    if not key or len(key) > 60:
        return None
    number = zlib.crc32(key.encode())
    for place, run in _runs():
        at = bisect_left(run, number)
        if at < len(run) and run[at] == number:
            return place
    return None


@cache
def _runs() -> tuple[tuple[Place, memoryview], ...]:
    """The classes that have names, with the sorted sums of each."""
    data = (resources.files("cleaner.metadata") / "data" / "places.bin").read_bytes()
    at = data.index(MAGIC) + len(MAGIC)
    words = (
        memoryview(data)[at + (-at) % 4 :].cast("I") if sys.byteorder == "little" else _swapped(data[at + (-at) % 4 :])
    )
    counts = list(words[: len(CLASSES)])
    runs, start = [], len(CLASSES)
    for place, count in zip(CLASSES, counts, strict=True):
        if count:
            runs.append((place, words[start : start + count]))
        start += count
    return tuple(runs)


def _swapped(data: bytes) -> memoryview:
    """The file is little-endian."""
    from array import array

    words = array("I", data)
    words.byteswap()
    return memoryview(words)
