"""Reads full dates out of short texts in many languages: day, month and year, and time and zone where they are given.

A date without a year, or one whose order of day and month can't be told, is none: nothing is guessed. Names of months
and zones are in `rules/data/dates.toml`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import regex

from cleaner.metadata.words import table_of

MONTH_FIRST = frozenset(["en", "en-us", "en-ph", "fil"])
"""Languages and regions that write `4/2/2013` for 2 April (Unicode CLDR); all others begin with the day."""


class Moment(NamedTuple):
    """A date in a text."""

    value: str
    """ISO 8601: a date, or date and time, with the zone where one is given."""
    start: int
    end: int


def date_data() -> Mapping[str, Any]:
    return table_of("dates")


@cache
def _months() -> Mapping[str, int]:
    return {name: number for number, names in enumerate(date_data()["months"], 1) for name in names}


_DATE = r"""
      (?<![\p{L}\p{M}\d]) (?P<m1>\L<months>) \.?[\s-]{1,2} (?P<d1>DAY) NTH (?!\d) \s*,?\s* (?:of\s+|de\s+)? (?P<y1>YEAR)
    | (?<![\d.,/]) (?P<d2>DAY) NTH (?:\s+(?:de|di|of))? [\s/-]{0,2} (?P<m2>\L<months>) (?![\p{L}\p{M}]) \.?
      (?:\s*(?:de|del|of|[.,/-])\s*|\s+) (?P<y2>YEAR)
    | (?<!\d) (?P<y3>YEAR) \s*(?:[-/.]|年|년)\s* (?P<n3>0?[1-9]|1[0-2]) \s*(?:[-/.]|月|월)\s* (?P<d3>DAY) (?:\s*[日일])?
    | (?<![\d.,/-]) (?P<a4>\d{1,2}) \s?(?P<s4>[./-])\s? (?P<b4>\d{1,2}) \s?(?P=s4)\s? (?P<y4>YEAR|\d\d(?=\s|$))
    | (?<!\d) (?P<y5>YEAR) \.?\s+ (?P<m5>\L<months>) \.?\s+ (?P<d5>DAY) (?!\d)"""
"""April 2, 2013; 2 de abril de 2013; 2013年4月2日; 02.04.2013; 2013. április 2."""
_JOIN = r"""
    (?: \s* (?:T|,|at|à|um|kl\.?|as|às|a\s+las|alle(?:\s+ore)?|ore|om|o|в|о|godz\.?|saat|klo|[-–—|•/]|,\s*\p{L}+,) \s*
    | \s+ | \s*\([^)]{1,9}\)\s* ){0,2}"""
_TIME = r"""
    (?P<half0>오전|오후|上午|下午|午前|午後)? \s*
    (?P<hour>[01]?\d|2[0-3]) \s*(?:[:.h時点]|시)\s* (?P<minute>[0-5]\d)? (?:\s*[分분])? (?: :(?P<second>[0-5]\d) )?
    (?!\d)
    (?: \s*(?P<half>[AaPp]\.?[Mm]\.?) (?!\p{L}) )?
    (?: \s*(?:Uhr|uur|hrs?\.?) (?!\p{L}) )?
    (?: \s*\(? (?P<zone>\L<zones>) (?!\p{L}) (?:\s*(?P<offset>[+-]\d{1,2}(?::?\d\d)?))? \)? )?"""


@cache
def _forms() -> regex.Pattern[str]:
    """Every form of a full date, with the time behind it."""
    date = _DATE.replace("YEAR", r"(?:19|20)\d\d").replace("DAY", r"(?:0?[1-9]|[12]\d|3[01])")
    date = date.replace("NTH", r"(?:st|nd|rd|th|er|ste|e|º|ª|°|\.)?")
    pattern = rf"(?:{date}) (?!\d) (?: {_JOIN} {_TIME} )?"
    flags = regex.V0 | regex.IGNORECASE | regex.VERBOSE
    return regex.compile(pattern, flags, months=list(_months()), zones=list(date_data()["zones"]))


def read_dates(text: str, place: str = "") -> Iterator[Moment]:
    """The full dates of a folded text, in order. `place` is a BCP 47 tag such as `en-GB`; without one, days and months
    that might be either are passed over.

    >>> [moment.value for moment in read_dates("Published April 2, 2013 12:05 am EST, updated 3 May 2013")]
    ['2013-04-02T00:05:00-05:00', '2013-05-03']
    >>> [[moment.value for moment in read_dates("04/02/2013", place)] for place in ("en-US", "de", "")]
    [['2013-04-02'], ['2013-02-04'], []]
    >>> [next(read_dates(text)).value for text in ("2 de abril de 2013", "2013年4月2日", "2. April 2013", "25.12.2013")]
    ['2013-04-02', '2013-04-02', '2013-04-02', '2013-12-25']
    """
    try:
        for match in _forms().finditer(text, timeout=0.5):
            if value := _value(match, place.lower()):
                yield Moment(value, match.start(), match.end())
    except TimeoutError:  # what takes so long to read is no date
        return


def _value(match: regex.Match[str], place: str) -> str | None:
    groups = match.groupdict()
    parts = _parts(groups, place)
    if parts is None:
        return None
    try:
        day = dt.date(*parts)
    except ValueError:
        return None
    time = _time(groups)
    if time is None:
        return day.isoformat()
    return dt.datetime.combine(day, time).isoformat()


def _parts(groups: Mapping[str, str | None], place: str) -> tuple[int, int, int] | None:
    """(year, month, day) of a match."""
    for n in "125":
        if name := groups[f"m{n}"]:
            return int(groups[f"y{n}"] or 0), _months()[name.lower()], int(groups[f"d{n}"] or 0)
    if groups["y3"]:
        return int(groups["y3"]), int(groups["n3"] or 0), int(groups["d3"] or 0)
    first, second, mark = int(groups["a4"] or 0), int(groups["b4"] or 0), groups["s4"]
    year = int(groups["y4"] or 0)
    year += 2000 if year < 100 else 0
    if first > 12 or mark == "." or first == second:
        return year, second, first
    if second > 12:
        return year, first, second
    if place in MONTH_FIRST and mark == "/":
        return year, first, second
    return (year, second, first) if place and place not in MONTH_FIRST else None


def _time(groups: Mapping[str, str | None]) -> dt.time | None:
    if not groups["hour"] or not (groups["minute"] or groups["half"] or groups["half0"]):
        return None
    hour, half = int(groups["hour"]), (groups["half"] or "").lower()[:1]
    late = half == "p" or groups["half0"] in ("오후", "下午", "午後")
    if half or groups["half0"]:
        hour = hour % 12 + (12 if late else 0)
    zone = (groups["zone"] or "").lower()
    minutes = date_data()["zones"].get(zone) if zone else None
    if zone in ("utc", "gmt") and groups["offset"]:
        minutes = _offset(groups["offset"])
    known = minutes is not None and abs(minutes) < 24 * 60
    return dt.time(hour, int(groups["minute"] or 0), int(groups["second"] or 0),
                   tzinfo=dt.timezone(dt.timedelta(minutes=minutes or 0)) if known else None)  # fmt: skip


def _offset(text: str) -> int:
    """`+5:30`, `+0530`, `+5` in minutes.

    >>> _offset("+5:30"), _offset("-0800"), _offset("+2")
    (330, -480, 120)
    """
    digits = text[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    return (int(hours) * 60 + int(minutes)) * (-1 if text[0] == "-" else 1)
