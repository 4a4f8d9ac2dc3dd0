"""Finds furniture by its words: the rules of `cleaner/rules`, run behind an Aho-Corasick prefilter."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import regex
from ahocorasick_rs import AhoCorasick

from cleaner.fold import Folded, bare, fold
from cleaner.layout import runs
from cleaner.model import Block, Document, Evidence, Kind, Span
from cleaner.rules import TIMEOUT, Rule, RuleSet, builtin_rules

LONGEST_LINE = 400
"""Characters; a longer line is no nag as a whole, it is searched for sentences only."""
LONGEST_GROUP = 40
"""Lines; longer runs are not read together for nags that run over several lines."""
WHOLE_KEY = 3
"""Keys up to this length must stand as words, else `ap` would be found in every map."""
_BARS = re.compile(r"\s*[|‖¦●▪■►❘｜]\s*|\s+[•·]\s*|\s*•\s+|\s*\t\s*|\s{3,}|\s+/\s+")
_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_ENDERS = ".!?…:;。！？؟।։"
_CLOSERS = ".!?…。！？؟।"
_OPENING_QUOTES = "\"“„«‹「『'‘"


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """All rules, indexed for search."""

    phrases: Mapping[str, Rule]
    furniture: Mapping[str, Kind]
    furniture_tokens: frozenset[str]
    longest_furniture: int
    automaton: AhoCorasick
    by_key: tuple[tuple[Rule, ...], ...]
    unkeyed: tuple[Rule, ...]


def phrasebook(sets: Iterable[RuleSet]) -> Phrasebook:
    phrases: dict[str, Rule] = {}
    furniture: dict[str, Kind] = {}
    keyed: dict[str, list[Rule]] = {}
    unkeyed: list[Rule] = []
    for rule_set in sets:
        for word, kind in rule_set.furniture.items():
            furniture.setdefault(" ".join(_tokens(word)), kind)
        for rule in rule_set.rules:
            for phrase in rule.phrases:
                phrases.setdefault(bare(fold(phrase).text), rule)
            if rule.pattern is None:
                continue
            for key in rule.keys:
                keyed.setdefault(fold(key).text.lower(), []).append(rule)
            if not rule.keys:
                unkeyed.append(rule)
    furniture.pop("", None)
    return Phrasebook(
        phrases, furniture, frozenset(token for word in furniture for token in word.split()),
        max((len(word.split()) for word in furniture), default=0),
        AhoCorasick(list(keyed)), tuple(tuple(rules) for rules in keyed.values()), tuple(unkeyed))  # fmt: skip


@cache
def default_phrasebook() -> Phrasebook:
    return phrasebook(builtin_rules())


def detect_phrases(document: Document, book: Phrasebook | None = None) -> list[Evidence]:
    """Evidence for every line, part of a line and run of lines that a rule knows."""
    book = book or default_phrasebook()
    folded = [fold(block.text) for block in document.blocks]
    evidence: list[Evidence] = []
    candidates = _candidates(book, [f.text for f in folded])
    for block, line, rules in zip(document.blocks, folded, candidates, strict=True):
        found = list(_in_line(book, block, line, rules))
        evidence += found
    for group in runs(document, verse=False):
        if not 2 <= len(group) <= LONGEST_GROUP:
            continue
        rules = list(dict.fromkeys(rule for n in group for rule in candidates[n]))
        evidence += _in_group(book, rules, [document.blocks[n] for n in group], [folded[n] for n in group])
    return evidence


def _candidates(book: Phrasebook, lines: list[str]) -> list[list[Rule]]:
    """Per line, the rules one of whose keys stands in it."""
    found: list[dict[Rule, None]] = [dict.fromkeys(book.unkeyed) for _ in lines]
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    text = "\n".join(lines).lower()
    if len(text) != at - 1:  # lower() changed a length
        text = "\n".join(line if len(line.lower()) != len(line) else line.lower() for line in lines)
    for key, start, end in book.automaton.find_matches_as_indexes(text, overlapping=True):
        if end - start > WHOLE_KEY or _stands_alone(text, start, end):
            found[bisect_right(starts, start) - 1].update(dict.fromkeys(book.by_key[key]))
    return [list(rules) for rules in found]


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a short key such as `ap` is a word here; in scripts without spaces it always is."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (text[start].isascii() and (before.isalpha() or after.isalpha()))


# --- one line ---------------------------------------------------------------------------------------


def _in_line(book: Phrasebook, block: Block, line: Folded, rules: list[Rule]) -> Iterator[Evidence]:
    if len(line.text) <= LONGEST_LINE:
        whole = _whole(book, line.text, rules)
        if whole:
            yield _evidence(block, whole)
            return
        parts = list(_segments(line.text))
        if len(parts) > 1:
            yield from _in_segments(book, block, line, rules, parts)
    for rule in rules:
        if rule.scope == "sentence" and rule.pattern:
            for start, end, value in _sentences(rule, line.text):
                part = line.original(start, end)
                yield Evidence(block.index, "phrases", rule.name, rule.score, rule.why, rule.kind, part=part, value=value)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Hit:
    rule: str
    kind: Kind
    score: float
    why: str
    value: str | None = None


def _whole(book: Phrasebook, text: str, rules: Iterable[Rule]) -> _Hit | None:
    """What a text is if a rule knows all of it."""
    core = bare(text)
    if not core or text.rstrip()[-1] in ",、，":
        return None  # a label does not end in a comma; a line of verse does
    if rule := book.phrases.get(core):
        return _Hit(rule.name, rule.kind, rule.score, rule.why)
    if hit := _furniture(book, core):
        return hit
    trimmed = text.strip(" \t|•·*>»›→▶►-_=~#[]()")
    forms = dict.fromkeys((trimmed, trimmed.rstrip(" .!:…,"), text.strip()))
    for rule in rules:
        for form in forms:
            if match := _fullmatch(rule, form):
                return _Hit(rule.name, rule.kind, rule.score, rule.why, _value(match))
    return None


def _fullmatch(rule: Rule, text: str) -> regex.Match[str] | None:
    try:
        return matcher.fullmatch(text, timeout=TIMEOUT) if (matcher := rule.matcher()) else None
    except TimeoutError:  # a runaway pattern is no evidence
        return None


def _value(match: regex.Match[str]) -> str | None:
    value = match.groupdict().get("n")
    return None if value is None else str(value)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def _furniture(book: Phrasebook, core: str) -> _Hit | None:
    """A line made of nothing but furniture words and counts, as `Print Email Read Later` or `12 shares`."""
    tokens = _tokens(core) if len(core) <= 200 else []
    words = [token for token in tokens if not token.isdigit()]
    if not words or not all(token in book.furniture_tokens for token in words):
        return None
    kinds: list[Kind] = []
    at = 0
    while at < len(words):
        for size in range(min(book.longest_furniture, len(words) - at), 0, -1):
            kind = book.furniture.get(" ".join(words[at : at + size]))
            if kind:
                kinds.append(kind)
                at += size
                break
        else:
            return None
    kind = max(kinds, key=kinds.count)
    score = 0.8 if len(kinds) == 1 else 0.95
    return _Hit(f"furniture.{kind}", kind, score, "consists of furniture words only")


def _evidence(block: Block, hit: _Hit, part: Span | None = None) -> Evidence:
    return Evidence(block.index, "phrases", hit.rule, hit.score, hit.why, hit.kind, part=part, value=hit.value)


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """Places of the pieces of a bar such as `By A. Writer | Share | Print`."""
    at = 0
    for match in _BARS.finditer(text):
        if match.start() > at:
            yield at, match.start()
        at = match.end()
    if at < len(text):
        yield at, len(text)


def _in_segments(
    book: Phrasebook, block: Block, line: Folded, rules: list[Rule], parts: list[tuple[int, int]]
) -> Iterator[Evidence]:
    hits = [_whole(book, line.text[start:end], rules) for start, end in parts]
    known = [hit for hit in hits if hit]
    if known and len(known) == len(hits):
        yield _evidence(block, max(known, key=lambda hit: hit.score))
        return
    for (start, end), hit in zip(parts, hits, strict=True):
        if hit:
            yield _evidence(block, hit, line.original(start, end))


# --- sentences inside a line ------------------------------------------------------------------------


def _sentences(rule: Rule, text: str) -> Iterator[tuple[int, int, str | None]]:
    """Matches that are one or several whole sentences and don't stand in a quotation."""
    for match in _matches(rule, text):
        start, end = match.span()
        while end < len(text) and text[end] in _ENDERS:
            end += 1
        before, after = text[:start].rstrip(), text[end:].lstrip()
        opens = not before or before[-1] in _CLOSERS or before[-1] in ")]\"'»”" and _sentence_over(before)
        closes = not after or text[end - 1] in _CLOSERS or (text[end : end + 1] == " " and not after[0].islower()
                                                            and after[0].isalpha() and _is_call(rule))  # fmt: skip
        if start < end and opens and closes and not _in_quotation(before):
            yield start, end, _value(match)


def _matches(rule: Rule, text: str) -> list[regex.Match[str]]:
    try:
        return list(matcher.finditer(text, timeout=TIMEOUT)) if (matcher := rule.matcher()) else []
    except TimeoutError:  # a runaway pattern is no evidence
        return []


def _is_call(rule: Rule) -> bool:
    """Nags often lack their full stop before the next sentence; body text does not."""
    return rule.score >= 0.9


def _sentence_over(before: str) -> bool:
    return len(before) >= 2 and before.rstrip(")]\"'»” ")[-1:] in tuple(_CLOSERS)


def _in_quotation(before: str) -> bool:
    """Whether an opening quotation mark before this point is not closed yet."""
    return (before.count('"') % 2 == 1 or before.count("«") > before.count("»")
            or before.count("「") > before.count("」") or before.count("『") > before.count("』"))  # fmt: skip


# --- several lines ----------------------------------------------------------------------------------


def _in_group(book: Phrasebook, rules: list[Rule], blocks: list[Block], lines: list[Folded]) -> Iterator[Evidence]:
    """Whole groups a rule knows, and sentences that run over line ends, as evidence for each line touched."""
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line.text) + 1
    text = " ".join(line.text for line in lines)
    if len(text) <= LONGEST_LINE and (hit := _whole(book, text, rules)):
        yield from (_evidence(block, hit) for block in blocks)
        return
    for rule in rules:
        for start, end, value in _sentences(rule, text):
            for block, line, first in zip(blocks, lines, starts, strict=True):
                low, high = max(start - first, 0), min(end - first, len(line.text))
                if low < high and not (low == 0 and high == len(line.text) and start == first and end == first + high):
                    whole = low == 0 and high == len(line.text)
                    part = None if whole else line.original(low, high)
                    yield Evidence(block.index, "phrases", rule.name, rule.score, rule.why, rule.kind, part=part, value=value)  # fmt: skip
