"""The word lists of `rules/data/opening.toml`, loaded once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def opening_words(name: str) -> frozenset[str]:
    """A list by its name: byline, date, months, updated, dek."""
    return frozenset(_data()[name])


@cache
def _data() -> dict[str, list[str]]:
    return tomllib.loads((resources.files("cleaner.rules") / "data" / "opening.toml").read_text("utf8"))
