"""`cleaner rules`: the phrase rules, listed and tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cleaner.cli.common import fail, prepare_streams, say
from cleaner.errors import CleanerError

if TYPE_CHECKING:
    from cleaner.rules.rule import RuleSet

rules_app = typer.Typer(name="rules", help="List and test phrase rules.", no_args_is_help=True)


@rules_app.command("list")
def list_command(
    files: Annotated[list[str] | None, typer.Argument(help="Rule files; without any, those of the package.")] = None,
) -> None:
    """List rules: name, kind, and why what they match goes."""
    from cleaner.rules import builtin_rules, rules_at, rules_of_packages

    try:
        sets = [rules_at(name) for name in files] if files else [*builtin_rules(), *rules_of_packages()]
    except CleanerError as error:
        fail(error)
    prepare_streams()
    for rule_set in sets:
        for rule in rule_set.rules:
            print(f"{rule.name:40} {rule.kind:16} {rule.why}")


@rules_app.command("test")
def rules_test_command(files: Annotated[list[str], typer.Argument(help="Rule files, such as mine.toml.")]) -> None:
    """Run the examples of rules: each must match what it says it hits, and nothing that it says it misses.

    Exit status: 0 all as they say, 1 some are not (each is named), 2 a file is no rule file.
    """
    from cleaner.rules import rules_at

    try:
        wrong = [complaint for name in files for complaint in complaints(rules_at(name), name)]
    except CleanerError as error:
        fail(error)
    for complaint in wrong:
        say(f"error: {complaint}")
    if not wrong:
        say("all examples are as the rules say")
    raise typer.Exit(1 if wrong else 0)


def complaints(rule_set: RuleSet, where: str) -> list[str]:
    """What the examples of rules get wrong."""
    from dataclasses import replace

    from cleaner.detect.phrases import detect_phrases, phrasebook
    from cleaner.read.text import read_text

    found: list[str] = []
    for rule in rule_set.rules:
        book = phrasebook([replace(rule_set, rules=(rule,), furniture={})])
        here = f"{where}, rule {rule.name}"
        found += [f"{here}: no hit: {text}" for text in rule.hits if not detect_phrases(read_text(text), book)]
        found += [f"{here}: hits: {text}" for text in rule.misses if detect_phrases(read_text(text), book)]
    return found
