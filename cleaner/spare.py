"""Matters of taste: what goes by default and stays by an option, since readers, and gold standards, differ about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleaner.measure import ends_sentence, word_count
from cleaner.model import Block, Kind, Verdict
from cleaner.options import Options

NEAR_END = 6
"""Blocks behind the body among which notes on its authors stand."""
LEAST_WORDS = 6
"""Words of such a note, which is a sentence and no label."""


def spared(blocks: Sequence[Block], verdicts: Sequence[Verdict], options: Options) -> tuple[Verdict, ...]:
    """The verdicts with what the options keep: kinds inside the body, notes on authors also behind it."""
    kinds = set(_kinds(options))
    body = [n for n, verdict in enumerate(verdicts) if verdict.keep and verdict.role not in ("headline", "dek")]
    if not body or not (kinds or options.author_notes):
        return tuple(verdicts)
    start, end = body[0], body[-1] + 1
    result = list(verdicts)
    for n in range(start, end):
        result[n] = _without(blocks[n], verdicts[n], kinds)
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


def _without(block: Block, verdict: Verdict, kinds: set[Kind]) -> Verdict:
    """The verdict without removals of some kinds."""
    if not verdict.keep:
        return _kept(block, verdict) if verdict.role in kinds else verdict
    return verdict._replace(cuts=tuple(cut for cut in verdict.cuts if cut.kind not in kinds))


def _is_note(block: Block, verdict: Verdict) -> bool:
    is_furniture = not verdict.keep and verdict.role == "byline_furniture"
    return is_furniture and ends_sentence(block.text) and word_count(block.text) >= LEAST_WORDS


def _kept(block: Block, verdict: Verdict) -> Verdict:
    return verdict._replace(keep=True, role=block.role)
