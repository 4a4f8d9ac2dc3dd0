"""What the page says about who may read it: from nag lines that were removed, schema.org markup and content tiers.

A page's menu may ask to subscribe while its articles are free, and publishers declare pages as not free whose whole
text is there. So every sign has a field of its own, and the text is called truncated only for what shows that it is:
a wall with nothing behind it, or a text much shorter than the page declares.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from cleaner.measure import word_count
from cleaner.metadata.byline import is_article
from cleaner.model import Access, AccessKind, Document, Evidence, Part, Truncation, Verdict
from cleaner.rules import number_of, rule_named

NAGGING = ("meter", "subscribe", "sign_in")
NEAR = 6
"""Blocks before, between and behind the body in which a line speaks of this article, not of the site."""
WALL = 4
"""Blocks behind the body in which a wall cuts it off."""
SHORT = 350
"""Words: a longer text is not cut off by the wall behind it, unless that offers the rest, and, of a page whose tags are
gone, the text breaks off."""
TEASER = 40
"""Words that may stand behind a wall."""
SHARE = 0.6
"""Of the declared length: a text that is shorter is truncated."""
LEAST_DECLARED = 150
"""Words that a declared length must have to prove anything."""


class Gate(NamedTuple):
    """A line that says who may read on."""

    block: int
    says: str
    """`remaining`, `limit`, `subscription` or `registration`."""
    near: bool
    """Whether it stands at the body."""


def find_access(document: Document, verdicts: Sequence[Verdict], body: Sequence[Part]) -> Access:
    """The Access of a document from the evidence on its removed lines and parts, and from its head."""
    remaining, nags, gates = None, [], []
    within = [block for part in body for block in part.blocks if part.role in ("paragraph", "list_item", "quote")]
    first, last = (within[0], within[-1]) if within else (0, -1)
    for verdict in verdicts:
        gone = _gone(verdict)
        if not gone:
            continue
        text = document.blocks[verdict.block].text
        if any(item.kind in NAGGING for item in gone):
            nags.append(" ".join(text.split()))
        near = first - NEAR <= verdict.block <= last + NEAR
        for item in gone:
            rule = rule_named(item.rule)
            says = (rule.access if rule else None) or (_asks_members(text, item) if near else None)
            if says == "remaining" and remaining is None and item.value:
                remaining = number_of(item.value, item.rule)
            if says:
                gates.append(Gate(verdict.block, says, near))
    declared, tier = _declared_free(document), _tier(document)
    cause = _truncation(document, body, [gate for gate in gates if gate.near], last)
    truncated = None if cause is None else cause != "whole"
    at_body = [gate for gate in gates if gate.near or document.kind == "text"]
    telling = at_body or gates
    kind = _kind({gate.says for gate in telling}, bool(at_body), declared, tier, bool(truncated))
    limit = any(gate.says == "limit" for gate in telling)
    return Access(
        kind, remaining, limit, truncated, declared, tuple(dict.fromkeys(nags)), None if cause == "whole" else cause
    )


def _gone(verdict: Verdict) -> list[Evidence]:
    """The phrase evidence that speaks of text that went."""
    if not verdict.keep:
        return [item for item in verdict.evidence if item.detector == "phrases"]
    return [cut.evidence for cut in verdict.cuts if cut.evidence.detector == "phrases"]


_SUBSCRIBER = re.compile(
    r"subscri|abonn|\babo\b|suscri|assin|abbonat|prenumer|předplat|prenumerat|подпис|購読|会員|구독", re.I
)


def _asks_members(text: str, item: Evidence) -> str | None:
    """What a question at the body such as `Already a subscriber? Sign in` says; None for any other line."""
    if item.kind != "sign_in" or not item.rule.endswith((".already", ".existing_subscriber")) or len(text) > 120:
        return None
    return "subscription" if _SUBSCRIBER.search(text) else "registration"


def _kind(says: set[str], at_body: bool, declared: bool | None, tier: str | None, truncated: bool) -> AccessKind:
    """The kind, by what the lines at the body say, or where there are none, those elsewhere: a reader's own lists have
    limits too. A page that says it is free has a wall only at a body that it cuts off. One that only declares itself
    not free asks for a subscription: of those that say more, as good as all do."""
    if says & {"remaining", "limit"}:
        return "metered"
    free = declared or tier == "open"
    if at_body and (truncated or not free):
        return "subscription" if "subscription" in says else "registration"
    if tier in ("metered", "subscription", "registration"):
        return tier  # type: ignore[return-value]
    return "subscription" if declared is False else "open"


# --- heads ------------------------------------------------------------------------------------------

_TIERS = {
    "free": "open", "metered": "metered", "locked": "subscription", "subscription": "subscription",
    "paid": "subscription", "premium": "subscription", "registration": "registration", "registered": "registration",
}  # fmt: skip
"""Content tiers of `article:content_tier` (Facebook, "Subscription content")."""


def _tier(document: Document) -> str | None:
    text = document.head.first("article:content_tier", "article_content_tier", "content_tier", "content-tier")
    return _TIERS.get(text.strip().lower()) if text else None


def _declared_free(document: Document) -> bool | None:
    """schema.org isAccessibleForFree of the article, None where it isn't stated."""
    for item in document.head.json_ld:
        value = item.get("isAccessibleForFree")
        if value is not None and not isinstance(value, (list, dict)):
            return str(value).strip().lower().rsplit("/", 1)[-1] not in ("false", "no", "0")
    return None


# --- truncation -------------------------------------------------------------------------------------

_READ_ON = re.compile(
    r"continu|keep reading|read (?:on|more|the (?:rest|full))|unlock|weiterlesen|weiter lesen|lire la suite|poursuivre|"
    r"seguir leyendo|sigue leyendo|continuar l|prosegu|leggere|lees verder|verder lezen|läs vidare|les videre|"
    r"læs videre|czytaj dalej|pokračov|читать|devamını|続き|残り|전문|계속|पूरी खबर|आगे पढ़|قراءة|de cet article|"
    r"remaining|réservé|reserved for|exclusive (?:to|for)|only (?:for|available)|nur für|exklusiv|solo para|riservato",
    re.I,
)
"""Words of a line that offers the rest of the text."""


def _truncation(
    document: Document, body: Sequence[Part], near: Sequence[Gate], last: int
) -> Truncation | Literal["whole"] | None:
    """What says that the text is not all: a wall with nothing behind it, the more so if a sentence breaks off before
    it, or a declared length that it is far from; that it is whole, where it is as long as declared; None where nothing
    tells."""
    teaser = body[-1].blocks if body and word_count(body[-1].text) <= TEASER else ()
    left = teaser[0] - 1 if teaser and teaser[-1] == last else last
    declared = _declared_words(document, body)
    behind = [gate for gate in near if left < gate.block <= last + WALL and gate.says != "remaining"]
    if not behind and declared is None:
        return None
    words = sum(word_count(part.text) for part in body)
    if behind:
        asks = any(_READ_ON.search(document.blocks[gate.block].text) for gate in behind)
        ends = body[-1].text.rstrip() if body else ""
        broken = ends.endswith(("…", "...")) or (ends[-1:].isalnum() and body[-1].role == "paragraph")
        if words <= SHORT or (asks and (broken or document.kind == "html")):
            return "break" if broken else "wall"
    if declared is not None and declared >= LEAST_DECLARED:
        if words < SHARE * declared and near:
            return "length"
        if words >= 0.9 * declared:
            return "whole"
    return None


def _declared_words(document: Document, body: Sequence[Part]) -> float | None:
    """The length that JSON-LD declares for the text: the length of its body in words of this one, or its word count."""
    for item in document.head.json_ld:
        if not is_article(item):
            continue
        chars, words = item.get("articleBody"), item.get("wordCount")
        if isinstance(words, str) and words.isdecimal() and len(words) < 8:
            words = int(words)
        if isinstance(chars, int) and 0 < chars < 10_000_000:
            text = " ".join([part.text for part in body])
            return chars * word_count(text) / len(text) if text else chars / 6
        if isinstance(words, int) and 0 < words < 1_000_000:
            return float(words)
    return None
