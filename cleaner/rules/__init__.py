"""Loads the phrase rules, which are data: one TOML file a language; `common.toml` (rules named `und.…`) for all.

A rule file holds

    language = "en"

    [numbers]                      # number words a meter line may use
    one = 1

    [lists]                        # word lists that patterns name as \\L<months>
    months = ["January", ...]

    [furniture]                    # kind -> words; a line made of nothing but such words is furniture
    share = ["share", "tweet"]
    print_tools = ["print", "read later"]

    [[rule]]
    name = "en.meter.remaining"    # dotted and stable: language, kind, what
    kind = "meter"
    why = "counts the free articles that are left"
    pattern = '''you have (?P<n>\\d+|\\L<numbers>) (?:remaining )?free articles? ...'''
    hits = ["You have 2 remaining free articles this month"]
    misses = ["You have two free articles of association to amend."]
    seen = "US local papers, 2012-2025"

    [[element]]                    # of one site's markup, see `elements.py`

and, where needed, `phrases` (whole lines, compared without case and outer punctuation) instead of or beside
`pattern`; `scope` ("line": the whole line, the default; "sentence": also one or several whole sentences inside a
block); `keys` (lower-case literals of which every match holds one; found automatically where a pattern has a plain
run of letters outside brackets); `access` ("remaining", "limit", "subscription", "registration") on rules that tell
how the page is gated; `score` (0.5 to 1, default 0.92); `lists` names are visible to all rules of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from cleaner.errors import RuleError, told
from cleaner.rules.parse import own_rules, parse_rules, refuse_doubles
from cleaner.rules.rule import Rule, RuleSet

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a rule file; `common` holds what all of them share."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def rules_of(language: str) -> RuleSet:
    """The rules of one language's file, read when they are first needed."""
    name = f"{language}.toml"
    return parse_rules((resources.files(__name__) / name).read_text("utf8"), name)


@cache
def rules_at(path: str) -> RuleSet:
    """The rules of a file of the user's own. Raises RuleError, naming the rule, where something is wrong with it."""
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: no name that a file can have
        raise RuleError(f"can't be read: {getattr(error, 'strerror', None) or error}", where=path) from error
    return own_rules(content, path)


PACKAGES = "cleaner.rules"
"""The entry points of packages that bring rules: each names a function that gives paths of rule files."""


@cache
def rules_of_packages() -> tuple[RuleSet, ...]:
    """The rules of packages that are installed. Raises RuleError, naming the package, where it is broken."""
    from importlib.metadata import entry_points

    found = sorted(entry_points(group=PACKAGES), key=lambda entry: entry.name)
    return tuple(rules_at(path) for entry in found for path in _paths(entry))


def _paths(entry: EntryPoint) -> list[str]:
    """The rule files of a package. Raises RuleError, whatever goes wrong in somebody else's code."""
    try:
        paths = entry.load()()
        if isinstance(paths, str):
            raise TypeError(f"{entry.value} gives text, not a list of paths")
        return [str(path) for path in paths]
    except Exception as error:
        package = entry.dist.name if entry.dist else entry.module
        todo = f"update the package or uninstall it: it promises rules in {entry.value}"
        raise RuleError(f"its rules can't be read: {told(error)}", where=f"package {package}", todo=todo) from error


def builtin_rules() -> tuple[RuleSet, ...]:
    """Every rule file of the package. Raises RuleError where two rules have one name."""
    sets = tuple(rules_of(language) for language in languages())
    refuse_doubles(rule for rule_set in sets for rule in rule_set.rules)
    return sets


def rule_named(name: str) -> Rule | None:
    """A rule of the package by its name; None where there is none."""
    language = name.partition(".")[0]
    return _by_name(language).get(name) if language in languages() else None


@cache
def _by_name(language: str) -> Mapping[str, Rule]:
    return {rule.name: rule for rule in rules_of(language).rules}


def number_of(text: str, rule: str) -> int | None:
    """A number as a rule's language writes it, in figures or as a word.

    >>> number_of("2", "en.meter.remaining"), number_of("zwei", "de.meter.remaining")
    (2, 2)
    """
    if text.isdecimal():
        return int(text)
    language = rule.partition(".")[0]
    return rules_of(language).numbers.get(text.lower()) if language in languages() else None
