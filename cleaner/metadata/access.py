"""What the page says about who may read it: from nag lines that were removed, and schema.org markup."""

from __future__ import annotations

from collections.abc import Sequence

from cleaner.model import Access, AccessKind, Document, Evidence, Verdict
from cleaner.rules import number_of, rule_named

NAGGING = ("meter", "subscribe", "sign_in")


def find_access(document: Document, verdicts: Sequence[Verdict]) -> Access:
    """The Access of a document from the evidence on its removed lines and parts."""
    remaining, limit, gates, nags = None, False, set(), []
    for verdict in verdicts:
        gone = _gone(verdict)
        if not gone:
            continue
        block = document.blocks[verdict.block]
        if any(item.kind in NAGGING for item in gone):
            nags.append(" ".join(block.text.split()))
        for item in gone:
            rule = rule_named(item.rule)
            gate = rule.access if rule else None
            if gate == "remaining":
                number = number_of(item.value, item.rule) if item.value else None
                remaining = number if remaining is None else remaining
            limit = limit or gate == "limit"
            if gate:
                gates.add(gate)
    declared = _declared_free(document)
    kind: AccessKind = "open"
    if {"remaining", "limit"} & gates:
        kind = "metered"
    elif "subscription" in gates:
        kind = "subscription"
    elif "registration" in gates:
        kind = "registration"
    elif declared is False:
        kind = "unknown"
    return Access(kind, remaining, limit, None, declared, tuple(dict.fromkeys(nags)))


def _gone(verdict: Verdict) -> list[Evidence]:
    """The phrase evidence that speaks of text that went."""
    if not verdict.keep:
        return [item for item in verdict.evidence if item.detector == "phrases"]
    return [cut.evidence for cut in verdict.cuts if cut.evidence.detector == "phrases"]


def _declared_free(document: Document) -> bool | None:
    """schema.org isAccessibleForFree of the article, None where it isn't stated."""
    for item in document.head.json_ld:
        value = item.get("isAccessibleForFree")
        if value is not None and not isinstance(value, (list, dict)):
            return str(value).strip().lower().rsplit("/", 1)[-1] not in ("false", "no", "0")
    return None
