"""Every option of a clean, with its default: the one place where they stand."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from cleaner.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to clean; the same for library, command line and integrations."""

    headings: bool = True
    """Headings of the body are part of `text`."""
    dek: bool = False
    """The dek (standfirst) is the first paragraph of `text`."""
    captions: bool = False
    """Figure captions are part of `text`."""
    tables: bool = True
    """Tables are part of `text`."""
    credits: bool = False
    """Credits of pictures inside the body stay."""
    read_also: bool = False
    """Lines inside the body that lead to other articles (`Read also: …`) stay."""
    author_notes: bool = False
    """Notes on the authors inside the body or behind it (`Jane Doe covers the courts.`) stay."""
    dateline: Literal["keep", "strip"] = "keep"
    """Whether the dateline stays at the beginning of the first paragraph; it is in `dateline.raw` anyway."""
    opinion: Literal["auto", "never", "always"] = "auto"
    """Ask trafilatura about pages too: where the learned detector is unsure, never, or always (slower)."""
    now: str | None = None
    """ISO 8601 date and time of the visit, by which `3 hours ago` is read; without it such lines say no date."""
    weights: str | None = None
    """Path of weights made by `cleaner train`, in place of those that come with the package."""
    sites: str | None = None
    """Path of a site memory made by `cleaner sites learn`."""
    rules: tuple[str, ...] = ()
    """Paths of rule files of your own, which are asked beside those of the package, whatever the language."""
    max_chars: int = 50_000_000
    """Longer sources are refused with an InputError."""

    @classmethod
    def of(cls, **values: object) -> Options:
        """Options from keywords. Raises InputError, naming the option, for one that does not exist."""
        known = {field.name for field in fields(cls)}
        if unknown := values.keys() - known:
            raise InputError(
                f"unknown option {', '.join(sorted(unknown))}", todo=f"known are {', '.join(sorted(known))}"
            )
        for name, choices in CHOICES.items():
            if name in values and values[name] not in choices:
                raise InputError(f"option {name}={values[name]!r}", todo=f"use {' or '.join(map(repr, choices))}")
        options = cls(**values)  # type: ignore[arg-type]
        try:
            options.visited  # noqa: B018  # refuses what is no date
        except (TypeError, ValueError):
            todo = "write it as 2026-03-04T10:00:00+00:00"
            raise InputError(f"option now={options.now!r}", todo=todo) from None
        return options

    @property
    def visited(self) -> datetime | None:
        """`now` as a datetime."""
        return datetime.fromisoformat(self.now) if self.now is not None else None


CHOICES = {"dateline": ("keep", "strip"), "opinion": ("auto", "never", "always")}
