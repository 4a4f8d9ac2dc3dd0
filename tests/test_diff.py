"""`cleaner diff` and `cleaner explain`: what they say, and with which exit status."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from cases import SEED, load_cases
from rich.console import Console
from test_cli import run

from cleaner import clean
from cleaner.diff import compare, passages
from cleaner.explain import explain, explanation
from cleaner.model import KINDS, Part
from cleaner.output import in_order

STORY = "Rain ends\n\nROME -- The rain had stopped by noon, and the river began to fall.\n\n"
MORE = "The mayor said that the bridge would open again in the morning, a day early."


def row(text: str, **values: Any) -> dict[str, Any]:
    return {"source": "a.txt", **clean(text, kind="text").to_dict(), **values}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def written(name: str, *rows: dict[str, Any]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
        return path

    return written


def test_the_same_documents_are_equal_whatever_was_removed() -> None:
    changed = row(STORY, removed=[], confidence=0.1)
    assert compare([row(STORY)], [changed]).equal


def test_words_and_fields_that_changed_are_named() -> None:
    old, new = row(STORY + MORE), row(STORY + MORE.replace("a day early", "two days late"), headline="Rain")
    comparison = compare([old], [new])
    (change,) = comparison.changes
    assert (change.lost, change.gained) == (3, 3)
    assert change.gone == (MORE,)
    assert change.fields == {"headline": ("Rain ends", "Rain")}
    assert [(p.old, p.new) for p in passages(change)] == [("a day early.", "two days late.")]
    assert comparison.to_dict()["changes"][0]["gone"] == (MORE,)


def test_what_changed_most_comes_first_and_documents_are_matched_by_source() -> None:
    old = [row(STORY + MORE, source=name) for name in ("a", "b", "c", "d", "d")]
    new = [
        row(STORY, source="c"),
        row(STORY + MORE.replace("early", "late"), source="b"),
        row(STORY + MORE, source="a"),
        row(STORY + MORE, source="d"),
        row(STORY + MORE, source="e"),
    ]
    comparison = compare(old, new)
    assert [change.key for change in comparison.changes] == ["c", "b"]
    assert (comparison.same, comparison.only_first, comparison.only_second) == (2, ("d",), ("e",))


def test_a_document_that_fails_now_has_lost_its_words() -> None:
    (change,) = compare([row(STORY)], [{"source": "a.txt", "error": "binary data"}]).changes
    assert change.lost == 14  # the dash is one
    assert change.fields["error"] == (None, "binary data")


def test_paragraphs_in_another_order_are_a_change() -> None:
    old = row(STORY + MORE)
    new = {**old, "paragraphs": old["paragraphs"][::-1]}
    assert list(compare([old], [new]).changes[0].fields) == ["order of paragraphs"]


def test_exit_status_tells_equal_different_and_trouble(write: Callable[..., Path], tmp_path: Path) -> None:
    a, b = write("a.jsonl", row(STORY)), write("b.jsonl", row(STORY + MORE))
    assert run("diff", a, a).exit_code == 0
    result = run("diff", a, b)
    assert result.exit_code == 1
    assert "0 documents the same, 1 changed: 0 words lost, 15 gained" in result.stdout
    assert "{+The mayor said" in result.stdout
    assert run("diff", a, tmp_path / "no.jsonl").exit_code == 2
    assert run("diff", "-", "-").exit_code == 2
    assert run("diff", a).exit_code == 2
    (tmp_path / "bad.jsonl").write_text("{")
    assert "line 1: not JSON" in run("diff", a, tmp_path / "bad.jsonl").stderr


def test_json_has_everything(write: Callable[..., Path]) -> None:
    a, b = write("a.jsonl", row(STORY)), write("b.jsonl", row(STORY + MORE))
    result = run("diff", a, b, "--json", "--worst", "0")
    values = json.loads(result.stdout)
    assert (values["equal"], values["lost"], values["gained"]) == (False, 0, 15)
    assert values["changes"][0]["come"] == [MORE]


@pytest.mark.parametrize("case", load_cases()[::4], ids=lambda case: case.name)
def test_an_explanation_holds_every_part_and_removal_once_in_order(case: Any) -> None:
    article = clean(case.source, kind=case.kind)
    items = explanation(article)["items"]
    assert [item["text"] for item in items if not item["keep"]] == [record.text for record in article.removed]
    kept = [item["text"] for item in items if item["keep"] and item["role"] not in ("headline", "dek")]
    assert kept == [str(part) for part in article.body]
    firsts = [min(item["blocks"]) for item in items]
    assert firsts == sorted(firsts)


def test_the_headline_stands_where_the_source_has_it() -> None:
    first = next(in_order(clean(SEED.read_bytes())))
    assert isinstance(first, Part)
    assert first.role == "headline"


def test_explaining_as_json_is_what_the_library_gives() -> None:
    assert json.loads(run("explain", SEED, "--json").stdout) == json.loads(
        json.dumps(explanation(clean(SEED.read_bytes())))
    )


def test_a_terminal_gets_wrapped_text_with_removals_struck() -> None:
    screen = io.StringIO()
    explain(clean(SEED.read_bytes()), Console(file=screen, force_terminal=True, width=140, color_system="standard"))
    shown = screen.getvalue()
    assert re.search(r"\x1b\[9;34mShare with others:", shown)
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in shown.splitlines()) <= 100


def test_every_kind_has_a_family_and_so_a_colour_on_the_page() -> None:
    script = (resources.files("cleaner.report") / "document.js").read_text("utf8")
    families = script[script.index("FAMILIES = {") : script.index("};")]
    assert set(re.findall(r'"(\w+)"(?=[,\]])', families)) == set(KINDS)
