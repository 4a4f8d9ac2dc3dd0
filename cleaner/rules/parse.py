"""Reads a rule file, and refuses one that is wrong. The format is described in `cleaner/rules/__init__.py`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import regex

from cleaner.errors import RuleError
from cleaner.model import KINDS, Kind
from cleaner.rules.elements import SAYS, ElementRule
from cleaner.rules.rule import Rule, RuleSet, Scope

T = TypeVar("T")
ACCESS = ("remaining", "limit", "subscription", "registration")
LEAST_SCORE, SCORE = 0.5, 0.92
NEEDED = ("name", "kind", "why", "hits", "misses", "seen")
KNOWN = frozenset((*NEEDED, "pattern", "phrases", "scope", "keys", "access", "score"))
TOP = ("language", "numbers", "lists", "furniture", "rule", "element")


def own_rules(content: bytes, where: str) -> RuleSet:
    """The rules of a file that is not one of the package, with patterns that compile. Raises RuleError, as
    `parse_rules` does."""
    try:
        text = content.decode("utf-8-sig")  # some editors put a mark before the text
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise RuleError("not UTF-8", where=f"{where}, line {line}", todo="save the file as UTF-8") from error
    rule_set = parse_rules(text, where, own=True)
    check_patterns(rule_set)
    return rule_set


def parse_rules(text: str, where: str, *, own: bool = False) -> RuleSet:
    """A rule file's text as a RuleSet; `own` says that it is not one of the package. Raises RuleError, naming the rule
    and its line, where something is wrong with it."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not TOML; a number of thousands of digits; thousands of brackets
        place = where if "(at line" in str(error) else f"{where}, line {_unread(text)}"
        raise RuleError(f"not valid TOML: {error}", where=place) from error
    file = _Place(where, text)
    if unknown := sorted(data.keys() - set(TOP)):
        known = f"known are {', '.join(sorted(TOP))}"
        raise RuleError(f"unknown {', '.join(unknown)}", where=str(file.at(unknown[0])), todo=known)
    numbers = {word.lower(): value for word, (value, _) in _table(data, "numbers", int, file).items()}
    lists = {name: tuple(dict.fromkeys(_words(words, f"list {name}", here)))  # doubles backtrack
             for name, (words, here) in _table(data, "lists", list, file).items()}  # fmt: skip
    furniture = {word.lower(): _kind(kind, here)
                 for kind, (words, here) in _table(data, "furniture", list, file).items()
                 for word in _words(words, f"furniture {kind}", here)}  # fmt: skip
    named = {**lists, "numbers": tuple(numbers)}
    rules = tuple(_rule(entry, named, here, own) for entry, here in _tables(data, "rule", file))
    refuse_doubles(rules)
    elements = tuple(_element(entry, here) for entry, here in _tables(data, "element", file))
    if not (rules or elements or furniture):
        raise RuleError("no rule in it", where=where, todo="begin one with [[rule]] or [[element]]")
    language = _value(data, "language", str, file.at("language"), "und")
    return RuleSet(language, rules, furniture, numbers, lists, elements)


def _unread(text: str) -> int:
    """The line of the table that a text can't be read beyond, where the error itself doesn't tell."""
    starts = [head.start() for head in _HEAD.finditer(text)]
    return _line(text, next((start for start in reversed(starts) if _is_toml(text[:start])), 0))


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


@dataclass(frozen=True, slots=True)
class _Place:
    """A key of a rule file, or one in a table; its line is looked for only when an error names it."""

    where: str
    text: str
    keys: tuple[str, ...] = ()

    def at(self, key: str) -> _Place:
        return _Place(self.where, self.text, (*self.keys, key))

    def __str__(self) -> str:
        place, start = self.where, 0
        for key in self.keys:
            head = regex.compile(rf"""(?m)^[ \t\[]*["']?{regex.escape(key)}(?![\w-])""").search(self.text, start)
            if head:  # else written in another way
                place, start = f"{self.where}, line {_line(self.text, head.start())}", head.end()
        return place


def _tables(data: Mapping[str, Any], key: str, file: _Place) -> list[tuple[Mapping[str, Any], str]]:
    """The tables of a list with the places at which they begin. Raises RuleError."""
    entries = data.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        todo = f"begin every {key} with [[{key}]]"
        raise RuleError(f"{key} is no list of tables", where=str(file.at(key)), todo=todo)
    lines = [_line(file.text, head.start()) for head in _HEAD.finditer(file.text) if head[1] == key]
    if len(lines) != len(entries):  # written in another way
        return [(entry, file.where) for entry in entries]
    return [(entry, f"{file.where}, line {line}") for entry, line in zip(entries, lines, strict=True)]


def _element(entry: Mapping[str, Any], here: str) -> ElementRule:
    if unknown := entry.keys() - {"site", "says", "path", "kind"}:
        raise RuleError(f"unknown {', '.join(sorted(unknown))}", where=here)
    site, says, path = (_value(entry, key, str, here, "") for key in ("site", "says", "path"))
    if says not in SAYS:
        raise RuleError(f"says {says!r}", where=here, todo=f"one of {', '.join(SAYS)}")
    if not site:
        raise RuleError("no site", where=here, todo="name the host")
    kind = _kind(_value(entry, "kind", str, here, ""), here) if "kind" in entry else None
    rule = ElementRule(site.lower().removeprefix("www."), says, path, kind)
    try:
        rule.steps  # noqa: B018  # reads the path
    except RuleError as error:
        raise error.at(here) from None
    return rule


def _rule(entry: Mapping[str, Any], lists: Mapping[str, tuple[str, ...]], where: str, own: bool) -> Rule:
    name = _value(entry, "name", str, where, "(no name)")
    here = f"{where}, rule {name}"
    missing = [key for key in NEEDED if not entry.get(key)]
    if missing:
        raise RuleError(f"missing {', '.join(missing)}", where=here, todo="every rule brings these")
    if unknown := entry.keys() - KNOWN:
        raise RuleError(f"unknown {', '.join(sorted(unknown))}", where=here)
    if not entry.get("pattern") and not entry.get("phrases"):
        raise RuleError("neither pattern nor phrases", where=here)
    scope, access = _value(entry, "scope", str, here, "line"), _value(entry, "access", str, here, "")
    if scope not in ("line", "sentence"):
        raise RuleError(f"scope {scope!r}", where=here, todo="use line or sentence")
    if access and access not in ACCESS:
        raise RuleError(f"access {access!r}", where=here, todo=f"one of {', '.join(ACCESS)}")
    score = entry.get("score", SCORE)
    if isinstance(score, bool) or not isinstance(score, int | float) or not LEAST_SCORE <= score <= 1:
        raise RuleError(f"score {_shown(score)}", where=here, todo=f"a number from {LEAST_SCORE} to 1")
    pattern = _value(entry, "pattern", str, here, "") or None
    keys, phrases, hits, misses = (
        _words(entry[key], key, here) if key in entry else () for key in ("keys", "phrases", "hits", "misses")
    )
    return Rule(
        name=name, kind=_kind(_value(entry, "kind", str, here, ""), here),
        why=_value(entry, "why", str, here, ""),
        pattern=pattern, words=_named(pattern, lists, here) if pattern else (),
        phrases=phrases, scope=cast("Scope", scope), keys=keys or (required_literal(pattern) if pattern else ()),
        access=access or None, score=float(score), hits=hits, misses=misses,
        seen=_value(entry, "seen", str, here, ""), place=here, own=own)  # fmt: skip


TYPES = {str: "text", int: "a whole number", list: "a list", dict: "a table"}


def _value(data: Mapping[str, Any], key: str, kind: type[T], where: str | _Place, default: T) -> T:
    """A value of one type. Raises RuleError."""
    value = data.get(key, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise RuleError(f"{key} is {_shown(value)}", where=str(where), todo=f"must be {TYPES[kind]}")
    return value


def _shown(value: object) -> str:
    try:
        return repr(value)[:40]
    except ValueError:  # Python writes no number that long
        return "a number of thousands of digits"


def _table(data: Mapping[str, Any], key: str, kind: type[T], file: _Place) -> dict[str, tuple[T, _Place]]:
    """A table whose values are of one type, each with its place. Raises RuleError."""
    here = file.at(key)
    table = _value(data, key, dict, here, {})
    return {name: (_value(table, name, kind, here.at(name), kind()), here.at(name)) for name in table}


def _words(words: object, key: str, where: str | _Place) -> tuple[str, ...]:
    """A list of text. Raises RuleError."""
    if words == []:
        raise RuleError(f"{key} is empty", where=str(where), todo="name at least one, or leave it out")
    if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
        todo = "must be a list of text, none of it empty"
        raise RuleError(f"{key} is {_shown(words)}", where=str(where), todo=todo)
    return tuple(words)


def _kind(name: str, where: str | _Place) -> Kind:
    if name not in KINDS:
        raise RuleError(f"unknown kind {name!r}", where=str(where), todo=f"one of {', '.join(KINDS)}")
    return name


def _named(pattern: str, lists: Mapping[str, tuple[str, ...]], where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    names = sorted(set(_LIST.findall(pattern)))
    if unknown := [name for name in names if name not in lists]:
        raise RuleError(f"no list {', '.join(unknown)}", where=where, todo="define it under [lists]")
    return tuple((name, lists[name]) for name in names)


def refuse_doubles(rules: Iterable[Rule]) -> None:
    """Raises RuleError where a name stands twice; the error is about the later of the two."""
    seen: dict[str, Rule] = {}
    for rule in rules:
        if other := seen.get(rule.name):
            raise RuleError("defined twice", where=rule.place, todo=f"the other is {other.place}; names are unique")
        seen[rule.name] = rule


ORDINARY = (
    "The rain had stopped by noon, and the river began to fall.",
    "Nobody was hurt, said the mayor, who saw the fire from her window.",
    "In 2019 the town sold its old harbor to a builder from the coast.",
    "Two of the five boats came back that night with nothing on board.",
)
"""Sentences as articles have them; what fits all of them fits nearly any."""


def check_patterns(rule_set: RuleSet) -> None:
    """Compile every pattern of a set. Raises RuleError, naming the rule, for one that does not compile, and for one
    that fits whatever there is: it would take the article away."""
    for rule in rule_set.rules:
        try:
            rule.matcher  # noqa: B018  # compiles it
        except (regex.error, RecursionError, OverflowError) as error:
            raise RuleError(f"bad pattern: {error}", where=rule.place) from error
        if all(rule.whole(sentence) for sentence in ORDINARY):
            raise RuleError("pattern fits any sentence", where=rule.place, todo="name words that only debris has")
        if rule.whole("") is not None:
            raise RuleError("pattern fits an empty line", where=rule.place, todo="some of it must not be optional")


_HEAD = regex.compile(r"(?m)^[ \t]*\[\[?[ \t]*(\w+)\b(?!\.)")
"""Where a table begins."""
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
