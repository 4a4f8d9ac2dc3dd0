"""The formats that documents are written in, and those that are read from a pipe."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    text = "text"
    md = "md"
    json = "json"
    jsonl = "jsonl"
    dolma = "dolma"
    parquet = "parquet"


class Piped(StrEnum):
    document = "document"
    jsonl = "jsonl"
    csv = "csv"
    warc = "warc"


EXTENSIONS = {
    Format.json: ".json",
    Format.jsonl: ".jsonl",
    Format.md: ".md",
    Format.text: ".txt",
    Format.dolma: ".json",
}
