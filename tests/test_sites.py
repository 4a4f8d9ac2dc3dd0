"""What recurs on a site, and rules of one's own."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cleaner import Cleaner, RuleError, clean
from cleaner.cli import app
from cleaner.errors import InputError
from cleaner.model import Node
from cleaner.read.text import read_text
from cleaner.rules.elements import ElementRule
from cleaner.rules.parse import parse_rules
from cleaner.sites import SiteMemory, learn

SLOGAN = "The voice of the coast since 1881"
STORIES = [
    "The rain in Rome had stopped by noon, and the river began to fall in the afternoon of the same day.",
    "Fishing towns on the northern coast agreed on Tuesday to fight the new fees of the port together.",
    "A ferry that had lain in dry dock for two years returned to the sound on Friday with a new engine.",
]


def page(story: str) -> str:
    return f"Harbor news\n\n{story}\n\nNobody was hurt, the police of the town said in the evening.\n\n{SLOGAN}\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "sites.db"
    learn(path, [(read_text(page(story)), "news.example") for story in STORIES[:2]])
    return path


def test_what_recurs_is_evidence_with_its_reason(memory: Path) -> None:
    cleaner = Cleaner(sites=str(memory))
    url = "https://www.news.example/ferry"
    article = cleaner.clean(page(STORIES[2]), url=url)
    (removal,) = [item for item in article.removed if item.text == SLOGAN]
    assert (removal.detector, removal.why) == ("sites", "stands on other pages of news.example")
    assert STORIES[2] in article.text
    assert cleaner.clean(page(STORIES[2])) == clean(page(STORIES[2])), "no host, no memory"


def test_one_page_and_its_copies_make_nothing_recur(tmp_path: Path) -> None:
    path = tmp_path / "sites.db"
    copies = [page(STORIES[0]), page(STORIES[0]).replace("Harbor news", "Print version"), page(STORIES[0]) + "\nPage 2"]
    learn(path, [(read_text(text), "news.example") for text in copies])
    assert list(SiteMemory(str(path)).shown("news.example")) == []


def test_the_order_of_pages_does_not_matter(tmp_path: Path) -> None:
    dumps = set()
    for n, order in enumerate(itertools.permutations([*STORIES, STORIES[0]])):
        path = tmp_path / f"{n}.db"
        learn(path, [(read_text(page(story)), "news.example") for story in order])
        dumps.add(tuple(SiteMemory(str(path)).base.execute("select * from lines order by host, line")))
    assert len(dumps) == 1


def test_a_memory_is_made_and_shown_on_the_command_line(tmp_path: Path) -> None:
    rows = [{"text": page(story), "url": f"https://news.example/{n}"} for n, story in enumerate(STORIES)]
    (tmp_path / "pages.jsonl").write_text("\n".join(map(json.dumps, [*rows, {"text": page("No host.")}])))
    target = tmp_path / "sites.db"
    learned = run("sites", "learn", tmp_path / "pages.jsonl", "-o", target)
    assert learned.exit_code == 1
    assert "pages.jsonl:4: no host" in learned.stderr
    assert "3 pages learned, 1 failed" in learned.stderr
    assert SLOGAN in run("sites", "show", target, "news.example").stdout.splitlines()
    assert run("sites", "show", target).stdout.split() == ["3", "news.example"]
    assert run("sites", "learn", tmp_path / "pages.jsonl", "-o", target).exit_code == 2
    (tmp_path / "a.txt").write_text(page(STORIES[2]))
    cleaned = run("clean", tmp_path / "a.txt", "--url", "https://news.example/x", "--sites", target)
    assert SLOGAN not in cleaned.stdout
    assert SLOGAN in run("clean", tmp_path / "a.txt", "--url", "https://news.example/x").stdout


def test_what_is_no_memory_is_said(tmp_path: Path) -> None:
    (tmp_path / "no.db").write_text("nothing of the kind")
    for name in ("no.db", "missing.db"):
        with pytest.raises(InputError, match="no site memory"):
            clean(page(STORIES[0]), url="https://a.example/b", sites=str(tmp_path / name))
        assert run("clean", "--sites", tmp_path / name).exit_code == 2


# --- rules of one's own -----------------------------------------------------------------------------

RULE = """
[[rule]]
name = "mine.other.quay"
kind = "other"
why = "the paper's slogan"
pattern = 'the voice of the \\w+ since \\d+'
score = 1.0
hits = ["The voice of the coast since 1881"]
misses = ["The voice of the coast was heard."]
seen = "news.example"
"""


def test_rules_of_ones_own_are_asked(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(RULE)
    article = clean(page(STORIES[0]), rules=(str(tmp_path / "mine.toml"),))
    (removal,) = [item for item in article.removed if item.text == SLOGAN]
    assert (removal.rule, removal.why) == ("mine.other.quay", "the paper's slogan")
    (tmp_path / "a.txt").write_text(page(STORIES[0]))
    assert SLOGAN not in run("clean", tmp_path / "a.txt", "--rules", tmp_path / "mine.toml").stdout
    assert "mine.other.quay" in run("explain", tmp_path / "a.txt", "--rules", tmp_path / "mine.toml").stdout


@pytest.mark.parametrize("pattern", [r"\w+ \w+ \w+ \w+ \w+ \w+ \d+", r"(?:.|the).{20,}\d"])
def test_a_pattern_may_ask_for_nothing(tmp_path: Path, pattern: str) -> None:
    rule = RULE.replace(r"the voice of the \w+ since \d+", pattern)
    (tmp_path / "mine.toml").write_text(rule)
    article = clean(page(STORIES[0]), rules=(str(tmp_path / "mine.toml"),))
    assert SLOGAN in [item.text for item in article.removed if item.rule == "mine.other.quay"]


def test_rule_files_are_listed_and_tested(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(RULE)
    assert run("rules", "test", path).exit_code == 0
    assert run("rules", "list", path).stdout.split()[:2] == ["mine.other.quay", "other"]
    assert "en.meter.remaining" in run("rules", "list").stdout
    path = tmp_path / "wrong.toml"
    path.write_text(RULE.replace('hits = ["The', 'hits = ["A'))
    wrong = run("rules", "test", path)
    assert wrong.exit_code == 1
    assert "wrong.toml, line 2, rule mine.other.quay: no hit: A voice" in wrong.stderr


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("[[rule", "not valid TOML"), (RULE.replace("since ", "(since "), "bad pattern"), (None, "can't be read")],
)
def test_a_bad_rule_file_is_named(tmp_path: Path, text: str | None, complaint: str) -> None:
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RuleError, match=complaint):
        clean(page(STORIES[0]), rules=(str(path),))
    for command in (["clean", "--rules"], ["rules", "test"], ["rules", "list"]):
        result = run(*command, path)
        assert result.exit_code == 2
        assert "mine.toml" in result.stderr


# --- rules about a site's elements ------------------------------------------------------------------

SITE_FILE = """# a comment
title: //div[@id='top']//h2
body: //div[contains(concat(' ', normalize-space(@class), ' '), ' story ')] | //section[@itemprop="articleBody"]
strip: //aside[@class='promo wide' or starts-with(@class, 'teaser-')]
strip_id_or_class: partner.box
strip: //a[contains(@href, '/letters')]
strip: //h1
date: //time/@datetime
test_url: https://www.news.example/a
"""
SITE_PAGE = """<div id="top"><p>Harbor</p><h2>Ferry returns to the sound</h2></div>
<div class="story"><p>A ferry that had lain in dry dock for two years returned to the sound on Friday.</p>
<aside class="Promo wide"><p>The museum of the harbor shows the ships of the coast until May.</p></aside>
<div id="x-partner-box-2"><p>The hotel at the quay has rooms with a view of the sound all year.</p></div>
<p>Nobody was hurt, the police of the town said in the evening of the same day.</p></div>
<div class="more"><p>The town wants to build a new hall for the fish market, the mayor said on Monday.</p></div>"""


def test_site_files_become_element_rules(tmp_path: Path) -> None:
    (tmp_path / "news.example.txt").write_text(SITE_FILE)
    target = tmp_path / "site.toml"
    done = run("rules", "import-ftr", tmp_path / "news.example.txt", "-o", target)
    assert done.exit_code == 1
    assert "news.example.txt:6: left out: strip: //a[contains(@href, '/letters')]" in done.stderr
    assert "6 rules for 1 sites, 2 lines left out" in done.stderr
    assert [line.split()[1:] for line in run("rules", "list", target).stdout.splitlines()] == [
        ["headline", "div#top", "h2"], ["body", "div.story"], ["body", "section.articleBody"],
        ["debris", "aside.promo.wide"], ["debris", "aside.teaser-*"], ["debris", ".*partner*box*"],
    ]  # fmt: skip
    assert run("rules", "import-ftr", tmp_path / "news.example.txt", "-o", target).exit_code == 2
    assert run("rules", "import-ftr", tmp_path / "none.txt").exit_code == 2
    assert run("rules", "test", target).exit_code == 0


def test_rules_about_elements_decide_on_their_site_only(tmp_path: Path) -> None:
    (tmp_path / "news.example.txt").write_text(SITE_FILE)
    target = tmp_path / "site.toml"
    run("rules", "import-ftr", tmp_path / "news.example.txt", "-o", target)
    cleaner = Cleaner(rules=(str(target),))
    article = cleaner.clean(SITE_PAGE, url="https://www.news.example/a")
    assert article.headline == "Ferry returns to the sound"
    assert [text[:8] for text in article.paragraphs] == ["A ferry ", "Nobody w"]
    why = {item.text[:10]: item.why for item in article.removed}
    assert why["The museum"] == "stands in aside.promo.wide, debris on news.example"
    assert why["The hotel "] == "stands in .*partner*box*, debris on news.example"
    assert why["The town w"] == "stands outside of div.story, the body on news.example"
    assert cleaner.clean(SITE_PAGE, url="https://other.example/a") == clean(SITE_PAGE, url="https://other.example/a")
    assert cleaner.clean(SITE_PAGE, url="https://local.news.example/a").text == article.text


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("div", {0, 1, 2, 3, 4}),
        ("div p", {2, 4}),
        ("div > p", {2}),
        ("div.b > span", {3, 4}),
        ("*.b#c", {1, 2, 3, 4}),
        (".*x", set()),
        ("div.B span p", {4}),
        ("p > p", set()),
        ("section div.b", set()),
    ],
)
def test_paths_name_elements(path: str, inside: set[int]) -> None:
    nodes = [Node("div", "", -1), Node("div", "b c", 0), Node("p", "", 1), Node("span", "", 1), Node("p", "", 3)]
    found = ElementRule("a.example", "body", path).inside(nodes)
    assert {n for n, is_inside in enumerate(found) if is_inside} == inside


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ('says = "bodies"\npath = "p"', "site.toml, line 1: says 'bodies' (one of body, headline, debris)"),
        ('says = "body"\npath = "p >"', "site.toml, line 1: path 'p >' has no end"),
        ('says = "body"\npath = "div > > p"', "path 'div > > p'"),
        ('says = "body"\npath = "p[1]"', "site.toml, line 1: path 'p[1]'"),
        ('says = "body"\npath = ""', "path '' has no end"),
        ('says = "debris"\npath = "p"\nkind = "x"', "unknown kind 'x'"),
        ('says = "debris"\npath = "p"\ncolour = "x"', "unknown colour"),
    ],
)
def test_a_wrong_element_rule_is_refused(lines: str, complaint: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rules(f'[[element]]\nsite = "a.example"\n{lines}', "site.toml")
    assert complaint in str(caught.value)
