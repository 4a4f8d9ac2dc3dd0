"""Shared by all tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("default")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document may have 1 MB."""
    for module in ("archives", "jobs", "records", "streams", "warc"):
        monkeypatch.setattr(f"cleaner.batch.{module}.MOST_BYTES", 1_000_000)
