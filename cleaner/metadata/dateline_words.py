"""The words of datelines, from `data/dateline.toml`: agencies, months, regions; and what a place, a date, a name is."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import regex

from cleaner.metadata.places import Place, find_place, place_key

PARTICLES = frozenset(
    "de del della delle di da do dos das du la le les los las el al of am an der den dem im in ob bei sur sous upon en "
    "y i e on the na nad над на u v und et and".split()
)
ABBREVIATED = frozenset("st ste ft mt pt sr sra dr gen g ул г".split())


class Tables(NamedTuple):
    """The words of `data/dateline.toml`."""

    agencies: dict[str, str]
    """Plain name -> name as it is given out."""
    months: dict[str, int]
    regions: frozenset[str]
    labels: frozenset[str]
    place_heads: frozenset[str]
    place_tails: frozenset[str]
    names: frozenset[str]
    media: frozenset[str]
    weekdays: frozenset[str]
    small_agencies: frozenset[str]
    places: frozenset[str]


@cache
def tables() -> Tables:
    data: dict[str, Any] = tomllib.loads(
        (resources.files("cleaner.metadata") / "data" / "dateline.toml").read_text("utf8")
    )
    agencies = {plain(name): name for name in data["agencies"]}
    agencies |= {plain(alias): name for name, aliases in data["agencies"].items() for alias in aliases}
    months = {plain(form): int(number) for number, forms in data["months"].items() for form in forms}
    lists = {
        name: frozenset(data[name])
        for name in ("labels", "place_heads", "place_tails", "names", "media", "weekdays", "small_agencies")
    }
    regions, places = frozenset(map(plain, data["regions"])), frozenset(map(place_key, data["places"]))
    return Tables(agencies, months, regions, places=places, **lists)


def plain(text: str) -> str:
    """Lower case, one space, no stops: `N.J.` and `NJ` are one.

    >>> plain(" The  Associated Press. "), plain("N.J.")
    ('associated press', 'nj')
    """
    return " ".join(text.casefold().replace(".", "").replace("\u2019", "'").split()).removeprefix("the ")


def agency_named(text: str) -> str | None:
    """The agency of a name as papers write it, None where it is none that is known.

    >>> agency_named("The Associated Press"), agency_named("新华社"), agency_named("Jane Doe"), agency_named("map")
    ('AP', 'Xinhua', None, None)
    """
    name = text.strip()
    if len(name) <= 3 and name.isascii() and name.islower() and name not in tables().small_agencies:
        return None
    return tables().agencies.get(plain(name))


_WEEKDAY = regex.compile(r"(?P<day>\p{L}[\p{L}\p{M}-]{2,14})\.?,?\s+", regex.V1)
_DATE = regex.compile(
    r"""(?xi)
    (?: (?P<month>\p{L}[\p{L}\p{M}॰]*+)\.?\s*(?P<day>\d{1,2})(?:st|nd|rd|th)?    # March 4
      | (?:le\s+|den\s+|d\.\s+)? (?P<day>\d{1,2})(?:er|º|st|nd|rd|th|\.)?[\s-]*   # 4. März, 4 de marzo
        (?:de\s+|of\s+|d['’])? (?P<month>\p{L}[\p{L}\p{M}॰]*+(?:\s(?:الأول|الثاني))?)\.?
      | (?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.(?=\s?\d{4})                    # 04.03.2020
      | (?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)                    # 2020-03-04
    )
    (?:\s*,?\s*(?:de\s+|del\s+)?(?P<year>(?:19|20)\d\d)(?:\s?(?:г|года)\.?)?)?""",
    regex.V1,
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_date(text: str) -> str | None:
    """`March 4` as `--03-04`; an empty text where a month is there but no day; None where it is no date.

    >>> read_date("March 4"), read_date("24 de abril de 2013"), read_date("June 31"), read_date("Room 4")
    ('--03-04', '2013-04-24', '', None)
    """
    weekday = _WEEKDAY.match(text)
    if weekday and weekday["day"].casefold() in tables().weekdays:
        text = text[weekday.end() :]
    match = _DATE.fullmatch(text)
    if not match:
        return None
    name, number = match["month"], match["number"]
    month = tables().months.get(plain(name)) if name else int(number)
    if month is None:
        return None
    return iso_day(match["year"], month, int(match["day"]))


def iso_day(year: str | None, month: int, day: int) -> str:
    """The date, an empty text where it is none of the calendar."""
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return ""
    return f"{year or '-'}-{month:02d}-{day:02d}"


def digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def is_name(word: str) -> bool:
    """Whether a word opens with a capital, or is of a script that has none.

    >>> is_name("Paris"), is_name("d'Ivoire"), is_name("paris"), is_name("القاهرة")
    (True, True, False, True)
    """
    return not word[:1].islower() or (word[1:2] in "'’" and word[2:3].isupper())


def is_capitals(place: str) -> bool:
    """Whether a place is set in capitals: `NEW YORK`, `McALLEN`, `Ft. WORTH`."""
    words = [word for word in regex.split(r"[\s.-]+", place) if word and word.casefold() not in PARTICLES | ABBREVIATED]
    return (
        bool(words)
        and all(sum(map(str.isupper, w)) >= max(2, len(w) - 3) or (w.isupper() and w.isalpha()) for w in words)
        and (not any(map(str.islower, words[0][3:])))
    )


def is_region(text: str) -> bool:
    """Whether a state, province or country is known by this name."""
    if plain(text) in tables().regions:
        return len(plain(text)) > 2 or not text[:2].islower()
    place = find_place(text)
    return place is not None and place.size == "country"


def known_place(place: str) -> Place | None:
    """What the lists have of a place; a state or province counts as a country does."""
    if place_key(place) in tables().places:
        return Place("city", "", False)
    found = find_place(place)
    if found is None and len(plain(place)) > 3 and plain(place) in tables().regions:
        return Place("country")
    return found
