"""The OpenAPI 3.1 description of the service."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from cleaner import __version__
from cleaner.options import CHOICES


def document(max_bytes: int, options: tuple[str, ...]) -> dict[str, Any]:
    """What `/openapi.json` says."""
    schema = json.loads((resources.files("cleaner") / "article.schema.json").read_text("utf8"))
    schema.pop("$schema", None)
    schema.pop("$id", None)
    error = {
        "type": "object", "required": ["error"],
        "properties": {"error": {"type": "string"}, "todo": {"type": ["string", "null"]}},
    }  # fmt: skip
    known = {
        name: {"type": "string", "enum": list(CHOICES[name])} if name in CHOICES else {"type": "boolean"}
        for name in options
    }
    known["now"] = {"type": "string", "format": "date-time"}
    asked = {
        "type": "object", "additionalProperties": True,
        "properties": {
            "html": {"type": "string"}, "text": {"type": "string"}, "url": {"type": ["string", "null"]},
            "options": {"type": ["object", "null"], "additionalProperties": False, "properties": known},
        },
        "oneOf": [{"required": ["html"]}, {"required": ["text"]}],
    }  # fmt: skip

    def failing(*statuses: int) -> dict[str, Any]:
        told = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        return {str(status): {"description": _SAID[status], "content": told} for status in statuses}

    article = {"application/json": {"schema": {"$ref": "#/components/schemas/Article"}}}
    lines = {"application/x-ndjson": {"schema": {"type": "string"}}}
    url = {"name": "url", "in": "query", "schema": {"type": "string"}, "description": "Where the document came from."}
    bodies = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Source"}},
        "text/html": {"schema": {}},
        "text/plain": {"schema": {}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "cleaner", "version": __version__,
                 "description": f"Takes the debris out of scraped articles of up to {max_bytes} bytes."},
        "paths": {
            "/clean": {"post": {
                "summary": "Clean a document", "parameters": [url],
                "requestBody": {"required": True, "content": bodies},
                "responses": {"200": {"description": "The article", "content": article},
                              **failing(400, 413, 415, 422, 500, 503, 504)},
            }},
            "/clean/batch": {"post": {
                "summary": "Clean many documents: a JSON object a line in, an article or an error a line out, in order",
                "requestBody": {"required": False, "content": {"application/x-ndjson": {"schema": {}}}},
                "responses": {"200": {"description": "A line for each", "content": lines}, **failing(503)},
            }},
            "/healthz": {"get": {"summary": "Whether the service runs", "responses": {"200": {
                "description": "It does", "content": {"application/json": {"schema": {"type": "object"}}}}}}},
            "/metrics": {"get": {"summary": "Figures for Prometheus", "responses": {"200": {
                "description": "Text format 0.0.4", "content": {"text/plain": {"schema": {"type": "string"}}}}}}},
        },
        "components": {"schemas": {"Article": schema, "Error": error, "Source": asked}},
    }  # fmt: skip


_SAID = {
    400: "Not a JSON object that names a document",
    413: "Larger than the service takes",
    415: "Neither JSON nor HTML nor plain text",
    422: "No text that can be cleaned",
    500: "The document ended its worker",
    503: "Too many requests at the same time",
    504: "The document took too long",
}
