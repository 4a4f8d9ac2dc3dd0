"""What lines recur on the pages of a site: an SQLite file that is learned from pages and read as a value.

A line counts for a site where it stands on two pages or more. Near-copies of one article, such as its print version,
are one page here: pages whose two longest lines are the same. Nothing depends on the order of pages.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from hashlib import blake2b
from heapq import nlargest
from pathlib import Path
from types import TracebackType

from cleaner.errors import InputError
from cleaner.fold import bare, fold
from cleaner.model import Document

VERSION = 1


def fingerprint(text: str) -> int:
    """63 bits of a line as rules compare it, without its figures."""
    plain = "".join("0" if char.isdecimal() else char for char in bare(fold(text).text))
    return int.from_bytes(blake2b(plain.encode("utf8", "replace"), digest_size=8).digest(), "big") >> 1


def article_of(document: Document) -> int:
    """What near-copies of a page share: its two longest lines. One may be a notice that stands on every page."""
    longest = nlargest(2, {block.text for block in document.blocks}, key=lambda text: (len(text), text))
    return fingerprint(" ".join(longest))


class SiteLearner:
    """Collects the lines of pages into a file; a context manager, which writes all when it ends without an error."""

    def __init__(self, path: Path) -> None:
        try:
            self.base = sqlite3.connect(path)
            self.base.execute(f"pragma user_version = {VERSION}")
            self.base.execute(
                "create table if not exists lines (host text, line integer, first integer, second integer, sample text,"
                " primary key (host, line)) without rowid"
            )
        except sqlite3.Error as error:
            raise InputError(f"can't be written: {error}", where=str(path)) from error

    def __enter__(self) -> SiteLearner:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.base.commit()
        self.base.close()

    def learn(self, document: Document, host: str) -> None:
        """Add a page. Of the articles that have a line the two smallest are kept: enough to tell one from several,
        whatever their order."""
        article = article_of(document)
        rows = {fingerprint(block.text): block.text[:80] for block in reversed(document.blocks)}
        self.base.executemany(
            "insert into lines values (?, ?, ?, null, ?) on conflict do update set"
            " first = min(first, excluded.first),"
            " second = case when excluded.first in (first, second) then second"
            " else min(max(first, excluded.first), coalesce(second, max(first, excluded.first))) end,"
            " sample = min(sample, excluded.sample)",
            [(host, line, article, text) for line, text in rows.items()],
        )


class SiteMemory:
    """A learned file, read-only. Raises InputError where it is none."""

    def __init__(self, path: str) -> None:
        try:
            self.base = sqlite3.connect(f"file:{Path(path).resolve()}?mode=ro", uri=True, check_same_thread=False)
            (version,) = self.base.execute("pragma user_version").fetchone()
            self.base.execute("select host, line, first, second, sample from lines limit 0")
        except sqlite3.Error as error:
            todo = "make one with `cleaner sites learn`"
            raise InputError(f"no site memory: {error}", where=path, todo=todo) from error
        if version != VERSION:
            raise InputError(f"site memory of version {version}", where=path, todo="learn it again")

    @lru_cache(maxsize=256)  # noqa: B019  # there are few memories, and they live as long as the process
    def of(self, host: str) -> frozenset[int]:
        """The lines that stand on two pages or more of a host."""
        rows = self.base.execute("select line from lines where host = ? and second is not null", (host,))
        return frozenset(line for (line,) in rows)

    def shown(self, host: str) -> Iterator[str]:
        """The beginnings of these lines, by the alphabet."""
        rows = self.base.execute("select sample from lines where host = ? and second is not null order by 1", (host,))
        return (text for (text,) in rows)

    def hosts(self) -> Iterator[tuple[str, int]]:
        """The hosts with the number of lines that recur, most first."""
        query = "select host, count(second) from lines group by host order by 2 desc, 1"
        return iter(self.base.execute(query))


def site_memory(path: str) -> SiteMemory:
    """A memory by its path, opened once a process."""
    return _opened(path, os.getpid())


@cache
def _opened(path: str, process: int) -> SiteMemory:
    return SiteMemory(path)


def learn(path: Path, pages: Iterable[tuple[Document, str]]) -> int:
    """Write the memory of pages, each with its host; how many there were."""
    count = 0
    with SiteLearner(path) as learner:
        for document, host in pages:
            learner.learn(document, host)
            count += 1
    return count
