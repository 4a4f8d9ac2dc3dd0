"""Reads a rule file, and refuses one that is wrong. The format is described in `cleaner/rules/__init__.py`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
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


def parse_rules(text: str, where: str, *, own: bool = False) -> RuleSet:
    """A rule file's text as a RuleSet; `own` says that it is not one of the package. Raises RuleError, naming the rule
    and its line, where something is wrong with it."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleError(f"not valid TOML: {error}", where=where) from error
    if unknown := data.keys() - set(TOP):
        raise RuleError(
            f"unknown {', '.join(sorted(unknown))}", where=where, todo=f"known are {', '.join(sorted(TOP))}"
        )
    numbers = {word.lower(): value for word, value in _table(data, "numbers", int, where).items()}
    lists = {name: tuple(dict.fromkeys(_words(words, f"list {name}", where)))  # doubles backtrack
             for name, words in _table(data, "lists", list, where).items()}  # fmt: skip
    furniture = {word.lower(): _kind(kind, where) for kind, words in _table(data, "furniture", list, where).items()
                 for word in _words(words, f"furniture {kind}", where)}  # fmt: skip
    named = {**lists, "numbers": tuple(numbers)}
    rules = tuple(_rule(entry, named, here, own) for entry, here in _tables(data, "rule", text, where))
    refuse_doubles((rule.name for rule in rules), where)
    elements = tuple(_element(entry, here) for entry, here in _tables(data, "element", text, where))
    return RuleSet(_value(data, "language", str, where, "und"), rules, furniture, numbers, lists, elements)


def _tables(data: Mapping[str, Any], key: str, text: str, where: str) -> list[tuple[Mapping[str, Any], str]]:
    """The tables of a list with the places at which they begin. Raises RuleError."""
    entries = data.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RuleError(f"{key} is no list of tables", where=where, todo=f"begin every {key} with [[{key}]]")
    lines = [text.count("\n", 0, head.start()) + 1 for head in _HEAD.finditer(text) if head[1] == key]
    if len(lines) != len(entries):  # written in another way
        return [(entry, where) for entry in entries]
    return [(entry, f"{where}, line {line}") for entry, line in zip(entries, lines, strict=True)]


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
    here = f"{where}, rule {entry.get('name', '(no name)')}"
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
        raise RuleError(f"score {score!r}", where=here, todo=f"a number from {LEAST_SCORE} to 1")
    pattern = _value(entry, "pattern", str, here, "") or None
    keys, phrases, hits, misses = (
        _words(entry.get(name, []), name, here) for name in ("keys", "phrases", "hits", "misses")
    )
    return Rule(
        name=_value(entry, "name", str, here, ""), kind=_kind(_value(entry, "kind", str, here, ""), here),
        why=_value(entry, "why", str, here, ""),
        pattern=pattern, words=_named(pattern, lists, here) if pattern else (),
        phrases=phrases, scope=cast("Scope", scope), keys=keys or (required_literal(pattern) if pattern else ()),
        access=access or None, score=float(score), hits=hits, misses=misses,
        seen=_value(entry, "seen", str, here, ""), own=own)  # fmt: skip


TYPES = {str: "text", int: "a whole number", list: "a list", dict: "a table"}


def _value(data: Mapping[str, Any], key: str, kind: type[T], where: str, default: T) -> T:
    """A value of one type. Raises RuleError."""
    value = data.get(key, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise RuleError(f"{key} is {repr(value)[:40]}", where=where, todo=f"must be {TYPES[kind]}")
    return value


def _table(data: Mapping[str, Any], key: str, kind: type[T], where: str) -> dict[str, T]:
    """A table whose values are of one type. Raises RuleError."""
    table = _value(data, key, dict, where, {})
    return {name: _value(table, name, kind, f"{where}, [{key}]", kind()) for name in table}


def _words(words: object, key: str, where: str) -> tuple[str, ...]:
    """A list of text. Raises RuleError."""
    if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
        raise RuleError(f"{key} is {repr(words)[:40]}", where=where, todo="must be a list of text, none of it empty")
    return tuple(words)


def _kind(name: str, where: str) -> Kind:
    if name not in KINDS:
        raise RuleError(f"unknown kind {name!r}", where=where, todo=f"one of {', '.join(KINDS)}")
    return name


def _named(pattern: str, lists: Mapping[str, tuple[str, ...]], where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    names = sorted(set(_LIST.findall(pattern)))
    if unknown := [name for name in names if name not in lists]:
        raise RuleError(f"no list {', '.join(unknown)}", where=where, todo="define it under [lists]")
    return tuple((name, lists[name]) for name in names)


def refuse_doubles(names: Iterable[str], where: str) -> None:
    """Raises RuleError where a name stands twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RuleError("defined twice", where=f"{where}, rule {name}", todo="rule names are unique")
        seen.add(name)


def check_patterns(rule_set: RuleSet, where: str) -> None:
    """Compile every pattern of a set. Raises RuleError, naming the rule, for one that does not compile."""
    for rule in rule_set.rules:
        try:
            rule.matcher  # noqa: B018  # compiles it
        except (regex.error, RecursionError, OverflowError) as error:
            raise RuleError(f"bad pattern: {error}", where=f"{where}, rule {rule.name}") from error


_HEAD = regex.compile(r"(?m)^[ \t]*\[\[[ \t]*(rule|element)[ \t]*\]\]")
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
