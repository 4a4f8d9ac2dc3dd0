"""Finds what rules about a site's own markup name: its body, its headline, its debris."""

from __future__ import annotations

from collections.abc import Sequence

from cleaner.host import host_of
from cleaner.model import Document, Evidence
from cleaner.rules import rules_at, rules_of_packages
from cleaner.rules.elements import HEADLINE, ElementRule

BODY, OUTSIDE, DEBRIS = 0.02, 0.99, 0.99
"""Scores of what stands in the body, outside of it, and in debris: people who write such rules have seen the site."""


def detect_elements(document: Document, own: Sequence[str]) -> list[Evidence]:
    """Evidence of the rules for the document's host. Debris outside of a named body is the same as the rest there."""
    sets = [*map(rules_at, own), *rules_of_packages()]
    known = [rule for rule_set in sets for rule in rule_set.elements]
    host = host_of(document.url or document.head.canonical) if known and document.kind == "html" else ""
    rules = [rule for rule in known if rule.is_for(host)]
    if not rules:
        return []
    places = [(rule, rule.inside(document.nodes)) for rule in rules]
    bodies, headlines, debris = (
        [(rule, inside) for rule, inside in places if rule.says == says and any(inside)]
        for says in ("body", "headline", "debris")
    )
    evidence: list[Evidence] = []
    for block in document.blocks:
        if rule := _first(headlines, block.node):
            why = f"stands in {rule.path}, the headline on {rule.site}"
            evidence.append(Evidence(block.index, "elements", HEADLINE, BODY, why, role="headline"))
            continue
        body = _first(bodies, block.node)
        if bodies and not body:
            why = f"stands outside of {bodies[0][0].path}, the body on {bodies[0][0].site}"
            evidence.append(Evidence(block.index, "elements", "elements.outside", OUTSIDE, why))
        elif rule := _first(debris, block.node):
            why = f"stands in {rule.path}, debris on {rule.site}"
            evidence.append(Evidence(block.index, "elements", "elements.debris", DEBRIS, why, rule.kind))
        elif body:
            why = f"stands in {body.path}, the body on {body.site}"
            evidence.append(Evidence(block.index, "elements", "elements.body", BODY, why))
    return evidence


def _first(places: Sequence[tuple[ElementRule, list[bool]]], node: int) -> ElementRule | None:
    """The first rule of an element in which a node stands."""
    return next((rule for rule, inside in places if node >= 0 and inside[node]), None)
