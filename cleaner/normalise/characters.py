"""Cleans the characters of a kept text; each fix is a `str -> str` function."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufff9-\ufffb]"
)
_JOINERS = re.compile("(?<![^\x00-\u02ff])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u02ff])")
_SPACES = re.compile(r"[^\S\n]+")


def without_controls(text: str) -> str:
    """Control, zero-width and direction characters dropped; joiners stay where a script or an emoji needs them.

    >>> without_controls("soft\u00adhyphen \u200bhere")
    'softhyphen here'
    """
    return _JOINERS.sub("", _CONTROL.sub("", text)) if not text.isascii() else _CONTROL.sub("", text)


def one_space(text: str) -> str:
    """Every run of spaces, no-break spaces included, becomes one; line ends stay.

    >>> one_space(" two\u00a0 words ")
    'two words'
    """
    return _SPACES.sub(" ", text).strip()


def composed(text: str) -> str:
    """Unicode normalisation form C (UAX #15)."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def clean_characters(text: str) -> str:
    """All of them, in the order that makes the result stable."""
    if text.isprintable() and "  " not in text:  # no control, joiner or space but the plain one is printable
        return composed(text.strip())
    return composed(one_space(without_controls(text)))


def clean_code(text: str) -> str:
    """Code keeps its spaces."""
    return composed(_CONTROL.sub("", text))
