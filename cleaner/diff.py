"""What changed between two cleanings of the same documents: words of the text, paragraphs and metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

from cleaner.report.rows import Row, error_of, key_of, words_of

FIELDS = ("headline", "dek", "byline", "authors", "published", "updated", "agency", "section", "language", "site_name",
          "url", "image")  # fmt: skip
ACCESS = ("kind", "remaining", "limit_reached", "truncated", "declared_free")

USED = (*FIELDS, "dateline", "access", "paragraphs", "error")
"""What is kept in memory of a document."""
CONTEXT = 5
"""Words that are shown before and after a change."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about one document."""

    key: str
    lost: int
    """Words that the first has more of."""
    gained: int
    """Words that the second has more of."""
    gone: tuple[str, ...]
    """Paragraphs that only the first has."""
    come: tuple[str, ...]
    """Paragraphs that only the second has."""
    fields: Mapping[str, tuple[Any, Any]]
    """Metadata that differs, as (first, second)."""

    @property
    def size(self) -> tuple[int, int]:
        return self.lost + self.gained, len(self.fields)


@dataclass(frozen=True, slots=True)
class Passage:
    """A place where the words differ, with some words around it."""

    before: str
    old: str
    new: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two cleanings side by side, the documents that changed most first."""

    same: int
    changes: tuple[Change, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    @property
    def equal(self) -> bool:
        return not (self.changes or self.only_first or self.only_second)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"equal": self.equal, "lost": sum(c.lost for c in self.changes),
                "gained": sum(c.gained for c in self.changes), **asdict(self)}  # fmt: skip


def compare(first: Iterable[Row], second: Iterable[Row]) -> Comparison:
    """Documents are matched by source, id or URL, in turn where several have the same; by number where none has one."""
    a, b = dict(_keyed(first)), dict(_keyed(second))
    both = [key for key in a if key in b]
    changes = [change for key in both if (change := compare_documents(key[0], a[key], b[key]))]
    changes.sort(key=lambda change: change.size, reverse=True)
    return Comparison(
        len(both) - len(changes), tuple(changes),
        tuple(key[0] for key in a if key not in b), tuple(key[0] for key in b if key not in a),
    )  # fmt: skip


def _keyed(rows: Iterable[Row]) -> Iterator[tuple[tuple[str, int], Row]]:
    seen: Counter[str] = Counter()
    for number, row in enumerate(rows, start=1):
        key = key_of(row) or f"document {number}"
        yield (key, seen[key]), {name: row.get(name) for name in USED}
        seen[key] += 1


def compare_documents(key: str, first: Row, second: Row) -> Change | None:
    """What differs, or None where text and metadata are the same. The account of removals is not looked at."""
    old, new = first["paragraphs"] or [], second["paragraphs"] or []
    gone: Counter[str] = Counter(old) - Counter(new)
    come: Counter[str] = Counter(new) - Counter(old)
    lost, gained = _words(gone) - _words(come), _words(come) - _words(gone)
    before, after = fields_of(first), fields_of(second)
    fields = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    if old != new and not (gone or come):
        fields["order of paragraphs"] = (old, new)
    if not (gone or come or fields):
        return None
    return Change(key, lost.total(), gained.total(), tuple(gone.elements()), tuple(come.elements()), fields)


def _words(paragraphs: Counter[str]) -> Counter[str]:
    return Counter(word for paragraph in paragraphs.elements() for word in words_of(paragraph))


def passages(change: Change) -> Iterator[Passage]:
    """Where the changed paragraphs differ, word by word."""
    old, new = "\n\n".join(change.gone).split(), "\n\n".join(change.come).split()
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            around = max(0, a - CONTEXT), b + CONTEXT
            yield Passage(*map(" ".join, (old[around[0] : a], old[a:b], new[c:d], old[b : around[1]])))


def fields_of(row: Row) -> dict[str, Any]:
    """The metadata that is compared, by dotted names, with the error of a failure."""
    values = {name: row.get(name) for name in FIELDS}
    values["dateline"] = (row.get("dateline") or {}).get("raw")
    access = row.get("access") or {}
    values |= {f"access.{name}": access.get(name) for name in ACCESS}
    return {**values, "error": error_of(row) or None}
