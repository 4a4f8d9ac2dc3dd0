"""A rule, and the rules of one file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import Any, Literal
from zlib import crc32

import regex

from cleaner.errors import RuleError
from cleaner.model import Kind
from cleaner.rules.elements import ElementRule
from cleaner.rules.openings import Demands, demands, opens

Scope = Literal["line", "sentence"]
Search = Callable[..., "regex.Match[str] | None"]
"""A search of a compiled pattern: `match`, `fullmatch`."""
FLAGS = regex.VERSION0 | regex.IGNORECASE
SENTENCE_END = r"""(?:(?<=[.!?…؟।])(?=[\s)\]"'»”’]|$)|(?<=[。！？])|(?=[.!?…؟।。！？]|\s*$))"""
LONGEST_LINE = 400
"""Characters; a longer line is no nag as a whole, it is searched for sentences only."""
TIMEOUT = 2.0
"""Seconds that one pattern may spend on one text; patterns of the package need microseconds."""


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
    own: bool = False
    """Not of the package: what its pattern costs, nobody has bounded."""

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

    def within_time(self, search: Search, text: str, start: int = 0) -> regex.Match[str] | None:
        """What a search of the rule finds in a text from a place on. On a long text, patterns of the package that run
        out of time find nothing; other rules never may: Raises RuleError."""
        if not self.own and len(text) - start <= LONGEST_LINE:
            return search(text, start)
        try:
            return search(text, start, timeout=TIMEOUT)
        except TimeoutError:
            if not self.own:
                return None
        raise RuleError(
            f"no end after {TIMEOUT:.0f} s on {text[start:][:60]!r}", where=f"rule {self.name}",
            todo="write the pattern so that it can fit a text in one way only") from None  # fmt: skip

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
    with (resources.files("cleaner.rules") / "data" / DEMANDS).open(encoding="utf8") as file:
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
    elements: tuple[ElementRule, ...] = ()
