"""`cleaner rules`: rules, listed, tested, and made of site files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaner.batch.jobs import read_file
from cleaner.cli.common import Output, fail, prepare_streams, refuse_overlap, say
from cleaner.errors import CleanerError

if TYPE_CHECKING:
    from cleaner.rules.rule import RuleSet

rules_app = typer.Typer(name="rules", help="List, test and import rules.", no_args_is_help=True)


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
        for element in rule_set.elements:
            print(f"{element.site:40} {element.says:16} {element.path}")


@rules_app.command("test")
def rules_test_command(files: Annotated[list[str], typer.Argument(help="Rule files, such as mine.toml.")]) -> None:
    """Run the examples of rules: each must match what it says it hits, and nothing that it says it misses.

    Exit status: 0 all as they say, 1 some are not (each is named), 2 a file is no rule file.
    """
    from cleaner.rules import rules_at

    try:
        wrong = [complaint for name in files for complaint in complaints(rules_at(name))]
    except CleanerError as error:
        fail(error)
    for complaint in wrong:
        say(f"error: {complaint}")
    if not wrong:
        say("all examples are as the rules say")
    raise typer.Exit(1 if wrong else 0)


@rules_app.command("import-ftr")
def import_ftr_command(
    files: Annotated[list[Path], typer.Argument(help="Site files of Full-Text RSS, each named after its host.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The rule file; else standard output.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an output that exists.")] = False,
) -> None:
    """Turn site files of Full-Text RSS into a rule file: their body, title, strip and strip_id_or_class lines.

    Exit status: 0 all of these are taken over, 1 some are not (each is named with the reason), 2 wrong usage.
    """
    from cleaner.rules.ftr import read_site_file, rule_file

    rules, missed = [], 0
    try:
        refuse_overlap([str(file) for file in files], [output])
        for file in files:
            found, left = read_site_file(read_file(file).decode("utf8", "replace"), file.name)
            rules += found
            missed += len(left)
            for line in left:
                say(f"{file}:{line.line}: left out: {line.text} ({line.why})")
        text = f"# from {', '.join(file.name for file in files)}\n\n{rule_file(rules)}"
        if output:
            target = Output(output, overwrite=overwrite)
            target.stream.write(text)
            target.close()
        else:
            prepare_streams()
            print(text, end="")
    except CleanerError as error:
        fail(error)
    say(f"{len(rules)} rules for {len({rule.site for rule in rules})} sites, {missed} lines left out")
    raise typer.Exit(1 if missed else 0)


def complaints(rule_set: RuleSet) -> list[str]:
    """What the examples of rules get wrong."""
    from dataclasses import replace

    from cleaner.detect.phrases import detect_phrases, phrasebook
    from cleaner.read.text import read_text

    found: list[str] = []
    for rule in rule_set.rules:
        book = phrasebook([replace(rule_set, rules=(rule,), furniture={})])
        found += [f"{rule.place}: no hit: {text}" for text in rule.hits if not detect_phrases(read_text(text), book)]
        found += [f"{rule.place}: hits: {text}" for text in rule.misses if detect_phrases(read_text(text), book)]
    return found
