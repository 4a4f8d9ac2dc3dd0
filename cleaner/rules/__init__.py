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

and, where needed, `phrases` (whole lines, compared without case and outer punctuation) instead of or beside
`pattern`; `scope` ("line": the whole line, the default; "sentence": also one or several whole sentences inside a
block); `keys` (lower-case literals of which every match holds one; found automatically where a pattern has a plain
run of letters outside brackets); `access` ("remaining", "limit", "subscription", "registration") on rules that tell
how the page is gated; `score` (0.5 to 1, default 0.92); `lists` names are visible to all rules of the file.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast
from zlib import crc32

import regex

from cleaner.errors import RuleError
from cleaner.model import KINDS, Kind
from cleaner.rules.openings import Demands, demands, opens

Scope = Literal["line", "sentence"]
FLAGS = regex.VERSION0 | regex.IGNORECASE
SENTENCE_END = r"""(?:(?<=[.!?…؟।])(?=[\s)\]"'»”’]|$)|(?<=[。！？])|(?=[.!?…؟।。！？]|\s*$))"""
TIMEOUT = 2.0
"""Seconds that one pattern may spend on one long text; patterns of the package need microseconds."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule; two are the same only if they are one object, which makes them cheap keys."""

    name: str
    kind: Kind
    why: str
    pattern: str | None
    words: tuple[tuple[str, tuple[str, ...]], ...]
    """The lists that the pattern names."""
    phrases: tuple[str, ...]
    scope: Scope
    keys: tuple[str, ...]
    access: str | None
    score: float
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    seen: str

    @cached_property
    def matcher(self) -> regex.Pattern[str] | None:
        """The compiled pattern; compiled when it is first needed, since few rules are in one run."""
        return self._compile(self.pattern) if self.pattern else None

    @cached_property
    def sentence_matcher(self) -> regex.Pattern[str] | None:
        """The pattern with the end of a sentence after it; None for rules of whole lines."""
        if self.pattern is None or self.scope != "sentence":
            return None
        verbose = self.pattern.startswith("(?x)")
        return self._compile(
            f"(?x)(?:{self.pattern[4:]}\n){SENTENCE_END}" if verbose else f"(?:{self.pattern}){SENTENCE_END}"
        )

    def may_match(self, firsts: Iterable[str], text: str) -> bool:
        """Whether it can match in a text, given in lower case, where something begins in one of these ways."""
        openings, needles = self.demands.openings, self.demands.needles
        return any(opens(openings, first) for first in firsts) or any(needle in text for needle in needles)

    @cached_property
    def demands(self) -> Demands:
        """What the pattern asks of a text; that of the package's own rules is kept in a file, since it takes time."""
        mark, openings, needles = _kept_demands().get(self.name, (0, [], []))
        if mark == self.mark:
            return Demands(frozenset(openings), frozenset(needles))
        return demands(self.pattern or "", dict(self.words))

    @property
    def mark(self) -> int:
        """Changes with the pattern and its words."""
        return crc32(repr((self.pattern, self.words)).encode())

    def _compile(self, pattern: str) -> regex.Pattern[str]:
        lists: dict[str, Any] = {name: list(items) for name, items in self.words}
        return regex.compile(pattern, FLAGS, **lists)


DEMANDS = "demands.json"
"""In `data`: by rule the mark of its pattern, the openings and the needles. Made by `kept_demands`."""


@cache
def _kept_demands() -> Mapping[str, tuple[int, list[str], list[str]]]:
    with (resources.files(__name__) / "data" / DEMANDS).open(encoding="utf8") as file:
        kept: dict[str, tuple[int, list[str], list[str]]] = json.load(file)
        return kept


def kept_demands(sets: Iterable[RuleSet]) -> str:
    """What belongs into the file DEMANDS for some rules."""
    rules = sorted((rule for rule_set in sets for rule in rule_set.rules if rule.pattern), key=lambda rule: rule.name)
    lines = []
    for rule in rules:
        found = demands(rule.pattern or "", dict(rule.words))
        kept = json.dumps((rule.mark, sorted(found.openings), sorted(found.needles)), ensure_ascii=False)
        lines.append(f"{json.dumps(rule.name)}: {kept}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one file."""

    language: str
    rules: tuple[Rule, ...]
    furniture: Mapping[str, Kind]
    """Lower-case word or phrase -> kind."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def parse_rules(text: str, where: str) -> RuleSet:
    """A rule file's text as a RuleSet. Raises RuleError, naming the rule, where something is wrong with it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"not valid TOML: {error}", where=where) from error
    numbers = {str(word).lower(): int(value) for word, value in data.get("numbers", {}).items()}
    lists = {name: tuple(dict.fromkeys(words)) for name, words in data.get("lists", {}).items()}  # doubles backtrack
    named = {**lists, "numbers": tuple(numbers)}
    furniture = {word.lower(): _kind(kind, where) for kind, words in data.get("furniture", {}).items()
                 for word in words}  # fmt: skip
    rules = tuple(_rule(entry, named, where) for entry in data.get("rule", []))
    return RuleSet(str(data.get("language", "und")), rules, furniture, numbers, lists)


def _rule(entry: Mapping[str, Any], lists: Mapping[str, tuple[str, ...]], where: str) -> Rule:
    name = str(entry.get("name", "(no name)"))
    here = f"{where}, rule {name}"
    missing = [key for key in ("name", "kind", "why", "hits", "misses", "seen") if not entry.get(key)]
    if missing:
        raise RuleError(f"missing {', '.join(missing)}", where=here, todo="every rule brings these")
    known = {"name", "kind", "why", "pattern", "phrases", "scope", "keys", "access", "score", "hits", "misses",
             "seen"}  # fmt: skip
    if unknown := entry.keys() - known:
        raise RuleError(f"unknown {', '.join(sorted(unknown))}", where=here)
    if not entry.get("pattern") and not entry.get("phrases"):
        raise RuleError("neither pattern nor phrases", where=here)
    scope = entry.get("scope", "line")
    if scope not in ("line", "sentence"):
        raise RuleError(f"scope {scope!r}", where=here, todo="use line or sentence")
    pattern = entry.get("pattern")
    return Rule(
        name=name, kind=_kind(entry["kind"], here), why=entry["why"],
        pattern=pattern, words=_named(pattern, lists, here) if pattern else (),
        phrases=tuple(entry.get("phrases", ())), scope=cast("Scope", scope),
        keys=tuple(entry.get("keys", ())) or (required_literal(pattern) if pattern else ()),
        access=entry.get("access"), score=float(entry.get("score", 0.92)),
        hits=tuple(entry["hits"]), misses=tuple(entry["misses"]), seen=entry["seen"])  # fmt: skip


def _kind(name: str, where: str) -> Kind:
    if name not in KINDS:
        raise RuleError(f"unknown kind {name!r}", where=where, todo=f"one of {', '.join(KINDS)}")
    return name


def _named(pattern: str, lists: Mapping[str, tuple[str, ...]], where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    names = sorted(set(_LIST.findall(pattern)))
    if unknown := [name for name in names if name not in lists]:
        raise RuleError(f"no list {', '.join(unknown)}", where=where, todo="define it under [lists]")
    return tuple((name, lists[name]) for name in names)


def check_patterns(rule_set: RuleSet, where: str) -> None:
    """Compile every pattern of a set. Raises RuleError, naming the rule, for one that does not compile."""
    for rule in rule_set.rules:
        try:
            rule.matcher, rule.sentence_matcher  # noqa: B018  # compiles them
        except (regex.error, RecursionError, OverflowError) as error:
            raise RuleError(f"bad pattern: {error}", where=f"{where}, rule {rule.name}") from error


_LIST = regex.compile(r"\\L<(\w+)>")
_ATOM = regex.compile(r"\\L<\w+>|\\.|\[(?:\\.|[^\]\\])*\]|\{[^}]*\}|.", regex.DOTALL)


def required_literal(pattern: str) -> tuple[str, ...]:
    r"""The longest plain run of letters and spaces that every match must hold, for the prefilter; () if none.

    >>> required_literal(r"you have \d+ (?:free )?articles? left")
    ('you have ',)
    >>> required_literal(r"(?:share|tweet) this page|print")
    ()
    """
    if pattern.startswith("(?x"):
        return ()
    runs, run, depth = [], "", 0
    atoms = _ATOM.findall(pattern)
    for n, atom in enumerate(atoms):
        follows = atoms[n + 1] if n + 1 < len(atoms) else ""
        depth += (atom == "(") - (atom == ")")
        if atom == "|" and depth == 0:
            return ()
        plain = len(atom) == 1 and (atom.isalpha() or atom in " '-,")
        if depth == 0 and plain and follows not in ("?", "*") and not follows.startswith("{"):
            run += atom
        else:
            runs.append(run)
            run = ""
    longest = max([*runs, run], key=lambda found: len(found.strip()))
    enough = 3 if longest.isascii() else 2
    return (longest.lower(),) if len(longest.strip()) >= enough else ()


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
        text = Path(path).read_text("utf8")
    except (OSError, UnicodeError) as error:
        raise RuleError(f"can't be read: {getattr(error, 'strerror', None) or error}", where=path) from error
    rule_set = parse_rules(text, path)
    check_patterns(rule_set, path)
    return rule_set


PACKAGES = "cleaner.rules"
"""The entry points of packages that bring rules: each names a function that gives paths of rule files."""


@cache
def rules_of_packages() -> tuple[RuleSet, ...]:
    """The rules of packages that are installed."""
    from importlib.metadata import entry_points

    found = sorted(entry_points(group=PACKAGES), key=lambda entry: entry.name)
    return tuple(rules_at(str(path)) for entry in found for path in entry.load()())


def builtin_rules() -> tuple[RuleSet, ...]:
    """Every rule file of the package. Raises RuleError where two rules have one name."""
    sets = tuple(rules_of(language) for language in languages())
    refuse_doubles(rule.name for rule_set in sets for rule in rule_set.rules)
    return sets


def refuse_doubles(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RuleError("defined twice", where=f"rule {name}", todo="rule names are unique")
        seen.add(name)


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
