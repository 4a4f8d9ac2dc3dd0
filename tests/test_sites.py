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
from cleaner.read.text import read_text
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
    assert "wrong.toml, rule mine.other.quay: no hit: A voice" in wrong.stderr


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
