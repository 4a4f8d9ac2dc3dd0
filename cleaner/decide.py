"""Evidence → one Verdict per block. The only place where anything is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import exp, log

from cleaner.fold import visible
from cleaner.model import Block, Cut, Document, Evidence, Kind, Node, Role, SourceKind, Span, Verdict

PRIOR: Mapping[SourceKind, float] = {"html": -0.3, "text": -0.5}
"""Log-odds of debris before any evidence: when unsure, keep."""
SURE, BENEFIT = 3.0, 1.0
"""A text no line of which is surely debris, by log-odds, is most likely clean, the more so the more lines it has: all
get a benefit of doubt that grows with the logarithm of their number."""
PHRASE_WEIGHT = 1.5
"""What a rule that knows a whole line counts beside the learned detector, which has read the same words."""
COPY_WEIGHT = 2.0
"""A copy reads as the article as much as what it is a copy of."""
MOST_OF_PART = 1.0
"""Most log-odds that nags inside a block add against the whole of it."""
CUT_FROM = 0.85
"""Score from which a part of a kept block is cut out."""
COVERED = 0.85
"""A block of which cuts take this share goes whole."""


def decide(document: Document, evidence: Iterable[Evidence]) -> tuple[Verdict, ...]:
    """A Verdict for each block of the document, in order."""
    by_block: list[list[Evidence]] = [[] for _ in document.blocks]
    for item in evidence:
        by_block[item.block].append(item)
    prior = PRIOR[document.kind]
    odds = [prior + _odds(block, found) for block, found in zip(document.blocks, by_block, strict=True)]
    if document.kind == "text" and max(odds, default=0.0) < SURE:
        benefit = BENEFIT * log(1 + len(odds))
        odds = [score - benefit for score in odds]
    if document.kind == "html":
        odds = _with_likes(document, odds, by_block)
    verdicts = [
        _verdict(block, found, score) for block, found, score in zip(document.blocks, by_block, odds, strict=True)
    ]
    return tuple(_named_by_labels(document.blocks, _with_captions(document.blocks, verdicts)))


def logit(score: float) -> float:
    score = min(max(score, 0.001), 0.999)
    return log(score / (1 - score))


def _odds(block: Block, found: Sequence[Evidence]) -> float:
    """Log-odds of debris that the evidence adds: the sum over detectors, of phrases the strongest only; one that knows
    a part of the block counts by its share."""
    if len(found) == 1 and found[0].detector == "learned":  # most blocks
        return logit(found[0].score)
    part = phrases = rest = 0.0
    for item in found:
        weight = logit(item.score)
        if item.detector == "phrases" and item.part:
            part = max(part, weight * len(item.part) / len(block.text))
        elif item.detector == "phrases":
            phrases = max(phrases, weight)
        elif item.detector == "repeats":
            rest += COPY_WEIGHT * weight
        elif item.part is None:
            rest += weight
    return max(PHRASE_WEIGHT * phrases, min(part, MOST_OF_PART)) + rest


# --- likes ------------------------------------------------------------------------------------------

LIKE_WEIGHT = 0.3
"""What the mean log-odds of elements like a block's count. Weight, doubt and number were chosen on held-out sites."""
DOUBT = 2.0
"""Log-odds up to which a block is unsure enough to be told by those like it."""
LEAST_LIKES, MOST_ODDS, LONGEST_LIKE = 3, 4.0, 400
"""Elements of which a group has so many at least; log-odds and characters of one count up to these."""


def _with_likes(document: Document, odds: Sequence[float], by_block: Sequence[list[Evidence]]) -> list[float]:
    """The log-odds, those of unsure blocks moved towards what the elements like theirs are: those of one tag in one
    parent, and those that look the same all over the page. What moves them is added to the evidence."""
    unsure = [n for n, score in enumerate(odds) if -DOUBT < score < DOUBT]
    if not unsure:
        return list(odds)
    pulls = dict.fromkeys(unsure, 0.0)
    weights = [min(len(block.text), LONGEST_LIKE) + 20 for block in document.blocks]
    worth = [weight * min(max(score, -MOST_ODDS), MOST_ODDS) for weight, score in zip(weights, odds, strict=True)]
    for likes in _likes(document):
        sums: dict[object, tuple[int, int, float]] = {}
        for like, weight, value in zip(likes, weights, worth, strict=True):
            count, all_weights, all_worth = sums.get(like, (0, 0, 0.0))
            sums[like] = count + 1, all_weights + weight, all_worth + value
        for n in unsure:
            count, all_weights, all_worth = sums[likes[n]]
            if count >= LEAST_LIKES:
                pulls[n] += LIKE_WEIGHT * (all_worth - worth[n]) / (all_weights - weights[n])
    moved = list(odds)
    for n, pull in pulls.items():
        if pull > 0 or (pull < 0 and not _is_well_known(by_block[n])):
            moved[n] += pull
            why = f"stands among elements like it that {'go' if pull > 0 else 'stay'}"
            by_block[n].append(Evidence(n, "likes", "likes.agree", 1 / (1 + exp(-pull)), why))
    return moved


WELL_KNOWN = 0.85
"""Score of a rule that knows a whole block, from which elements like it can't hold it."""


def _is_well_known(found: Sequence[Evidence]) -> bool:
    """Whether a rule knows a whole block: it may be debris among elements like it that are none."""
    return any(item.detector == "phrases" and item.part is None and item.score >= WELL_KNOWN for item in found)


ROOT = Node("", "", -1)
"""Stands for the element of text that is in none."""


def _likes(document: Document) -> Iterator[list[object]]:
    """Twice, what the elements of the blocks are compared by: their tag and parent; their tag, words and the words of
    two elements above them."""
    nodes = document.nodes
    own = [nodes[block.node] if block.node >= 0 else ROOT for block in document.blocks]
    yield [(node.parent, node.tag) for node in own]
    above: dict[int, object] = {-1: None}
    for at in {node.parent for node in own} - {-1}:
        parent = nodes[at]
        above[at] = parent.tag, parent.words, nodes[parent.parent].words if parent.parent >= 0 else ""
    yield [(node.tag, node.words, above[node.parent]) for node in own]


# --- verdicts ---------------------------------------------------------------------------------------


def _verdict(block: Block, found: Sequence[Evidence], odds: float) -> Verdict:
    confidence = 1 / (1 + exp(-min(abs(odds), 30.0)))
    if len(found) < 2:
        kind = (found[0].kind if found else None) or "other"
        return Verdict(block.index, odds <= 0, kind if odds > 0 else block.role, confidence, tuple(found))
    ordered = tuple(sorted(found, key=lambda item: -abs(item.score - 0.5)))
    if odds > 0:
        return Verdict(block.index, False, _kind(ordered), confidence, ordered)
    cuts = _cuts(block, found)
    if cuts and _visible_chars(block, cuts) >= COVERED * len(visible(block.text)):
        return Verdict(block.index, False, max(cuts, key=lambda cut: len(cut.span)).kind, confidence, ordered)
    return Verdict(block.index, True, _role(block, found), confidence, ordered, cuts)


def _visible_chars(block: Block, cuts: Sequence[Cut]) -> int:
    return sum(len(visible(block.text[cut.span.start : cut.span.end])) for cut in cuts)


def _kind(ordered: Sequence[Evidence]) -> Kind:
    """The kind the phrases name, else the strongest that names one."""
    for detectors in (("repeats", "elements"), ("phrases", "opening"), ("learned",)):
        for item in ordered:
            if item.kind and item.score > 0.5 and item.detector in detectors:
                return item.kind
    return next((item.kind for item in ordered if item.kind), "other")


def _role(block: Block, found: Sequence[Evidence]) -> Role:
    named = [item for item in found if item.role and item.part is None]
    return min(named, key=lambda item: item.score).role or block.role if named else block.role


def _cuts(block: Block, found: Sequence[Evidence]) -> tuple[Cut, ...]:
    """Parts of a kept block that go, without overlap, in order."""
    parts = [item for item in found if item.part is not None and item.kind and item.score >= CUT_FROM]
    if not parts:
        return ()
    if block.span is not None and block.source_span(Span(0, 0)) == block.span and len(block.span) > 0:
        return ()  # mended on reading: parts have no place in the source
    cuts: list[Cut] = []
    for item in sorted(parts, key=lambda item: (item.part or Span(0, 0), -item.score)):
        span = item.part or Span(0, 0)
        if cuts and span.start < cuts[-1].span.end:
            last = cuts.pop()
            item = last.evidence if last.score >= item.score else item
            span = Span(min(last.span.start, span.start), max(last.span.end, span.end))
        cuts.append(Cut(span, item.kind or "other", item, item.score))
    return tuple(cuts)


NEAR_BODY = 5
"""Blocks before and after a caption among which a kept one shows that it belongs to the article."""


def _with_captions(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts with the captions of the article kept: whether they are text is an option, they are no debris."""
    result = list(verdicts)
    for n, verdict in enumerate(verdicts):
        if verdict.keep or not (blocks[n].role == "caption" or _reads_as_caption(verdict)) or _is_known(verdict):
            continue
        if any(near.keep for near in verdicts[max(0, n - NEAR_BODY) : n + 1 + NEAR_BODY]):
            result[n] = verdict._replace(keep=True, role="caption")
    return result


def _reads_as_caption(verdict: Verdict) -> bool:
    return any(item.role == "caption" for item in verdict.evidence)


LABELS: tuple[Kind, ...] = ("related", "comments")
"""Kinds of labels that also tell what stands under them."""
LONGEST_LABEL = 60
VAGUE = ("navigation", "other")


def _named_by_labels(blocks: Sequence[Block], verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
    """The verdicts with the kind of removed lines that nothing named better taken from the label above them:
    `More in Local`, `3 Comments`. What goes and what stays is not changed."""
    under: Kind | None = None
    for block, verdict in zip(blocks, verdicts, strict=True):
        if verdict.keep:
            under = None
        elif verdict.role not in VAGUE or _is_known(verdict):
            label = verdict.role in LABELS and len(block.text) <= LONGEST_LABEL
            under = verdict.role if label else None  # type: ignore[assignment]
        elif under:
            why = f"stands under a label of kind {under}"
            score = max(0.51, verdict.confidence)
            evidence = (Evidence(block.index, "decide", "decide.label", score, why, under), *verdict.evidence)
            verdict = verdict._replace(role=under, evidence=evidence)
        yield verdict


def _is_known(verdict: Verdict) -> bool:
    """Whether a rule knows the block, or a part of it."""
    return "phrases" in [item.detector for item in verdict.evidence]
