"""`cleaner evaluate`: gold, measures by hand, systems that misbehave, and what the command gives out."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cases import FIXTURES, ROOT
from typer.testing import CliRunner, Result

from cleaner import InputError, clean
from cleaner.cli import app
from cleaner.evaluate.gold import GoldPage, load_gold
from cleaner.evaluate.measure import Score, Words, compare_words, names, score, sum_up
from cleaner.evaluate.report import evaluate, task_of, worst
from cleaner.evaluate.systems import PEERS, Outcome, System, Task, markup_of, outcome_of, parse_systems
from cleaner.evaluate.worker import Runner, SystemMissingError

GOLD = FIXTURES / "gold"
PAGE = "<h1>Rain ends</h1><p>The rain had stopped by noon, and the river began to fall.</p>"
BODY = "The rain had stopped by noon, and the river began to fall."
WILD = """
import os, sys, time

def clean(source, *, url, kind):
    print("chatter")
    if "!raise" in source:
        raise ValueError("this page\\nis bad")
    if "!hang" in source:
        time.sleep(60)
    if "!kill" in source:
        os.kill(os.getpid(), 9)
    if "!exit" in source:
        sys.exit(3)
    if "!odd" in source:
        return 7
    return {"text": source, "title": url, "authors": "Jane Doe", "date": kind}
"""
WILD_SYSTEM = System("wild", "wild_system:clean")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


@pytest.fixture
def wild(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a system in it that does what the page says."""
    (tmp_path / "wild_system.py").write_text(WILD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- gold -------------------------------------------------------------------------------------------


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Our own layout: a packed page, a text, a page that is no UTF-8."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "b.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    (tmp_path / "pages" / "a.txt").write_text("Rain ends\n\nIt is dry.")
    (tmp_path / "pages" / "7.html").write_bytes(b"<p>Caf\xe9</p>")
    full = {"id": "b", "url": "https://news.example/b", "lang": "en", "title": "Rain ends", "authors": ["Jane Doe"],
            "date": "2024-05-14", "body": BODY, "page_type": "forum"}  # fmt: skip
    partly = {"id": "a", "body": "It is", "body_partial": True, "authors": [], "title": ""}
    lines(tmp_path / "gold.jsonl", full, "", partly, {"id": 7, "body": ""})
    return tmp_path


def test_our_own_layout_is_read(folder: Path) -> None:
    seven, a, b = load_gold(folder)
    assert b == GoldPage("b", folder / "pages" / "b.html.gz", "html", "https://news.example/b", "en", "Rain ends",
                         ("Jane Doe",), "2024-05-14", BODY, "forum")  # fmt: skip
    assert (a.kind, a.body, a.authors, a.title, a.page_type) == ("text", None, (), None, "article")
    assert (seven.id, seven.body, seven.authors) == ("7", "", None)
    assert [page.read() for page in (seven, a, b)] == [b"<p>Caf\xe9</p>", "Rain ends\n\nIt is dry.", PAGE]


def test_pages_are_chosen_by_type_and_spread_evenly(folder: Path) -> None:
    assert [page.id for page in load_gold(folder, page_type="forum")] == ["b"]
    assert [page.id for page in load_gold(folder, limit=2)] == ["7", "a"]
    many = lines(folder / "many.jsonl", *({"html": PAGE, "body": None} for _ in range(10)))
    assert [page.id for page in load_gold(many, limit=3)] == ["000001", "000004", "000007"]


def test_the_layout_of_wcxb_is_read(tmp_path: Path) -> None:
    (tmp_path / "ground-truth").mkdir()
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "0001.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    truth = {"title": "Rain ends", "author": None, "publish_date": "2024-05-14", "main_content": BODY}
    data = {"url": "u", "ground_truth": truth, "_internal": {"page_type": {"primary": "category"}}}
    (tmp_path / "ground-truth" / "0001.json").write_text(json.dumps(data))
    (page,) = load_gold(tmp_path)
    assert (page.id, page.url, page.title, page.authors, page.date) == ("0001", "u", "Rain ends", (), "2024-05-14")
    assert (page.body, page.page_type, page.read()) == (BODY, "collection", PAGE)
    (tmp_path / "ground-truth" / "0001.json").write_text("{}")
    with pytest.raises(InputError, match=r"0001\.json: no ground_truth"):
        load_gold(tmp_path)


def test_a_file_with_the_pages_inline_is_read(tmp_path: Path) -> None:
    path = lines(tmp_path / "g.jsonl", {"html": PAGE, "body": BODY}, {"id": "x", "text": "Dry.", "body": "Dry."})
    first, second = load_gold(path)
    assert (first.id, first.kind, first.read()) == ("000001", "html", PAGE)
    assert (second.id, second.kind, second.read()) == ("x", "text", "Dry.")
    packed = tmp_path / "g.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert load_gold(packed) == [first, second]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("{", r"g\.jsonl, line 2: no JSON: .* \(one object a line"),
        ("[]", r"line 2: no JSON object \(write"),
        ({"html": PAGE}, r"line 2: no body in this line"),
        ({"body": BODY}, r"line 2: neither html nor text in this line"),
        ({"html": PAGE, "text": "x", "body": BODY}, r"line 2: both html and text"),
        ({"html": 3, "body": BODY}, r"line 2: html is no string"),
        ({"html": PAGE, "body": ["x"]}, r"line 2: body is no string"),
        ({"html": PAGE, "body": BODY, "authors": [1]}, r"line 2: authors is no list of names"),
        ({"html": PAGE, "body": BODY, "id": True}, r"line 2: no id"),
        ({"html": PAGE, "body": BODY, "id": "000001"}, r"two pages have the id '000001'"),
    ],
)
def test_wrong_gold_is_named_with_its_line(tmp_path: Path, row: object, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        load_gold(lines(tmp_path / "g.jsonl", {"html": PAGE, "body": BODY}, row))


def test_gold_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match=r"no such file or folder .*give a folder"):
        load_gold(folder / "no")
    with pytest.raises(InputError, match="no gold in this folder"):
        load_gold(folder / "pages")
    with pytest.raises(InputError, match=r"no pages of type 'shop' \(there are article, forum\)"):
        load_gold(folder, page_type="shop")
    with pytest.raises(InputError, match="no pages in the gold"):
        load_gold(lines(folder / "empty.jsonl"))
    (folder / "pages" / "a.txt").unlink()
    with pytest.raises(InputError, match=r"line 3: no page 'a' \(put a\.html or a\.html\.gz or a\.txt"):
        load_gold(folder)


def test_a_damaged_page_is_named_when_it_is_read(folder: Path) -> None:
    (folder / "pages" / "b.html.gz").write_bytes(gzip.compress(PAGE.encode())[:-12])
    with pytest.raises(InputError, match=r"b\.html\.gz: a damaged gzip file"):
        load_gold(folder)[2].read()
    report = evaluate(load_gold(folder), [])
    assert len(report.missing) == 1


# --- measures ---------------------------------------------------------------------------------------


def test_words_are_counted_in_bags() -> None:
    assert compare_words("the rain the", "the rain fell") == Words(2 / 3, 2 / 3, pytest.approx(2 / 3), 3, 1, 1)
    assert compare_words("新华社", "新华社北京") == Words(1.0, 0.6, pytest.approx(0.75), 5, 2, 0)
    assert compare_words("", "") == Words(1.0, 1.0, 1.0, 0, 0, 0)
    assert compare_words("", "one") == Words(0.0, 0.0, 0.0, 1, 1, 0)
    assert compare_words("one", "") == Words(0.0, 0.0, 0.0, 0, 0, 1)


def test_a_first_line_that_is_the_title_is_no_error_but_a_later_one_is() -> None:
    found = compare_words(f"Rain ends!\n\n{BODY}", BODY, titles=["Rain ends"])
    assert (found.lost, found.surplus, found.gold) == (0, 0, 12)
    assert found.precision == 12 / 14
    late = compare_words(f"{BODY}\none\ntwo\nRain ends", f"{BODY}\none\ntwo", titles=["Rain ends"])
    assert (late.lost, late.surplus) == (0, 2)


def test_metadata_agrees_or_not() -> None:
    page = GoldPage("1", "", title="Rain ends in the valley", authors=("Jane Doe", "J. Roe"), date="2024-05-14")
    right = Outcome(title="Rain ends in the valley | News", authors=("By Roe Jones and Jane Doe",), date="May 14, 2024")
    found = score(page, right)
    assert (found.title, found.author, found.date, found.words) == (True, True, True, None)
    found = score(page, Outcome(title="Storm", authors=("Jane",), date="2024-05-15T03:00:00+02:00"))
    assert (found.title, found.author, found.date) == (False, False, False)
    assert score(page, Outcome(date="2024-05-15T01:00:00+02:00")).date
    unknown = score(GoldPage("1", "", authors=()), right)
    assert (unknown.title, unknown.author, unknown.date) == (None, None, None)
    assert names(["Author Ann Poe, M.D."]) == {"ann poe"}


def test_figures_are_means_over_pages_and_sums_over_words() -> None:
    def page(name: str, f1: float, lost: int, surplus: int, **more: Any) -> Score:
        return Score(name, None, 10.0 * int(name), words=Words(f1, f1, f1, 100, lost, surplus), **more)

    scores = [page("1", 1.0, 1, 0, title=True, given=("title",)), page("2", 0.9, 2, 3), page("3", 0.2, 50, 1),
              Score("4", None, 40.0, error="over 1 s", empty=True, title=False)]  # fmt: skip
    found = sum_up(scores)
    assert (found.pages, found.bodies, found.failed, found.empty) == (4, 3, 1, 1)
    assert (found.f1, found.median_f1) == (pytest.approx(0.7), 0.9)
    assert (found.within_1, found.within_5) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (found.lost, found.surplus) == (53 / 300, 4 / 300)
    assert (found.title, found.author, found.date) == (0.5, None, None)
    assert (found.pages_per_second, found.p50_ms, found.p99_ms) == (40.0, 20.0, 40.0)
    assert [item.id for item in worst(scores, 2)] == ["3", "2"]
    assert [item.id for item in worst(scores, 9)] == ["3", "2"]  # a flawless page is none of the worst


# --- systems ----------------------------------------------------------------------------------------


def test_systems_are_named_in_a_list() -> None:
    assert parse_systems("cleaner, mine=a.b:c") == (System("cleaner"), System("mine", "a.b:c"))
    assert [system.name for system in parse_systems("all")] == list(PEERS)
    for text, complaint in (("nonsense", "unknown system 'nonsense'"), ("x=y", "can't read the system 'x=y'"),
                            ("cleaner,all", "'cleaner' is named twice"), (",", "no system is named")):  # fmt: skip
        with pytest.raises(InputError, match=complaint):
            parse_systems(text)


def test_answers_come_in_several_forms() -> None:
    article = clean(PAGE, kind="html")
    assert outcome_of(article, ms=1.0) == Outcome(BODY, "Rain ends", ms=1.0)
    assert outcome_of("x", ms=0).text == "x"
    assert outcome_of(None, ms=0) == Outcome()
    whole = outcome_of({"text": "x", "authors": ["A", None], "date": date(2024, 5, 14)}, ms=0)
    assert whole == Outcome("x", None, ("A",), "2024-05-14")
    with pytest.raises(TypeError, match="a int is no answer"):
        outcome_of(7, ms=0)


def test_peers_get_a_text_as_paragraphs() -> None:
    assert markup_of(Task("a < b\n\nc", kind="text")) == "<html><body>\n<p>a &lt; b</p>\n<p>c</p>\n</body></html>"
    page = GoldPage("1", f"<title>T</title><nav>Home</nav>{PAGE}<ul><li>One<br>two</ul>")
    assert task_of(page, text=True) == Task(f"Home\n\nRain ends\n\n{BODY}\n\n- One\ntwo", kind="text")


def test_a_page_that_raises_hangs_or_kills_fails_and_the_next_goes_on(wild: Path) -> None:
    with Runner(WILD_SYSTEM, timeout=1.0) as runner:
        found = {word: runner.run(Task(f"!{word}")) for word in ("raise", "hang", "kill", "exit", "odd")}
        good = runner.run(Task("fine", url="u"))
    assert {word: outcome.error for word, outcome in found.items()} == {
        "raise": "ValueError: this page is bad", "hang": "over 1 s", "kill": "the process ended, exit code -9",
        "exit": "SystemExit: 3", "odd": "TypeError: a int is no answer: give an Article, a dict or a str",
    }  # fmt: skip
    assert found["hang"].ms >= 1000
    assert replace(good, ms=0.0) == Outcome("fine", "u", ("Jane Doe",), "html")
    assert multiprocessing.active_children() == []


def test_a_failed_page_counts_as_empty_output(wild: Path) -> None:
    pages = [GoldPage("1", "!kill one", body="!kill one"), GoldPage("2", "two words", body="two words")]
    (result,) = evaluate(pages, [WILD_SYSTEM]).results
    assert (result.figures.failed, result.figures.empty, result.figures.f1, result.figures.lost) == (1, 1, 0.5, 0.5)
    assert result.scores[0].words == Words(0.0, 0.0, 0.0, 2, 2, 0)


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [("no_such_module:clean", "No module named"), ("wild_system:no", "no function 'no'"), ("ends:clean", "exit code")],
)
def test_a_system_that_is_not_there_is_told(wild: Path, spec: str, complaint: str) -> None:
    (wild / "ends.py").write_text("import os; os._exit(4)")
    with pytest.raises(SystemMissingError, match=f"^it: .*{complaint}"), Runner(System("it", spec), timeout=1.0):
        pass


# --- the command ------------------------------------------------------------------------------------


def test_systems_stand_side_by_side_best_first(wild: Path) -> None:
    result = run(GOLD, "--systems", "wild=wild_system:clean,cleaner", "--json", "out.json", "--worst", "1")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = result.stdout.splitlines()
    assert rows[0] == "4 pages, 4 with a body"
    assert [row.split()[0] for row in rows[1:4]] == ["system", "cleaner", "wild"]
    assert "\x1b" not in result.stdout
    assert "chatter" not in result.stdout
    report = json.loads((wild / "out.json").read_text())
    assert (report["gold"], report["limit"], report["text"], report["missing"]) == (str(GOLD), 0, False, [])
    assert [system["system"] for system in report["systems"]] == ["cleaner", "wild"]
    ours = report["systems"][0]
    assert ours["figures"]["f1"] > 0.95
    assert [page["id"] for page in ours["pages"]] == ["ferry", "lantern", "library", "orchard"]
    assert ours["pages"][0]["words"].keys() == {"precision", "recall", "f1", "gold", "lost", "surplus"}


def test_the_worst_pages_are_shown_with_their_addresses(wild: Path) -> None:
    result = run(GOLD, "--systems", "wild=wild_system:clean", "--worst", "2", "--page-type", "article", "-q")
    table = result.stdout.split("worst pages of wild\n")[1].splitlines()
    assert table[0].split() == ["page", "F1", "P", "R", "words", "lost", "surplus", "url"]
    assert len(table) == 3
    assert "https://lowmoor.example/night-ferry" in table[1]
    assert "worst" not in run(GOLD, "--systems", "wild=wild_system:clean", "--worst", "0", "--text").stdout


def test_what_fails_gets_a_line_and_the_exit_status_tells(wild: Path) -> None:
    gold = lines(wild / "g.jsonl", {"id": "p", "html": "!raise", "body": "x"}, {"html": "fine", "body": "fine"})
    result = run(gold, "--systems", "none=no_such_module:f,wild=wild_system:clean")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "error: none: ModuleNotFoundError: No module named 'no_such_module'",
        "error: wild: page p: ValueError: this page is bad",
    ]
    assert "wild" in result.stdout
    assert run(gold, "--systems", "none=no_such_module:f").stdout == ""


def test_wrong_usage_exits_with_2_and_wrong_gold_with_1(wild: Path) -> None:
    gold = lines(wild / "g.jsonl", {"html": PAGE, "body": BODY})
    (wild / "out.json").write_text("mine")
    assert run(gold, "--systems", "nonsense").exit_code == 2
    assert run(gold, "--limit", "-1").exit_code == 2
    assert run(gold, "--json", wild / "out.json").exit_code == 2
    assert run(gold, "--json", gold, "--overwrite").exit_code == 2
    assert run(GOLD, "--json", GOLD / "out.json").exit_code == 2
    assert (wild / "out.json").read_text() == "mine"
    broken = run(lines(gold, "{"))
    assert broken.exit_code == 1
    assert broken.stderr.startswith(f"error: {gold}, line 1: no JSON")
    assert run(wild / "no").exit_code == 1


def test_nothing_of_it_is_loaded_until_it_is_asked_for() -> None:
    code = (
        "import sys, cleaner.cli\n"
        "print([name for name in sys.modules if 'cleaner.evaluate' in name or name == 'rich.table'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_labelled_text_nodes_are_gold(tmp_path: Path) -> None:
    path = tmp_path / "nodes.jsonl"
    nodes = [
        ["html body nav a", "Home", 0],
        ["html body p", "The rain\nhad stopped.", 1],
        ["html body p", "It fell.", 1],
    ]
    path.write_text(json.dumps({"id": "a", "blocks": nodes}) + "\n", "utf8")
    (page,) = load_gold(path)
    assert (page.kind, page.read(), page.body) == (
        "text",
        "Home\nThe rain had stopped.\nIt fell.",
        "The rain had stopped.\nIt fell.",
    )
    path.write_text(json.dumps({"id": "a", "blocks": [["p", 3]]}) + "\n", "utf8")
    with pytest.raises(InputError, match="blocks is wrong"):
        load_gold(path)
