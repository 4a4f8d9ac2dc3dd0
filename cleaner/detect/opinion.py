"""A second opinion on a page: which visible blocks trafilatura would keep. Its text is never given out."""

from __future__ import annotations

from cleaner.errors import CleanerError
from cleaner.fold import visible
from cleaner.model import Document, Evidence

KEEP, DROP = 0.2, 0.85


def detect_opinion(document: Document) -> list[Evidence]:
    """Evidence for each block of a page that trafilatura's output holds or lacks; none for texts and for pages on
    which it finds nothing."""
    if document.kind != "html":
        return []
    try:
        from trafilatura import extract
    except ImportError as error:
        raise CleanerError(f"trafilatura can't be loaded: {error}", todo="install it, or switch opinion off") from error
    try:
        answer = extract(
            document.source, favor_recall=True, include_comments=False, deduplicate=False, url=document.url
        )
    except Exception:  # its own failures are no evidence about the page
        return []
    if not answer:
        return []
    kept = visible(answer)
    return [
        Evidence(
            block.index,
            "opinion",
            f"opinion.{'keeps' if inside else 'drops'}",
            KEEP if inside else DROP,
            "trafilatura keeps it" if inside else "trafilatura drops it",
        )
        for block in document.blocks
        for inside in (visible(block.text) in kept,)
    ]
