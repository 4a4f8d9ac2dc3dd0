"""Puts streamed parts of a page where its own scripts put them: what React sends late comes in hidden containers, each
with a call that moves it into its place and shows it. What no call shows stays hidden."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_CALL = re.compile(r'\$R([CRS])\("([BSP]:[\w:-]{1,60})",\s*"([SP]:[\w:-]{1,60})"')
"""`$RC(boundary, segment)` and `$RR` complete a boundary, `$RS(segment, placeholder)` a part of a segment (React's
server rendering, `ReactDOMFizzInlineCompleteBoundary` and its siblings)."""
MOST_CALLS = 1_000


def complete_streams(tree: LexborHTMLParser, source: str) -> None:
    """Carries out the calls of a page, in order. Changes the tree."""
    if "<template" not in source or "$R" not in source:
        return
    for call, first, second in _CALL.findall(source)[:MOST_CALLS]:
        place_id, segment_id = (second, first) if call == "S" else (first, second)
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


def _drop_fallback(place: LexborNode) -> None:
    """Takes out what stands for a boundary until it is complete: all between its mark and its closing comment."""
    node, depth = place.next, 0
    while node is not None:
        after = node.next
        if node.tag == "-comment":
            said = node.comment_content or ""
            if said == "/$" and depth == 0:
                return
            depth += 1 if said[:1] == "$" else -1 if said == "/$" else 0
        node.decompose()
        node = after
