"""The byline as written, and the names in it. Wrong authors are worse than none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import regex

from cleaner.fold import fold
from cleaner.metadata.words import opening_words
from cleaner.model import Document

LONGEST = 160
_PARTICLES = (
    "(?:de|da|do|dos|das|del|della|di|du|des|la|le|van|von|der|den|ten|ter|zu|zur|al|el|bin|ibn|ben|abu|y|e|af|av|st|mc"
    "|mac|o')"
)
_WORD = r"(?:\p{Lu}[\p{L}\p{M}'’.-]*|[\p{Lo}\p{M}]+)"
_NAME = rf"{_WORD}(?:\s+(?:{_PARTICLES}\s+)*{_WORD}){{0,4}}"
_AND = r"(?:,|&|/|、|・|\b(?:and|und|et|y|e|en|och|og|i|и|ve)\b)"
_NAMES = rf"{_NAME}(?:\s*{_AND}\s*{_NAME}){{0,5}}"
_SPLIT = regex.compile(r"\s*(?:,|;|&|/|、|\|)\s*|\s+(?:and|und|et|y|e|en|och|og|и|ve)\s+", regex.I)
_NOT_NAMES = re.compile(
    r"\b(?:staff|correspondent|reporter|editor|editors|editorial|writer|desk|team|newsroom|news|press|agency|agencies|"
    r"redaktion|redacción|redação|redazione|rédaction|redactie|admin|administrator|author|guest|contributor|contributors|"
    r"service|bureau|online|media|magazine|times|post|daily|herald|journal|tribune|gazette|reuters|afp|ap|dpa|associated)\b",
    re.I,
)


@cache
def _pattern() -> regex.Pattern[str]:
    openers = sorted(opening_words("byline"), key=len, reverse=True)
    spaced = [word for word in openers if word[-1].isalnum() or word[-1] in ":)"]
    tight = [word for word in openers if word not in spaced]
    opener = rf"(?:(?:{'|'.join(map(regex.escape, spaced))})\s+|(?:{'|'.join(map(regex.escape, tight))})\s*)"
    tail = r"(?:\s*[,|•·/–—-]\s*[^.!?]{0,80}|\s+(?:on|am|le|el)\s+.{0,60})?"
    return regex.compile(rf"(?i:{opener})(?P<names>{_NAMES})(?P<tail>{tail})", regex.V1)


def match_byline(text: str) -> str | None:
    """The names part of a line that is a byline, as written.

    >>> match_byline("By JANE DOE, Example News"), match_byline("By the river he sat.")
    ('JANE DOE, Example News', None)
    """
    folded = fold(text).text.strip()
    if len(folded) > LONGEST or (folded.endswith((".", "?", "!")) and len(folded) > 60):
        return None
    try:
        match = _pattern().fullmatch(folded.rstrip(" .|"), timeout=0.25)
    except TimeoutError:  # what takes so long to read is no byline
        return None
    return match["names"] if match else None


def is_byline(text: str) -> bool:
    return match_byline(text) is not None


def names_in(text: str) -> tuple[str, ...]:
    """The personal names in a names part; job titles, agencies, addresses and months are left out.

    >>> names_in("Jane Doe and John van Roe, Staff Writers")
    ('Jane Doe', 'John van Roe')
    """
    names: list[str] = []
    for piece in _SPLIT.split(re.sub(r"\([^)]*\)|<[^>]*>|\S+@\S+", " ", text)):
        name = " ".join((piece or "").split()).strip(" .-–—:")
        if name and not _NOT_NAMES.search(name) and _looks_like_a_name(name) and name not in names:
            names.append(name)
    return tuple(names)


def _looks_like_a_name(name: str) -> bool:
    words = name.split()
    if name.isascii() or not any(char > "\u2fff" for char in name):
        proper = [word for word in words if word[:1].isupper() or (not word[:1].isascii() and word[:1].isalpha())]
        months = opening_words("months")
        return (2 <= len(words) <= 6 and len(proper) >= 2 and not any(char.isdigit() for char in name)
                and not any(word.lower().rstrip(".") in months for word in words[2:]) and len(name) <= 60
                and "http" not in name)  # fmt: skip
    return 2 <= len(name) <= 12 and not any(char.isdigit() for char in name)


def authors_of_page(document: Document) -> tuple[tuple[str, ...], str, str] | None:
    """(names, raw, source) from JSON-LD or meta elements."""
    for item in document.head.json_ld:
        if "headline" in item or "datePublished" in item:
            raw = [name for name in _person_names(item.get("author")) if name.strip()]
            names = tuple(dict.fromkeys(name for text in raw for name in names_in(text)))
            if names:
                return names, "; ".join(raw), "json-ld"
    for field in ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl"):
        for text in document.head.meta.get(field, ()):
            if "://" not in text:
                plain = re.sub(r"^\s*by\s+", "", text, flags=re.I)
                if names := names_in(plain):
                    return names, text, "meta"
    return None


def _person_names(author: Any) -> Iterator[str]:
    items = author if isinstance(author, list) else [author]
    for item in items:
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping) and item.get("@type", "Person") in ("Person", ["Person"]):
            name = item.get("name")
            yield from (name if isinstance(name, list) else [name] if isinstance(name, str) else [])
