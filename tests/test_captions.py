"""Captions that no element names: told by the credit at their end or by how they open."""

from __future__ import annotations

import pytest

from cleaner import clean
from cleaner.detect.captions import detect_captions
from cleaner.read import read

HITS = [
    "Goats graze under the old railway bridge (Picture: Jane Doe)",
    "Goats graze under the old railway bridge. (AP Photo/Jane Doe)",
    "Goats graze under the old railway bridge. (Jane Doe/Getty Images)",
    "Goats graze under the old railway bridge. (Xinhua/Jane Doe)",
    "Goats graze under the old railway bridge. Photograph: Jane Doe/The Example",
    "Goats graze under the old railway bridge. REUTERS/Jane Doe",
    "Goats graze under the old railway bridge. Jane Doe / EFE",
    "FILE - Goats graze under the old railway bridge on May 4, 2021.",
    "Pictured from left, Jane Doe, John Roe and a goat under the old railway bridge.",
    "Ziegen grasen unter der alten Brücke. (Foto: dpa)",
    "Geitene beiter under den gamle jernbanebrua Foto: Privat",
    "Des chèvres sous le vieux pont. (Photo Jane Doe / AFP)",
    "Козы пасутся под старым мостом. Фото: Анна Ковалёва",
    "山羊在旧铁路桥下吃草。新华社记者李刚摄",
]
MISSES = [
    "Goats graze under the old railway bridge.",
    "The goats stay until September, the council said. (Reuters)",
    "The guide book has lists of all that walkers need (photos, maps, stiles, inns).",
    "She wrote “The Broken Image: Fields, Fences and Goats,” which nobody read, and then another book.",
    "Photo: Jane Doe",
    "The picture: goats, fences, and a bridge that nobody wants to pay for.",
    "The council met at 10/12 Mill Lane: it was cold.",
    "Write to the town hall (see the map: page 4).",
    "[('images', 'bridge.png', 'image/png')] is what the form sends.",
]


@pytest.mark.parametrize("line", HITS)
def test_a_caption_is_told_by_its_end_or_its_beginning(line: str) -> None:
    assert [item.role for item in detect_captions(read(line, kind="text", max_chars=1_000), [])] == ["caption"]


@pytest.mark.parametrize("line", MISSES)
def test_other_lines_are_none(line: str) -> None:
    assert detect_captions(read(line, kind="text", max_chars=1_000), []) == []


@pytest.mark.parametrize(
    "end", ["(APA/dpa)", "(Jane Doe/dpa)", "(Reuters/Ipsos)", "AFP/Reuters", "Photo by Jane Doe/AFP"]
)
def test_signatures_and_credits_behind_paragraphs_make_no_captions(end: str) -> None:
    prose = [
        "The council of Millbrook voted late on Tuesday to repair the old bridge over the canal before the winter.",
        "Engineers had warned in the spring that two of its seven arches would not bear another hard frost.",
        "“Nobody wanted to see it closed,” said the mayor, Anna Kowal, who crosses it on her way to work every day.",
    ]
    text = "\n\n".join(["Millbrook mends its bridge", *prose])
    for source in (f"{text} {end}", "".join(f"<p>{line}</p>" for line in f"{text} {end}".split("\n\n"))):
        assert prose[-1] in clean(source).text


def test_captions_are_no_debris_and_text_by_option_only() -> None:
    prose = [
        "A herd of goats has been hired to clear the bank below the old railway, where mowers can't stand.",
        "They have eaten their way from the mill to the bridge in two weeks, brambles and all, said the council.",
        "Walkers are asked to keep dogs on a lead, for the goats are not afraid of them, and that is the trouble.",
    ]
    text = "\n\n".join([prose[0], HITS[0], prose[1], HITS[1], prose[2]])
    page = "<article>" + "".join(f"<p>{line}</p>" for line in text.split("\n\n")) + "</article>"
    for source in (text, page):
        assert clean(source).paragraphs == tuple(prose)
        assert [part.text for part in clean(source).body if part.role == "caption"] == [HITS[0], HITS[1]]
        assert clean(source, captions=True).text == text
