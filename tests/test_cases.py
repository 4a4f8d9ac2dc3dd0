"""Every case of `fixtures/`, through the library and through the command."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from cases import Case, load_cases
from typer.testing import CliRunner

from cleaner import Article, clean
from cleaner.cli import app
from cleaner.fold import visible
from cleaner.model import KINDS

CASES = load_cases()


def params() -> list[object]:
    return [
        pytest.param(case, id=case.name, marks=[pytest.mark.xfail(reason=case.xfail)] if case.xfail else [])
        for case in CASES
    ]


@pytest.mark.parametrize("case", params())
def test_library_gives_what_the_case_says(case: Case) -> None:
    article = clean(case.source, kind=case.kind)
    if case.kept is not None:
        assert list(article.paragraphs) == list(case.kept)
    if case.removed is not None:
        assert_removed(article, case)
    for field, expected in case.metadata.items():
        assert shown(article, field) == expected, field


def assert_removed(article: Article, case: Case) -> None:
    """Each piece of the case is one record, or several in a row; no record is left over."""
    records = list(article.removed)
    for kinds, text in case.removed or ():
        assert records, f"not removed: {text}"
        taken = [records.pop(0)]
        while len(visible(joined(taken))) < len(visible(text)) and records:
            taken.append(records.pop(0))
        assert visible(joined(taken)) == visible(text)
        assert {record.kind for record in taken} & set(kinds), (text, taken)
    assert not records, "removed beside what the case says"


def joined(records: list[object]) -> str:
    return "".join(record.text for record in records)  # type: ignore[attr-defined]


def shown(article: Article, field: str) -> str:
    """A metadata field as case files write it."""
    match field:
        case "authors":
            return "; ".join(article.authors)
        case "dateline":
            return "; ".join(article.dateline.places) if article.dateline else ""
        case "region" | "date":
            return str(getattr(article.dateline, field, None))
        case "access":
            return article.access.kind
        case "remaining":
            return str(article.access.remaining)
        case "truncated":
            return str(article.access.truncated).lower()
        case "limit_reached":
            return str(article.access.limit_reached).lower()
        case "published" | "updated":
            return (getattr(article, field) or "")[:10]
        case _:
            return str(getattr(article, field))


def test_command_gives_what_the_library_gives() -> None:
    runner = CliRunner()
    for case in CASES[::7]:
        result = runner.invoke(app, ["clean", "-", "--kind", case.kind, "-f", "jsonl"], input=case.source.encode())
        assert result.exit_code == 0, result.stderr
        answer = json.loads(result.stdout)
        assert answer.pop("source") == "-"
        assert answer == json.loads(clean(case.source.encode(), kind=case.kind).to_json())


def test_cases_cover_languages_kinds_and_text_that_stays() -> None:
    assert len(CASES) >= 80
    assert len({case.language for case in CASES}) >= 15
    kinds = Counter(kind for case in CASES for names, _ in case.removed or () for kind in names)
    assert set(KINDS) <= kinds.keys()
    assert sum(case.stays_whole for case in CASES) * 2 >= len(CASES)
