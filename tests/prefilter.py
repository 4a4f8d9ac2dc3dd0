"""Times ways to find the phrase rules that are worth trying on a line, on the same lines in the same run.

    python tests/prefilter.py FILE [FILE ...]

`ahocorasick_rs` is what the package does; `regex named list` and `re alternation` search all keys at once; `all rules`
tries every pattern of the English rules on every line.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import regex
from ahocorasick_rs import AhoCorasick

from cleaner.fold import fold
from cleaner.rules import builtin_rules, rules_of


def main() -> None:
    lines = [fold(line).text.lower() for name in sys.argv[1:] for line in Path(name).read_text("utf8").splitlines()]
    keys = sorted({key for rule_set in builtin_rules() for rule in rule_set.rules for key in rule.keys})
    patterns = [matcher for rule in rules_of("en").rules if (matcher := rule.matcher)]
    automaton = AhoCorasick(keys)
    named = regex.compile(r"\L<keys>", keys=keys)
    alternation = re.compile("|".join(map(re.escape, keys)))
    text = "\n".join(lines)
    ways: dict[str, Callable[[], object]] = {
        "ahocorasick_rs": lambda: automaton.find_matches_as_indexes(text, overlapping=True),
        "re alternation": lambda: alternation.findall(text),
        "regex named list": lambda: named.findall(text),
        "all rules": lambda: [p.fullmatch(line) for p in patterns for line in lines],
    }
    print(f"{len(lines)} lines, {len(text):,} characters, {len(keys)} keys, {len(patterns)} patterns")
    for name, way in ways.items():
        way()
        start = time.process_time()
        way()
        print(f"{name:18} {1000 * (time.process_time() - start):9.2f} ms")


if __name__ == "__main__":
    main()
