"""Measures an answer against the gold: words over bags, metadata, time; and sums up the pages of a system.

Word precision, recall and F1 are those of the Web Content Extraction Benchmark: bags of lower-case words, averaged
over pages. In scripts written without spaces a character is a word.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from cleaner.evaluate.gold import GoldPage
from cleaner.evaluate.systems import Outcome
from cleaner.measure import UNSPACED

_WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
_NAMES = re.compile(r"[,;&|/\n]|\band\b")
_LETTERS = frozenset(
    "ba bs cfa cfp cpa dds do dvm esq facs frcs ii iii jd jr ma mba md mph ms msc pe phd rd rdn rn sr".split()
)
"""Letters after a name: degrees, offices, generations."""
_LEAD = re.compile(r"^(?:by|written by|posted by|author) ")
TITLE_LINES = 3
"""A title is looked for in this many lines at the top of a text."""
TITLE_F1 = 0.8
"""A title is right from this word F1 on: site names and small edits do not count."""
FIELDS = ("title", "author", "date")


@dataclass(frozen=True, slots=True)
class Words:
    """What a text has and lacks of the words of the gold."""

    precision: float
    recall: float
    f1: float
    gold: int
    """Words of the gold body, a first line that repeats the title set aside on both sides; so for the next two."""
    lost: int
    surplus: int

    @property
    def wrong(self) -> float:
        """Lost and surplus words over the words of the gold."""
        return (self.lost + self.surplus) / max(1, self.gold)


@dataclass(frozen=True, slots=True)
class Score:
    """How a system did on one page; None where the gold does not know the field."""

    id: str
    url: str | None
    ms: float
    """CPU time; of a page on which the process was killed, the time until then."""
    error: str | None = None
    empty: bool = False
    words: Words | None = None
    title: bool | None = None
    author: bool | None = None
    """Whether at least one name is right."""
    date: bool | None = None
    given: tuple[str, ...] = ()
    """Which of FIELDS the system gave a value for."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A system over all pages. Shares are 0 to 1; None where no page tells, or the system never gives the field."""

    pages: int
    bodies: int
    """Pages whose gold has a body: the word figures are over these."""
    failed: int
    empty: int
    f1: float | None
    precision: float | None
    recall: float | None
    median_f1: float | None
    within_1: float | None
    """Share of pages whose lost and surplus words are at most 1 % of the words of the gold."""
    within_5: float | None
    lost: float | None
    """Lost words of all pages over the gold words of all pages."""
    surplus: float | None
    title: float | None
    author: float | None
    date: float | None
    pages_per_second: float
    """Per second of CPU time."""
    p50_ms: float
    p99_ms: float


# --- one page ---------------------------------------------------------------------------------------


def score(page: GoldPage, outcome: Outcome) -> Score:
    """The outcome of a system on a page against its gold; a failed page counts as empty output."""
    given = {"title": outcome.title, "author": outcome.authors, "date": outcome.date}
    titles = [title for title in (page.title, outcome.title) if title]
    return Score(
        id=page.id, url=page.url, ms=outcome.ms, error=outcome.error, empty=not outcome.text.strip(),
        words=None if page.body is None else compare_words(outcome.text, page.body, titles),
        title=title_agrees(outcome.title, page.title) if page.title else None,
        author=bool(names(outcome.authors) & names(page.authors)) if page.authors else None,
        date=bool(days(outcome.date) & days(page.date)) if page.date else None,
        given=tuple(field for field in FIELDS if given[field]),
    )  # fmt: skip


def compare_words(text: str, gold: str, titles: Iterable[str] = ()) -> Words:
    """Words of a text against the gold's.

    >>> compare_words("Rain ends\\nThe river fell. Share", "The river fell at noon.", titles=["Rain ends"])
    Words(precision=0.5, recall=0.6, f1=0.5454545454545454, gold=5, lost=2, surplus=1)
    """
    precision, recall = precision_recall(text, gold)
    known = {normal(title) for title in titles} - {""}
    ours, right = Counter(words(without_title(text, known))), Counter(words(without_title(gold, known)))
    lost, surplus = (right - ours).total(), (ours - right).total()
    return Words(precision, recall, f1_of(precision, recall), right.total(), lost, surplus)


def precision_recall(text: str, gold: str) -> tuple[float, float]:
    """Over bags of words; both 1 where both are empty, both 0 where one is."""
    ours, right = Counter(words(text)), Counter(words(gold))
    if not ours or not right:
        return (0.0, 0.0) if ours or right else (1.0, 1.0)
    common = (ours & right).total()
    return common / ours.total(), common / right.total()


def words(text: str) -> list[str]:
    """
    >>> words("Don't — 新华社 2"), words("")
    (['don', 't', '新', '华', '社', '2'], [])
    """
    return _WORD.findall(text.lower())


def normal(text: str) -> str:
    """Lower-case words with single spaces; apostrophes and Unicode variants do not count."""
    return " ".join(words(re.sub("['’`´]", "", unicodedata.normalize("NFKC", text))))


def without_title(text: str, titles: Collection[str]) -> str:
    """The text without those of its first lines that are a title. `titles` are normal."""
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n".join([line for line in lines[:TITLE_LINES] if normal(line) not in titles] + lines[TITLE_LINES:])


def f1_of(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def title_agrees(title: str | None, gold: str) -> bool:
    return bool(title) and f1_of(*precision_recall(normal(title or ""), normal(gold))) >= TITLE_F1


def names(authors: Iterable[str]) -> set[str]:
    """Names, normal, each by itself.

    >>> sorted(names(["By Jane Doe, Ph.D., and J. Roe", "Ann Poe MD"]))
    ['ann poe', 'j roe', 'jane doe']
    """
    return {name for author in authors for part in _NAMES.split(author) if (name := _name(part))}


def _name(part: str) -> str:
    """One name without `By` or the like before it and the letters after it; empty where nothing else is left."""
    found = _LEAD.sub("", normal(re.sub(r"(?<=\w)\.(?=\w)", "", part))).split()
    while found and found[-1] in _LETTERS:
        found.pop()
    return " ".join(found)


def days(date: str | None) -> set[str]:
    """The calendar day of a date as written and, where it has an offset, in UTC; ISO 8601 or English is read.

    >>> sorted(days("2013-04-01T22:00:00-05:00")), days("April 2, 2013"), days("soon")
    (['2013-04-01', '2013-04-02'], {'2013-04-02'}, set())
    """
    moment = _moment(date.strip()) if date else None
    if not moment:
        return set()
    utc = moment.astimezone(dt.UTC) if moment.tzinfo else moment
    return {moment.date().isoformat(), utc.date().isoformat()}


def _moment(date: str) -> dt.datetime | None:
    """Not read with the cleaner's own reader of dates, which is what is measured."""
    try:
        return dt.datetime.fromisoformat(date)
    except ValueError:
        pass
    from dateparser import parse

    try:
        moment = parse(
            date,
            languages=["en"],  # to try all takes seconds
            settings={"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]},
        )
    except (ValueError, OverflowError):
        return None
    return moment if isinstance(moment, dt.datetime) else None


# --- all pages --------------------------------------------------------------------------------------


def sum_up(scores: Sequence[Score]) -> Figures:
    """The figures of at least one page."""
    counted = [item.words for item in scores if item.words]
    times = [item.ms for item in scores]
    gold = max(1, sum(item.gold for item in counted))
    return Figures(
        pages=len(scores), bodies=len(counted),
        failed=sum(item.error is not None for item in scores), empty=sum(item.empty for item in scores),
        f1=_mean(item.f1 for item in counted), precision=_mean(item.precision for item in counted),
        recall=_mean(item.recall for item in counted),
        median_f1=median(item.f1 for item in counted) if counted else None,
        within_1=_mean(item.wrong <= 0.01 for item in counted),
        within_5=_mean(item.wrong <= 0.05 for item in counted),
        lost=sum(item.lost for item in counted) / gold if counted else None,
        surplus=sum(item.surplus for item in counted) / gold if counted else None,
        title=_share(scores, "title"), author=_share(scores, "author"), date=_share(scores, "date"),
        pages_per_second=1000 * len(scores) / max(sum(times), 1e-9),
        p50_ms=percentile(times, 50), p99_ms=percentile(times, 99),
    )  # fmt: skip


def _share(scores: Sequence[Score], field: str) -> float | None:
    if not any(field in item.given for item in scores):
        return None
    return _mean(value for item in scores if (value := getattr(item, field)) is not None)


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None


def percentile(values: Sequence[float], percent: int) -> float:
    """By nearest rank.

    >>> percentile([4, 1, 3, 2], 50), percentile([4, 1, 3, 2], 99)
    (2, 4)
    """
    ranked = sorted(values)
    return ranked[max(0, -(-percent * len(ranked) // 100) - 1)]
