"""The founding document: what it must give."""

from __future__ import annotations

from cases import SEED

from cleaner import clean

DEBRIS = [
    "Share with others:", "Print Email Read Later", "You have 2 remaining free articles this month",
    "Try unlimited digital access",
    "If you are an existing subscriber,", "link your account for free access. Start here",
    "You’ve reached the limit of free articles this month.", "To continue unlimited reading",
    "If you are an existing subscriber,", "link your account for free access. Start here",
]  # fmt: skip


def test_the_seed_is_cleaned() -> None:
    source = SEED.read_text("utf8")
    article = clean(source)
    assert article.headline == "Syrian and Iraqi jihadists forge cross-border alliance"
    assert article.dateline is not None
    assert article.dateline.places == ("BAGHDAD",)
    lines = [line for line in source.splitlines() if line.strip()]
    assert list(article.paragraphs) == [line for line in lines[1:] if line not in DEBRIS]
    assert len(article.paragraphs) == 14


def test_the_debris_of_the_seed_is_accounted_for() -> None:
    source = SEED.read_text("utf8")
    article = clean(source.encode())
    assert [record.text for record in article.removed] == DEBRIS
    assert all(record.kind != "other" and record.detector == "phrases" for record in article.removed)
    for record in article.removed:
        assert record.span is not None
        assert source[record.span.start : record.span.end] == record.text


def test_the_seed_is_metered() -> None:
    access = clean(SEED.read_bytes()).access
    assert (access.kind, access.remaining, access.limit_reached) == ("metered", 2, True)
    assert "You have 2 remaining free articles this month" in access.nags
