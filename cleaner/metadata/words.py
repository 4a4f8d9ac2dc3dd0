"""The tables of `rules/data`, and the word lists of `opening.toml` among them, each loaded once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def table_of(name: str) -> Mapping[str, Any]:
    """What the file of this name in `rules/data` holds, without its `.toml`."""
    return tomllib.loads((resources.files("cleaner.rules") / "data" / f"{name}.toml").read_text("utf8"))


@cache
def opening_words(name: str) -> frozenset[str]:
    """A list by its name: byline, date, months, updated, dek."""
    return frozenset(table_of("opening")[name])
