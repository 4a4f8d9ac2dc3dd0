"""Who wrote it: the byline as written, and the names in it or in the page's head. Wrong authors are worse than none.

A head names authors in JSON-LD (https://schema.org/author), in `<meta name="author">` (HTML Standard, 4.2.5.1), in the
`article:author` of Open Graph (https://ogp.me/#type_article) and in the labelled card data of some publishing systems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import regex
from ahocorasick_rs import AhoCorasick

from cleaner.fold import fold
from cleaner.metadata.dateline_words import agency_named
from cleaner.metadata.names import Names, collective, is_full, names_in_field, read_names
from cleaner.metadata.words import opening_words
from cleaner.model import Block, Document

LONGEST, SHORT = 160, 90
"""Characters of a byline; of one that no word opens."""


class Byline(NamedTuple):
    """A visible byline."""

    names: tuple[str, ...]
    raw: str
    """The part of the line that names somebody."""
    opened: bool
    """Whether a word such as "By" opens it."""


# --- lines ------------------------------------------------------------------------------------------


@cache
def _opener() -> regex.Pattern[str]:
    """Words that open a byline; the spaced ones need a space or a colon behind them, or a capital right there."""
    openers = sorted(opening_words("byline"), key=len, reverse=True)
    tight = [word for word in openers if not (word[-1].isalnum() or word[-1] in ":)") or not word[0].isascii()]
    spaced = [word for word in openers if word not in tight]
    return regex.compile(
        rf"(?<![\p{{L}}\p{{M}}.@'-])(?i:{'|'.join(map(regex.escape, spaced))})(?:\s*:\s*|\s+)"
        rf"|(?<![\p{{L}}])[Bb]y[Bb]y\s+"
        rf"|(?<![\p{{L}}])(?:[Ww]ritten [Bb]y|[Bb]y|Von|Par|Por)(?=\p{{Lu}}\p{{Ll}})"
        rf"|(?<![\p{{Ll}}\p{{Lu}}])(?i:{'|'.join(map(regex.escape, tight))})\s*[:：/／●]?\s*"
        rf"|(?<=[\p{{Ll}}\d])(?:Written [Bb]y|By)\s*:?\s*(?=\p{{Lu}})",
        regex.V1,
    )


@cache
def _openings() -> AhoCorasick:
    """Finds all of these words in a text of lower case."""
    return AhoCorasick(sorted(opening_words("byline") | {"by", "von", "par", "por"}))


def _may_open(folded: str) -> bool:
    """Whether `_opener` may find something, which takes twenty times as long; on most lines it may not."""
    lower = folded.lower()
    return any(
        not start or not lower[start - 1].islower() or "by" in lower[start:end]
        for _, start, end in _openings().find_matches_as_indexes(lower, overlapping=True)
    )


_GLUED_MONTH = re.compile(
    r"(?<=[a-z])(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d|Published|Updated|Posted|Last "
    r"|(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]{0,6}\.? \d)"
)
_REPORTER = regex.compile(
    r"(?P<name>\p{Han}{2,4}|\p{Hangul}{2,4})\s*(?:記者|记者|기자|특파원|선임기자)(?![\p{Han}\p{Hangul}])"
)
_WORDS = re.compile(r"[^\W\d_]+")


_TOLD = re.compile(
    r"(?i)this (?:[a-z]+ )?(?:post|article|story|blog|column|piece|review|recipe|report|content|guide)"
    r" (?:was|is|has been) (?:originally )?(?:written|authored|contributed|submitted) by "
)
"""What opens a byline that is a sentence."""


def find_byline(text: str) -> Byline | None:
    """The byline that a line is, or holds beside a date; None where it is none.

    >>> find_byline("By JANE DOE, Example News"), find_byline("By the river he sat.")
    (Byline(names=('JANE DOE',), raw='JANE DOE, Example News', opened=True), None)
    >>> find_byline("Posted on July 1, 2024 by A. J. Roe | 3 Comments").names
    ('A. J. Roe',)
    >>> find_byline("This post was written by Jane Doe, a doctor at Example Hospital.").names
    ('Jane Doe',)
    >>> find_byline("Books recommended by Jane Doe"), find_byline("Von Jana Beispiel und Jan Muster").names
    (None, ('Jana Beispiel', 'Jan Muster'))
    """
    if len(text) > LONGEST:
        return None
    if (told := _TOLD.match(text)) and (read := read_names(fold(text[told.end() :]).text)).names:
        return Byline(read.names, text[told.end() :], True) if is_full(read.names[0]) else None
    if len(text) > 60 and text.endswith((".", "?", "!")):
        return None
    folded = fold(text).text.strip(" |•·\t")
    opens = _may_open(folded)
    folded = _GLUED_MONTH.sub(" ", folded) if opens else folded
    for match in _opener().finditer(folded) if opens else ():
        if not _before_byline(folded[: match.start()]):
            return None
        after = folded[match.end() :]
        if found := _opened(after, match[0], dated=bool(folded[: match.start()])):
            return found
    reporter = _REPORTER.search(folded) if len(folded) <= 30 else None
    return Byline((reporter["name"],), reporter[0], True) if reporter else None


def _opened(after: str, opener: str, *, dated: bool) -> Byline | None:
    nested = _opener().match(after)  # "Byby JANE DOE", "Author: By Jane Doe"
    after = after[nested.end() :] if nested else after
    read = read_names(after)
    if read.names:
        return Byline(read.names, after, True) if _behind_byline(read, after) else None
    first, *others = re.split(r"\s+[|•·–—-]\s+|\s+(?:on|in|at)\s|,\s", after)
    first = first.strip()
    if (others or (opener[:1].isupper() and (" " in opener.strip() or ":" in opener)) or dated) and re.fullmatch(
        r"[\w.-]{3,25}", first
    ):
        return Byline(names_in_field(first), after, True)  # Posted by janedoe
    if name := collective(first):
        return Byline((), name, True)
    words = {word.lower() for word in _WORDS.findall(first)}
    desk = words & (opening_words("desks") | opening_words("roles"))
    return Byline((), after, True) if desk and len(words) <= MOST_OF_DESK else None


MOST_OF_DESK = 5


def _before_byline(before: str) -> bool:
    """Whether what stands before the opener goes with a byline: nothing, a date, a label."""
    if not before or len(before) > 70:
        return not before
    known, months = opening_words("date"), opening_words("months")
    return all(word.lower() in known or word.lower() in months or word.lower() in _LABELS or len(word) == 1
               for word in _WORDS.findall(before))  # fmt: skip


_LABELS = frozenset(["author", "authors", "article", "story", "post", "written", "words", "text", "report", "byline"])


def _behind_byline(read: Names, whole: str) -> bool:
    """Whether what stands behind the names goes with a byline: nothing, a date, a mark, no sentence."""
    rest = read.rest
    if not rest or not rest[0].isalpha():
        return True
    first = rest.split()[0].lower().strip(".,:")
    if rest[0].isupper() and is_full(read.names[0]):
        return True
    return len(rest) <= 80 and first in _GOES_BEHIND and not whole.endswith((".", "?", "!"))


_GOES_BEHIND = frozenset(
    "on in at for from am le el il em den last updated published posted via with contributed reporting vom il das "
    "min mins minutes hours days ago the".split()
)


def is_byline(text: str) -> bool:
    return find_byline(text) is not None


# --- pages ------------------------------------------------------------------------------------------

_AUTHOR_CLASS = re.compile(r"(?<![a-z])(?:by-?line|authors?|writers?|autor|auteur|autore|contributors?)(?![a-z])"
                           r"|author[_-]|[_-]author|byline")  # fmt: skip
_NOT_AUTHOR_CLASS = re.compile(
    r"comment|related|recommend|latest|popular|trending|sidebar|carousel|widget|footer|card-list"
)
_DATE = regex.compile(
    r"""(?x)
      (?:(?<!\p{L})(?i:published|updated|posted|last\ updated|on|am|le|el)[\s:]+)*
      (?:(?<!\p{L})\p{L}{3,9}\.?\ \d{1,2}(?:st|nd|rd|th)?,?\ (?:19|20)\d\d | \d{1,2}\.?\ \p{L}{3,10}\.?,?\ (?:19|20)\d\d
       | (?:19|20)\d\d[-/.年]\ ?\d{1,2}[-/.月]\ ?\d{1,2}日? | \d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d)
      (?:,?\ (?:at\ )?\d{1,2}[:.時]\d\d分?(?:\ ?[AaPp]\.?[Mm]\.?)?(?:\ [A-Z]{2,4})?)?""",
    regex.V1,
)
UNDER = 3
"""Blocks under the headline in which a name that the page gives again is the byline."""
_EDGES = " \t|•·●,;/-–—▪"


def visible_byline(
    document: Document, zone: Sequence[Block], headline: int | None, site: frozenset[str] = frozenset()
) -> tuple[Block, Byline] | None:
    """The first byline among the blocks around the beginning of the body, with its block: a line that opens as one,
    else one that the page's class names call so, else a full name beside a date or under the headline."""
    for at, block in enumerate(zone):
        if found := find_byline(block.text):
            return block, found
        if found := _of_next_line(zone[at : at + 2]):
            return zone[at + 1], found
    short = [block for block in zone if 2 <= len(block.text) <= SHORT]
    for block in short if document.kind == "html" else ():
        names = _names_by_markup(document, block)
        if names and not _is_label(names[0], document):
            return block, Byline(names, block.text, False)
    for block in short if headline is not None else ():
        names = _names_by_place(document, block, headline or 0)
        if names and not all(plain_key(name) in site for name in names):
            return block, Byline(names, block.text, False)
    return None


MOST_OF_NAME = 5
"""Words of a name that a line of its own holds; a row of labels has more."""


def _of_next_line(lines: Sequence[Block]) -> Byline | None:
    """The byline that begins with "By" on a line of its own and goes on in the next."""
    if len(lines) < 2 or len(lines[1].text) > SHORT or not _is_opener(lines[0].text):
        return None
    text = lines[1].text
    if names := read_names(fold(text).text).names:
        return Byline(names, text, True) if len(names[0].split()) <= MOST_OF_NAME else None
    name = collective(text)
    return Byline((), name, True) if name else None


def closing_byline(document: Document, zone: Sequence[Block]) -> tuple[Block, Byline] | None:
    """A byline that stands at the end: one that opens as such and is nothing else, or a full name that the page's class
    names call one."""
    for at, block in enumerate(zone):
        if len(block.text) <= 100 and (found := find_byline(block.text)) and found.names and is_full(found.names[0]):
            return block, found
        if (found := _of_next_line(zone[at : at + 2])) and found.names and is_full(found.names[0]):
            return zone[at + 1], found
    for block in zone if document.kind == "html" else ():
        if len(block.text) <= 40 and _is_classed(document, block):
            read = read_names(fold(block.text).text)
            lone = len(read.names) == 1 and not read.rest and _is_person(read.names[0])
            if lone and not _is_label(read.names[0], document, every_word=True):
                return block, Byline(read.names, block.text, False)
    return None


def _names_by_place(document: Document, block: Block, headline: int) -> tuple[str, ...]:
    """Full names on a line that holds a date beside them, that stands next to a line with nothing but a date, or that
    stands under the headline and is given again elsewhere."""
    if block.index == headline or block.text == document.blocks[headline].text:
        return ()
    folded = fold(block.text).text
    if any(char.isdigit() for char in folded):
        names = _names_beside_date(folded)
        return () if any(_is_label(name, document) for name in names) else names
    read = read_names(folded)
    names = read.names
    if not names or read.rest or len(names) > 3 or not all(_is_person(name) for name in names):
        return ()
    near = document.blocks[max(0, block.index - 1) : block.index + 2]
    placed = any(_is_date(other.text) for other in near if other is not block) or (
        0 < block.index - headline <= UNDER and sum(1 for other in document.blocks if block.text in other.text) > 1
    )
    return names if placed and not any(_is_label(name, document, any_word=True) for name in names) else ()


def _names_beside_date(folded: str) -> tuple[str, ...]:
    folded = _GLUED_MONTH.sub(" ", folded)
    match = _DATE.search(folded)
    if not match:
        return ()
    pieces = (folded[: match.start()].strip(_EDGES), folded[match.end() :].strip(_EDGES))
    for piece, other in (pieces, pieces[::-1]):
        read = read_names(piece)
        light = not read.rest or not read.rest[0].isalpha() or read.rest.split()[0] in ("in", "on")
        if read.names and all(map(is_full, read.names)) and light and not is_prose(other):
            return read.names
    return ()


_MINUTES = re.compile(r"(?i)[\s|•·–—-]*\d+\s?-?min(?:ute)?s?(?: of)?(?: read(?:ing)?)?[\s|•·–—-]*")


def _is_date(text: str) -> bool:
    """Whether a line is mostly a date."""
    if len(text) > 60 or not any(char.isdigit() for char in text):
        return False
    plain = _MINUTES.sub("", fold(text).text)
    match = _DATE.search(plain)
    return match is not None and len(match[0]) >= 0.5 * len(plain)


def _is_label(name: str, document: Document, *, any_word: bool = False, every_word: bool = False) -> bool:
    """Whether a capitalised line is a label, not a person: its last word (or any, or every one) stands somewhere on the
    page in lower case, or it goes with dates."""
    words = [word.lower() for word in name.split() if len(word) > 1]
    dated = opening_words("date") | opening_words("updated")
    if not words or all(word in dated for word in words) or words[-1] in opening_words("updated"):
        return True
    if any_word:
        return any(_in_lower_case(word, document) for word in words)
    return all(_in_lower_case(word, document) for word in (words if every_word else words[-1:]))


def _in_lower_case(word: str, document: Document) -> bool:
    if not word.isalpha() or word.upper() == word:
        return False
    form = re.compile(rf"(?<![\w@./-]){word}(?![\w@/])")
    return any(form.search(block.text) for block in document.blocks if word in block.text)


def is_prose(text: str) -> bool:
    return len(text.split()) > 6


def _is_person(name: str) -> bool:
    """Whether a name can only be one: two to four capitalised words, none of which a label would have."""
    words = name.split()
    return 2 <= len(words) <= 4 and all(_NAME_WORD.fullmatch(word) or word.islower() for word in words)


_NAME_WORD = regex.compile(
    r"(?:Mc|Mac|O'|D'|L')?\p{Lu}[\p{Ll}\p{M}]+(?:[-'](?:\p{Lu}[\p{Ll}\p{M}]+|\p{Ll}+))?|\p{Lu}\.|\p{Lo}{2,}", regex.V1
)


LONGEST_OPENER = 22


def _is_opener(text: str) -> bool:
    """Whether a line is nothing but what opens a byline, as `Article written by:`."""
    if len(text) > LONGEST_OPENER or not _may_open(text):
        return False
    lines = (f"{text.strip()} ", f"{text.strip(' :')} ")
    return any(match.end() == len(line) and _before_byline(line[: match.start()])
               for line in lines for match in _opener().finditer(line))  # fmt: skip


def _is_classed(document: Document, block: Block) -> bool:
    words = " ".join([node.words for node in document.ancestors(block, 4)])
    return bool(_AUTHOR_CLASS.search(words)) and not _NOT_AUTHOR_CLASS.search(words)


def _names_by_markup(document: Document, block: Block) -> tuple[str, ...]:
    """The names of a line that the page's class names call a byline, or that links to a page about an author, where it
    must be a person's."""
    if _is_classed(document, block):
        return _plain_names(block.text)
    linked = block.link_share > 0 and block.text in document.head.author_links
    names = _plain_names(block.text) if linked else ()
    return names if all(map(_is_person, names)) else ()


def _plain_names(text: str) -> tuple[str, ...]:
    """The names of a line that holds names and perhaps a title or a date; () for any other line."""
    read = read_names(_GLUED_MONTH.sub(" ", fold(text).text.strip()))
    if read.rest and ((read.rest[0].isalpha() and len(read.rest) > 60) or not any(map(is_full, read.names))):
        return ()
    return read.names


# --- heads ------------------------------------------------------------------------------------------


class Stated(NamedTuple):
    """Authors as a head states them."""

    names: tuple[str, ...]
    raw: str
    source: str


_SCHOLARLY = ("citation_author", "citation_authors")
"""Of papers, whose other elements may name the first author only."""
_META = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl",
         "cxenseparse:author", "article:author_name", "bt:author")  # fmt: skip
_WRITTEN_BY = frozenset(["written by", "by", "author", "von", "verfasst von", "geschrieben von", "escrito por", "por",
                         "écrit par", "par", "scritto da", "di", "geschreven door", "skrevet av", "автор"])  # fmt: skip


def stated_authors(document: Document) -> Iterator[Stated]:
    """Authors of the head, from the surest source to the least."""
    head = document.head
    people = {name: item for item in head.json_ld if isinstance(name := item.get("@id"), str) and item.get("name")}
    for item in head.json_ld:
        if "author" in item and ("headline" in item or "datePublished" in item or is_article(item)):
            raw = [name for name in _person_names(item.get("author"), people) if name.strip()]
            if names := _from_fields(raw):
                yield Stated(names, "; ".join(raw), "json-ld")
    for field in (*_SCHOLARLY, *_META):
        texts = head.meta.get(field, ())
        if field in _SCHOLARLY:
            texts = tuple(_LAST_FIRST.sub(r"\2 \1", text) for text in texts)
        if texts and (names := _from_fields(texts)):
            yield Stated(names, "; ".join(texts), "meta")
    for number in "12":
        label = (head.first(f"twitter:label{number}") or "").lower().rstrip(" :")
        if label in _WRITTEN_BY and (text := head.first(f"twitter:data{number}")) and (names := _from_fields([text])):
            yield Stated(names, text, "meta")


_LAST_FIRST = re.compile(r"^([^,;]{2,30}),\s*([^,;]{1,40})$")


def stated_agency(document: Document) -> tuple[str, str] | None:
    """(raw, source) of an author in the head that may be an agency: the caller knows their names."""
    for item in document.head.json_ld:
        for author in _listed(item.get("author")):
            name = author.get("name") if isinstance(author, Mapping) else author
            if isinstance(name, str) and name.strip():
                return name, "json-ld"
    return next(((text, "meta") for field in _META[:3] for text in document.head.meta.get(field, ())), None)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_article(item: Mapping[str, Any]) -> bool:
    """Whether a JSON-LD object is of a type that has a text: Article and its subtypes (https://schema.org/Article)."""
    kinds = item.get("@type")
    return any(isinstance(kind, str) and kind.endswith(("Article", "Posting", "Report", "Review"))
               for kind in (kinds if isinstance(kinds, list) else [kinds]))  # fmt: skip


def _from_fields(texts: Sequence[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for text in texts for name in names_in_field(text)))
    if not names:
        return tuple(dict.fromkeys(name for text in texts if (name := collective(text))))
    return tuple(name for name in names if is_full(name)) or names


def _person_names(author: Any, people: Mapping[str, Mapping[str, Any]], depth: int = 0) -> Iterator[str]:
    """The names of an author value: text, an object, a reference to an object elsewhere in the page, a list of them."""
    if isinstance(author, str):
        if author in people:
            yield from _person_names(people[author], people, depth + 1) if depth < 3 else ()
        else:
            yield author
    elif isinstance(author, list):
        for item in author[:40] if depth < 3 else ():
            yield from _person_names(item, people, depth + 1)
    elif isinstance(author, Mapping):
        kind = author.get("@type", "Person")
        named = author.get("name")
        if named is None and isinstance(at := author.get("@id"), str) and at in people and depth < 3:
            yield from _person_names(people[at], people, depth + 1)
        elif "person" in str(kind).lower():
            yield from (name for name in (named if isinstance(named, list) else [named]) if isinstance(name, str))


# --- together ---------------------------------------------------------------------------------------


class Authors(NamedTuple):
    """Who wrote it, and where that was read."""

    names: tuple[str, ...]
    raw: str
    source: str
    confidence: float
    block: Block | None = None


def find_authors(
    stated: Sequence[Stated], visible: tuple[Block, Byline] | None, site: frozenset[str], agency: str | None
) -> Authors | None:
    """The authors on which head and byline agree, or those of the better one: full names before single words, people
    before teams, anybody before the site's own name."""
    seen = tuple(name for name in visible[1].names if not _is_agency(name)) if visible else ()
    block, byline = visible or (None, Byline((), "", False))
    shown = fold(block.text).text.lower() if block else ""
    for names, raw, source in stated:
        names = _people(names, site)
        if names and is_full(names[0]):
            more = {name.lower() for name in names} < {name.lower() for name in seen}
            if shown and not more and all(name.lower() in shown for name in names):
                return Authors(names, raw, source, 0.95)
            if block and byline.opened and seen and is_full(seen[0]) and not _share(names, seen):
                return Authors(seen, byline.raw, "line", 0.7, block)  # heads often name who put it on the site
            if more:
                break
            return Authors(names, raw, source, 0.95 if _share(names, seen) else 0.9)
    if block and seen and (is_full(seen[0]) or byline.opened or any(_share(item.names, seen) for item in stated)):
        return Authors(_people(seen, site) or seen, byline.raw, "line", 0.85 if byline.opened else 0.75, block)
    if agency:
        return None
    for names, raw, source in stated:
        if names := _people(names, site):
            return Authors(names, raw, source, 0.7)
    if block and byline.opened and not seen:
        name = collective(byline.raw)
        return Authors((name,), byline.raw, "line", 0.6, block) if name else None
    for names, raw, source in stated:
        if _is_person(names[0]) and names[0].split()[0].lower() not in _ARTICLES:
            return Authors(names, raw, source, 0.6)  # whose site it is
    for names, raw, source in stated:  # the site's own name, where the page shows it as its author too
        if shown and all(plain_key(name) in plain_key(shown) for name in names):
            return Authors(names, raw, source, 0.5)
    return None


_ARTICLES = frozenset("the der die das le la les il lo el los de het".split())


def _people(names: Sequence[str], site: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in names if plain_key(name) not in site and not _is_agency(name))


def _is_agency(name: str) -> bool:
    """Whether a name is an agency's and nobody's: Petra, Sana and Lusa are given names too."""
    return agency_named(name) is not None and not (name.isalpha() and name.istitle())


def _share(names: Sequence[str], seen: Sequence[str]) -> bool:
    """Whether two bylines name somebody in common, in whatever case."""
    return bool({name.lower() for name in names} & {name.lower() for name in seen})


def plain_key(text: str) -> str:
    """Letters and digits of a name only, lower case: how names of sites are compared.

    >>> plain_key("The Example-News")
    'examplenews'
    """
    return re.sub(r"[\W_]+", "", re.sub(r"^the\s+", "", text.lower()))
