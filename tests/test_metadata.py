"""Metadata: what is read, from where, and above all what is not."""

from __future__ import annotations

import json
import textwrap

import pytest

from cleaner import Article, InputError, clean
from cleaner.detect.opening import detect_opening
from cleaner.fold import fold
from cleaner.metadata.calendar import read_dates
from cleaner.metadata.names import names_in_field, read_names
from cleaner.read import read

BODY = (
    "<p>The harbour board has agreed to let the ferry run until two in the morning from May, after three hours.</p>"
    "<p>Fishermen spoke against the plan, and bakers for it. The crew will be paid by the town, as it was before.</p>"
)


def page(head: str = "", before: str = "", after: str = "", title: str = "Ferry will run at night") -> Article:
    markup = f"<html lang='en'><head>{head}</head><body><h1>{title}</h1>{before}{BODY}{after}</body></html>"
    return clean(markup, kind="html", url="https://www.bell.example/ferry", opinion="never")


def linked(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def found(article: Article, field: str) -> str | None:
    return next((item.source for item in article.found if item.field == field), None)


DATES = {
    "en": "April 2, 2013",
    "de": "2. April 2013",
    "fr": "2 avril 2013",
    "es": "2 de abril de 2013",
    "pt": "2 de abril de 2013",
    "it": "2 aprile 2013",
    "nl": "2 april 2013",
    "sv": "2 april 2013",
    "da": "2. april 2013",
    "no": "2. april 2013",
    "fi": "2. huhtikuuta 2013",
    "pl": "2 kwietnia 2013",
    "cs": "2. dubna 2013",
    "hu": "2013. április 2.",
    "ro": "2 aprilie 2013",
    "ru": "2 апреля 2013 г.",
    "uk": "2 квітня 2013",
    "tr": "2 Nisan 2013",
    "el": "2 Απριλίου 2013",
    "ar": "2 أبريل 2013",
    "hi": "2 अप्रैल 2013",
    "ja": "2013年4月2日",
    "zh": "2013年04月02日",
    "ko": "2013년 4월 2일",
    "id": "2 April 2013",
    "iso": "2013-04-02",
}


@pytest.mark.parametrize("language", DATES)
def test_dates_of_many_languages_are_read(language: str) -> None:
    assert [moment.value for moment in read_dates(fold(DATES[language]).text, language)] == ["2013-04-02"]


@pytest.mark.parametrize("text", ["© 2013", "2013", "April 2013", "April 2", "04/02/2013", "2013-13-45", "31/02/2013"])
def test_no_date_is_guessed(text: str) -> None:
    assert list(read_dates(text)) == []


def test_times_keep_their_zone() -> None:
    texts = ("April 2, 2013 at 6:30 p.m. EDT", "2. April 2013, 18:30 Uhr", "2013-04-02 18:30 (UTC+5:30)")
    values = [next(read_dates(text)).value for text in texts]
    assert values == ["2013-04-02T18:30:00-04:00", "2013-04-02T18:30:00", "2013-04-02T18:30:00+05:30"]


def test_a_copyright_line_is_no_date_of_publication() -> None:
    assert page(after="<footer><p>Copyright © April 2, 2013 Example</p></footer>").published is None


def test_an_update_is_no_publication() -> None:
    article = page(before="<p>Updated April 2, 2013</p>")
    assert (article.published, article.updated) == (None, "2013-04-02")


def test_both_dates_of_one_line_are_read() -> None:
    article = page(before="<p>Published 1 April 2013, updated 2 April 2013 10:00 GMT</p>")
    assert (article.published, article.updated) == ("2013-04-01", "2013-04-02T10:00:00+00:00")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By ABBY Marlowe and J. P. van Dorn, Staff Writers", ("ABBY Marlowe", "J. P. van Dorn")),
        ("By Jane Doe, John Roe and Ann O'Moe, Example News", ("Jane Doe", "John Roe", "Ann O'Moe")),
        ("Von Jana von Beispiel", ("Jana von Beispiel",)),
        ("Por Juan de la Muestra y María del Mar", ("Juan de la Muestra", "María del Mar")),
        ("Par Jeanne Modèle", ("Jeanne Modèle",)),
        ("Di Maria Esempio", ("Maria Esempio",)),
        ("May 4, 2024 | By Jane Doe | 5 min read", ("Jane Doe",)),
        ("文/王小明", ("王小明",)),
        ("홍길동 기자", ("홍길동",)),
        ("This post was written by Jane Doe, a doctor at Example Hospital.", ("Jane Doe",)),
        ("Jane DoeOctober 3, 2016", ("Jane Doe",)),
        ("Jane DoeDECEMBER 3, 2016", ("Jane Doe",)),
        ("Jane Doe, John Q. Roe</p><p>24 Apr 2000 • 3 min read", ("Jane Doe", "John Q. Roe")),
        ("This post was written by a team of doctors.", ()),
        ("By Staff Reporter", ()),
        ("By The Associated Press", ()),
        ("Photo by Jane Doe", ()),
    ],
)
def test_a_byline_gives_names_only(line: str, names: tuple[str, ...]) -> None:
    assert page(before=f"<p>{line}</p>").authors == names


@pytest.mark.parametrize("opener", ["Article written by:", "By", "Posted by:", "Author:"])
def test_a_closing_byline_may_take_two_lines(opener: str) -> None:
    assert page(before="", after=f"<h4>{opener}</h4><p>Jane Doe</p>").authors == ("Jane Doe",)
    assert page(before="", after=f"<h4>{opener}</h4><p>The harbor</p>").authors == ()


def test_a_link_to_an_author_names_one() -> None:
    assert page(before='<a href="/blog/author/jane-doe/">Jane Doe</a>').authors == ("Jane Doe",)
    assert page(before='<a rel="author" href="/jd">Jane Doe</a>').authors == ("Jane Doe",)
    assert page(before='<a href="/places/">Jane Doe</a>').authors == ()
    assert page(before='<a href="/author/">All our writers</a>').authors == ()
    assert page(before='<p class="author"><a href="/author/jd/">Jane D</a></p>').authors == ("Jane D",)


@pytest.mark.parametrize(
    ("value", "names"),
    [("Jane &amp; Ann", ("Jane", "Ann")), ("undefined", ()), ("Jane Doe Twitter", ("Jane Doe",))],
)
def test_a_field_gives_names_only(value: str, names: tuple[str, ...]) -> None:
    assert names_in_field(value) == names


def test_the_authors_of_a_paper_are_all_named() -> None:
    head = '<meta name="dc.creator" content="Jane Doe">' + "".join(
        f'<meta name="citation_author" content="{name}">' for name in ("Doe, Jane", "Roe, John")
    )
    assert page(head).authors == ("Jane Doe", "John Roe")


def test_an_agency_is_no_author() -> None:
    article = page(before="<p>By Reuters</p>")
    assert (article.authors, article.agency) == ((), "Reuters")


def test_an_author_may_be_an_object_elsewhere() -> None:
    graph = [{"@type": "NewsArticle", "headline": "x", "author": {"@id": "#1"}}, {"@id": "#1", "name": "Jane Doe"}]
    article = page(linked({"@graph": graph}))
    assert (article.authors, found(article, "authors")) == (("Jane Doe",), "json-ld")


def test_the_site_is_no_author_where_a_person_is_named() -> None:
    head = '<meta name="author" content="The Bell"><meta property="og:site_name" content="The Bell">'
    assert page(head, before="<p>By Jane Doe</p>").authors == ("Jane Doe",)


def test_names_end_where_words_begin() -> None:
    assert read_names("Jane Doe in Town on May 4").names == ("Jane Doe",)
    assert read_names("the river").names == ()


def test_a_heading_named_as_the_site_is_no_headline() -> None:
    head = '<meta property="og:site_name" content="The Bell"><title>Ferry will run at night | The Bell</title>'
    markup = f"<html><head>{head}</head><body><h1>The Bell</h1><h1>Ferry will run at night</h1>{BODY}</body></html>"
    assert clean(markup, kind="html", opinion="never").headline == "Ferry will run at night"


def test_a_menu_item_is_no_wall() -> None:
    article = page(before="", after="<nav><a href='/s'>Subscribe</a></nav>")
    assert (article.access.kind, article.access.truncated) == ("open", None)


def test_content_tiers_tell_the_kind() -> None:
    assert page('<meta name="article:content_tier" content="metered">').access.kind == "metered"
    assert page('<meta name="article:content_tier" content="free">').access.kind == "open"


def test_a_wall_behind_a_few_lines_truncates() -> None:
    article = page(after="<p>To continue reading, subscribe now</p>")
    assert (article.access.kind, article.access.truncated) == ("subscription", True)


ODD = [None, 5, 1e308, True, "", "  ", [], {}, [[[[["x"]]]]], {"@id": "#1"}, {"name": {"name": 7}}, {"name": ["A", 3]},
       "\ufffd\ud7ff", "9" * 5000, [None, {"@type": 3}], {"@type": ["Person"], "name": "x" * 10_000}]  # fmt: skip


@pytest.mark.parametrize("value", ODD)
def test_odd_json_ld_is_no_error(value: object) -> None:
    keys = ("@type", "@id", "name", "author", "publisher", "headline", "datePublished", "dateModified", "image",
            "articleSection", "isAccessibleForFree", "articleBody", "wordCount", "url")  # fmt: skip
    for key in keys:
        item = {"@type": "NewsArticle", "@id": "#1", "headline": "Ferry will run at night", key: value}
        assert page(linked([item, {"@graph": [item, {"@id": "#1", "author": {"@id": "#1"}}]}])).headline


PLAIN = "The rain had stopped by noon, and the river began to fall in the afternoon of the same long day, said the"


@pytest.mark.parametrize(
    ("page", "truncated", "cause"),
    [
        (f"Rain ends\n\n{PLAIN * 14} …\n\nTo continue reading, please subscribe.", True, "break"),
        ("Rain ends\n\nThe rain had stopped by noon.\n\nTo continue reading, please subscribe.", True, "wall"),
        (f"Rain ends\n\n{PLAIN} people of the town.", None, None),
    ],
)
def test_what_says_that_a_text_is_truncated_is_told(page: str, truncated: bool | None, cause: str | None) -> None:
    access = clean(page).access
    assert (access.truncated, access.truncated_by) == (truncated, cause)


def test_a_whole_page_is_whole_and_a_short_one_is_not() -> None:
    ld = '<script type="application/ld+json">{{"@type": "NewsArticle", "wordCount": {}}}</script>'
    body = "<h1>Rain ends</h1>" + "".join(f"<p>On day {n} {PLAIN} people.</p>" for n in range(20))
    assert clean(ld.format(500) + body).access.truncated is False
    wall = "<p>Subscribe to read the full story.</p>"
    access = clean(ld.format(5_000) + body + wall, kind="html").access
    assert (access.truncated, access.truncated_by is not None) == (True, True)


def test_a_full_date_of_a_dateline_is_the_date_where_nothing_else_says_one() -> None:
    text = "Rain ends\n\nPARIS, March 4, 2014 (AP) -- The rain had stopped by noon, and the river began to fall."
    article = clean(text)
    assert (article.published, [item.confidence for item in article.found if item.field == "published"]) == (
        "2014-03-04", [0.5],
    )  # fmt: skip
    assert clean(text.replace(", 2014", "")).published is None


@pytest.mark.parametrize(
    ("line", "language", "day"),
    [
        ("Published 3 hours ago", "en", "2024-03-04"),
        ("By Jane Doe | yesterday", "en", "2024-03-03"),
        ("vor 2 Tagen", "de", "2024-03-02"),
        ("Il y a 5 jours", "fr", "2024-02-28"),
        ("hace 1 semana", "es", "2024-02-26"),
        ("2 dni temu", "pl", "2024-03-02"),
        ("in 2 days", "en", None),
        ("The ferry sank 3 days ago, and nobody has seen its captain since.", "en", None),
    ],
)
def test_how_long_ago_is_read_only_from_a_given_time(line: str, language: str, day: str | None) -> None:
    body = "<p>The rain had stopped by noon, and the river began to fall in the afternoon of the same day.</p>" * 2
    page = f'<html lang="{language}"><h1>Rain ends at last</h1><p>{line}</p>{body}</html>'
    assert clean(page, now="2024-03-04T12:00:00+00:00").published == day
    assert clean(page).published is None


def test_a_time_of_visit_that_is_none_is_refused() -> None:
    for now in ("yesterday", 7):
        with pytest.raises(InputError, match="option now"):
            clean("x", now=now)


def test_a_headline_that_stands_twice_is_one() -> None:
    story = "The ferry had lain in dry dock for six years, while two towns argued about who should pay for its engine."
    for lines in (["Ferry returns"] * 2, ["Home", "Ferry returns", "News", "Ferry returns"]):
        text = "\n\n".join([*lines, "By Jane Doe", story, story.replace("ferry", "boat")])
        article = clean(text, kind="text")
        assert article.headline == "Ferry returns"
        assert found(article, "headline") == "line"
        assert "Ferry returns" not in article.text


# --- paragraphs -------------------------------------------------------------------------------------


def test_a_label_stays_with_what_it_labels() -> None:
    lines = [
        "The town set itself goals for the harbor in the next years, the mayor said on Monday.",
        "Short-term goals:",
        "The ferry is to run again by May, and the quay will be mended.",
        "Long-term goals:",
        "A new hall for the fish market will stand at the end of the pier.",
    ]
    assert clean("\n".join(lines), kind="text").paragraphs == (
        lines[0], f"{lines[1]} {lines[2]}", f"{lines[3]} {lines[4]}",
    )  # fmt: skip
    apart = clean("\n\n".join(lines), kind="text")
    assert apart.paragraphs == tuple(lines)


def test_short_lists_beside_it_do_not_hide_that_a_text_is_wrapped() -> None:
    story = (
        "The rain over the valley had stopped by noon, and the river began to fall in the afternoon of the day. Nobody"
        " was hurt. The police of the town said in the evening that the road along the river is open again."
    )
    menu = "\n".join(["Home", "News", "Sports", "Weather", "Opinion", "Culture", "Travel", "Jobs", "Cars", "Homes"])
    text = f"{menu}\n\n" + "\n\n".join("\n".join(textwrap.wrap(story, width)) for width in (60, 60, 60))
    assert [part for part in clean(text, kind="text").paragraphs if part.startswith("The rain")] == [story] * 3


def test_a_page_that_declares_itself_not_free_asks_for_a_subscription() -> None:
    access = page(linked({"@type": "NewsArticle", "headline": "x", "isAccessibleForFree": False})).access
    assert (access.kind, access.declared_free, access.truncated) == ("subscription", False, None)


def test_a_limit_far_from_the_body_is_of_something_else() -> None:
    wall = "<p>This story is only for subscribers</p>"
    far = "<footer>" + "<p>About the bell</p>" * 12 + "<p>You have reached the 30 article limit.</p></footer>"
    access = page(after=wall + far).access
    assert (access.kind, access.limit_reached) == ("subscription", False)
    alone = page(after=far).access
    assert (alone.kind, alone.limit_reached) == ("metered", True)


def test_a_line_that_the_page_describes_itself_with_is_its_dek_where_it_would_go() -> None:
    told = "Bakers and fishermen at odds over the last boat"
    line = f"<header><div>{told}</div><div><a href='/s'>Share</a></div></header>"
    article = page(f'<meta property="og:description" content="{told}">', line)
    assert article.dek == told
    assert told not in [removal.text for removal in article.removed]
    other = page('<meta property="og:description" content="Ferry will run at night">', line)
    assert other.dek is None, "the title once more says nothing"
    about = "News, sport and weather from Millbrook and the whole county since 1871"
    tagline = page(f'<meta name="description" content="{about}">', f'<div class="site-description">{about}</div>')
    assert tagline.dek is None, "a line about the site is no dek"
    dated = page(before='<p class="subtitle">Jane Doe | May 22, 2025</p>')
    assert dated.dek is None, "a byline is no dek, whatever it is named"


def test_agencies_and_labels_of_dates_are_no_authors() -> None:
    agency = page(linked({"@type": "NewsArticle", "author": {"name": "Deutsche Presse-Agentur"}}))
    assert (agency.authors, agency.agency) == ((), "dpa")
    line = page(before="<p>Von APA</p>")
    assert (line.authors, line.agency) == ((), "APA")
    both = page(linked({"@type": "NewsArticle", "author": [{"name": "dpa"}, {"name": "Jane Doe"}]}))
    assert (both.authors, both.agency) == (("Jane Doe",), "dpa")
    assert page(before="<p>By Petra</p>").authors == ("Petra",), "who bears an agency's name is no agency"
    assert page(before="<p>公開日：2025/01/31 11:30 更新日：2025/01/31 11:30</p>").authors == ()


def test_the_byline_of_a_text_is_known_by_its_place_and_leaves_the_body() -> None:
    prose = [paragraph.removesuffix("</p>") for paragraph in BODY.split("<p>")[1:]]
    text = "\n\n".join(["Ferry will run at night", "Mona Lindqvist", "April 2, 2013", *prose])
    known = {item.block: item.rule for item in detect_opening(read(text, kind="text", max_chars=10_000))}
    assert (known[1], known[2]) == ("opening.byline", "opening.date")
    article = clean(text)
    assert (article.authors, article.paragraphs) == (("Mona Lindqvist",), tuple(prose))
    assert "Mona Lindqvist" in [removal.text for removal in article.removed]
