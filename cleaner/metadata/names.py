"""Reads the personal names at the beginning of a text: what follows "By", or what an author field holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import unescape
from typing import NamedTuple

import regex

from cleaner.fold import fold
from cleaner.metadata.words import opening_words

LONGEST, MOST = 60, 12
"""Characters of a name; names of one byline."""
MOST_WORDS = 6
_TOKEN = regex.compile(
    r"""(?x)
      (?P<gap>\s*(?:[,;&/、，；]|·(?=\p{Hangul})|\+|\|(?=\s*\p{Lu}))\s*)
    | (?P<word>[\p{Han}\p{Hiragana}\p{Katakana}々ー・]+ | \p{Hangul}+ | [\p{L}\p{M}][\p{L}\p{M}\p{N}'·.-]*)
    | (?P<space>\s+)
    | (?P<nick>"\p{Lu}[\p{L}\p{M}]*"|\(\p{Lu}[\p{L}\p{M}]*\)(?=\s\p{Lu}))""",
    regex.V1,
)
_UNCASED = regex.compile(r"\p{Lo}")
_GENERATIONS = ("II", "III", "IV", "JR", "SR")
_ASIDE = regex.compile(r"\((?!\p{Lu}[\p{L}]+\)\s\p{Lu})[^)]*\)|<[^>]*>|\S+@\S+")
_DAY = re.compile(r"\.?\s+\d")
_GLUED = regex.compile(r"((?!Mac|Fitz)\p{Lu}\p{Ll}{3,})(?=\p{Lu}\p{Ll})")
"""A name that a page sets right before a title: `RoeReporter`."""
_INITIAL = regex.compile(r"(?:\p{Lu}[\p{L}]?\.-?)+")
_WITHOUT_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


class Names(NamedTuple):
    """Names and what stands behind them."""

    names: tuple[str, ...]
    rest: str
    sure: bool
    """Whether what is left is not the end of a sentence that the first name began."""


def is_full(name: str) -> bool:
    """Whether a name has a given and a family name, as far as its script tells.

    >>> is_full("Jane Doe"), is_full("janedoe"), is_full("松村太郎")
    (True, False, True)
    """
    return len(name.split()) > 1 or bool(_WITHOUT_SPACES.search(name)) or bool(regex.search(r"\p{Hangul}{3}", name))


def read_names(text: str) -> Names:
    """The names that a folded text opens with, and the rest. Titles, desks, agencies and post-nominals between the
    names are passed over; at any other word the names are at an end.

    >>> read_names("JANE DOE and A. J. van Roe, Staff Writers | May 2").names
    ('JANE DOE', 'A. J. van Roe')
    >>> read_names("Monday the storm had passed"), read_names("the river").names
    (Names(names=(), rest='Monday the storm had passed', sure=True), ())
    """
    pieces: list[list[str]] = [[]]
    at = end = 0
    while len(pieces) <= 2 * MOST and (match := _TOKEN.match(text, at)):
        word, at = match[0], match.end()
        if match.lastgroup == "space":
            continue
        if match.lastgroup == "gap" or (match.lastgroup == "word" and _parts(word, pieces[-1])):
            pieces.append([])
            continue
        taken = word if match.lastgroup == "nick" else _taken(word, text, at, pieces)
        if taken:
            pieces[-1].append(taken)
            end = match.start() + len(taken)
        if taken != word:
            break
    names = [name for piece in pieces if (name := _name(piece))]
    passed = sum(1 for piece in pieces if piece) - len(names)
    full = [name for name in names if is_full(name)]
    if not names or (passed and not full):
        return Names((), text, True)  # what stands alone beside a title or a desk is no name
    rest = text[end:].strip()
    return Names(tuple(dict.fromkeys(full or names))[:MOST], rest, not rest or (len(pieces) > 1 and bool(full)))


def _parts(word: str, before: Sequence[str]) -> bool:
    """Whether a word stands between two names: "and", or a title behind a name of a script without spaces."""
    lower = word.lower()
    if lower in _roles() and _UNCASED.match(word) and before:
        return True  # 홍길동 기자
    return lower in opening_words("and") and (word.islower() or len(word) > 1)


def _taken(word: str, text: str, at: int, pieces: Sequence[Sequence[str]]) -> str:
    """What of a word belongs to a name or a title: all of it, its beginning, nothing."""
    lower = word.lower().rstrip(".")
    if lower in opening_words("particles") and word.islower():
        return word if _goes_on(text, at) else ""
    if word[0].isupper() and pieces[-1] and pieces[-1][-1].islower():
        return word  # del Mar
    if not _may_be_in_name(word, lower) and not (lower in _roles() and any(pieces)):
        return ""
    if lower in opening_words("months") and _DAY.match(text, at):
        return ""
    cut = _GLUED.match(word)
    own = cut[1] if cut and word[len(cut[1]) :].lower() in _glued() else word
    return "" if own.lower() in _NETWORKS and any(pieces) else own


def _goes_on(text: str, at: int) -> bool:
    following = _TOKEN.match(text, at + 1)
    return bool(following and following.lastgroup == "word" and (
        following[0][:1].isupper() or following[0] in opening_words("particles")))  # fmt: skip


def _may_be_in_name(word: str, lower: str) -> bool:
    if word[0].isupper() or _UNCASED.match(word) or (word[:2] in ("d'", "l'") and word[2:3].isupper()):
        return lower not in opening_words("not_in_names") and not any(char.isdigit() for char in word)
    return False


@cache
def _roles() -> frozenset[str]:
    return opening_words("roles") | opening_words("desks")


@cache
def _glued() -> frozenset[str]:
    return _roles() | opening_words("not_in_names") | _NETWORKS


_NETWORKS = frozenset(["twitter", "facebook", "instagram", "linkedin", "email"])
"""Whose names stand as links behind those of people."""


def _name(words: list[str]) -> str | None:
    """A piece between two separators as a name; None where it is a title, a desk, or letters behind a name."""
    while words and words[-1].lower().replace(".", "") in opening_words("post_nominals") and len(words) > 1:
        words = words[:-1]
    half = len(words) // 2
    if half and words[:half] == words[half:]:
        words = words[:half]  # set twice, for screens of two sizes
    last = words[-1] if len(words) > 2 else ""
    if len(last) > 1 and last.isupper() and last not in _GENERATIONS and words[-2][1:].islower():
        words = words[:-1]
    while words and words[0].islower():
        words = words[1:]
    if not words or len(words) > MOST_WORDS or words[0].lower() in ("the", "our"):
        return None
    lowered = {word.lower().rstrip(".") for word in words}
    if lowered & _roles() or (lowered & opening_words("months") and len(words) < 2):
        return None
    if len(words) == 1 and words[0].lower().replace(".", "") in opening_words("post_nominals"):
        return None
    name = " ".join(words)
    name = name if _INITIAL.fullmatch(words[-1]) else name.rstrip(".")
    return name.strip("'-· ") if 1 < len(name) <= LONGEST else None


def collective(text: str) -> str | None:
    """The name of a team or a paper that a field holds or a byline opens with; None for nameless desks and agencies.

    >>> collective("Example News Team"), collective("Editorial Staff"), collective("The Example Times | Sports")
    ('Example News Team', None, 'The Example Times')
    """
    first = re.split(r"\s*[|•·,;/(●\d]|\s[-–—]\s", fold(text).text)[0].strip(" .:")
    words = [word.lower() for word in first.split()]
    capital = all(word[:1].isupper() or word[:1].isdigit() for word in first.split()[1:])
    if not capital or not 2 <= len(words) <= MOST_WORDS:
        return None
    named = [word for word in words if word not in _roles() and word not in ("the", "our", "by", "and", "of", "with")]
    if not named or {"staff", "admin"} & set(words) or any(word in opening_words("not_in_names") for word in words):
        return None
    return first if set(words) & opening_words("desks") else None


def names_in_field(text: str) -> tuple[str, ...]:
    """The names of an author field, such as JSON-LD `name` or `<meta name="author">`; () where it holds none.

    A field says that it names an author, so that one word is enough: a pen name, a login.

    >>> names_in_field("By Jane Doe, Example News"), names_in_field("d.roe@news.example")
    (('Jane Doe',), ())
    >>> names_in_field("Jane Doe - Example Team"), names_in_field("janedoe")
    (('Jane Doe',), ('janedoe',))
    """
    plain = fold(_ASIDE.sub(" ", unescape(text))).text.strip()
    plain = _BY.sub("", plain).strip(' -–—|•·:;,."')
    if not plain or "://" in plain or "www." in plain or len(plain) > 400:
        return ()
    if _LOGIN.fullmatch(plain):
        return () if plain.lower() in _roles() or plain in _NOBODY else (plain,)
    first = re.split(r"\s+[-|•·]\s+", plain)[0]
    read = read_names(first)
    return read.names if read.sure or not read.rest[:1].isalpha() or read.rest.lower() in _NETWORKS else ()


_BY = regex.compile(r"^\s*(?:(?i:by|von|par|por|di|door|av|af|autor|author)\b\s*:?|文/|文：|作者[:：]|著者[:：])\s*")
_NOBODY = ("undefined", "null", "none", "unknown", "anonymous")
"""What a field holds that its publishing system could not fill."""
_LOGIN = regex.compile(r"[\p{Ll}][\p{L}\p{N}_.-]{2,18}(?<!\d)")
