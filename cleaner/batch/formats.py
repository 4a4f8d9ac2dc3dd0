"""The formats that documents are written in."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    text = "text"
    md = "md"
    json = "json"
    jsonl = "jsonl"
    dolma = "dolma"
    parquet = "parquet"


EXTENSIONS = {
    Format.json: ".json",
    Format.jsonl: ".jsonl",
    Format.md: ".md",
    Format.text: ".txt",
    Format.dolma: ".json",
}
