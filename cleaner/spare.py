"""Matters of taste: what goes by default and stays by an option, since readers, and gold standards, differ about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleaner.fold import fold
from cleaner.measure import ends_sentence, word_count
from cleaner.metadata.calendar import read_dates
from cleaner.model import Block, Kind, Verdict
from cleaner.options import Options

NEAR_END = 6
"""Blocks behind the body among which notes on its authors stand."""
LEAST_WORDS = 6
"""Words of such a note, which is a sentence and no label."""


def spared(blocks: Sequence[Block], verdicts: Sequence[Verdict], options: Options) -> tuple[Verdict, ...]:
    """The verdicts with what the options keep: kinds inside the body, notes on authors also behind it."""
    kinds = set(_kinds(options))
    if not (kinds or options.author_notes):
        return tuple(verdicts)
    body = [n for n, verdict in enumerate(verdicts) if verdict.keep and verdict.role == "paragraph"]
    if not body:
        return tuple(verdicts)
    start, end = body[0], body[-1] + 1
    result = list(verdicts)
    for n in range(start, end):
        result[n] = _spared(blocks[n], verdicts[n], kinds)
    if options.author_notes:
        for n in range(start, min(end + NEAR_END, len(verdicts))):
            if _is_note(blocks[n], verdicts[n]):
                result[n] = _kept(blocks[n], verdicts[n])
    return tuple(result)


def _kinds(options: Options) -> Iterator[Kind]:
    """The kinds of removal that stay inside the body."""
    if options.read_also:
        yield "related"
    if options.credits:
        yield "credit"


def _spared(block: Block, verdict: Verdict, kinds: set[Kind]) -> Verdict:
    """The verdict of a block of the body when nothing of some kinds goes, neither the block nor parts of it."""
    if not verdict.keep:
        return _kept(block, verdict) if verdict.role in kinds else verdict
    return verdict._replace(cuts=tuple(cut for cut in verdict.cuts if cut.kind not in kinds))


def _is_note(block: Block, verdict: Verdict) -> bool:
    """Whether a removed block is a sentence about an author, rather than a byline or date line."""
    if (
        verdict.keep
        or verdict.role != "byline_furniture"
        or any(item.detector == "opening" for item in verdict.evidence)
    ):
        return False
    is_sentence = ends_sentence(block.text) and word_count(block.text) >= LEAST_WORDS
    return is_sentence and next(read_dates(fold(block.text).text), None) is None


def _kept(block: Block, verdict: Verdict) -> Verdict:
    return verdict._replace(keep=True, role=block.role)
