"""Finds captions that no element names, in texts above all: by the credit of the picture at their end, or by words that
captions open with. Whether they are text is an option; they are no debris."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import regex
from ahocorasick_rs import AhoCorasick

from cleaner.measure import word_count
from cleaner.metadata.words import table_of
from cleaner.model import Document, Evidence

FEWEST_WORDS, MOST_WORDS = 3, 70
"""Words of a caption before its credit, and with it: what is shorter is a credit alone, what is longer a paragraph."""
FEWEST_CHARS, MOST_CHARS, LONGEST_CREDIT = 16, 500, 140
"""Characters of a caption, and of the end of one in which its credit is looked for."""
_MARKS = re.compile("[:：©/([|摄攝]")
"""Without one of these there is no credit, unless it is `Photo by Jane Doe`, which has rules of its own."""
NEITHER = 0.5
"""Score of evidence that only says what a block is."""

_CREDIT = r"""
      (?P<sure> [(\[]\s* (?: (?:(?i:\L<agencies>|\L<stocks>)\s+)? (?i:\L<pictures>)
                             (?: \s*(?:[:：©=/]|\b(?i:by|via|von|de|di|door|av|credit|courtesy)\b) | \s+(?=\p{Lu}) )
                             [^()\[\]]{1,80}
                         | [^()\[\]/|]{2,50} \s?/\s? (?: [^()\[\]/]{2,30}/ )? (?i:\L<stocks>)
                         | (?i:\L<stocks>) \s?/\s? \p{Lu}[^()\[\]/|]{2,50} ) \s*[)\]] \.?
              | [\p{Han}·]{2,12}[摄攝] [)）]? )
      \s*$
    | (?: (?<=[.!?…»”"'’)\]|–—-]\s{0,3}) (?i:\L<pictures>) (?:\s+by\b|\s*[:：©]) \s*[^\s:][^.:!?]{1,70} \.?
        | (?<=\s) (?=\p{Lu}) (?i:\L<pictures>) \s*[:©] \s*\p{Lu}[^.:!?,"“”]{1,60} \.? )
      \s*$
    | (?P<weak> [(\[]\s* (?: \p{Lu}[^()\[\]/|]{2,50} \s?/\s? (?i:\L<agencies>) (?:/[^()\[\]]{2,30})?
                         | (?i:\L<agencies>) \s?/\s? \p{Lu}[^()\[\]/|]{2,50} ) \s*[)\]] \.?
              | (?<=[.!?…»”]\s{1,3}) (?: \p{Lu}[^.!?:/|]{2,40} \s?[/|]\s?
                                      (?i:\L<agencies>|\L<stocks>) (?:/[^.!?]{2,30})?
                                    | (?i:\L<agencies>|\L<stocks>) / \p{Lu}[^.!?:/|]{2,40} ) \.? )
      \s*$
"""
"""Credits: (AP Photo/Jane Doe), (Jane Doe/Getty Images) and 新华社记者李刚摄; behind the end of a sentence Photo: Jane
Doe, behind anything Foto: Privat; (Xinhua/Jane Doe), Jane Doe/AFP and REUTERS/Jane Doe, which may be signatures."""


@cache
def _openings() -> tuple[str, ...]:
    return tuple(table_of("captions")["openings"])


@cache
def _words() -> AhoCorasick:
    """Finds what a credit has one of, in a tenth of the time of the pattern: a word for a picture, or an agency beside
    a bar or bracket."""
    data = table_of("captions")
    forms = ("/{}", "/ {}", "|{}", "| {}", "{}/", "{} /")
    names = (*data["agencies"], *data["stocks"])
    agencies = [form.format(name) for name in names for form in forms]
    return AhoCorasick([*data["pictures"], *agencies, "摄", "攝"])


@cache
def _pattern() -> regex.Pattern[str]:
    data = table_of("captions")
    return regex.compile(
        _CREDIT, regex.V1 | regex.VERBOSE,
        pictures=data["pictures"], agencies=data["agencies"], stocks=data["stocks"],
    )  # fmt: skip


SURE = 0.1
"""Score of the learned detector under which a line is the article's, unless its credit is a picture's for certain."""


def detect_captions(document: Document, before: Sequence[Evidence]) -> list[Evidence]:
    """Evidence with a role for each paragraph that is a caption. Paragraphs of which rules cut a credit are none."""
    learned = {item.block: item.score for item in before if item.detector == "learned"}
    cut = {item.block for item in before if item.kind == "credit" and item.part is not None}
    return [
        Evidence(block.index, "captions", "captions.credit", NEITHER, why, role="caption")
        for block in document.blocks
        if block.role == "paragraph"
        and FEWEST_CHARS <= len(block.text) <= MOST_CHARS
        and block.index not in cut
        and (why := _why(block.text, learned.get(block.index, NEITHER)))
    ]


def _why(text: str, score: float) -> str | None:
    """What tells that a line is a caption, None where nothing does."""
    if text.startswith(_openings()):
        return "opens as a caption does"
    start = max(0, len(text) - LONGEST_CREDIT)
    if not _MARKS.search(text, start):
        return None
    if not _words().find_matches_as_indexes(text[start:].lower().replace("\xa0", " ")):
        return None
    match = _pattern().search(text, start)
    if not match or word_count(text[: match.start()]) < FEWEST_WORDS or word_count(text) > MOST_WORDS:
        return None
    least = 0.0 if match["sure"] else NEITHER if match["weak"] else SURE
    return "ends with the credit of a picture" if score >= least else None
