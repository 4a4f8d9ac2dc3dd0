"""Finds furniture by its words: the rules of `cleaner/rules`, run behind an Aho-Corasick prefilter."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache, reduce
from itertools import accumulate
from operator import or_

import regex
from ahocorasick_rs import AhoCorasick

from cleaner.fold import PUNCTUATION, Folded, bare, fold, folded_lines
from cleaner.layout import runs
from cleaner.metadata.language import declared_language, spoken
from cleaner.model import Block, Document, Evidence, Kind, Span
from cleaner.rules import languages, rules_at, rules_of, rules_of_packages
from cleaner.rules.openings import REACH, opening
from cleaner.rules.parse import refuse_doubles
from cleaner.rules.rule import LONGEST_LINE, Match, Rule, RuleSet

LONGEST_GROUP = 40
"""Lines; longer runs are not read together for nags that run over several lines."""
WHOLE_KEY = 2
"""Keys up to this length must stand as words, else `ap` would be found in every map."""
_BARS = re.compile(r"\s*[|‖¦●▪■►❘]\s*|\s+[•·]\s*|\s*•\s+|\s+/\s+")
_HAS_BAR = re.compile(r"[|‖¦●▪■►❘•·/]")
_CODE = re.compile(r"^[\"'{$@<;\\%]+\w|^--?\w|[={}<;\\]|\w_\w|\(\)|\w[\"']+$")
"""Quoted words, options and variables of code, which look like buttons: `'login'`, `--app`, `save()`."""
_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’.-][\p{L}\p{M}\p{N}]+)*")
_SENTENCE_START = re.compile(r"[.!?…؟।。！？](?:(?<![。！？])[)\]\"'»”’]*\s+|(?<=[。！？])[)\]」』）]*\s*)(?=\S)")
_MARKS = " \t|•·*>»›→▶►-_=~#[]()"
_ENDERS = ".!?…:;。！？؟।։"
_CLOSERS = ".!?…。！？؟।"


@dataclass(frozen=True, slots=True)
class _Hit:
    rule: str
    kind: Kind
    score: float
    why: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """All rules, indexed for search."""

    phrases: Mapping[str, Rule]
    furniture: Mapping[str, Kind]
    furniture_tokens: frozenset[str]
    openers: frozenset[str]
    """First words of phrases and furniture."""
    longest_furniture: int
    automaton: AhoCorasick
    rules: tuple[Rule, ...]
    """Those with a pattern, in the order of their files: the first that knows a line names it."""
    keys: tuple[int, ...]
    """For each literal of the automaton the rules, as bits by their places in `rules`, of which it is a key."""
    needles: tuple[int, ...]
    """For each literal the rules that can match where it stands, however the text begins."""
    openings: Mapping[str, int]
    """For the beginning of a text, or a part of it, the rules that can match there."""
    words: tuple[bool, ...]
    """Whether each literal must stand as a word."""
    unkeyed: int
    """The rules that have no key."""
    unopened: int
    """The rules that can match in any text."""
    seen: dict[str, int] = field(default_factory=dict)
    """What `openings` says of beginnings that have been looked up."""
    known: dict[str, _Hit | None] = field(default_factory=dict)
    """What short texts are that have been looked up: menus say the same everywhere."""


MOST_KNOWN, LONGEST_KNOWN = 50_000, 60
"""Entries that these hold, and characters of a text that is remembered."""


def phrasebook(sets: Iterable[RuleSet]) -> Phrasebook:
    phrases: dict[str, Rule] = {}
    furniture: dict[str, Kind] = {}
    sets = tuple(sets)
    for rule_set in sets:
        for word, kind in rule_set.furniture.items():
            furniture.setdefault(" ".join(_tokens(word)), kind)
        for rule in rule_set.rules:
            for phrase in rule.phrases:
                phrases.setdefault(bare(fold(phrase).text), rule)
    furniture.pop("", None)
    tokens = frozenset(token for word in furniture for token in word.split())
    rules = tuple(rule for rule_set in sets for rule in rule_set.rules if rule.pattern)
    keys = _bits((key, n) for n, rule in enumerate(rules) for key in rule.keys)
    needles = _bits((needle, n) for n, rule in enumerate(rules) for needle in rule.demands.needles)
    anything, anywhere = keys.pop("", 0), needles.pop("", 0)  # of patterns of the user's own that ask for nothing
    literals = list(dict.fromkeys((*keys, *needles)))
    return Phrasebook(
        phrases, furniture, tokens, tokens | {phrase.partition(" ")[0] for phrase in phrases},
        max((len(word.split()) for word in furniture), default=0), AhoCorasick(literals), rules,
        tuple(keys.get(literal, 0) for literal in literals), tuple(needles.get(literal, 0) for literal in literals),
        _bits((first, n) for n, rule in enumerate(rules) for first in rule.demands.openings),
        tuple(len(key) <= WHOLE_KEY and key[0].isascii() and key[0].isalpha() for key in literals),
        sum(1 << n for n, rule in enumerate(rules) if not rule.keys) | anything, anywhere)  # fmt: skip


def _bits(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """For each text the numbers that stand beside it, as bits."""
    bits: dict[str, int] = {}
    for text, number in pairs:
        text = fold(text).text.lower()
        bits[text] = bits.get(text, 0) | 1 << number
    return bits


@cache
def phrasebook_of(languages: tuple[str, ...], own: tuple[str, ...] = ()) -> Phrasebook:
    """The rules of some languages, of files of the user's own, and of packages that bring some. Raises RuleError where
    two have one name."""
    sets = [*map(rules_at, own), *rules_of_packages(), *map(rules_of, languages)]
    refuse_doubles(rule for rule_set in reversed(sets) for rule in rule_set.rules)  # an error is about the user's own
    return phrasebook(sets)


def detect_phrases(
    document: Document, book: Phrasebook | None = None, sure: frozenset[int] = frozenset(), own: tuple[str, ...] = ()
) -> list[Evidence]:
    """Evidence for every line, part of a line and run of lines that a rule knows. Without a book, the rules of the
    document's language, of English and of `common.toml` are asked; all rules where the language can't be told. `sure`
    holds the indexes of blocks that are debris for certain, menus and the like: patterns, which take most of the time,
    are tried on them only where they are about access. `own` are paths of rule files of the user's own.
    """
    book = book or phrasebook_of(_languages(document), own)
    blocks, lines = document.blocks, folded_lines(document)
    lowered = _lowered([line.text for line in lines])
    groups = [] if document.kind == "html" else [g for g in runs(document, verse=False) if 1 < len(g) <= LONGEST_GROUP]
    keyed, opened = _candidates(book, lowered, {n for group in groups for n in group[1:]})
    evidence: list[Evidence] = []
    for n, line in enumerate(lines):
        rules = _rules(book, keyed[n] & opened[n])
        if not rules and not _may_be_known(book, lowered[n]):
            continue
        if n not in sure:
            evidence += _in_line(book, blocks[n], line, rules)
        elif len(line.text) <= LONGEST_LINE:
            hit = _whole(book, line.text, [rule for rule in rules if rule.kind in ACCESS])
            evidence += [_evidence(blocks[n], hit)] if hit else []
    for group in groups:
        inside = slice(group.start, group.stop)
        rules = _rules(book, reduce(or_, keyed[inside]) & reduce(or_, opened[inside]))
        if rules or _may_be_known(book, lowered[group.start]):
            evidence += _in_group(book, rules, [blocks[n] for n in group], [lines[n] for n in group])
    return evidence


def _rules(book: Phrasebook, bits: int) -> list[Rule]:
    rules = []
    while bits:
        lowest = bits & -bits
        rules.append(book.rules[lowest.bit_length() - 1])
        bits ^= lowest
    return rules


def _lowered(lines: Sequence[str]) -> list[str]:
    """The lines in lower case, each as long as it was."""
    whole = "\n".join(lines)
    if len(lower := whole.lower()) == len(whole):
        return lower.split("\n")
    return [low if len(low := line.lower()) == len(line) else line for line in lines]


def _may_be_known(book: Phrasebook, lowered: str) -> bool:
    """Whether a line without any key may be a phrase, furniture or a bar of such, as its first word tells: most lines
    are none."""
    if len(lowered) > LONGEST_LINE:
        return False
    first = lowered.lstrip(PUNCTUATION).partition(" ")[0]
    return not first.isalpha() or first in book.openers or _HAS_BAR.search(lowered) is not None


ACCESS: frozenset[Kind] = frozenset(("meter", "subscribe", "sign_in"))
"""Kinds that say who may read the page."""
NEAR = (
    {"no", "da", "sv"}, {"cs", "sk"}, {"ru", "uk", "be", "bg"}, {"pt", "es", "gl", "ca"}, {"nl", "af"}, {"zh", "ja"},
    {"hi", "mr", "ne"}, {"ar", "fa", "ur"}, {"tr", "az"}, {"no", "nb", "nn"},
)  # fmt: skip
"""Languages that are taken for one another on few words, or share phrases."""
ALWAYS = ("en", "common")
"""English furniture stands on pages of all languages."""


def _languages(document: Document) -> tuple[str, ...]:
    """The rule files to ask, the document's own language first."""
    declared = declared_language(document)
    code, confidence = spoken(document)
    names = [declared.value] if declared else []
    if confidence >= 0.8 and code not in names:
        names.insert(0, code)
    if not names:
        return (*ALWAYS, *(name for name in languages() if name not in ALWAYS))
    near = [other for group in NEAR if group & set(names) for other in sorted(group)]
    return tuple(name for name in dict.fromkeys((*names, *near, *ALWAYS)) if name in languages())


def _candidates(book: Phrasebook, lowered: Sequence[str], joined: Set[int]) -> tuple[list[int], list[int]]:
    """For each line, as bits, the rules of which a key begins in it, and those that can match in it as it begins, or
    one of its sentences, or a piece of a bar. `joined` holds the lines that go on with the sentences of the line
    before: a key may run from one into the other."""
    keyed, opened = [book.unkeyed] * len(lowered), [book.unopened] * len(lowered)
    starts = [0, *accumulate(len(line) + 1 for line in lowered)]
    text = "".join((" " if n in joined else "\n") + line for n, line in enumerate(lowered))[1:]
    keys, needles, words = book.keys, book.needles, book.words
    for literal, start, end in book.automaton.find_matches_as_indexes(text, overlapping=True):
        if words[literal] and (_spaced(text[start - 1 : start]) or _spaced(text[end : end + 1])):
            continue  # a part of a word
        n = bisect_right(starts, start) - 1
        keyed[n] |= keys[literal]
        opened[n] |= needles[literal]
    for match in _SENTENCE_START.finditer(text):
        start = match.end()
        n = bisect_right(starts, start) - 1
        opened[n] |= _opened(book, text[start : start + REACH])
    for n, line in enumerate(lowered):
        if keyed[n]:
            opened[n] |= _opened(book, line[:REACH])
            if not line[:1].isalnum():
                opened[n] |= _opened(book, line.lstrip(_MARKS)[:REACH])
            if len(line) <= LONGEST_LINE and _HAS_BAR.search(line):
                for start, end in _segments(line):
                    opened[n] |= _opened(book, line[start:end].strip(_MARKS)[:REACH])
    return keyed, opened


def _opened(book: Phrasebook, first: str) -> int:
    """The rules that can match where something begins so."""
    bits = book.seen.get(first)
    if bits is None:
        if len(book.seen) > MOST_KNOWN:
            book.seen.clear()
        parts = [opening(first)[:size] for size in range(1, REACH + 1)]
        bits = book.seen[first] = reduce(or_, [book.openings.get(part, 0) for part in parts])
    return bits


def _spaced(char: str) -> bool:
    """Whether a character is a letter of a script that parts its words by spaces."""
    return char.isalpha() and char < "\u0e00"


# --- one line ---------------------------------------------------------------------------------------


def _in_line(book: Phrasebook, block: Block, line: Folded, rules: list[Rule]) -> Iterator[Evidence]:
    if len(line.text) <= LONGEST_LINE:
        whole = _whole(book, line.text, rules)
        if whole:
            yield _evidence(block, whole)
            return
        parts = list(_segments(line.text)) if _HAS_BAR.search(line.text) else []
        if len(parts) > 1:
            yield from _in_segments(book, block, line, rules, parts)
    found = list(_nags(rules, line.text)) if rules else []
    for hit, start, end in (*found, *_rest(book, line.text, rules, found)):
        yield _evidence(block, hit, line.original(start, end))


def _whole(book: Phrasebook, text: str, rules: Iterable[Rule]) -> _Hit | None:
    """What a text is if a rule knows all of it."""
    if not text or text.rstrip()[-1:] in ",、，":
        return None  # a label does not end in a comma; a line of verse does
    hit = _listed(book, text)
    return hit or (_by_pattern(text, rules) if rules else None)


def _listed(book: Phrasebook, text: str) -> _Hit | None:
    """What a text is if it is a phrase, or made of furniture words."""
    if text in book.known:
        return book.known[text]
    core = bare(text)
    rule = book.phrases.get(core)
    hit = _Hit(rule.name, rule.kind, rule.score, rule.why) if rule else _furniture(book, core) if core else None
    if hit and _CODE.search(text):
        hit = None
    if len(text) <= LONGEST_KNOWN:
        if len(book.known) > MOST_KNOWN:
            book.known.clear()
        book.known[text] = hit
    return hit


def _by_pattern(text: str, rules: Iterable[Rule]) -> _Hit | None:
    """What a text is if the pattern of a rule fits all of it, without marks around it or as it stands."""
    plain, trimmed = text.strip(), text.strip(_MARKS)
    firsts, lowered = (opening(trimmed), opening(plain)), text.lower()
    forms = dict.fromkeys((trimmed.rstrip(" .!:…,。।؟？！"), trimmed, plain))
    for rule in rules:
        if not rule.may_match(firsts, lowered):
            continue
        for form in forms:
            if match := rule.whole(form):
                return _Hit(rule.name, rule.kind, rule.score, rule.why, _value(match))
    return None


def _value(match: Match) -> str | None:
    value = match.groupdict().get("n")
    return None if value is None else str(value)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def _furniture(book: Phrasebook, core: str) -> _Hit | None:
    """A line made of nothing but furniture words and counts, as `Print Email Read Later` or `12 shares`."""
    first = core.partition(" ")[0]
    last = core.rpartition(" ")[2]
    known = book.furniture_tokens
    if len(core) > 200 or (first not in known and first.isalpha()) or (last not in known and last.isalpha()):
        return None
    tokens = _tokens(core)
    words = [token for token in tokens if not token.isdigit()]
    if (
        not words
        or (len(words) == 1 and len(words[0]) < 3 and words[0].isascii())
        or not all(token in book.furniture_tokens for token in words)
    ):
        return None
    kinds: list[Kind] = []
    at = 0
    while at < len(words):
        for size in range(min(book.longest_furniture, len(words) - at), 0, -1):
            found = book.furniture.get(" ".join(words[at : at + size]))
            if found:
                kinds.append(found)
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


def _nags(rules: Iterable[Rule], text: str) -> Iterator[tuple[_Hit, int, int]]:
    """Every nag of one or several whole sentences in a text."""
    searched = [rule for rule in rules if rule.scope == "sentence"]
    starts = [(start, (opening(text, start),)) for start in _sentence_starts(text)] if searched else []
    lowered = text.lower() if searched else ""
    for rule in searched:
        opened = [start for start, first in starts if rule.may_match(first, lowered)]
        for start, end, value in _sentences(rule, text, opened) if opened else ():
            yield _Hit(rule.name, rule.kind, rule.score, rule.why, value), start, end


def _rest(
    book: Phrasebook, text: str, rules: list[Rule], found: list[tuple[_Hit, int, int]]
) -> Iterator[tuple[_Hit, int, int]]:
    """What nags leave of a line, where that is furniture of its own: `Get the news. Enter your email address.`"""
    at = 0
    for start, end in [*sorted((start, end) for _, start, end in found), (len(text), len(text))] if found else ():
        if (
            text[at:start].strip()
            and start - at <= LONGEST_LINE
            and (hit := _whole(book, text[at:start].strip(), rules))
        ):
            yield hit, at, start
        at = max(at, end)


def _sentence_starts(text: str) -> list[int]:
    first = [0] if text[:1].strip() else []
    return first + [opening.end() for opening in _SENTENCE_START.finditer(text)]


def _sentences(rule: Rule, text: str, starts: list[int]) -> Iterator[tuple[int, int, str | None]]:
    """Matches that are one or several whole sentences and don't stand in a quotation."""
    over = 0
    for start in starts:
        match = rule.at(text, start) if start >= over else None
        if match is None or match.end() == start:
            continue
        end = match.end()
        while end < len(text) and text[end] in _ENDERS:
            end += 1
        if not _in_quotation(text[:start]):
            over = end
            yield start, end, _value(match)


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
    single = len(_sentence_starts(text)) == 1
    if single and len(text) <= LONGEST_LINE and (hit := _whole(book, text, rules)):
        yield from (_evidence(block, hit) for block in blocks)
        return
    for hit, start, end in _nags(rules, text):
        for block, line, first in zip(blocks, lines, starts, strict=True):
            low, high = max(start - first, 0), min(end - first, len(line.text))
            if low < high:
                whole = low == 0 and high == len(line.text)
                yield _evidence(block, hit, None if whole else line.original(low, high))
