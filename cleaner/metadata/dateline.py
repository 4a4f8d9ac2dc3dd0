"""The dateline: the place, and at times agency and date, that a report opens with (AP Stylebook, "datelines").

A small grammar over tokens, with tables of agencies, months and regions (`data/dateline.toml`) and of places
(`places.py`). First the opening is read as a dateline, in any way that its form allows; then it is weighed whether what
was read is certain. A place in the list, an agency, a date, a region, capitals and a dash speak for it; a label
(`TIP:`), a word that is only by chance a place (`Reading - the joy of`) and small letters after it against it. No
dateline is better than a wrong one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import regex

from cleaner.metadata.places import Place, find_place, place_key
from cleaner.model import Dateline

LONGEST = 140
"""Characters of the longest dateline."""
REACH = LONGEST + 60
"""Characters of a paragraph that are looked at."""
MOST_PLACES = 4
PROSE = 20
"""Characters that must follow a dateline of a place alone."""


def find_dateline(paragraph: str, language: str | None = None) -> Dateline | None:
    """The dateline that a first paragraph opens with; None where it is not certain.

    `raw` is the exact opening, with its separator and the space behind it. `language` is the article's, where known:
    `Hamburg. Wie` is a dateline in German only.

    >>> find_dateline("BAGHDAD -- The troops were returning.").places
    ('BAGHDAD',)
    >>> find_dateline("PARIS, Texas, March 4 (Reuters) - The mayor said yes.")
    Dateline(raw='PARIS, Texas, March 4 (Reuters) - ', places=('PARIS',), region='Texas', agency='Reuters', date='--03-04')
    >>> find_dateline("МОСКВА, 29 июня. /ТАСС/. Река поднялась.").date
    '--06-29'
    >>> find_dateline("TIP: use less salt than you think you need."), find_dateline("Reading - the joy of a long winter.")
    (None, None)
    """
    head = paragraph[:REACH]
    if not _START.match(head):
        return None
    if reading := _read_east_asian(head):
        return reading.dateline(paragraph)
    for reading in _readings(head, _tokens(head)):
        looked_up = _looked_up(reading)
        if reading.end <= LONGEST and _is_certain(looked_up, paragraph, language):
            return looked_up.dateline(paragraph)
    return None


def match_dateline(line: str) -> Dateline | None:
    """A line that is nothing but a dateline, as pages set it apart from the paragraph it belongs to.

    >>> match_dateline("Ankara").places, match_dateline("WASHINGTON (AP) —").agency, match_dateline("Reading")
    (('Ankara',), 'AP', None)
    """
    if len(line) > LONGEST or not _START_ALONE.match(line):
        return None
    if reading := _read_east_asian(line):
        return reading.dateline(line) if reading.end == len(line) else None
    for reading in _readings(line, _tokens(line), alone=True):
        looked_up = _looked_up(reading)
        if reading.end == len(line) and _is_certain_alone(looked_up):
            return looked_up.dateline(line)
    return None


def opens_report(line: str) -> bool:
    """Whether a line is the first of a report: it opens with a dateline that has an agency or a date, or is one.

    >>> opens_report("MIAMI, March 2 - Shr 64 cts vs 1.16 dlrs"), opens_report("Paris - What to see in three days")
    (True, False)
    """
    if dateline := find_dateline(line):
        return dateline.agency is not None or dateline.date is not None
    return match_dateline(line) is not None


def agency_named(text: str) -> str | None:
    """The agency of a name as papers write it, None where it is none that is known.

    >>> agency_named("The Associated Press"), agency_named("新华社"), agency_named("Jane Doe"), agency_named("map")
    ('AP', 'Xinhua', None, None)
    """
    tables = _tables()
    plain = text.strip()
    if len(plain) <= 3 and plain.isascii() and plain.islower() and plain not in tables.small_agencies:
        return None
    return tables.agencies.get(_plain(plain))


# --- what is read -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """An opening read as a dateline, with what tells whether it is one."""

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
    known: tuple[Place | None, ...] = field(default=())
    """What the list has of each place."""

    def dateline(self, paragraph: str) -> Dateline:
        return Dateline(paragraph[: self.end], self.places, ", ".join(self.regions) or None, self.agency, self.date)


class Token(NamedTuple):
    kind: str
    """`word`, `number`, or the character: `dash` stands for all dashes, `long dash` for `--` and the em dash."""
    text: str
    start: int
    end: int


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
def _tables() -> Tables:
    data: dict[str, Any] = tomllib.loads((resources.files("cleaner.metadata") / "data" / "dateline.toml").read_text("utf8"))
    agencies = {_plain(name): name for name in data["agencies"]}
    agencies |= {_plain(alias): name for name, aliases in data["agencies"].items() for alias in aliases}
    months = {_plain(form): int(number) for number, forms in data["months"].items() for form in forms}
    lists = {name: frozenset(data[name]) for name in ("labels", "place_heads", "place_tails", "names", "media", "weekdays", "small_agencies")}
    regions, places = frozenset(map(_plain, data["regions"])), frozenset(map(place_key, data["places"]))
    return Tables(agencies, months, regions, places=places, **lists)


def _plain(text: str) -> str:
    """Lower case, one space, no stops: `N.J.` and `NJ` are one.

    >>> _plain(" The  Associated Press. "), _plain("N.J.")
    ('associated press', 'nj')
    """
    return " ".join(text.casefold().replace(".", "").replace("\u2019", "'").split()).removeprefix("the ")


# --- tokens -------------------------------------------------------------------------------------------

_SPACE = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]"
_LEAD = rf"{_SPACE}*+[*■▪►•]{{0,6}}{_SPACE}*+"
_START_ALONE = regex.compile(rf"{_LEAD}[\p{{L}}(（\[［【/]")
_NAME_WORD = r"[\p{Lu}\p{Lt}\p{Lo}][\p{L}\p{M}\p{N}]*+(?:['’.‐-][\p{L}\p{M}\p{N}]++)*+\.?+"
_START = regex.compile(
    rf"""(?x) {_LEAD} (?:
      [(（\[［【/]                                                                # (CNN) -- / 【6月18日 AFP】
    | {_NAME_WORD} (?:{_SPACE}+(?:{_NAME_WORD}|\p{{Ll}}{{1,4}})){{0,6}}              # RIO DE JANEIRO -
      (?: {_SPACE}*(?:[,，、.:：(（\[［/／·*=–—―−-]|\d) | (?<=[.\p{{Han}}-]) )              # Hamburg. / NEW YORK-- / 新华社北京
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
_OTHERS = {"（": "(", "）": ")", "［": "[", "］": "]", "，": ",", "、": ",", "：": ":", "／": "/", "，": ",", "।": "."}


def _tokens(text: str) -> list[Token]:
    """Words, numbers, dashes and signs with their places."""
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "space":
            continue
        kind = {"long": "long dash", "other": _OTHERS.get(match[0], match[0])}.get(kind, kind)
        tokens.append(Token(kind, match[0], match.start(), match.end()))
    return tokens


# --- readings -----------------------------------------------------------------------------------------


def _readings(text: str, tokens: Sequence[Token], *, alone: bool = False) -> Iterator[Reading]:
    """All the ways in which an opening may be a dateline, the most likely first."""
    parser = Parser(text, tokens, alone)
    at = 0
    while parser.kind(at) in ("*", "■", "▪", "►", "•"):
        at += 1
    yield from parser.agency_first(at)
    yield from parser.place_first(at, Reading(0))


_PARTICLES = frozenset(
    "de del della delle di da do dos das du la le les los las el al of am an der den dem im in ob bei sur sous upon en y i e "
    "on the na nad над на u v und et and".split()
)
_ABBREVIATED = frozenset("st ste ft mt pt sr sra dr gen g ул г".split())
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
        found = _read_group(self.slice(at + 1, group - 1))
        if not found.agency or not (found.known_agency or _STATION.fullmatch(found.agency)):
            return
        after = group
        while self.kind(after) in (".", "dash", "long dash", ":"):
            after += 1
        if after > group:
            yield from self.place_first(after, found)
        if ended := self.separator(group):
            yield replace(found, separator=ended[0], end=self.end_of(ended[1]))
        elif self.kind(at) == "(" and self.kind(group) == "word" and found.known_agency and len(found.agency) > 2:
            yield replace(found, end=self.end_of(group))  # (CNN)The

    # PLACE, Region, date (AGENCY) -
    def place_first(self, at: int, reading: Reading) -> Iterator[Reading]:
        for places, after in self.places(at):
            yield from self.rest(after, replace(reading, places=places))

    def places(self, at: int, most: int = MOST_PLACES) -> Iterator[tuple[tuple[str, ...], int]]:
        """One place or several, parted by slashes, with the number of the token behind."""
        for end in self.place_ends(at):
            place = self.slice(at, end)
            if most > 1 and self.kind(end) in ("/", "·") and self.kind(end + 1) == "word":
                for others, after in self.places(end + 1, most - 1):
                    yield (place, *others), after
            yield (place,), end

    def place_ends(self, at: int) -> list[int]:
        """Where a place's name that begins here may end, the longest first. Small letters are taken where a date follows."""
        ends = []
        small = self.has_small_place(at)
        end = at
        while end < min(len(self.tokens), at + 6) and self.kind(end) == "word":
            word = self.tokens[end].text
            if not (small or _is_name(word) or (end > at and word.casefold() in _PARTICLES)):
                break
            end += 1
            if self.kind(end) == "." and self.tokens[end].start == self.tokens[end - 1].end and (
                "." in word or len(word) == 1 or word.casefold() in _ABBREVIATED
            ):
                end += 1
            if small or _is_name(word):
                ends.append(end)
        return ends[::-1]

    def has_small_place(self, at: int) -> bool:
        """Whether up to three words in small letters, a comma, a month and a day follow: `des moines, april 7 -`"""
        for n in range(at, min(len(self.tokens), at + 4)):
            if self.kind(n) == ",":
                return self.kind(n + 2) == "number" and _plain(self.tokens[n + 1].text) in _tables().months
            if self.kind(n) != "word":
                return False
        return False

    def rest(self, at: int, reading: Reading) -> Iterator[Reading]:
        """Regions, dates and agencies in any order, then the separator."""
        if self.alone and at == len(self.tokens):
            yield replace(reading, end=len(self.text))
            return
        after = at
        while self.kind(after) in (",", ".") and self.kind(after + 1) not in ("", "long dash") and after < at + 3:
            after += 1
        comma = "," in (self.tokens[n].kind for n in range(at, after))
        stopped = after > at and not comma
        if (group := self.group(after)) is not None:
            found = _read_group(self.slice(after + 1, group - 1))
            if merged := _merge(reading, found):
                yield from self.rest(group, merged)
                return
        if (date := self.date(after)) and not reading.dated and not (stopped and not date[2]):
            end, value, readable = date
            yield from self.rest(end, replace(reading, date=value, dated=readable, looks_dated=not readable))
            return
        if (after > at or self.kind(at - 1) == ".") and (named := self.agency(after)):
            yield from self.rest(named[1], replace(reading, agency=named[0], known_agency=True, bare_agency=True))
        if comma and not reading.dated and len(reading.regions) < 3:
            for region, end in self.regions(after):
                known = reading.known_region or _is_region(region) or find_place(region) is not None
                yield from self.rest(end, replace(reading, regions=(*reading.regions, region), known_region=known))
        if ended := self.separator(at):
            kind, after = ended
            if not reading.dated and (date := self.date(after)) and date[2] and self.separator(date[0]):
                yield from self.rest(date[0], replace(reading, date=date[1], dated=True))
            if kind != "colon" and not reading.agency and (named := self.agency_after(after)):
                yield replace(reading, agency=named[0], known_agency=True, separator=kind, end=self.end_of(named[1]))
            yield replace(reading, separator=kind, end=self.end_of(after))
        elif self.kind(at - 1) == ")" and reading.known_agency and self.kind(at) in ("word", "number"):
            yield replace(reading, end=self.end_of(at))  # STOCKHOLM (TT) Rådet

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
            if self.kind(end - 1) != "word" or name.islower() or _is_region(name):
                continue
            if found := agency_named(name):
                return found, end
        return None

    def agency_after(self, at: int) -> tuple[str, int] | None:
        """An agency behind the dash, with a separator of its own: `МОСКВА, 10 фев — РИА Новости.`"""
        if (group := self.group(at)) is not None:
            found = _read_group(self.slice(at + 1, group - 1))
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
                value = _read_date(self.slice(at, end))
                if value is not None:
                    if self.kind(end) == "." and self.kind(end - 1) == "word":  # `18 jun.`
                        end += 1
                    return end, value or None, True
        if self.kind(at) == "word" and self.kind(at + 1) == "number" and _is_name(self.tokens[at].text):
            day = int(_digits(self.tokens[at + 1].text))
            if 1 <= day <= 31 and len(self.tokens[at].text) <= 9:
                return at + 2, None, False
        return None


# --- parts --------------------------------------------------------------------------------------------

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


def _read_date(text: str) -> str | None:
    """`March 4` as `--03-04`; an empty text where a month is there but no day; None where it is no date.

    >>> _read_date("March 4"), _read_date("24 de abril de 2013"), _read_date("4. März"), _read_date("June 31"), _read_date("Room 4")
    ('--03-04', '2013-04-24', '--03-04', '', None)
    """
    weekday = _WEEKDAY.match(text)
    if weekday and weekday["day"].casefold() in _tables().weekdays:
        text = text[weekday.end() :]
    match = _DATE.fullmatch(text)
    if not match:
        return None
    name, number = match["month"], match["number"]
    month = _tables().months.get(_plain(name)) if name else int(number)
    if month is None:
        return None
    return _iso(match["year"], month, int(match["day"]))


def _iso(year: str | None, month: int, day: int) -> str:
    """The date, an empty text where it is none of the calendar."""
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return ""
    return f"{year or '-'}-{month:02d}-{day:02d}"


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


_STATION = regex.compile(r"[KW][A-Z]{2,3}(?:[- ]?(?:TV|FM|AM|DT|LD|News))?")
_LETTERS = regex.compile(r"\p{Lu}{2,7}\d{0,2}")
_SMALL_LETTERS = regex.compile(r"\p{Ll}{3,5}")


def _read_group(text: str) -> Reading:
    """What stands in brackets: an agency, a date, both, a region, or nothing that is known.

    >>> _read_group("Reuters").agency, _read_group("AP, Jan. 3").date, _read_group("Maharashtra").regions
    ('Reuters', '--01-03', ('Maharashtra',))
    """
    text = text.strip()
    if not text:
        return Reading(0)
    value = _read_date(text)
    if value is not None:
        return Reading(0, date=value or None, dated=True)
    if agency := agency_named(text):
        return Reading(0, agency=agency, known_agency=True)
    pieces = [piece.strip() for piece in regex.split(r"[,/;|+]|\s[-–—]\s", text)]
    if 2 <= len(pieces) <= 4 and (agency := next(filter(None, map(agency_named, pieces)), None)):
        date = next((value for piece in pieces if (value := _read_date(piece)) is not None), None)
        return Reading(0, agency=agency, date=date or None, dated=date is not None, known_agency=True)
    if _is_region(text):
        return Reading(0, regions=(text,), known_region=True)
    if _STATION.fullmatch(text) or (_LETTERS.fullmatch(text) and len(text) > 2) or _SMALL_LETTERS.fullmatch(text):
        return Reading(0, agency=text)
    if _is_paper(text):
        return Reading(0, agency=text)
    named = len(text) <= 40 and text.count(" ") <= 3 and all(_is_name(w) or w in _PARTICLES for w in regex.split(r"[\s-]+", text))
    if named or _LETTERS.fullmatch(text):
        return Reading(0, regions=(text,), known_region=find_place(text) is not None, bracketed_region=True)
    return Reading(0)


def _is_paper(text: str) -> bool:
    """Whether it reads as the name of a paper or station: `Deseret News`, `Tribune-Democrat`."""
    words = regex.split(r"[\s/-]+", text)
    return len(words) <= 5 and len(text) <= 40 and all(_is_name(w) or w.casefold() in _PARTICLES for w in words) and any(
        word.casefold() in _tables().media for word in words
    )


def _merge(reading: Reading, group: Reading) -> Reading | None:
    """A reading with what stands in brackets; None where there is one of both already, or nothing was read."""
    if not (group.agency or group.dated or group.regions):
        return None
    if (group.agency and reading.agency) or (group.dated and reading.dated) or (group.regions and len(reading.regions) > 2):
        return None
    return replace(
        reading, agency=group.agency or reading.agency, known_agency=group.known_agency or reading.known_agency,
        date=group.date or reading.date, dated=group.dated or reading.dated, regions=reading.regions + group.regions,
        known_region=group.known_region or reading.known_region,
        bracketed_region=group.bracketed_region or reading.bracketed_region,
    )  # fmt: skip


def _is_name(word: str) -> bool:
    """Whether a word opens with a capital, or is of a script that has none.

    >>> _is_name("Paris"), _is_name("d'Ivoire"), _is_name("paris"), _is_name("القاهرة")
    (True, True, False, True)
    """
    return not word[:1].islower() or (word[1:2] in "'’" and word[2:3].isupper())


def _is_capitals(place: str) -> bool:
    """Whether a place is set in capitals: `NEW YORK`, `McALLEN`, `Ft. WORTH`."""
    words = [word for word in regex.split(r"[\s.-]+", place) if word and word.casefold() not in _PARTICLES | _ABBREVIATED]
    return bool(words) and all(sum(map(str.isupper, w)) >= max(2, len(w) - 3) or (w.isupper() and w.isalpha()) for w in words) and (
        not any(map(str.islower, words[0][3:]))
    )


def _is_region(text: str) -> bool:
    """Whether a state, province or country is known by this name."""
    if _plain(text) in _tables().regions:
        return len(_plain(text)) > 2 or not text[:2].islower()
    place = find_place(text)
    return place is not None and place.size == "country"


def _known(place: str) -> Place | None:
    """What the lists have of a place; a state or province counts as a country does."""
    if place_key(place) in _tables().places:
        return Place("city", "", False)
    found = find_place(place)
    if found is None and len(_plain(place)) > 3 and _plain(place) in _tables().regions:
        return Place("country")
    return found


# --- weighing -----------------------------------------------------------------------------------------


def _looked_up(reading: Reading) -> Reading:
    """The reading with what the lists have of its places; a reporter before them (`Ali KAYA/ BURSA, (DHA)-`) goes."""
    known = tuple(map(_known, reading.places))
    reporter = len(known) > 1 and " " in reading.places[0] and not _is_capitals(reading.places[0])
    if reporter and reading.known_agency and all(map(_is_capitals, reading.places[1:])):
        return replace(reading, places=reading.places[1:], known=known[1:])
    return replace(reading, known=known)


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
    return reading.known_region and reading.separator == "colon" and _all_known(reading) and (_in_capitals(reading) or _has_style(reading, "colon"))


def _is_certain_bare(reading: Reading, first: str, language: str | None) -> bool:
    """Places and a separator, nothing else."""
    capitals, known = _in_capitals(reading), _all_known(reading, clear=True)
    countries = any(place and place.size == "country" for place in reading.known)
    tables = _tables()
    if "dash" in reading.separator:
        headed = capitals and all(map(_sounds_like_a_place, reading.places))
        english = language is not None and language.startswith("en") and reading.separator == "dash"
        plain = capitals or (not english and (reading.separator == "long dash" or first.isalpha() or first in "\"“„«'‘"))
        return (known and plain and (capitals or not countries)) or headed
    if not known or countries or any(place and place.size == "small" for place in reading.known):
        return reading.separator == "stop" and known and not countries and _has_style(reading, "period") and _may_be_german(language)
    if reading.separator == "colon":
        named = any(place.casefold() in tables.names for place in reading.places)
        uncased = not any(map(str.isascii, reading.places)) and all(p.upper() == p.lower() for p in reading.places)
        return _has_style(reading, "colon") or uncased or (capitals and not named and all(p and p.size == "city" for p in reading.known))
    if reading.separator == "stop":
        return capitals or (_has_style(reading, "period") and _may_be_german(language))
    return False


def _sounds_like_a_place(words: str) -> bool:
    """Whether a small place may have this name: `PORT HALDEN`, `ST. MARTINS`, `ALBRIDGE`."""
    tables = _tables()
    first, *others = regex.split(r"[\s.]+", words.casefold())
    if others:
        return first in tables.place_heads and len(others) <= 2
    return len(first) >= 7 and any(first.endswith(tail) for tail in tables.place_tails)


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
    words = regex.split(r"[\s.]+", place.casefold())
    tables = _tables()
    if any(word in tables.labels for word in (words[0], place.casefold())) and find_place(place) is None:
        return True
    return any(char.isdigit() for char in place) or _plain(place) in tables.months


def _is_place_shaped(reading: Reading) -> bool:
    """Whether each place is in the list or, beside an agency in brackets, in capitals, in a region, or a single word: more
    may be a reporter's name."""
    if reading.bare_agency:
        return _all_known(reading)
    return all(
        known is not None or (_is_capitals(place) and place.count(" ") < 5) or " " not in place or reading.known_region
        for place, known in zip(reading.places, reading.known, strict=True)
    )


def _has_place(reading: Reading) -> bool:
    return _all_known(reading) or (reading.known_region and _in_capitals(reading))


def _all_known(reading: Reading, *, clear: bool = False) -> bool:
    """Whether the list has every place; `clear`: and none of them is a word or a person's name as well."""
    return all(place is not None and not (clear and place.ordinary) for place in reading.known)


def _in_capitals(reading: Reading) -> bool:
    return all(map(_is_capitals, reading.places))


def _has_style(reading: Reading, style: str) -> bool:
    return any(place is not None and place.style == style for place in reading.known)


def _opens_sentence(rest: str) -> bool:
    """Whether what follows opens with a capital, a number, a quote or a script without capitals."""
    first = next((char for char in rest if char.isalnum()), "")
    return bool(first) and not first.islower()


# --- Chinese, Japanese, Korean ------------------------------------------------------------------------


_CHINESE = regex.compile(
    r"""(?x) [(（【]?\s*
      (?P<agency>新华社|新華社|中新社|中央社|法新社|路透社|韩联社|本报|本報|本社
        |[\p{L}\p{N}--[据據由从從来來]][\p{L}\p{N}]{0,8}?[网網社报報])        # 中国网, 1905电影网
      \s? (?:[记記]者\s?)?
      (?P<middle>[\p{Han}、·]{0,20}|\p{Han}{2,4}(?:\s\p{Han}{2,4}){0,2}) \s?   # reporters and a place
      (?:(?P<year>(?:19|20)\d\d)年)? (?:(?P<month>\d{1,2})月)? (?P<day>\d{1,2})[日号] \s?
      (?:上午|下午|晚|凌晨)? (?:专?电|專?電|讯|訊|报道|報導|消息) \s* [)）】]?
      (?: \s* [(（] \s? (?:[记記]者 [^()（）]{1,30} | \p{Han}{2,4}(?:[、\s]\s?\p{Han}{2,4}){0,4}) [)）] )? [\s:：]*""",
    regex.V1,
)
_JAPANESE = regex.compile(
    r"""(?x) [【\[［(（]\s*
      (?: (?P<month>\d{1,2})月(?P<day>\d{1,2})日\s* (?P<agency>[^】\]］)）=＝]{2,12})           # 【6月18日 AFP】
        | (?P<place>[\p{Han}\p{Katakana}ー・\s]{2,16}?) \s* [=＝] \s* (?P<agency>[^】\]］)）=＝]{2,16})  # 【ソウル＝小池和樹】
        | (?P<place>[\p{Han}\p{Katakana}ー・]{2,14}?) \s* (?:\d{1,2}日\s*)?
          (?P<agency>時事(?:通信)?|共同(?:通信)?|ロイター|AFP|AP|聯合ニュース|連合ニュース|ブルームバーグ)   # 【ワシントン時事】
      ) \s* [】\]］)）] (?:\s*[-–—]\s+)? \s*""",
    regex.V1,
)
_KOREAN = regex.compile(
    r"""(?x) [(\[【]\s* (?P<place>\p{Hangul}{2,6}(?:[·ㆍ,/]\s?\p{Hangul}{2,6}){0,3}) \s* = \s* (?P<agency>[\p{Hangul}\p{Latin}\d ]{2,10}) \s* [)\]】]
      (?: \s* [\p{Hangul}·ㆍ,\s]{2,40}? (?:기자|특파원|통신원|인턴기자)
          (?: [·ㆍ,\s]* \p{Hangul}{2,4} \s? (?:기자|특파원) ){0,4} )? \s* (?:=\s*)?""",
    regex.V1,
)


def _read_east_asian(head: str) -> Reading | None:
    """Datelines without a separator: `新华社北京4月24日电`, `【ソウル＝小池和樹】`, `(서울=연합뉴스) 김병규 기자 =`.

    >>> _read_east_asian("新华社北京4月24日电 河水今天开始回落。").places
    ('北京',)
    """
    if head.isascii():
        return None
    if match := _CHINESE.match(head):
        return _read_chinese(match)
    if match := _JAPANESE.match(head):
        return _read_japanese(match)
    if match := _KOREAN.match(head):
        agency = agency_named(match["agency"])
        places = tuple(piece.strip() for piece in regex.split(r"[·ㆍ,/]", match["place"]))
        if agency or all(map(_known, places)):
            return Reading(match.end(), places, (), agency)
    return None


def _read_chinese(match: regex.Match[str]) -> Reading | None:
    place = _last_place(match["middle"])
    agency = None if match["agency"].startswith("本") else agency_named(match["agency"]) or match["agency"]
    named = match["middle"] == "" or "者" in match[0]
    if place is None and (agency is None or not match["month"] or not (named or agency_named(match["agency"]))):
        return None
    date = _iso(match["year"], int(match["month"]), int(match["day"])) if match["month"] else None
    return Reading(match.end(), (place,) if place else (), (), agency, date or None)


def _read_japanese(match: regex.Match[str]) -> Reading | None:
    agency = agency_named(match["agency"])
    if match["month"]:
        date = _iso(None, int(match["month"]), int(match["day"]))
        return Reading(match.end(), (), (), agency, date or None) if agency else None
    places = tuple(piece.strip() for piece in match["place"].split("・"))
    if not all(map(_known, places)):
        places = (match["place"].strip(),)
    return Reading(match.end(), places, (), agency) if all(map(_known, places)) else None


def _last_place(text: str) -> str | None:
    """The place behind the reporters' names: `溫貴香台北` gives `台北`."""
    return next((text[start:] for start in range(len(text) - 1) if _known(text[start:])), None)
