"""The report as a file: what goes in, and what is refused."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cases import SEED, load_cases
from test_cli import run

from cleaner import InputError, clean
from cleaner.report import read_rows, render_report
from cleaner.report.page import site_of, summary_of


def line(**values: Any) -> str:
    return json.dumps({**clean(SEED.read_bytes()).to_dict(), **values})


def packed(page: str) -> list[Any]:
    """The documents of a page, unpacked."""
    chunks = re.findall(r'class="chunk">([^<]*)<', page)
    return [row for chunk in chunks for row in json.loads(zlib.decompress(b64decode(chunk)))]


def test_every_document_is_in_the_page_whole() -> None:
    rows = [{"source": case.name, **clean(case.source).to_dict()} for case in load_cases()[::3]]
    assert packed("".join(render_report(rows))) == rows


def test_the_page_names_no_address_but_its_own() -> None:
    page = "".join(render_report(read_rows([line()], "x")))
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*", page) == []
    assert "default-src 'none'" in page


def test_a_summary_counts_words_by_kind() -> None:
    row = next(read_rows([line(url="https://www.news.example/a", source="a.txt")], "x"))
    key, headline, site, language, kept, removed, _, access, _, kinds, error = summary_of(row)
    assert (key, site, language, access, error) == ("a.txt", "news.example", "en", "metered", "")
    assert headline.startswith("Syrian")
    assert kept == 645
    assert removed == sum(words for _, words in kinds.values())
    assert sum(count for count, _ in kinds.values()) == len(row["removed"])


def test_a_site_is_the_host_or_the_name_of_the_site() -> None:
    assert site_of({"url": "https://www.a.example/x", "site_name": "A"}) == "a.example"
    assert site_of({"url": None, "source": "pages/a.html", "site_name": "A"}) == "A"
    assert site_of({"url": "http://[broken", "source": None}) == ""


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{", "x, line 2: not JSON"),
        ("[1]", "no cleaned document"),
        ('{"text": "a"}', "no cleaned document"),
        (
            line(found=[{"field": "a", "value": "b", "raw": "", "source": "", "confidence": 1, "span": None}]),
            "schema version 1.1 has no found[].block (clean the source again)",
        ),
        (line(paragraphs=[1]), "no text where text should be"),
        (line(access=None), "no cleaned document"),
    ],
)
def test_lines_that_are_no_documents_are_named(bad: str, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        list(read_rows([line(), bad], "x"))


def test_halves_of_surrogate_pairs_do_no_harm() -> None:
    row = next(read_rows([line(headline="Rain \ud83d ends \U0001f327")], "x"))
    assert row["headline"] == "Rain ? ends \U0001f327"


def test_failures_are_rows_too() -> None:
    row = next(read_rows(['{"source": "bad.bin", "error": "binary data"}'], "x"))
    assert summary_of(row)[-1] == "binary data"


def test_the_command_writes_one_page(tmp_path: Path) -> None:
    cleaned, page = tmp_path / "c.jsonl", tmp_path / "r.html"
    assert run("clean", SEED, "-f", "jsonl", "-o", cleaned).exit_code == 0
    result = run("report", cleaned, "-o", page, "--title", "March <1>")
    assert result.exit_code == 0, result.stderr
    assert "<title>March &lt;1></title>" in page.read_text("utf8")
    assert run("report", cleaned, "-o", page).exit_code == 2
    assert run("report", cleaned, "-o", page, "--overwrite", "-q").stderr == ""
    assert run("report", "-", "-o", tmp_path / "s.html", stdin=cleaned.read_bytes()).exit_code == 0


def test_the_command_leaves_nothing_where_it_fails(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in run("report", tmp_path / "c.jsonl", "-o", tmp_path / "r.html").stderr
    (tmp_path / "c.jsonl").write_text("nonsense")
    result = run("report", tmp_path / "c.jsonl", "-o", tmp_path / "r.html")
    assert result.exit_code == 1
    assert "line 1: not JSON" in result.stderr
    assert run("report", tmp_path / "no.jsonl", "-o", tmp_path / "r.html").exit_code == 1
    assert run("report", tmp_path / "c.jsonl", "-o", tmp_path / "c.jsonl", "--overwrite").exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["c.jsonl"]


def test_cleaning_writes_the_report_too_with_what_failed(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\x00\x01\x02\xff" * 50)
    result = run("clean", SEED, tmp_path / "bad.txt", "--report", tmp_path / "r.html", "-q")
    assert result.exit_code == 1
    good, bad = packed((tmp_path / "r.html").read_text("utf8"))
    assert good == {"source": str(SEED), **clean(SEED.read_bytes()).to_dict()}
    assert bad["source"] == str(tmp_path / "bad.txt")
    assert "binary data" in bad["error"]


def test_worker_processes_give_the_same_report(tmp_path: Path) -> None:
    sources = []
    for case in load_cases()[::12]:
        sources.append(tmp_path / f"{len(sources)}.txt")
        sources[-1].write_text(case.source, encoding="utf-8")
    run("clean", *sources, "-q", "--report", tmp_path / "here.html")
    run("clean", *sources, "-q", "-j", "2", "--report", tmp_path / "workers.html")
    assert (tmp_path / "here.html").read_bytes() == (tmp_path / "workers.html").read_bytes()


def test_a_report_is_never_of_a_part_of_a_run(tmp_path: Path) -> None:
    result = run("clean", SEED, "-o", tmp_path / "o.jsonl", "--resume", "--report", tmp_path / "r.html")
    assert result.exit_code == 2
    assert "then cleaner report" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_report_never_replaces_a_source_or_another_output(tmp_path: Path) -> None:
    assert run("clean", SEED, "--report", SEED, "--overwrite").exit_code == 2
    both = tmp_path / "x"
    assert run("clean", SEED, "-o", both, "--report", both).exit_code == 2


def test_a_report_that_is_there_stops_the_run_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("mine")
    result = run("clean", SEED, "-o", tmp_path / "o.jsonl", "--report", tmp_path / "r.html")
    assert result.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
    assert (tmp_path / "r.html").read_text() == "mine"
