"""The rules and the case that the documentation shows are as good as it says."""

from __future__ import annotations

import pytest
from cases import ROOT, parse_case
from test_cases import test_library_gives_what_the_case_says as run_case
from test_docs import blocks

from cleaner.cli.rules import complaints
from cleaner.rules.parse import own_rules

CONTRIBUTING = ROOT / "CONTRIBUTING.md"
RULES = {
    f"{page.name}[{number}]": block
    for page in (ROOT / "docs" / "rules.md", CONTRIBUTING)
    for number, block in enumerate(blocks(page, "toml"))
    if "[[rule]]" in block or "[[element]]" in block
}


@pytest.mark.parametrize("name", RULES)
def test_rules_of_the_documentation_pass_their_own_test(name: str) -> None:
    assert complaints(own_rules(RULES[name].encode(), name)) == []


def test_rules_of_words_and_of_elements_are_in_the_documentation() -> None:
    assert {"[[rule]]", "[[element]]"} <= {line for block in RULES.values() for line in block.splitlines()}


def test_the_case_of_the_documentation_is_one() -> None:
    (text,) = [block for block in blocks(CONTRIBUTING, "text") if "=== input" in block]
    case = parse_case(text, "CONTRIBUTING.md")
    assert case.kept and case.removed
    run_case(case)
