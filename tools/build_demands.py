"""Writes `cleaner/rules/data/demands.json`: what the pattern of each rule asks of a text. A rule that has changed since
is read anew at run time, which is slower and as good.

    python tools/build_demands.py
"""

from __future__ import annotations

from pathlib import Path

from cleaner.rules import builtin_rules
from cleaner.rules.rule import DEMANDS, kept_demands

if __name__ == "__main__":
    path = Path(__file__).parents[1] / "cleaner" / "rules" / "data" / DEMANDS
    path.write_text(kept_demands(builtin_rules()), encoding="utf8")
