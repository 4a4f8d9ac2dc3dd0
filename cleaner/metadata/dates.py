"""When it was published and updated: structured sources first, then visible date lines. Never a guess."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from cleaner.fold import fold
from cleaner.host import host_of
from cleaner.metadata.byline import is_article
from cleaner.metadata.calendar import date_data, read_dates
from cleaner.metadata.words import opening_words
from cleaner.model import Block, Document, Found

LONGEST = 110
_YEAR4, _MONTH2, _DAY2, _GAP = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:[0-2]?\d|3[01])", r"[-/.\s]{1,2}"
_NUMERIC = re.compile(
    rf"""(?x) (?<!\d) (?:
      {_YEAR4}{_GAP}{_MONTH2}{_GAP}{_DAY2}    # 2013-04-02
    | {_DAY2}{_GAP}{_MONTH2}{_GAP}{_YEAR4}    # 02.04.2013
    | {_MONTH2}/{_DAY2}/(?:{_YEAR4}|\d\d)                                            # 4/2/2013
    | {_YEAR4}\s*[年년]\s*\d{{1,2}}\s*[月월]\s*\d{{1,2}}\s*[日일]                     # 2013年4月2日
    ) (?!\d)"""
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DAY = re.compile(r"(?<!\d)(?:[0-2]?\d|3[01])(?:st|nd|rd|th|er|\.|º|°)?(?!\d)")
_DIGIT = re.compile(r"\d")
_WORDS = re.compile(r"[^\W\d_]+(?:\.[^\W\d_])?")


def is_date_line(text: str) -> bool:
    """Whether a line holds a full date and nothing but words that go with one.

    >>> is_date_line("Published: April 2, 2013 12:00 am"), is_date_line("In 2013 the river rose by May.")
    (True, False)
    """
    return date_text(text) is not None


def date_text(text: str) -> str | None:
    """The folded text of a date line, None where it is none."""
    if len(text) > 2 * LONGEST or not _DIGIT.search(text):
        return None
    folded = fold(text).text.strip()
    if not 6 <= len(folded) <= LONGEST or not ("/" in folded or _YEAR.search(folded)):
        return None
    words = [word.lower() for word in _WORDS.findall(folded)]
    months = opening_words("months")
    has_month = any(word in months for word in words)
    dated = _NUMERIC.search(folded) or (has_month and _YEAR.search(folded) and _DAY.search(_YEAR.sub(" ", folded)))
    if not dated:
        return None
    known = opening_words("date")
    others = [word for word in words if word not in known and word not in months and len(word) > 1]
    unspaced = any("\u3000" < char < "\ud7b0" for char in folded)
    if len(others) > (1 if len(words) > 3 else 0) and not (unspaced and len(folded) <= 30):
        return None
    return folded if not folded.endswith((".", "!", "?")) or len(words) <= 4 else None


# --- heads ------------------------------------------------------------------------------------------

_PUBLISHED = (
    "article:published_time", "article:published:time", "article:published", "datepublished", "og:published_time",
    "og:article:published_time", "publishdate", "publish-date", "publish_date", "published-date", "w-published-date",
    "publication_date", "publicationdate", "date", "dc.date.issued", "dcterms.issued", "dcterms.date", "dc.date",
    "dcterms.created", "dc.date.created", "citation_publication_date", "citation_online_date", "citation_date",
    "parsely-pub-date", "sailthru.date", "pubdate", "article.published", "cxenseparse:recs:publishtime", "bt:pubdate",
    "displaydate", "timestamp", "article_date_original", "originalpublicationdate", "datecreated",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "article:modified:time", "datemodified", "og:updated_time", "og:modified_time",
    "dcterms.modified", "dc.date.modified", "bt:moddate", "article.updated", "lastmod", "last-modified", "updated_time",
)  # fmt: skip


class Stated(NamedTuple):
    """A date of the head."""

    value: str
    raw: str
    source: str


def _stated(document: Document, ld_key: str, names: Sequence[str], place: str) -> Stated | None:
    """The date of an article's JSON-LD, of any JSON-LD, or of a meta element."""
    objects = sorted(document.head.json_ld, key=lambda item: not is_article(item))
    texts = [(text, "json-ld") for item in objects if isinstance(text := item.get(ld_key), str)]
    texts += [(text, "meta") for name in names for text in document.head.meta.get(name, ())]
    for text, source in texts:
        if value := iso_date(text, place):
            return Stated(value, text, source)
    return None


def iso_date(raw: str, place: str = "") -> str | None:
    """A machine-written date as ISO 8601, None where it is none or impossible.

    >>> iso_date("2013-04-02T04:00:00Z"), iso_date("Tue, 02 Apr 2013 04:00:00 GMT"), iso_date("2013-13-45")
    ('2013-04-02T04:00:00+00:00', '2013-04-02T04:00:00+00:00', None)
    """
    text = raw.strip()[:80]
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return _sane(dt.datetime.fromisoformat(text)) and text
        if re.match(r"\d{4}-\d\d-\d\d[T ]", text):
            return _sane(
                dt.datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d)", "", text.replace(" UTC", "Z").replace(" GMT", "Z")))
            )
        if re.match(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d", text):
            return _sane(parsedate_to_datetime(text))
        if re.fullmatch(r"(?:19|20)\d{6}(?:T?\d{4,6})?", text):
            return _sane(dt.datetime.strptime(text[:8], "%Y%m%d")) and f"{text[:4]}-{text[4:6]}-{text[6:8]}"
    except (ValueError, TypeError, OverflowError):
        pass
    found = next(read_dates(fold(text).text, place), None)
    return found.value if found and found.start <= 12 else None


def _sane(moment: dt.datetime) -> str | None:
    return moment.isoformat() if 1900 <= moment.year <= 2100 else None


# --- lines ------------------------------------------------------------------------------------------


class Shown(NamedTuple):
    """A date of a visible line."""

    field: str
    """`published` or `updated`."""
    value: str
    block: Block
    labelled: bool
    """Whether a word says what the date is."""


MOST_WORDS = 12
"""Words beside its dates that a date line may have."""
_YEARS = re.compile(r"(?:19|20)\d\d|\d[./-]\d\d(?!\d)")


def shown_dates(zone: Sequence[Block], place: str) -> list[Shown]:
    """The dates of the date lines and bylines among some blocks, in order."""
    found: list[Shown] = []
    for block in zone:
        if 6 <= len(block.text) <= 2 * LONGEST and _YEARS.search(block.text):
            found += _dates_of_line(block, place)
    return found


def _dates_of_line(block: Block, place: str) -> Iterator[Shown]:
    folded = fold(block.text).text
    moments = list(read_dates(folded, place))
    if not moments:
        return
    around = folded
    for moment in reversed(moments):
        around = f"{around[: moment.start]} {around[moment.end :]}"
    words = _WORDS.findall(around)
    opens = moments[0].start <= 3 or any(
        word.lower() in _TOLD for word in _WORDS.findall(folded[: moments[0].start][-25:])
    )
    if len(words) > MOST_WORDS * (2 if opens else 1) or (
        len(words) > 6 and not opens and around.rstrip()[-1:] in ".!?"
    ):
        return
    data, before = date_data(), 0
    for n, moment in enumerate(moments):
        after = moments[n + 1].start if n + 1 < len(moments) else len(folded)
        label, tail = folded[before : moment.start].lower(), folded[moment.end : after].lower().strip()
        before = moment.end
        if any(word in label for word in data["other"]):
            continue
        changed = _has(label, data["updated"]) or (not label.strip() and tail.startswith(_BEHIND))
        told = changed or any(word.lower() in _TOLD for word in _WORDS.findall(label))
        yield Shown("updated" if changed else "published", moment.value, block, told)


_TOLD = frozenset(
    "published posted veröffentlicht erstellt erschienen publié publicado pubblicato gepubliceerd publicerad "
    "publiceret publisert опубликовано opublikowano yayınlanma 公開 発行 입력 نشر प्रकाशित submitted created".split()
)


_BEHIND = ("更新", "수정", "lastupdate", "updated")


def _has(label: str, words: Sequence[str]) -> bool:
    return any(word in label for word in words)


# --- together ---------------------------------------------------------------------------------------


def find_dates(document: Document, zone: Sequence[Block], ending: Sequence[Block], place: str) -> dict[str, Found]:
    """`published` and `updated`: as the head states them, else as lines around the beginning of the body say, else as
    its end says, else of the only `<time>`."""
    found: dict[str, Found] = {}
    stated = {
        "published": _stated(document, "datePublished", _PUBLISHED, place),
        "updated": _stated(document, "dateModified", _UPDATED, place),
    }
    lines = shown_dates(zone, place)
    lines = lines or [shown for shown in shown_dates(ending, place) if shown.labelled]
    for field, told in stated.items():
        shown = next((item for item in lines if item.field == field), None)
        if told and not (shown and field == "published" and _is_stamp(stated, shown)):
            sure = 0.95 if not shown or shown.value[:10] == told.value[:10] else 0.85
            found[field] = Found(field, told.value, told.raw, told.source, sure)
        elif shown:
            block = shown.block
            found[field] = Found(field, shown.value, block.text, "line", 0.85 if shown.labelled else 0.75,
                                 block.span, block.index)  # fmt: skip
    times = document.head.meta.get("time", ())
    value = iso_date(times[0], place) if len(times) == 1 and not found else None
    if value:
        found["published"] = Found("published", value, times[0], "time", 0.6)
    return found


_PIECES = re.compile(r"\s*[|•·–—/]\s*|,\s+|\s+-\s+")
LONGEST_RELATIVE = 30
"""Characters of a relative date, such as `vor 3 Stunden`."""


def relative_date(zone: Sequence[Block], now: dt.datetime, place: str) -> Found | None:
    """The day of the first line that says how long ago it was, as seen at a given time; read by dateparser."""
    for block in zone:
        if len(block.text) > 2 * LONGEST:
            continue
        for piece in _PIECES.split(block.text):
            words = [word for word in piece.split() if word.strip(":").lower() not in _TOLD]
            day = _days_ago(" ".join(words), now, place)
            if day:
                return Found("published", day, block.text, "line", 0.6, block.span, block.index)
    return None


def _days_ago(text: str, now: dt.datetime, place: str) -> str | None:
    if not 3 <= len(text) <= LONGEST_RELATIVE:
        return None
    from dateparser import parse

    settings = {"PARSERS": ["relative-time"], "RELATIVE_BASE": now.replace(tzinfo=None)}
    try:
        moment = parse(text, languages=[place.split("-")[0]] if place else None, settings=settings)
    except (ValueError, OverflowError):  # a language that it doesn't know; a date before all dates
        return None
    return moment.date().isoformat() if moment and moment <= now.replace(tzinfo=None) else None


def _is_stamp(stated: Mapping[str, Stated | None], shown: Shown) -> bool:
    """Whether the head's date of publication is only that of its last change, and the page shows an earlier one."""
    published, updated = stated["published"], stated["updated"]
    same = published and updated and published.value[:16] == updated.value[:16]
    return bool(same and published and shown.value[:10] < published.value[:10])


def place_of(document: Document, language: str | None) -> str:
    """The BCP 47 tag by which numbers of dates are read: the page's own, with the country of its host."""
    declared = (document.head.language or "").replace("_", "-").lower()
    code = (declared.split("-")[0] or language or "").lower()
    if code != "en":
        return code
    if "-" in declared:
        return "-".join(declared.split("-")[:2])
    country = host_of(document.url or document.head.canonical).rsplit(".", 1)[-1]
    if country in _COUNTRIES:
        return "en-gb"
    return "en" if country else ""


_COUNTRIES = frozenset(["uk", "ie", "au", "nz", "in", "za", "ng", "ke", "sg", "my", "hk", "pk", "eu", "gh"])
