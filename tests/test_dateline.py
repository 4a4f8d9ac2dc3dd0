"""The dateline beyond the case files: any text, in bounded time; the place list; what is loaded when."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import clean
from cleaner.metadata.dateline import LONGEST, find_dateline, match_dateline
from cleaner.metadata.places import CLASSES, find_place

PROSE = "The bridge over the river was closed for two weeks while engineers replaced the old cables."
PIECES = st.sampled_from(
    "PARIS Paris paris BERLIN/LONDON Mobile , . : - -- — – .- / ( ) [ ] 【 】 = ＝ （ ） (AP) (Reuters) /ТАСС/ AP "
    "March 4 24 de мая 4月24日 新华社 北京 电 (서울=연합뉴스) 기자 Calif. N.J. (WABC) \n \u00a0 \u200b \u00ad İ ß "
    "서울 القاهرة दिल्ली * ''".split(" ")
)
OPENINGS = st.one_of(
    st.text(max_size=300), st.lists(PIECES, max_size=40).map(" ".join), st.lists(PIECES, max_size=40).map("".join)
)


@given(OPENINGS, st.sampled_from([None, "en", "de", "ja"]))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_a_dateline_or_none(text: str, language: str | None) -> None:
    for found in (find_dateline(text, language), match_dateline(text)):
        if found is None:
            continue
        assert text.startswith(found.raw)
        assert found.raw
        assert len(found.raw) <= LONGEST
        assert found.places or found.agency
        assert all(place and place in found.raw for place in found.places)


@given(OPENINGS)
@settings(max_examples=100, deadline=None)
def test_what_follows_far_behind_changes_nothing(text: str) -> None:
    opening = f"{text[:100]} {PROSE} {PROSE} {PROSE}"
    assert find_dateline(opening) == find_dateline(f"{opening} {PROSE}")


@pytest.mark.parametrize(
    "unit", "A/ A,_ A._ A_A/ (A/ PARIS/ PARIS,_ PARIS_( a_ A_de_ 1_ March_4_ 新 【 (서울 ,_ , — \u200b".split(" ")
)  # fmt: skip
def test_the_time_is_bounded(unit: str) -> None:
    text = unit.replace("_", " ") * 100_000
    started = time.perf_counter()
    for _ in range(10):
        find_dateline(text)
        match_dateline(text)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("separator", [" - ", " – ", " — ", " -- ", ".- "])
@pytest.mark.parametrize(
    "middle", ["", ", 4 mars", ", March 4, 2020", " (AP)", ", 4 mars (AFP)", ", Ontario", " (Ontario)"]
)
@pytest.mark.parametrize("place", ["MONTREAL", "NEW YORK", "ST. LOUIS/PARIS", "Montréal"])
def test_every_form_with_every_separator(place: str, middle: str, separator: str) -> None:
    opening = f"{place}{middle}{separator}"
    found = find_dateline(opening + PROSE)
    assert found is not None
    assert found.raw == opening
    assert found.places == tuple(place.split("/"))


@pytest.mark.parametrize(
    "opening",
    [
        "TIP: ", "Q: ", "UPDATE: ", "NOTE: ", "READ MORE: ", "BREAKING - ", "EXCLUSIVE — ", "WASHINGTON POST - ",
        "VIDEO — ", "Reading - ", "Nice – ", "Mobile: ", "SYDNEY: ", "JORDAN: ", "MARY SMITH: ", "The Paris Review — ",
        "March 4 - ", "MAY 3 -- ", "Salt - ", "Germany – ", "Jane Doe, 23, of Leeds - ",
        "Jane Doe, Associated Press - ", "(c) ", "[Update] ", "【写真】", "(사진=홍길동) ", "Step 4 - ", "1. ", "A. ",
    ],
)  # fmt: skip
def test_what_is_no_dateline(opening: str) -> None:
    assert find_dateline(opening + PROSE) is None


def test_only_a_german_dateline_ends_in_a_stop() -> None:
    assert find_dateline("Hamburg. Die Brücke war zwei Wochen gesperrt.", "de") is not None
    assert find_dateline("Hamburg. The bridge was closed for two weeks.", "en") is None


@pytest.mark.parametrize(
    "name", "London Londres Лондон 런던 ロンドン 伦敦 लंदन لندن NEW_DELHI New_York Zürich Deutschland Japon".split()
)
def test_the_list_has_places_in_many_scripts(name: str) -> None:
    assert find_place(name.replace("_", " ")) is not None


def test_the_list_does_not_take_words_for_places() -> None:
    words = "update breaking exclusive watch video photo kitchen yesterday government recipe minister election".split()
    assert [word for word in words if find_place(word)] == []
    assert len(CLASSES) == 24


def test_the_agency_of_the_dateline_is_the_articles() -> None:
    article = clean(f"Bridge closed\n\nTOLEDO, Ohio (AP) — {PROSE}\n\n{PROSE} It was time.")
    assert article.agency == "AP"
    assert article.dateline is not None
    assert article.dateline.agency == "AP"


def test_stripping_leaves_the_rest_of_the_paragraph() -> None:
    source = f"Bridge closed\n\nTOLEDO, Ohio (AP) — {PROSE}\n\n{PROSE} It was time."
    kept, stripped = clean(source), clean(source, dateline="strip")
    assert stripped.paragraphs[0] == PROSE
    assert stripped.dateline == kept.dateline
    assert kept.paragraphs[0] == kept.dateline.raw + PROSE  # type: ignore[union-attr]


def test_places_are_not_loaded_before_they_are_asked_for() -> None:
    code = (
        "import sys, cleaner.metadata.dateline as d, cleaner.metadata.places as p;"
        "d.find_dateline('The rain had stopped by noon, and the river began to fall.');"
        "assert p._runs.cache_info().misses == 0 and d.tables.cache_info().misses == 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "report",
    [
        "ANKARA (AA) - Belediye başkanı köprünün sabah açılacağını ve nehrin",
        "МОСКВА, 25 ноября. /ТАСС/. Последние дни дождя указывают",
        "    OSLO, March 2 - The river began to fall\n  by noon, the mayor said, and the bridge",
    ],
)
def test_the_only_line_of_a_report_is_no_headline(report: str) -> None:
    article = clean(report, kind="text")
    assert article.headline is None
    assert article.dateline is not None
