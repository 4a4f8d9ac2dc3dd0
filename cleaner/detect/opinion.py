"""A second opinion on a page: which visible blocks trafilatura would keep. Its text is never given out."""

from __future__ import annotations

from cleaner.errors import CleanerError
from cleaner.fold import visible
from cleaner.model import Document
from cleaner.read.tame import tame


def opinion_of(document: Document) -> list[bool] | None:
    """For each block of a page, whether trafilatura's output holds it; None where it finds nothing."""
    try:
        from trafilatura import extract
    except ImportError as error:
        raise CleanerError(
            f"trafilatura can't be loaded: {error}", todo="install it, or give the option opinion='never'"
        ) from error
    try:
        answer = extract(
            tame(document.source), favor_recall=True, include_comments=False, deduplicate=False, url=document.url
        )
    except Exception:  # its own failures are no evidence about the page
        return None
    if not answer:
        return None
    kept = visible(answer)
    return [visible(block.text) in kept for block in document.blocks]
