"""Finds what stands more than once: long lines in full in one document, and lines on several pages of a site."""

from __future__ import annotations

from collections.abc import Mapping

from cleaner.host import host_of
from cleaner.measure import word_count
from cleaner.model import Document, Evidence, SourceKind
from cleaner.options import Options

LONG = 60
"""Characters from which a line that stands twice was not written twice."""


def detect_repeats(document: Document) -> list[Evidence]:
    """Evidence for each repetition of an earlier line."""
    seen: set[str] = set()
    evidence: list[Evidence] = []
    for block in document.blocks:
        if len(block.text) < LONG or block.role in ("code", "table"):
            continue
        if block.text in seen:
            why = "stands in full further up"
            evidence.append(Evidence(block.index, "repeats", "repeats.line", 0.99, why, "duplicate"))
        seen.add(block.text)
    return evidence


RECURS: Mapping[SourceKind, float] = {"html": 0.65, "text": 0.88}
"""Score of a line that stands on other pages of the site: most such lines are debris (of the debris of a page 61 %
recurs, of its content 3.5 %). A page's markup says most of that already."""
LEAST_WORDS = 3
"""Shorter lines recur by chance: names, numbers, places."""


def detect_recurring(document: Document, options: Options) -> list[Evidence]:
    """Evidence for each line that the site memory knows, if one is given."""
    host = host_of(document.url or document.head.canonical) if options.sites else ""
    if not options.sites or not host:
        return []
    from cleaner.sites import fingerprint, site_memory  # SQLite, which few runs need

    known = site_memory(options.sites).of(host)
    why = f"stands on other pages of {host}"
    return [
        Evidence(block.index, "sites", "sites.recurs", RECURS[document.kind], why)
        for block in document.blocks
        if word_count(block.text) >= LEAST_WORDS and fingerprint(block.text) in known
    ]
