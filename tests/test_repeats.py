"""Copies within a document."""

from __future__ import annotations

from cleaner.detect.repeats import detect_repeats
from cleaner.model import Evidence
from cleaner.read import read

WARNING = "What everybody should know before the river rises over its banks once more"
OTHERS = [f"Line {n} of a list that nobody else has written in quite these words." for n in range(8)]


def copies(lines: list[tuple[str, str]], debris: tuple[int, ...] = ()) -> list[int]:
    """The blocks that are copies among lines of some tag and text; those that the learned detector takes for debris."""
    page = read("".join(f"<{tag}>{text}</{tag}>" for tag, text in lines), kind="html", max_chars=10_000)
    assert len(page.blocks) == len(lines)
    before = [Evidence(n, "learned", "learned", 0.9 if n in debris else 0.1, "", None) for n in range(len(lines))]
    return [item.block for item in detect_repeats(page, before)]


def test_a_line_that_stands_twice_is_a_copy() -> None:
    assert copies([("h2", WARNING), *(("p", text) for text in OTHERS), ("p", WARNING)]) == [9]


def test_a_paragraph_that_stands_twice_in_one_element_was_written_twice() -> None:
    refrain = [("p", WARNING), *(("p", text) for text in OTHERS[:2]), ("p", WARNING), ("p", OTHERS[2])]
    assert copies(refrain) == []
    assert copies([*(("p", text) for text in OTHERS), *(("p", text) for text in OTHERS)]) == list(range(8, 16))


def test_what_stands_in_a_table_of_contents_is_no_original() -> None:
    page = [("li", WARNING), *(("p", text) for text in OTHERS), ("h2", WARNING), ("h4", OTHERS[0]), ("h2", WARNING)]
    assert copies(page, debris=(0,)) == [10, 11]  # a line of the list, and the second of two headings


def test_lists_may_say_the_same_of_two_things_unless_all_of_a_list_stands_twice() -> None:
    def items(*texts: str) -> list[tuple[str, str]]:
        return [("li", text) for text in texts]

    assert copies(items(WARNING, *OTHERS[:5], WARNING)) == []
    assert copies(items(WARNING, WARNING)) == [1]
    assert copies(items(*OTHERS, *OTHERS)) == list(range(8, 16))
