"""What a pattern asks of a line, read from the pattern itself: how a match begins, or what it holds.

A pattern that can't match need not be tried on a line, and not even be compiled. Only what regular expressions of rules
use is understood; whatever else stands in one is taken for something that may be anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Literal, NamedTuple

REACH = 4
"""Characters of a beginning that are told apart."""
MOST = 300
"""Beginnings of one pattern; where there would be more, shorter ones stand for them."""
MOST_BRANCHES = 100
DIGIT = "0"
"""Stands for any digit."""
_MOST_IN_CLASS = 12


@dataclass(frozen=True, slots=True)
class Demands:
    """A text can match only if it begins so, or holds one of the needles."""

    openings: frozenset[str]
    """The first REACH characters or less, in lower case, of what the pattern matches; digits as DIGIT."""
    needles: frozenset[str]
    """Literals in lower case of which each match has one that begins otherwise; "" where nothing is known of it."""


def demands(pattern: str, lists: Mapping[str, Sequence[str]]) -> Demands:
    r"""What a pattern asks of a text. `lists` are the words it names.

    >>> sorted(demands(r"(?:click )?(?:share|tweet)\b", {}).openings)
    ['clic', 'shar', 'twee']
    >>> demands(r"[\w ]+ can be reached", {})
    Demands(openings=frozenset(), needles=frozenset({' can be reached'}))
    """
    openings: set[str] = set()
    needles: set[str] = set()
    try:
        for branch in _branches(_Reader(pattern, lists).all(), MOST_BRANCHES):
            begins = {text for text, _ in _beginnings(branch)}
            if "" in begins:
                needles |= _needles(branch) or {""}
            else:
                openings |= begins
    except RecursionError:  # brackets in brackets, a thousand deep
        return Demands(frozenset(), frozenset([""]))
    return Demands(frozenset(openings), frozenset(needles))


def opening(text: str, start: int = 0) -> str:
    """How a text begins from some place on, to be looked for among openings."""
    first = text[start : start + REACH].lower()
    return first if first.isalpha() else "".join([DIGIT if char.isdecimal() else char for char in first])


def opens(openings: frozenset[str], first: str) -> bool:
    """Whether something that begins so can match."""
    return any(first[:size] in openings for size in range(len(first), 0, -1))


# --- reading ----------------------------------------------------------------------------------------


class _Node(NamedTuple):
    kind: Literal["text", "any", "empty", "sequence", "choice", "repeat"]
    """`text` is a literal; `repeat` is optional, and may come more than once where `text` is "more"."""
    text: str = ""
    parts: tuple[_Node, ...] = ()
    optional: bool = False


_ANY, _EMPTY = _Node("any"), _Node("empty")


def _literal(text: str) -> _Node:
    if any(char in _LIKE_I for char in text):
        return _ANY
    return _Node("text", text.lower())


_LIKE_I = "\u0130\u0131"
"""Letters that `regex` takes for an `i` where case doesn't matter, though `str.lower` doesn't."""


class _Reader:
    """Reads a pattern once, from left to right; `at` is the place that it has come to."""

    def __init__(self, pattern: str, lists: Mapping[str, Sequence[str]]) -> None:
        self.pattern, self.lists = pattern, lists
        self.verbose = pattern.startswith("(?x)")
        self.at = 4 if self.verbose else 0

    def all(self) -> _Node:
        node = self.choice()
        return node if self.at >= len(self.pattern) else _ANY  # a bracket too many: compiling it will tell

    def next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def pass_(self, mark: str) -> str:
        """Goes on behind a mark, or to the end if there is none; what stands before it."""
        passed, _, _ = self.pattern[self.at :].partition(mark)
        self.at = min(self.at + len(passed) + 1, len(self.pattern))
        return passed

    def choice(self) -> _Node:
        parts = [self.sequence()]
        while self.next() == "|":
            self.at += 1
            parts.append(self.sequence())
        return parts[0] if len(parts) == 1 else _Node("choice", parts=tuple(parts))

    def sequence(self) -> _Node:
        parts = []
        while (char := self.next()) not in ("", "|", ")"):
            if self.verbose and char.isspace():
                self.at += 1
            elif self.verbose and char == "#":
                self.pass_("\n")
            else:
                parts.append(self.repeated(self.atom(char)))
        return _Node("sequence", parts=tuple(parts))

    def repeated(self, node: _Node) -> _Node:
        """What an atom becomes by the quantifier behind it."""
        sign = self.next()
        if sign == "{":
            least, comma, most = self.pass_("}")[1:].partition(",")
            none, more = least in ("", "0"), bool(comma) or least != "1"
            more = more and most not in ("0", "1")
        elif sign and sign in "?*+":
            self.at += 1
            none, more = sign != "+", sign != "?"
        else:
            return node
        if self.next() in ("?", "+"):  # lazy, possessive
            self.at += 1
        return _Node("repeat", "more" if more else "", (node,), none)

    def atom(self, char: str) -> _Node:
        if char == "(":
            return self.group()
        if char == "[":
            return self.characters()
        if char == "\\":
            return self.escaped()
        self.at += 1
        return _EMPTY if char in "^$" else _ANY if char == "." else _literal(char)

    def group(self) -> _Node:
        self.at += 1
        looks = False
        if self.next() == "?":
            head = self.pattern[self.at + 1 : self.at + 3]
            looks = head[:1] in ("=", "!") or head in ("<=", "<!")
            if looks:
                self.at += 3 if head[0] == "<" else 2
            elif head[:1] == ">":
                self.at += 2
            else:  # a name, or flags as in (?-i:...)
                self.pass_(">" if head[:1] == "P" else ":")
        node = self.choice()
        self.at += 1
        return _EMPTY if looks else node

    def escaped(self) -> _Node:
        char = self.pattern[self.at + 1 : self.at + 2]
        self.at += 2
        if char == "L":
            words = self.lists.get(self.pass_(">")[1:], ())
            return _Node("choice", parts=tuple(map(_literal, words)))
        if char in "bBAZzG":
            return _EMPTY
        if char in "pP" and self.next() == "{":
            self.pass_("}")
            return _ANY
        if char == "d":
            return _literal(DIGIT)
        return _ANY if char.isalnum() else _literal(char)

    def characters(self) -> _Node:
        """A class in square brackets: its characters where they are few and listed, anything otherwise."""
        chars: list[str] = []
        at = self.at + 1
        simple = self.pattern[at : at + 1] != "^"
        while (char := self.pattern[at : at + 1]) and (char != "]" or at == self.at + 1):
            escapes = char == "\\"
            if escapes:
                at += 1
                char = self.pattern[at : at + 1]
                simple = simple and (char == "d" or not char.isalnum())
                char = DIGIT if char == "d" else char
            elif char == "-" and chars and self.pattern[at + 1 : at + 2] not in ("]", ""):
                simple = simple and chars[-1] == "0" and self.pattern[at + 1] == "9"
            chars.append(char)
            at += 1
        self.at = at + 1
        if not simple or not 0 < len(chars) <= _MOST_IN_CLASS:
            return _ANY
        return _literal(chars[0]) if len(chars) == 1 else _Node("choice", parts=tuple(map(_literal, chars)))


# --- how a match begins -----------------------------------------------------------------------------

_Begun = frozenset[tuple[str, bool]]
"""Beginnings, each with whether nothing is known of what follows it."""
_NOTHING: _Begun = frozenset([("", False)])
_ANYTHING: _Begun = frozenset([("", True)])


def _beginnings(node: _Node) -> _Begun:
    match node.kind:
        case "text":
            text = "".join([DIGIT if char.isdecimal() else char for char in node.text])
            return frozenset([(text[:REACH], len(text) >= REACH)])
        case "any":
            return _ANYTHING
        case "empty":
            return _NOTHING
        case "choice":
            return _bounded(chain.from_iterable(map(_beginnings, node.parts)))
        case "repeat":
            once = begun = _beginnings(node.parts[0])
            for _ in range(REACH - 1 if node.text else 0):
                begun = _bounded(once | _joined(once, begun))
            return begun | _NOTHING if node.optional else begun
        case "sequence":
            begun = _NOTHING
            for part in node.parts:
                if all(closed for _, closed in begun):
                    break
                begun = _joined(begun, _beginnings(part))
            return begun


def _joined(first: _Begun, second: _Begun) -> _Begun:
    over = [text for text, closed in first if not closed]
    if len(over) * len(second) > MOST and min(map(len, over)) > 0:
        return _bounded((text, True) for text, _ in first)
    joined = {item for item in first if item[1]}
    for text in over:
        room = REACH - len(text)
        joined |= {(text + more[:room], closed or len(more) >= room) for more, closed in second}
    return _bounded(joined)


def _bounded(begun: Iterable[tuple[str, bool]], size: int = REACH) -> _Begun:
    """The same beginnings without those that another stands for, or shorter ones where they are too many."""
    while True:
        begun = {(text[:size], closed or len(text) > size) for text, closed in begun}
        if short := {text for text, closed in begun if closed and len(text) < size}:
            begun = {item for item in begun if not any(item[0][:n] in short for n in range(len(item[0]) + 1 - item[1]))}
        if len(begun) <= MOST:
            return frozenset(begun)
        size -= 1


# --- what a match holds -----------------------------------------------------------------------------


def _branches(node: _Node, most: int) -> list[_Node]:
    """The ways a pattern can go, as far as they part where it begins."""
    if node.kind == "choice":
        return list(chain.from_iterable(_branches(part, most) for part in node.parts))
    if node.kind == "sequence":
        first = next((n for n, part in enumerate(node.parts) if part.kind != "empty"), 0)
        if first < len(node.parts) and node.parts[first].kind in ("choice", "sequence"):
            rest = node.parts[first + 1 :]
            ways = _branches(node.parts[first], most)
            if len(ways) <= most:
                return [_Node("sequence", parts=(way, *rest)) for way in ways]
    return [node]


def _needles(node: _Node) -> set[str]:
    """Literals of which every match has one; none where that can't be told."""
    found = list(_choices(node))
    return max(found, key=_rarity) if found else set()


def _rarity(needles: set[str]) -> tuple[int, float]:
    sizes = [len(needle.strip()) for needle in needles]
    return min(*sizes, 4), sum(sizes) / len(sizes)


def _choices(node: _Node) -> Iterator[set[str]]:
    """Every set of literals of which a match must have one."""
    if node.kind == "repeat" and not node.optional:
        yield from _choices(node.parts[0])
    elif node.kind == "choice":
        parts = [_needles(part) for part in node.parts]
        if parts and all(parts):
            yield set().union(*parts)
    elif node.kind == "sequence":
        for is_text, run in groupby(_flat(node), lambda part: part.kind == "text" and DIGIT not in part.text):
            if is_text:
                yield {"".join(part.text for part in run)}
            else:
                for part in run:
                    yield from _choices(part)
    elif node.kind == "text" and DIGIT not in node.text:
        yield {node.text}


def _flat(node: _Node) -> Iterator[_Node]:
    """The parts of a sequence and of those in it; what has no width is left out."""
    for part in node.parts:
        if part.kind == "sequence":
            yield from _flat(part)
        elif part.kind != "empty":
            yield part
