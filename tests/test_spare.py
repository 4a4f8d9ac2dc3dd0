"""Matters of taste: what options keep of what goes by default."""

from __future__ import annotations

import pytest

from cleaner import clean

PROSE = [
    "The council of Millbrook voted late on Tuesday to repair the old bridge over the canal before the winter.",
    "Engineers had warned in the spring that two of its seven arches would not bear another hard frost.",
    "The work is to begin in September and will cost four million euros, a third of which the region pays.",
    "“Nobody wanted to see it closed,” said the mayor, Anna Kowal, who crosses it on her way to work every day.",
    "Buses will take the long way round by the mill until the spring, and schools will open a little later.",
]
NOTE = "Jane Doe is a reporter at the Millbrook Courier, where she covers the council and the courts."
PAGE = f"""<html><body><article><h1>Millbrook mends its bridge</h1><p>By Jane Doe</p>
<p>{PROSE[0]}</p><p>{PROSE[1]}</p><p>Read also: The mill that never stood still</p><p>{PROSE[2]}</p>
<p>Photo: Jane Doe / Millbrook Courier</p><p>{PROSE[3]}</p>
<table><tr><th>Arch</th><th>Cracks</th></tr><tr><td>First arch</td><td>12</td></tr><tr><td>Second arch</td><td>31</td>
</tr></table><p>{PROSE[4]}</p></article><div class="author-bio"><p>{NOTE}</p></div>
<footer><p>Contact us</p><p>Privacy policy</p></footer></body></html>"""
TEXT = "\n\n".join(["Millbrook mends its bridge", *PROSE[:2], "Read also: The mill that never stood still", *PROSE[2:]])


def test_tables_are_left_out_of_the_text_by_an_option() -> None:
    assert "Second arch" in clean(PAGE).text
    without = clean(PAGE, tables=False)
    assert "Second arch" not in without.text
    assert {part.in_text for part in without.body if part.role == "table"} == {False}


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("read_also", "Read also: The mill that never stood still"),
        ("credits", "Photo: Jane Doe / Millbrook Courier"),
        ("author_notes", NOTE),
    ],
)
def test_what_goes_by_default_stays_by_an_option(option: str, line: str) -> None:
    usual, kept = clean(PAGE), clean(PAGE, **{option: True})
    assert line in [removal.text for removal in usual.removed]
    assert line not in usual.text
    assert line in kept.paragraphs
    assert line not in [removal.text for removal in kept.removed]
    assert [text for text in kept.paragraphs if text != line] == list(usual.paragraphs)


def test_lines_of_texts_and_parts_of_lines_stay_too() -> None:
    line = "Read also: The mill that never stood still"
    assert line not in clean(TEXT).text
    assert line in clean(TEXT, read_also=True).paragraphs
    part = TEXT.replace(PROSE[3], f"{PROSE[3]} Photo by Jane Doe/Millbrook Courier")
    assert "Photo by Jane Doe" not in clean(part).text
    assert PROSE[3] in clean(part).text
    assert f"{PROSE[3]} Photo by Jane Doe/Millbrook Courier" in clean(part, credits=True).text


def test_the_options_reach_no_further_than_the_body() -> None:
    page = PAGE.replace(
        "<footer>", "<h3>Related stories</h3><ul><li><a href=/a>The mill that never stood still</a></li></ul><footer>"
    )
    assert "The mill" not in clean(page, read_also=False).text
    assert clean(page, read_also=True).text.count("The mill that never stood still") == 1
    assert "Contact us" not in clean(page, read_also=True, credits=True, author_notes=True).text
    dated = PAGE.replace("<footer>", "<p>Last updated: Tuesday, May 4, 2021 at 10:00 a.m.</p><footer>")
    assert "Last updated" not in clean(dated, author_notes=True).text
    nothing = clean("", read_also=True, credits=True, author_notes=True)
    assert nothing.paragraphs == ()
