"""The laws that hold for every input: over all cases, the seed, and texts and pages that hypothesis makes up."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import Counter
from unicodedata import normalize

import pytest
from cases import FIXTURES, SEED, load_cases
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaner import Article, CleanerError, clean, clean_many
from cleaner.fold import visible
from cleaner.model import KINDS, ROLES, Failure
from cleaner.read import read
from cleaner.read.decode import decode
from cleaner.read.tame import tame

SOURCES = [(case.name, case.source, case.kind) for case in load_cases()]
SOURCES.append(("seed", SEED.read_text("utf8"), "text"))

LINES = st.sampled_from(
    [
        "Share with others:",
        "Print Email Read Later",
        "You have 2 remaining free articles this month",
        "By Jane Doe",
        "Published: April 2, 2013",
        "# A heading",
        "- a list item",
        "* * *",
        "|a|b|c|",
        "Home | News | Sport",
        "Comments",
        "More in Local",
        "```",
        "> quoted",
        "© 2013 The Example",
        "The rain had stopped by noon, and the river, which had risen for three days, began to fall again.",
        "BAGHDAD -- He left.",
        "A short line",
        "and it goes on here",
        "新华社北京4月24日电 河水今天开始回落。",
        "قال إن النهر انخفض.",
        "\u00ad\u200b",
        "a\u0301",
        "İstanbul",
        "Youâ€™ve reached it. Subscribe to our newsletter.",
        "If you are an existing subscriber,",
        "link your account for free access. Start here",
        "He said yes. Subscribe to our newsletter.",
    ]
)
ENDS = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\n \n", "\u2028", "\x0b"])
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.tuples(LINES, ENDS), max_size=25).map(lambda rows: "".join(line + end for line, end in rows)),
)
TAGS = st.sampled_from(
    "<p> </p> <div> </div> <br> <a/href='x'> </a> <h1> </h1> <ul> <li> </ul> <table> <tr> <td> </table> <nav> </nav> "
    "<b> </b> <article> </article> <pre> </pre> <blockquote> </blockquote> <div/class='share'> <span/hidden> </span> "
    "<!-- --> <script> </script> <title> </title> <template> </template> <svg> </svg> &nbsp; &#0; < > <figure> "
    "<figcaption> <select> <option> <textarea> <noscript> <body> </body> </html>".split()
)
PAGES = st.lists(st.one_of(TAGS, LINES, st.text(max_size=30)), max_size=60).map("".join)


def pieces_of(article: Article) -> str:
    """Everything that an article accounts for."""
    kept = [str(part) for part in article.body] + [record.text for record in article.removed]
    return visible("".join(kept + [item.raw for item in article.found]))


# --- 1 conservation -----------------------------------------------------------------------------------


TASTE = {"tables": False, "headings": False, "credits": True, "read_also": True, "author_notes": True}


def assert_text_is_covered(source: str, **options: bool) -> None:
    article = clean(source, kind="text", **options)
    covered = [False] * len(source)
    spans = [span for part in article.body for span in part.spans]
    spans += [record.span for record in article.removed if record.span]
    spans += [item.span for item in article.found if item.span]
    for span in spans:
        assert 0 <= span.start <= span.end <= len(source)
        covered[span.start : span.end] = [True] * len(span)
    lost = "".join(char for char, done in zip(source, covered, strict=True) if not done)
    assert visible(lost) in ("", *("|•·"[:n] for n in range(4))) or set(visible(lost)) <= set("|•·")


def assert_page_is_covered(source: str, **options: bool) -> None:
    document = read(source, kind="html", max_chars=10**8)
    article = clean(source, kind="html", **options)
    accounted = without_bars(pieces_of(article))
    for block in document.blocks:
        text = without_bars(block.text)
        assert text in accounted or not Counter(text) - Counter(accounted), block.text


BARS = str.maketrans("", "", "|•·")
"""Bars part labels and cells; they are no text."""


def without_bars(text: str) -> str:
    return normalize("NFC", visible(text)).translate(BARS)


@pytest.mark.parametrize(("name", "source", "kind"), SOURCES, ids=[name for name, _, _ in SOURCES])
def test_nothing_vanishes_from_a_case(name: str, source: str, kind: str) -> None:
    covered = assert_text_is_covered if kind == "text" else assert_page_is_covered
    covered(source)
    covered(source, **TASTE)


@given(TEXTS)
@example("\ufeff\u200b\n")
@example("a\n" * 3)
def test_nothing_vanishes_from_a_text(source: str) -> None:
    assert_text_is_covered(source)


@given(PAGES)
def test_nothing_vanishes_from_a_page(source: str) -> None:
    assert_page_is_covered(source)


# --- 2 reasons ------------------------------------------------------------------------------------------


def assert_reasons(article: Article) -> None:
    for record in article.removed:
        assert record.kind in KINDS
        assert record.rule
        assert record.detector
        assert record.why
        assert 0.5 <= record.score <= 1
    assert all(part.role in ROLES for part in article.body)


@given(st.one_of(TEXTS, PAGES))
def test_nothing_goes_without_a_reason(source: str) -> None:
    assert_reasons(clean(source))


@pytest.mark.parametrize(("name", "source", "kind"), SOURCES, ids=[name for name, _, _ in SOURCES])
def test_no_removal_of_a_case_lacks_a_reason(name: str, source: str, kind: str) -> None:
    assert_reasons(clean(source, kind=kind))


# --- 3 when unsure, keep --------------------------------------------------------------------------------


@given(st.lists(st.text(alphabet="bcdfghjk ", min_size=1, max_size=60), max_size=12))
def test_text_that_says_nothing_is_kept(lines: list[str]) -> None:
    article = clean("\n\n".join(lines), kind="text")
    assert [record for record in article.removed if record.detector == "phrases"] == []
    assert len(article.removed) <= sum(lines.count(line) - 1 for line in set(lines))


# --- 4 deterministic ------------------------------------------------------------------------------------


@given(st.one_of(TEXTS, PAGES), st.one_of(TEXTS, PAGES))
def test_a_result_does_not_depend_on_what_was_cleaned_before(source: str, other: str) -> None:
    first = clean(source).to_json()
    clean(other)
    assert clean(source).to_json() == first


def test_another_process_gives_the_same_bytes() -> None:
    script = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from cases import load_cases\nfrom cleaner import clean\nimport hashlib\n"
        "cases = load_cases()[::-1]\n"
        "answers = sorted(clean(case.source, kind=case.kind).to_json() for case in cases)\n"
        "print(hashlib.sha256(''.join(answers).encode()).hexdigest())"
    )
    root = str(FIXTURES.parent)
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": root},
        ).stdout
        for seed in ("0", "4242")
    }
    assert len(runs) == 1


# --- 5 stable -------------------------------------------------------------------------------------------


def test_cleaning_clean_text_changes_nothing_for_99_in_100_cases() -> None:
    changed = []
    for name, source, kind in SOURCES:
        once = clean(source, kind=kind)
        if clean(once.text, kind="text").text != without_headline(once):
            changed.append(name)
    assert len(changed) <= 0.01 * len(SOURCES), changed


def without_headline(article: Article) -> str:
    return article.text


# --- 6 total --------------------------------------------------------------------------------------------


@given(st.binary(max_size=600))
@example(b"")
@example(b"\x00\x01\x02")
@example(b"\xff\xfeA\x00")
@example(b"\xef\xbb\xbf<p>x")
@example(b"<meta charset='shift_jis'>" + b"\x82\xa0\x82")
def test_any_bytes_give_an_article_or_a_clear_error(data: bytes) -> None:
    try:
        article = clean(data)
    except CleanerError as error:
        assert error.what
        assert error.todo
    else:
        article.to_json()
        article.to_markdown()
        assert pickle.loads(pickle.dumps(article)) == article


@given(st.text(max_size=300), st.sampled_from(["html", "text", None]))
@example("\ud800", "html")
@example("<a" * 50, "html")
@example("<p>x</p><div a<!--b>y<p>z", "html")
@example("<l<>--><!", "html")
@example("--><><!", "html")
@example(".<?<!><blockquote><blockquote></\x16", "html")
@example("<p>x<a<!--b c>y</a<!--b> z<!-- <d -->", "html")
@example("<table><tr><td><table><tr><td>x", "html")
def test_any_text_gives_an_article(source: str, kind: str | None) -> None:
    clean(source, kind=kind).to_json().encode()  # type: ignore[arg-type]


def test_deep_nesting_is_read() -> None:
    article = clean("<div>" * 100_000 + "<p>The rain had stopped by noon, and the river began to fall." + "</div>" * 9)
    assert article.text == "The rain had stopped by noon, and the river began to fall."


@pytest.mark.parametrize("attribute", [' a{}="x"', " a{}", " a{}='<p>'", ' a{}=">" hidden{}', '/a{}="x"'])
def test_of_very_many_attributes_the_first_are_read(attribute: str) -> None:
    flood = "".join(attribute.format(n, n) for n in range(30_000))
    story = "The rain had stopped by noon, and the river began to fall."
    for page in (f'<div class="story"{flood}><p>{story}</p></div>', f"<html><!-- <a{flood} --><p>{story}</p>"):
        assert tame(page).count("a1") == (page.count("a1") if "<!--" in page else 111)
        assert clean(page).text == story
        assert clean(page.encode()).text == story


def test_only_attributes_make_a_tag_too_long() -> None:
    for page in (
        f"<div data-state='{'x=<1> ' * 30_000}'><p>Rain.</p></div>",
        f"<script>if (a <b {'x = 1 ' * 30_000}) {{}}</script><p>Rain.</p>",
        "<p>a <b {} c</p>".format("x=1 " * 400) * 60,
    ):
        assert tame(page) == page


@settings(max_examples=5)
@given(
    st.sampled_from(
        ["<b>", "<a>x", "<table><tr>", "<ul><li>", "<select><option>", "</p>", "&", "<!--", "(", "> ", "# ", "- "]
    )
)
def test_repetition_is_no_trap(piece: str) -> None:
    clean(piece * 20_000)


@pytest.mark.parametrize(
    "source",
    [
        "<!--a-->" * 5_000 + "x",
        "[" * 100_000,
        "](" * 50_000,
        "[a](" * 20_000,
        '<a b="' * 20_000,
        "(" * 50_000,
        "x" * 1_000_000,
    ],
    ids=["comments", "brackets", "link ends", "link starts", "open values", "parentheses", "one word"],
)
def test_no_pattern_runs_away(source: str) -> None:
    assert clean(source).confidence >= 0.5


UNDECLARED = {
    "gb18030": "今天早上北京下了大雨，河水开始上涨，市长说桥梁明天开放。",
    "big5": "今天早上台北下了大雨，河水開始上漲，市長說橋樑明天開放。",
    "cp932": "今朝、東京で大雨が降り、川の水位が上がり始めた。橋は明日開く。",
    "euc_jp": "今朝、東京で大雨が降り、川の水位が上がり始めた。橋は明日開く。",
    "cp949": "오늘 아침 서울에 큰비가 내려 강물이 불어나기 시작했다고 시장이 말했다.",
    "cp1251": "Сегодня утром в городе прошёл дождь, и река начала подниматься.",
    "koi8_r": "Сегодня утром в городе прошёл дождь, и река начала подниматься.",
    "cp1253": "Σήμερα το πρωί έβρεξε στην πόλη και το ποτάμι άρχισε να φουσκώνει.",
    "cp1255": "הבוקר ירד גשם כבד בעיר והנהר החל לעלות, כך אמר ראש העיר.",
    "cp1256": "هطلت أمطار غزيرة صباح اليوم على المدينة وبدأ النهر في الارتفاع.",
    "cp1252": "« Été comme hiver, la rivière a débordé », dit le maire, fâché, à Besançon.",
}


@pytest.mark.parametrize("charset", UNDECLARED)
def test_bytes_that_declare_no_charset_are_read_as_what_they_look_like(charset: str) -> None:
    text = UNDECLARED[charset] * 3
    assert decode(f"<p>{text}</p>".encode(charset)) == f"<p>{text}</p>"
    assert decode((text * 400).encode(charset))[:4000] == (text * 400)[:4000]


@pytest.mark.parametrize("label", ["hex", "idna", "undefined", "unicode_escape", "utf-7", "base64", "nonsense"])
def test_codecs_that_are_no_charsets_are_not_used(label: str) -> None:
    assert clean(f"<meta charset={label}><p>A caf".encode() + b"\xe9").text == "A café"


def test_half_a_character_never_reaches_the_output() -> None:
    head = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Rain \\ud800 ends"}</script>'
    assert clean(head + "<p>The mayor said it.").to_json().encode()


def test_a_stream_goes_on_after_a_bad_document() -> None:
    answers = list(clean_many(["One line.", b"\x00\x01\x02\x03" * 100, "Another line."]))
    assert [type(answer) for answer in answers] == [Article, Failure, Article]
    assert str(answers[1]) == "1: binary data, not text (give text or HTML)"


# --- what a page hides -----------------------------------------------------------------------------------


def test_what_looks_like_a_tag_inside_another_is_none() -> None:
    document = read(
        """<p title="a > b < c" class='no"' id="x">One<!-- <p>no <!-- --> two &lt;b&gt; &amp;lt;"""
        '<p title="no class=" id="y">'
        "Three<xmp><b>four</b></xmp><script>'<p>no'<!--<script></script>--></script><a<b>five</a<b><plaintext><p>six",
        kind="html",
        max_chars=10_000,
    )
    assert [block.text for block in document.blocks] == ["One two <b> &lt;", "Three", "<b>four</b>five<p>six"]
    assert [node.words for node in document.nodes if node.tag == "p"] == ['no" x', "y"]


def test_mojibake_of_a_no_break_space_is_mended_before_spaces_are_made_one() -> None:
    page = "<p>The rain had stopped by noon,\u00c2\u00a0and the river fell.\u00c2\u00a0</p><p>\u00c2\u00a0</p>"
    assert (
        read("<p>voil\u00c3\n tout, \u00c3\u00a9t\u00c3\u00a9</p>", kind="html", max_chars=99).blocks[0].text
        == "voil\u00e0 tout, \u00e9t\u00e9"
    )
    blocks = read(page, kind="html", max_chars=1_000).blocks
    assert [block.text for block in blocks] == ["The rain had stopped by noon, and the river fell.", "\u00c2"]


def test_a_body_that_is_hidden_only_until_the_page_has_loaded_is_read() -> None:
    body = "<p>The rain had stopped by noon, and the river fell.</p>"
    assert clean(f"<div id='js_content' style='visibility: hidden; opacity: 0'>{body}</div>").text
    assert not clean(f"<div id='content' style='visibility: hidden'>{body}</div>").text
    assert not clean(f"<div id='js_content' style='visibility: hidden' hidden>{body}</div>").text
    assert not clean(f"<div id='js_content' style='visibility: hidden; display: none'>{body}</div>").text


def test_hidden_text_and_json_ld_bodies_appear_nowhere() -> None:
    article = clean(
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Rain","articleBody":"Secret"}</script>'
        "<p hidden>Secret one</p><div style='display: none'>Secret two</div><p aria-hidden='true'>Secret three</p>"
        "<template>Secret four</template><dialog>Secret five</dialog>"
        "<p>The rain had stopped by noon, and the river fell.</p>"
    )
    assert "Secret" not in article.to_json()
    assert article.text == "The rain had stopped by noon, and the river fell."
