"""Measures paragraph boundaries: pages of gold whose body has blank lines are written down as scrapers do, cleaned as
text, and the beginnings of paragraphs compared with those of the gold, beside a naive reading of the same kept lines
(blank lines part paragraphs where there are any, else every line is one).

    python tools/paragraph_bench.py GOLD... [--weights FILE] [--fold 0] [--limit 40]

Beginnings after single line feeds of the gold count neither for nor against.
"""

from __future__ import annotations

import argparse
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from cleaner import Article, Cleaner
from cleaner.evaluate.gold import GoldPage, load_gold
from cleaner.read import read
from cleaner.train.samples import domain_of, fold_of, renderings

ARTICLE, WIDTH = "article", 76
_WORD = re.compile(r"\w+")
_BLANK = re.compile(r"\n\s*\n")


def texts_of(page: GoldPage) -> Iterator[tuple[str, str]]:
    """(name, text) of the ways in which a page may be written down, each also wrapped."""
    for name, text in renderings(read(page.read(), kind="html", url=page.url, max_chars=10**8)):
        yield name, text
        lines = ["\n".join(textwrap.wrap(line, WIDTH)) for line in text.split("\n")]
        yield f"{name}, wrapped", "\n".join(lines)


def words_of(paragraphs: Sequence[str]) -> tuple[list[str], set[int]]:
    """All words, and which of them begin a paragraph."""
    words: list[str] = []
    starts = set()
    for paragraph in paragraphs:
        if found := [word.lower() for word in _WORD.findall(paragraph)]:
            starts.add(len(words))
            words += found
    return words, starts


def naive(article: Article, text: str) -> list[str]:
    """The kept lines as paragraphs."""
    spans = sorted((span.start, span.end) for part in article.body for span in part.spans)
    blank, last, found = _BLANK.search(text) is not None, None, list[str]()
    for start, end in spans:
        for line in re.finditer(r"[^\n]+", text[start:end]):
            at = start + line.start()
            between = text[last:at] if last is not None else "\n\n"
            if _BLANK.search(between) or (not blank and "\n" in between):
                found.append(line[0])
            else:
                found[-1] += f" {line[0]}"
            last = start + line.end()
    return found


def compared(paragraphs: Sequence[str], body: str) -> tuple[int, int, int]:
    """Beginnings that are right, that are given, and that the gold has, among the words that both have."""
    words, starts = words_of(paragraphs)
    wanted_words, wanted = words_of(_BLANK.split(body))
    soft = words_of(body.split("\n"))[1] - wanted
    place: dict[int, int] = {}
    for here, there, size in SequenceMatcher(None, words, wanted_words, autojunk=False).get_matching_blocks():
        place |= {here + n: there + n for n in range(size)}
    given = {place[start] for start in starts if start in place} - {0} - soft
    wanted &= set(place.values())
    wanted.discard(0)
    return len(given & wanted), len(given), len(wanted)


def main(golds: Sequence[Path], options: dict[str, Any], fold: int | None, limit: int) -> None:
    cleaner = Cleaner(**options)
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    pages = [page for gold in golds for page in load_gold(gold) if page.page_type == ARTICLE and page.body
             and _BLANK.search(page.body) and (fold is None or fold_of(domain_of(page), 5) == fold)]  # fmt: skip
    for page in pages[:limit]:
        for name, text in texts_of(page):
            article = cleaner.clean(text, kind="text")
            for whose, paragraphs in (("ours", [str(part) for part in article.body]), ("naive", naive(article, text))):
                for n, count in enumerate(compared(paragraphs, page.body or "")):
                    totals[name, whose][n] += count
    print(f"{len(pages[:limit])} pages")
    for (name, whose), (right, given, wanted) in totals.items():
        precision, recall, f1 = right / max(1, given), right / max(1, wanted), 2 * right / max(1, given + wanted)
        print(f"{name:20} {whose:6} precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("golds", nargs="+", type=Path)
    parser.add_argument("--weights")
    parser.add_argument("--fold", type=int)
    parser.add_argument("--limit", type=int, default=40)
    asked = parser.parse_args()
    main(asked.golds, {"weights": asked.weights} if asked.weights else {}, asked.fold, asked.limit)
