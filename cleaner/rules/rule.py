"""A rule, and the rules of one file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import Literal
from zlib import crc32

import regex

from cleaner.errors import RuleError
from cleaner.model import Kind
from cleaner.rules.elements import ElementRule
from cleaner.rules.openings import Demands, demands, opens

Scope = Literal["line", "sentence"]
Pattern = re.Pattern[str] | regex.Pattern[str]
Match = re.Match[str] | regex.Match[str]
FLAGS = regex.VERSION0 | regex.IGNORECASE
VOWEL_SIGNS = frozenset(["ar", "hi"])
"""Languages whose words hold marks, which `re` does not count as parts of words."""
SENTENCE_END = r"""(?:(?<=[.!?…؟।])(?=[\s)\]"'»”’]|$)|(?<=[。！？])|(?=[.!?…؟।。！？]|\s*$))"""
LONGEST_LINE = 400
"""Characters; a longer line is no nag as a whole, it is searched for sentences only."""
LONGEST_NAG = 1_000
"""Characters of a longer text that a pattern of the package sees, from where it is tried on."""
TIMEOUT = 2.0
"""Seconds that a pattern of the user's own may spend on one text; patterns of the package need microseconds."""


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
    place: str
    """The file, the line and the rule, as errors name it."""
    own: bool = False
    """Not of the package: what its pattern costs, nobody has bounded."""

    @cached_property
    def matcher(self) -> Pattern | None:
        """The pattern, compiled when it is first needed, since few rules are in one run; for sentences, with the end of
        one after it. `re` compiles in a third of the time and finds the same, where it can read a pattern at all."""
        if self.pattern is None:
            return None
        pattern = self.pattern
        if self.scope == "sentence":
            verbose = pattern.startswith("(?x)")
            pattern = f"(?x)(?:{pattern[4:]}\n){SENTENCE_END}" if verbose else f"(?:{pattern}){SENTENCE_END}"
        if not self.own and self.language not in VOWEL_SIGNS:
            spelled = pattern
            for name, words in self.words:
                longest_first = sorted(words, key=len, reverse=True)
                spelled = spelled.replace(rf"\L<{name}>", f"(?:{'|'.join(map(re.escape, longest_first))})")
            try:
                return re.compile(spelled, re.IGNORECASE)
            except re.error:
                pass
        return regex.compile(pattern, FLAGS, **{name: list(words) for name, words in self.words})  # type: ignore[arg-type]

    @property
    def language(self) -> str:
        """As the name of a rule of the package begins."""
        return self.name.partition(".")[0]

    def may_match(self, firsts: Iterable[str], text: str) -> bool:
        """Whether it can match in a text, given in lower case, where something begins in one of these ways."""
        openings, needles = self.demands.openings, self.demands.needles
        return any(opens(openings, first) for first in firsts) or any(needle in text for needle in needles)

    def whole(self, text: str) -> Match | None:
        """The match of a whole text, one of at most LONGEST_LINE characters. Raises RuleError, as `at` does."""
        if self.matcher is None:
            return None
        return self._within_time(text, whole=True) if self.own else self.matcher.fullmatch(text)

    def at(self, text: str, start: int) -> Match | None:
        """The match that begins at a place of a text; what is longer than LONGEST_NAG is none for the package's rules.
        Raises RuleError where a rule of the user's own runs out of time."""
        if self.matcher is None:
            return None
        if self.own:
            return self._within_time(text, start)
        end = start + LONGEST_NAG
        match = self.matcher.match(text, start, end)
        return None if match and match.end() == end < len(text) else match

    def _within_time(self, text: str, start: int = 0, *, whole: bool = False) -> Match | None:
        matcher = self.matcher
        if not isinstance(matcher, regex.Pattern):
            return None
        search = matcher.fullmatch if whole else matcher.match
        try:
            return search(text, start, timeout=TIMEOUT)
        except TimeoutError:
            raise RuleError(
                f"no end after {TIMEOUT:.0f} s on {text[start:][:60]!r}", where=self.place,
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
