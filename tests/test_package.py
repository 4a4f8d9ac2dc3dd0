"""The package as others see it: public names, import cost, schema, README."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from importlib import resources

import jsonschema
import pytest
from cases import ROOT, SEED, load_cases

import cleaner
from cleaner import Article, Cleaner, InputError, Options, clean

CASES = load_cases()


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.strip()


def test_public_names_are_these() -> None:
    assert cleaner.__all__ == [
        "Access", "Article", "Cleaner", "CleanerError", "Dateline", "Failure", "Found", "InputError", "Options", "Part",
        "Removal", "RuleError", "Span", "clean", "clean_async", "clean_many",
    ]  # fmt: skip
    assert all(getattr(cleaner, name) is not None for name in cleaner.__all__)
    with pytest.raises(AttributeError):
        cleaner.nonsense  # noqa: B018


def test_importing_loads_nothing_heavy() -> None:
    loaded = python("import sys, cleaner; print(' '.join(sorted(m.split('.')[0] for m in sys.modules)))").split()
    assert not {"numpy", "regex", "selectolax", "lxml", "bs4", "trafilatura", "typer", "rich", "py3langid"} & set(
        loaded
    )


def test_cleaning_text_loads_no_html_library() -> None:
    code = f"import sys, cleaner; cleaner.clean(open({str(SEED)!r}, 'rb').read()); print(' '.join(sys.modules))"
    loaded = {name.split(".")[0] for name in python(code).split()}
    assert not {"lxml", "trafilatura", "bs4", "selectolax", "typer", "rich"} & loaded


@pytest.mark.parametrize("case", CASES[::5], ids=lambda case: case.name)
def test_json_is_as_the_schema_says(case: object) -> None:
    schema = json.loads((resources.files("cleaner") / "article.schema.json").read_text("utf8"))
    jsonschema.validate(json.loads(clean(case.source, kind=case.kind).to_json()), schema)  # type: ignore[attr-defined]


def test_the_schema_describes_every_key() -> None:
    schema = json.loads((resources.files("cleaner") / "article.schema.json").read_text("utf8"))
    assert set(schema["properties"]) == set(clean(SEED.read_bytes()).to_dict())
    assert set(schema["required"]) == set(schema["properties"])
    assert schema["properties"]["schema_version"] == {"const": "1.1"}


def test_articles_and_cleaners_are_picklable() -> None:
    article = clean(SEED.read_bytes())
    assert pickle.loads(pickle.dumps(article)) == article
    assert pickle.loads(pickle.dumps(Cleaner(headings=False))).options == Options(headings=False)


def test_unknown_options_and_kinds_are_named() -> None:
    with pytest.raises(InputError, match=r"unknown option heading .*known are author_notes"):
        clean("x", heading=True)
    with pytest.raises(InputError, match="unknown kind 'pdf'"):
        clean("x", kind="pdf")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="can't read a int"):
        clean(3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="over the limit of 10"):
        clean("x" * 11, max_chars=10)


PAGE = (
    "<html><head><title>Rain ends</title></head><body><nav>Home</nav><h1>Rain ends</h1>"
    '<p class="standfirst">A valley breathes again after three days of flood.</p><div class="story">'
    "<p>ROME -- The rain had stopped by noon, and the river began to fall.</p><h2>What comes next</h2>"
    "<p>The mayor said that the bridge would open in the morning, a day early.</p>"
    "<figure><figcaption>The bridge on Monday evening</figcaption></figure></div></body></html>"
)


def test_soup_and_tags_are_taken() -> None:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(PAGE, "html.parser")
    before = str(soup)
    assert clean(soup).to_dict() == clean(PAGE).to_dict()
    part = clean(soup.select_one(".story"))
    assert part.headline == "Rain ends"
    assert part.paragraphs == clean(PAGE).paragraphs
    assert str(soup) == before


def test_options_change_what_is_in_the_text() -> None:
    plain = clean(PAGE)
    assert plain.dek == "A valley breathes again after three days of flood."
    assert plain.paragraphs[0].startswith("ROME -- The rain")
    assert "What comes next" in plain.paragraphs
    assert "What comes next" not in clean(PAGE, headings=False).text
    assert clean(PAGE, dek=True).paragraphs[0] == plain.dek
    assert clean(PAGE, dateline="strip").paragraphs[0].startswith("The rain")
    assert clean(PAGE, dateline="strip").dateline == plain.dateline
    assert "bridge on Monday" not in plain.text
    assert "The bridge on Monday evening" in clean(PAGE, captions=True).paragraphs


def test_the_second_opinion_is_asked_when_told() -> None:
    assert clean(PAGE, opinion="always").text == clean(PAGE).text


def test_markdown_carries_the_structure() -> None:
    assert clean(PAGE).to_markdown().split("\n\n")[:4] == [
        "# Rain ends",
        "*A valley breathes again after three days of flood.*",
        "ROME -- The rain had stopped by noon, and the river began to fall.",
        "## What comes next",
    ]


def test_an_empty_source_gives_an_empty_article() -> None:
    assert clean("").text == ""
    assert clean(b"", kind="html").paragraphs == ()
    assert isinstance(clean(" \n"), Article)
