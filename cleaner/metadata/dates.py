"""When it was published and updated: structured sources first, then visible date lines. Never a guess."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from functools import cache

from cleaner.fold import fold
from cleaner.metadata.words import opening_words
from cleaner.model import Document, Found

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
_PUBLISHED = (
    "article:published_time", "datepublished", "og:published_time", "publishdate", "publish-date", "date",
    "dc.date.issued", "dc.date", "dcterms.created", "parsely-pub-date", "sailthru.date", "pubdate", "article.published",
    "cxenseparse:recs:publishtime",
)  # fmt: skip
_UPDATED = ("article:modified_time", "datemodified", "og:updated_time", "last-modified", "dcterms.modified")


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


def is_update(text: str) -> bool:
    lowered = fold(text).text.lower()
    return any(word in lowered for word in opening_words("updated"))


def dates_of_page(document: Document) -> dict[str, Found]:
    """`published` and `updated` as the page's head states them."""
    found: dict[str, Found] = {}
    for field, ld_key, names in (("published", "datePublished", _PUBLISHED), ("updated", "dateModified", _UPDATED)):
        stated = [(value, "json-ld") for item in document.head.json_ld if isinstance(value := item.get(ld_key), str)]
        stated += [(value, "meta") for name in names for value in document.head.meta.get(name, ())]
        if field == "published":
            times = document.head.meta.get("time", ())
            stated += [(value, "time") for value in times[:1]]
        for raw, source in stated:
            if value := iso_date(raw):
                found[field] = Found(field, value, raw, source, 0.95 if source != "time" else 0.7)
                break
    return found


def iso_date(raw: str) -> str | None:
    """A machine-written date as ISO 8601, None where it is none or impossible.

    >>> iso_date("2013-04-02T04:00:00Z"), iso_date("Tue, 02 Apr 2013 04:00:00 GMT"), iso_date("2013-13-45")
    ('2013-04-02T04:00:00+00:00', '2013-04-02T04:00:00+00:00', None)
    """
    text = raw.strip()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return dt.date.fromisoformat(text).isoformat()
        if re.match(r"\d{4}-\d\d-\d\d[T ]", text):
            return _sane(
                dt.datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d)", "", text.replace(" UTC", "Z").replace(" GMT", "Z")))
            )
        if re.match(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d", text):
            return _sane(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError):
        pass
    match = re.match(r"((?:19|20)\d\d)[-/.](\d\d?)[-/.](\d\d?)(?!\d)", text)
    try:
        return dt.date(*map(int, match.groups())).isoformat() if match else None
    except ValueError:
        return None


def _sane(moment: dt.datetime) -> str | None:
    return moment.isoformat() if 1900 <= moment.year <= 2100 else None


def date_of_line(text: str, languages: Sequence[str] = ()) -> str | None:
    """The date of a visible date line as ISO 8601, read by dateparser; None where it can't be read for certain."""
    folded = date_text(text)
    if folded is None:
        return None
    if match := re.search(r"((?:19|20)\d\d)\s*[年년./-]\s*(\d{1,2})\s*[月월./-]\s*(\d{1,2})", folded):
        try:
            return dt.date(*map(int, match.groups())).isoformat()
        except ValueError:
            return None
    import dateparser

    kernel = _kernel(folded)
    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "PREFER_DATES_FROM": "past", "STRICT_PARSING": True}
    try:
        moment = dateparser.parse(kernel, languages=[code for code in languages if code] or None, settings=settings)
    except (ValueError, OverflowError):
        return None
    return moment.date().isoformat() if moment and 1900 <= moment.year <= 2100 else None


def _kernel(folded: str) -> str:
    """The day, month and year of a date line, without the words and times around them."""
    if match := _NUMERIC.search(folded):
        return match[0]
    for form in _kernel_forms():
        if match := form.search(folded):
            return match[0]
    return folded


@cache
def _kernel_forms() -> tuple[re.Pattern[str], ...]:
    """`April 2, 2013` and `2 de abril de 2013`."""
    month = "|".join(sorted(map(re.escape, opening_words("months")), key=len, reverse=True))
    day, of = rf"{_DAY2}(?:st|nd|rd|th|er|\.|º)?", r"(?:of\s+|de\s+|-)?"
    return (
        re.compile(rf"\b(?:{month})\.?\s+{day},?\s+{of}{_YEAR4}", re.I),
        re.compile(rf"{day}\s*{of}(?:{month})\.?,?\s*{of}{_YEAR4}", re.I),
    )
