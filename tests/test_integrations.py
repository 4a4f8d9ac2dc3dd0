"""Smaller integrations: responses, feeds, documents of LangChain and LlamaIndex, notebooks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cleaner import InputError, clean
from cleaner.integrations.feeds import clean_entry
from cleaner.integrations.responses import clean_response

TEXT = "Rain ends\n\nShare with others:\n\nThe rain had stopped by noon, and the river began to fall in the afternoon."
PAGE = "<h1>Crème brûlée</h1><p>The café had closed by noon, and the river began to fall.</p><nav>Home</nav>"


def response(content: bytes, kind: str) -> Any:
    return SimpleNamespace(content=content, url="https://a.example/b", headers={"content-type": kind})


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PAGE.encode("latin-1"), "text/html; charset=ISO-8859-1"),
        (PAGE.encode("utf-16"), 'text/html; charset="utf-16"'),
        (PAGE.encode(), "text/html"),
        (PAGE.encode(), "text/html; charset=no-such-thing"),
        (PAGE.encode(), "text/html; charset=ascii"),
    ],
)
def test_a_response_is_decoded_as_its_header_says(content: bytes, kind: str) -> None:
    article = clean_response(response(content, kind))
    assert article.headline == "Crème brûlée"
    assert article.url == "https://a.example/b"


def test_a_response_of_a_client_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    httpx = pytest.importorskip("httpx")
    answer = httpx.Response(200, html=PAGE, request=httpx.Request("GET", "https://a.example/b"))
    assert clean_response(answer).headline == "Crème brûlée"
    with pytest.raises(InputError, match=r"content type image/png"):
        clean_response(response(b"x", "image/png"))


def test_an_entry_of_a_feed_is_cleaned_and_filled_up() -> None:
    entry = {
        "title": "Rain ends", "link": "https://a.example/b", "published_parsed": (2024, 3, 4, 0, 0, 0, 0, 64, 0),
        "summary_detail": {"type": "text/html", "value": "Short."},
        "content": [{"type": "text/html", "value": "<p>The rain had stopped by noon, and the river fell.</p>"}],
    }  # fmt: skip
    article = clean_entry(entry)
    assert (article.headline, article.published, article.url) == ("Rain ends", "2024-03-04", "https://a.example/b")
    assert article.text == "The rain had stopped by noon, and the river fell."
    assert clean_entry({"title": "Nothing", "link": "https://a.example/c"}).text == ""


def test_a_feed_is_read_by_feedparser() -> None:
    feedparser = pytest.importorskip("feedparser")
    feed = (
        "<rss version='2.0'><channel><title>x</title><item><title>Rain ends</title><link>https://a.example/b</link>"
        "<pubDate>Mon, 04 Mar 2024 10:00:00 GMT</pubDate>"
        "<description>&lt;p&gt;The rain had stopped by noon, and the river fell.&lt;/p&gt;</description>"
        "</item></channel></rss>"
    )
    (entry,) = feedparser.parse(feed).entries
    assert clean_entry(entry).text == "The rain had stopped by noon, and the river fell."


def test_documents_of_langchain_are_cleaned() -> None:
    documents = pytest.importorskip("langchain_core.documents")
    from cleaner.integrations.langchain import ArticleTransformer

    (cleaned, failed) = ArticleTransformer(max_chars=200).transform_documents(
        [documents.Document(page_content=TEXT, metadata={"source": "a"}), documents.Document(page_content=TEXT * 9)]
    )
    assert cleaned.page_content == clean(TEXT).text
    assert cleaned.metadata == {"source": "a", "headline": "Rain ends", "language": "en"}
    assert "error" in failed.metadata


def test_nodes_of_llamaindex_are_cleaned() -> None:
    schema = pytest.importorskip("llama_index.core.schema")
    from cleaner.integrations.llamaindex import ArticleCleaner

    (node,) = ArticleCleaner()([schema.Document(text=TEXT)])
    assert node.get_content() == clean(TEXT).text
    assert node.metadata["headline"] == "Rain ends"


def test_notebooks_show_what_went_and_run_nothing() -> None:
    shown = clean(TEXT.replace("noon", "<script>noon</script>"))._repr_html_()
    assert "<s>Share with others:</s>" in shown
    assert "&lt;script&gt;noon" in shown
    assert "<script" not in shown
