"""The dateline: the place, and at times agency and date, that a report opens with (AP Stylebook, "datelines").

A small grammar over tokens, with tables of agencies, months and regions (`data/dateline.toml`) and of places
(`places.py`). First the opening is read as a dateline, in any way that its form allows; then it is weighed whether what
was read is certain. A place in the list, an agency, a date, a region, capitals and a dash speak for it; a label
(`TIP:`), a word that is only by chance a place (`Reading - the joy of`) and small letters after it against it. No
dateline is better than a wrong one.
"""

from __future__ import annotations

import regex

from cleaner.metadata.dateline_east_asian import read_east_asian
from cleaner.metadata.dateline_grammar import START, START_ALONE, Reading, looked_up, readings, tokens_of
from cleaner.metadata.dateline_words import is_capitals, plain, tables
from cleaner.metadata.places import find_place
from cleaner.model import Dateline

LONGEST = 140
"""Characters of the longest dateline."""
REACH = LONGEST + 60
"""Characters of a paragraph that are looked at."""
PROSE = 20
"""Characters that must follow a dateline of a place alone."""


def find_dateline(paragraph: str, language: str | None = None) -> Dateline | None:
    """The dateline that a first paragraph opens with; None where it is not certain.

    `raw` is the exact opening, with its separator and the space behind it. `language` is the article's, where known:
    `Hamburg. Wie` is a dateline in German only.

    >>> find_dateline("BAGHDAD -- The troops were returning.").places
    ('BAGHDAD',)
    >>> find_dateline("PARIS, Texas, March 4 (AP) - The mayor said yes.")
    Dateline(raw='PARIS, Texas, March 4 (AP) - ', places=('PARIS',), region='Texas', agency='AP', date='--03-04')
    >>> find_dateline("МОСКВА, 29 июня. /ТАСС/. Река поднялась.").date
    '--06-29'
    >>> find_dateline("TIP: use less salt than you think."), find_dateline("Reading - the joy of a long winter.")
    (None, None)
    """
    head = paragraph[:REACH]
    if not START.match(head):
        return None
    if reading := read_east_asian(head):
        return reading.dateline(paragraph)
    for reading in readings(head, tokens_of(head)):
        seen = looked_up(reading)
        if reading.end <= LONGEST and _is_certain(seen, paragraph, language):
            return seen.dateline(paragraph)
    return None


def match_dateline(line: str) -> Dateline | None:
    """A line that is nothing but a dateline, as pages set it apart from the paragraph it belongs to.

    >>> match_dateline("Ankara").places, match_dateline("WASHINGTON (AP) —").agency, match_dateline("Reading")
    (('Ankara',), 'AP', None)
    """
    if len(line) > LONGEST or not START_ALONE.match(line):
        return None
    if reading := read_east_asian(line):
        return reading.dateline(line) if reading.end == len(line) else None
    for reading in readings(line, tokens_of(line), alone=True):
        seen = looked_up(reading)
        if reading.end == len(line) and _is_certain_alone(seen):
            return seen.dateline(line)
    return None


def opens_report(line: str) -> bool:
    """Whether a line is the first of a report: it opens with a dateline that has an agency or a date, or is one.

    >>> opens_report("MIAMI, March 2 - Shr 64 cts vs 1.16 dlrs"), opens_report("Paris - What to see in three days")
    (True, False)
    """
    if dateline := find_dateline(line):
        return dateline.agency is not None or dateline.date is not None
    return match_dateline(line) is not None


# --- weighing ----------------------------------------------------------------------------------------


def _is_certain(reading: Reading, paragraph: str, language: str | None) -> bool:
    """Whether a reading, its places looked up, is a dateline beyond doubt."""
    rest = paragraph[reading.end : reading.end + PROSE]
    if not rest.strip():
        return False
    if not reading.separator and not _opens_sentence(rest):
        return False
    if not reading.places:
        return (reading.known_agency and reading.separator != "stop") or reading.separator == "long dash"
    if any(_is_label(place) for place in reading.places):
        return False
    if reading.known_agency:
        return _is_place_shaped(reading) if reading.separator else _all_known(reading)
    if reading.agency:
        return reading.separator in ("dash", "long dash", "colon") and _has_place(reading)
    if reading.dated:
        return _is_certain_dated(reading)
    goes_on = _opens_sentence(rest) and len(rest) == PROSE
    if reading.looks_dated:
        return goes_on and _in_capitals(reading) and "dash" in reading.separator
    if reading.regions:
        return goes_on and _is_certain_in_region(reading)
    return goes_on and _is_certain_bare(reading, rest.lstrip()[0], language)


def _is_certain_dated(reading: Reading) -> bool:
    if "dash" in reading.separator:
        return _in_capitals(reading) or _all_known(reading) or reading.known_region
    return _all_known(reading)


def _is_certain_in_region(reading: Reading) -> bool:
    """`MONTGOMERY, Ala. --`, `Mumbai, Maharashtra:`"""
    if "dash" in reading.separator:
        return (reading.known_region and _in_capitals(reading)) or (
            (reading.known_region or reading.bracketed_region) and _all_known(reading)
        )
    return (
        reading.known_region
        and reading.separator == "colon"
        and _all_known(reading)
        and (_in_capitals(reading) or _has_style(reading, "colon"))
    )


def _is_certain_bare(reading: Reading, first: str, language: str | None) -> bool:
    """Places and a separator, nothing else."""
    capitals, known = _in_capitals(reading), _all_known(reading, clear=True)
    countries = any(place and place.size == "country" for place in reading.known)
    words = tables()
    if "dash" in reading.separator:
        headed = capitals and all(map(_sounds_like_a_place, reading.places))
        english = language is not None and language.startswith("en") and reading.separator == "dash"
        fit = capitals or (not english and (reading.separator == "long dash" or first.isalpha() or first in "\"“„«'‘"))
        return (known and fit and (capitals or not countries)) or headed
    if not known or countries or any(place and place.size == "small" for place in reading.known):
        return (
            reading.separator == "stop"
            and known
            and not countries
            and _has_style(reading, "period")
            and _may_be_german(language)
        )
    if reading.separator == "colon":
        named = any(place.casefold() in words.names for place in reading.places)
        uncased = not any(map(str.isascii, reading.places)) and all(p.upper() == p.lower() for p in reading.places)
        return (
            _has_style(reading, "colon")
            or uncased
            or (capitals and not named and all(p and p.size == "city" for p in reading.known))
        )
    if reading.separator == "stop":
        return capitals or (_has_style(reading, "period") and _may_be_german(language))
    return False


def _sounds_like_a_place(place: str) -> bool:
    """Whether a small place may have this name: `PORT HALDEN`, `ST. MARTINS`, `ALBRIDGE`."""
    words = tables()
    first, *others = regex.split(r"[\s.]+", place.casefold())
    if others:
        return first in words.place_heads and len(others) <= 2
    return len(first) >= 7 and any(first.endswith(tail) for tail in words.place_tails)


def _is_certain_alone(reading: Reading) -> bool:
    """Whether a line is a dateline though no text follows."""
    if not reading.places:
        return reading.known_agency and bool(reading.separator)
    if any(_is_label(place) for place in reading.places):
        return False
    if reading.known_agency:
        return _is_place_shaped(reading) if reading.separator else _all_known(reading)
    cities = all(place is not None and place.size == "city" and not place.ordinary for place in reading.known)
    if reading.agency or reading.dated:
        return _has_place(reading) and (bool(reading.separator) or cities)
    if reading.regions:
        return reading.known_region and _all_known(reading)
    return cities and (len(reading.places) == 1 or reading.separator != "")


def _may_be_german(language: str | None) -> bool:
    return language is None or language.startswith(("de", "lb", "gsw"))


def _is_label(place: str) -> bool:
    """Whether the words are a label, a month or a day: `UPDATE`, `READ MORE`, `APRIL`."""
    first = regex.split(r"[\s.]+", place.casefold())[0]
    if any(word in tables().labels for word in (first, place.casefold())) and find_place(place) is None:
        return True
    return any(char.isdigit() for char in place) or plain(place) in tables().months


def _is_place_shaped(reading: Reading) -> bool:
    """Whether each place is in the list or, beside an agency in brackets, in capitals, in a region, or a single word:
    more may be a reporter's name."""
    if reading.bare_agency:
        return _all_known(reading)
    return all(
        known is not None or (is_capitals(place) and place.count(" ") < 5) or " " not in place or reading.known_region
        for place, known in zip(reading.places, reading.known, strict=True)
    )


def _has_place(reading: Reading) -> bool:
    return _all_known(reading) or (reading.known_region and _in_capitals(reading))


def _all_known(reading: Reading, *, clear: bool = False) -> bool:
    """Whether the list has every place; `clear`: and none of them is a word or a person's name as well."""
    return all(place is not None and not (clear and place.ordinary) for place in reading.known)


def _in_capitals(reading: Reading) -> bool:
    return all(map(is_capitals, reading.places))


def _has_style(reading: Reading, style: str) -> bool:
    return any(place is not None and place.style == style for place in reading.known)


def _opens_sentence(rest: str) -> bool:
    """Whether what follows opens with a capital, a number, a quote or a script without capitals."""
    first = next((char for char in rest if char.isalnum()), "")
    return bool(first) and not first.islower()
