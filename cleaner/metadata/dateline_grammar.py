"""Reads the opening of a paragraph as a dateline in every way that its form allows; nothing is weighed here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import regex

from cleaner.metadata.dateline_words import (
    ABBREVIATED,
    PARTICLES,
    agency_named,
    digits,
    is_capitals,
    is_name,
    is_region,
    known_place,
    plain,
    read_date,
    tables,
)  # fmt: skip
from cleaner.metadata.places import Place, find_place
from cleaner.model import Dateline

MOST_PLACES = 4


class Reading(NamedTuple):
    """An opening read as a dateline, with what tells whether it is one; a named tuple, since many are made."""

    end: int
    places: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    agency: str | None = None
    date: str | None = None
    separator: str = ""
    """`dash` (a hyphen or an en dash), `long dash`, `colon`, `stop`, or nothing."""
    known_agency: bool = False
    known_region: bool = False
    bracketed_region: bool = False
    """Whether a name that is not known stands in brackets, as a county may: `Nantes (Loire-Atlantique)`."""
    dated: bool = False
    """Whether a date is there, readable or not."""
    bare_agency: bool = False
    """Whether the agency stands without brackets."""
    looks_dated: bool = False
    """Whether a capital word and a day stand where the date would, as misprints do."""
    known: tuple[Place | None, ...] = ()
    """What the list has of each place."""

    def dateline(self, paragraph: str) -> Dateline:
        return Dateline(paragraph[: self.end], self.places, ", ".join(self.regions) or None, self.agency, self.date)


class Token(NamedTuple):
    kind: str
    """`word`, `number`, or the character: `dash` stands for all dashes, `long dash` for `--` and the em dash."""
    text: str
    start: int
    end: int


def looked_up(reading: Reading) -> Reading:
    """The reading with what the lists have of its places; a reporter before them (`Ali KAYA/ BURSA, (DHA)-`) goes."""
    known = tuple(map(known_place, reading.places))
    reporter = len(known) > 1 and " " in reading.places[0] and not is_capitals(reading.places[0])
    if reporter and reading.known_agency and all(map(is_capitals, reading.places[1:])):
        return reading._replace(places=reading.places[1:], known=known[1:])
    return reading._replace(known=known)


# --- tokens ------------------------------------------------------------------------------------------

_SPACE = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]"
_LEAD = rf"{_SPACE}*+[*■▪►•]{{0,6}}{_SPACE}*+"
START_ALONE = regex.compile(rf"{_LEAD}[\p{{L}}(（\[［【/]")
_NAME_WORD = r"[\p{Lu}\p{Lt}\p{Lo}][\p{L}\p{M}\p{N}]*+(?:['’.‐-][\p{L}\p{M}\p{N}]++)*+\.?+"
START = regex.compile(
    rf"""(?x) {_LEAD} (?:
      [(（\[［【/]                                                                # (CNN) -- / 【6月18日 AFP】
    | {_NAME_WORD} (?:{_SPACE}+(?:{_NAME_WORD}|\p{{Ll}}{{1,4}})){{0,6}}              # RIO DE JANEIRO -
      (?: {_SPACE}*(?:[,，、.:：(（\[［/／·*=–—―−-]|\d) | (?<=[.\p{{Han}}-]) )  # Hamburg. / NEW YORK-- / 新华社北京
    | \p{{Ll}}+ (?:{_SPACE}\p{{Ll}}+){{0,2}},{_SPACE}\p{{L}}+\.?{_SPACE}\d      # des moines, april 7 -
    )""",
    regex.V1,
)
"""What is worth a closer look: names up to a sign."""
_TOKEN = regex.compile(
    rf"""(?x)
      (?P<space>{_SPACE}+)
    | (?P<word>\p{{L}}[\p{{L}}\p{{M}}\p{{N}}]*+        # a word, with what stands inside of words:
         (?:['’ʼ.·‐-]\p{{L}}[\p{{L}}\p{{M}}\p{{N}}]*+)*+)  # N'DJAMENA, N.J, Aix-en-Provence
    | (?P<number>\p{{Nd}}+(?:st|nd|rd|th|er|º|ª)?+)
    | (?P<long>--+|—+|―)
    | (?P<dash>[-‐–−])
    | (?P<other>.)""",
    regex.V1 | regex.DOTALL,
)
_OTHERS = {"（": "(", "）": ")", "［": "[", "］": "]", "、": ",", "：": ":", "／": "/", "，": ",", "।": "."}


def tokens_of(text: str) -> list[Token]:
    """Words, numbers, dashes and signs with their places."""
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "space":
            continue
        kind = {"long": "long dash", "other": _OTHERS.get(match[0], match[0])}.get(kind, kind)
        tokens.append(Token(kind, match[0], match.start(), match.end()))
    return tokens


# --- readings ----------------------------------------------------------------------------------------


def readings(text: str, tokens: Sequence[Token], *, alone: bool = False) -> Iterator[Reading]:
    """All the ways in which an opening may be a dateline, the most likely first."""
    parser = Parser(text, tokens, alone)
    at = 0
    while parser.kind(at) in ("*", "■", "▪", "►", "•"):
        at += 1
    yield from parser.agency_first(at)
    yield from parser.place_first(at, Reading(0))


_OPEN = {"(": ")", "[": "]", "【": "】"}


@dataclass(frozen=True, slots=True)
class Parser:
    """Reads datelines from the tokens of a text. `at` is always the number of a token."""

    text: str
    tokens: Sequence[Token]
    alone: bool

    def kind(self, at: int) -> str:
        return self.tokens[at].kind if at < len(self.tokens) else ""

    def slice(self, start: int, end: int) -> str:
        """The text of tokens from `start` to before `end`."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if end > start else ""

    # (CNN) -- / (ANSA) - ROMA, 28 LUG - / /PRNewswire/ --
    def agency_first(self, at: int) -> Iterator[Reading]:
        group = self.group(at)
        if group is None:
            return
        found = read_group(self.slice(at + 1, group - 1))
        if not found.agency or not (found.known_agency or STATION.fullmatch(found.agency)):
            return
        after = group
        while self.kind(after) in (".", "dash", "long dash", ":"):
            after += 1
        if after > group:
            yield from self.place_first(after, found)
        if ended := self.separator(group):
            yield found._replace(separator=ended[0], end=self.end_of(ended[1]))
        elif self.kind(at) == "(" and self.kind(group) == "word" and found.known_agency and len(found.agency) > 2:
            yield found._replace(end=self.end_of(group))  # (CNN)The

    # PLACE, Region, date (AGENCY) -
    def place_first(self, at: int, reading: Reading) -> Iterator[Reading]:
        for places, after in self.places(at):
            yield from self.rest(after, reading._replace(places=places))

    def places(self, at: int, most: int = MOST_PLACES) -> Iterator[tuple[tuple[str, ...], int]]:
        """One place or several, parted by slashes, with the number of the token behind."""
        for end in self.place_ends(at):
            place = self.slice(at, end)
            if most > 1 and self.kind(end) in ("/", "·") and self.kind(end + 1) == "word":
                for others, after in self.places(end + 1, most - 1):
                    yield (place, *others), after
            yield (place,), end

    def place_ends(self, at: int) -> list[int]:
        """Where a place's name that begins here may end, the longest first; in small letters where a date follows."""
        ends = []
        small = self.has_small_place(at)
        end = at
        while end < min(len(self.tokens), at + 6) and self.kind(end) == "word":
            word = self.tokens[end].text
            if not (small or is_name(word) or (end > at and word.casefold() in PARTICLES)):
                break
            end += 1
            if (
                self.kind(end) == "."
                and self.tokens[end].start == self.tokens[end - 1].end
                and ("." in word or len(word) == 1 or word.casefold() in ABBREVIATED)
            ):
                end += 1
            if small or is_name(word):
                ends.append(end)
        return ends[::-1]

    def has_small_place(self, at: int) -> bool:
        """Whether up to three words in small letters, a comma, a month and a day follow: `des moines, april 7 -`"""
        for n in range(at, min(len(self.tokens), at + 4)):
            if self.kind(n) == ",":
                return self.kind(n + 2) == "number" and plain(self.tokens[n + 1].text) in tables().months
            if self.kind(n) != "word":
                return False
        return False

    def rest(self, at: int, reading: Reading) -> Iterator[Reading]:
        """Regions, dates and agencies in any order, then the separator."""
        if self.alone and at == len(self.tokens):
            yield reading._replace(end=len(self.text))
            return
        after = at
        while self.kind(after) in (",", ".") and self.kind(after + 1) not in ("", "long dash") and after < at + 3:
            after += 1
        comma = "," in (self.tokens[n].kind for n in range(at, after))
        stopped = after > at and not comma
        if (group := self.group(after)) is not None:
            found = read_group(self.slice(after + 1, group - 1))
            if merged := merge(reading, found):
                yield from self.rest(group, merged)
                return
        if (date := self.date(after)) and not reading.dated and not (stopped and not date[2]):
            end, value, readable = date
            yield from self.rest(end, reading._replace(date=value, dated=readable, looks_dated=not readable))
            return
        if (after > at or self.kind(at - 1) == ".") and (named := self.agency(after)):
            yield from self.rest(named[1], reading._replace(agency=named[0], known_agency=True, bare_agency=True))
        if comma and not reading.dated and len(reading.regions) < 3:
            for region, end in self.regions(after):
                known = reading.known_region or is_region(region) or find_place(region) is not None
                yield from self.rest(end, reading._replace(regions=(*reading.regions, region), known_region=known))
        if ended := self.separator(at):
            kind, after = ended
            if not reading.dated and (date := self.date(after)) and date[2] and self.separator(date[0]):
                yield from self.rest(date[0], reading._replace(date=date[1], dated=True))
            if kind != "colon" and not reading.agency and (named := self.agency_after(after)):
                yield reading._replace(agency=named[0], known_agency=True, separator=kind, end=self.end_of(named[1]))
            yield reading._replace(separator=kind, end=self.end_of(after))
        elif self.kind(at - 1) == ")" and reading.known_agency and self.kind(at) in ("word", "number"):
            yield reading._replace(end=self.end_of(at))  # STOCKHOLM (TT) Rådet

    def group(self, at: int) -> int | None:
        """The number of the token behind a group in brackets or slashes that opens here."""
        close = _OPEN.get(self.kind(at)) or ("/" if self.kind(at) == "/" else None)
        if close is None:
            return None
        return next((n + 1 for n in range(at + 2, min(len(self.tokens), at + 12)) if self.kind(n) == close), None)

    def regions(self, at: int) -> Iterator[tuple[str, int]]:
        """A region that begins here, the longest first."""
        for end in self.place_ends(at):
            if self.kind(end) == "." and self.tokens[end].start == self.tokens[end - 1].end:
                yield self.slice(at, end + 1), end + 1
            yield self.slice(at, end), end

    def agency(self, at: int) -> tuple[str, int] | None:
        """An agency's bare name, the longest."""
        for end in range(min(len(self.tokens), at + 4), at, -1):
            name = self.slice(at, end)
            if self.kind(end - 1) != "word" or name.islower() or is_region(name):
                continue
            if found := agency_named(name):
                return found, end
        return None

    def agency_after(self, at: int) -> tuple[str, int] | None:
        """An agency behind the dash, with a separator of its own: `МОСКВА, 10 фев — РИА Новости.`"""
        if (group := self.group(at)) is not None:
            found = read_group(self.slice(at + 1, group - 1))
            if found.known_agency and found.agency:
                ended = self.separator(group)
                return found.agency, ended[1] if ended else group
        if (named := self.agency(at)) and (ended := self.separator(named[1])):
            return named[0], ended[1]
        return None

    def separator(self, at: int) -> tuple[str, int] | None:
        """The sign that parts the dateline from the text, and the number of the token behind it."""
        kind, end = "", at
        while end < min(len(self.tokens), at + 4):
            this = self.tokens[end].kind
            if this in ("dash", "long dash"):
                kind = "long dash" if "long dash" in (kind, this) else "dash"
            elif this == ":" and kind in ("", "stop"):
                kind = "colon"
            elif this == "." and not kind:
                kind = "stop"
            elif this in (",", ";") and self.kind(end + 1) in ("dash", "long dash"):
                pass
            elif this in ("*", "=") and not kind:
                kind = "dash"
            else:
                break
            end += 1
        if not kind or (end == len(self.tokens) and not self.alone):
            return None
        if kind == "dash" and not self.spaced(at, end):
            return None
        return kind, end

    def spaced(self, at: int, end: int) -> bool:
        """Whether a space stands on a side of the tokens."""
        before = self.tokens[at - 1].end < self.tokens[at].start if at else True
        return before or end == len(self.tokens) or self.tokens[end - 1].end < self.tokens[end].start

    def end_of(self, at: int) -> int:
        """Offset where the token begins, the text's end behind the last."""
        return self.tokens[at].start if at < len(self.tokens) else len(self.text)

    def date(self, at: int) -> tuple[int, str | None, bool] | None:
        """(number of the token behind, value, whether a month was read) of a date that begins here."""
        if not any(self.kind(n) == "number" for n in range(at, at + 4)):
            return None
        for end in range(min(len(self.tokens), at + 9), at, -1):
            if self.kind(end - 1) in ("word", "number"):
                value = read_date(self.slice(at, end))
                if value is not None:
                    if self.kind(end) == "." and self.kind(end - 1) == "word":  # `18 jun.`
                        end += 1
                    return end, value or None, True
        if self.kind(at) == "word" and self.kind(at + 1) == "number" and is_name(self.tokens[at].text):
            day = int(digits(self.tokens[at + 1].text))
            if 1 <= day <= 31 and len(self.tokens[at].text) <= 9:
                return at + 2, None, False
        return None


# --- brackets ----------------------------------------------------------------------------------------

STATION = regex.compile(r"[KW][A-Z]{2,3}(?:[- ]?(?:TV|FM|AM|DT|LD|News))?")
_LETTERS = regex.compile(r"\p{Lu}{2,7}\d{0,2}")
_SMALL_LETTERS = regex.compile(r"\p{Ll}{3,5}")


def read_group(text: str) -> Reading:
    """What stands in brackets: an agency, a date, both, a region, or nothing that is known.

    >>> read_group("Reuters").agency, read_group("AP, Jan. 3").date, read_group("Maharashtra").regions
    ('Reuters', '--01-03', ('Maharashtra',))
    """
    text = text.strip()
    if not text:
        return Reading(0)
    value = read_date(text)
    if value is not None:
        return Reading(0, date=value or None, dated=True)
    if agency := agency_named(text):
        return Reading(0, agency=agency, known_agency=True)
    pieces = [piece.strip() for piece in regex.split(r"[,/;|+]|\s[-–—]\s", text)]
    if 2 <= len(pieces) <= 4 and (agency := next(filter(None, map(agency_named, pieces)), None)):
        date = next((value for piece in pieces if (value := read_date(piece)) is not None), None)
        return Reading(0, agency=agency, date=date or None, dated=date is not None, known_agency=True)
    if is_region(text):
        return Reading(0, regions=(text,), known_region=True)
    if STATION.fullmatch(text) or (_LETTERS.fullmatch(text) and len(text) > 2) or _SMALL_LETTERS.fullmatch(text):
        return Reading(0, agency=text)
    if _is_paper(text):
        return Reading(0, agency=text)
    named = (
        len(text) <= 40
        and text.count(" ") <= 3
        and all(is_name(w) or w in PARTICLES for w in regex.split(r"[\s-]+", text))
    )
    if named or _LETTERS.fullmatch(text):
        return Reading(0, regions=(text,), known_region=find_place(text) is not None, bracketed_region=True)
    return Reading(0)


def _is_paper(text: str) -> bool:
    """Whether it reads as the name of a paper or station: `Deseret News`, `Tribune-Democrat`."""
    words = regex.split(r"[\s/-]+", text)
    return (
        len(words) <= 5
        and len(text) <= 40
        and all(is_name(w) or w.casefold() in PARTICLES for w in words)
        and any(word.casefold() in tables().media for word in words)
    )


def merge(reading: Reading, group: Reading) -> Reading | None:
    """A reading with what stands in brackets; None where there is one of both already, or nothing was read."""
    if not (group.agency or group.dated or group.regions):
        return None
    if (
        (group.agency and reading.agency)
        or (group.dated and reading.dated)
        or (group.regions and len(reading.regions) > 2)
    ):
        return None
    return reading._replace(
        agency=group.agency or reading.agency, known_agency=group.known_agency or reading.known_agency,
        date=group.date or reading.date, dated=group.dated or reading.dated, regions=reading.regions + group.regions,
        known_region=group.known_region or reading.known_region,
        bracketed_region=group.bracketed_region or reading.bracketed_region,
    )  # fmt: skip
