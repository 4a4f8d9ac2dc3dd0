"""Puts streamed parts of a page where its own scripts put them: what React sends late comes in hidden containers, each
with a call that moves it into its place and shows it. What no call shows stays hidden. Of a page that was saved without
its scripts the calls are known all the same, for React gives a container the number of its place."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_CALL = re.compile(r'\$R([CRS])\("([BSP]:[\w:-]{1,60})",\s*"([SP]:[\w:-]{1,60})"')
"""`$RC(boundary, segment)` and `$RR` complete a boundary, `$RS(segment, placeholder)` a part of a segment (React's
server rendering, `ReactDOMFizzInlineCompleteBoundary` and its siblings)."""
_SEGMENT = re.compile(r'<div hidden(?:="")? id="S:(\w{1,60})"')
_PLACE = re.compile(r'<template id="([BP]):(\w{1,60})"')
MOST_CALLS = 1_000


def complete_streams(tree: LexborHTMLParser, source: str) -> None:
    """Carries out the calls of a page, in order. Changes the tree."""
    if "<template" not in source:
        return
    for call, place_id, segment_id in _calls(source)[:MOST_CALLS]:
        place = tree.css_first(f'template[id="{place_id}"]')
        segment = tree.css_first(f'[hidden][id="{segment_id}"]')
        if place is None or segment is None:
            continue
        if call != "S":
            _drop_fallback(place)
        del segment.attrs["hidden"]
        place.replace_with(segment)
        if segment.parent is not None:
            segment.decompose()


def _calls(source: str) -> list[tuple[str, str, str]]:
    """(what, place, segment) of each call."""
    if "$R" in source:
        calls = _CALL.findall(source)
        return [(call, *((two, one) if call == "S" else (one, two))) for call, one, two in calls]
    if "<script" in source:
        return []
    places = {number: place for place, number in _PLACE.findall(source)}
    return [("S" if places[n] == "P" else "C", f"{places[n]}:{n}", f"S:{n}")
            for n in _SEGMENT.findall(source) if n in places]  # fmt: skip


def _drop_fallback(place: LexborNode) -> None:
    """Takes out what stands for a boundary until it is complete: all between its mark and its closing comment; nothing
    where that is lost."""
    node, depth = place.next, 0
    between: list[LexborNode] = []
    while node is not None:
        if node.tag == "-comment":
            said = node.comment_content or ""
            if said == "/$" and depth == 0:
                for one in between:
                    one.decompose()
                return
            depth += 1 if said[:1] == "$" else -1 if said == "/$" else 0
        between.append(node)
        node = node.next
