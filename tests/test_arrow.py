"""`clean_arrow`: a row for a row, whatever the column is made of."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from cleaner import clean
from cleaner.errors import InputError
from cleaner.options import Options

pa = pytest.importorskip("pyarrow")
from cleaner.arrow import SCHEMA, clean_arrow  # noqa: E402  # needs the extra

TEXT = "Rain ends\n\nShare with others:\n\nROME (AP) -- The rain had stopped by noon, and the river began to fall."
PAGE = "<h1>Rain ends</h1><p>The rain had stopped by noon, and the river began to fall.</p><nav>Home</nav>"


def test_a_batch_comes_back_with_its_columns_and_the_articles() -> None:
    texts = [TEXT.encode(), None, PAGE.encode(), b"\x00\x01\x02\x03"]
    batch = pa.record_batch({"id": [1, 2, 3, 4], "text": texts})
    answer = clean_arrow(batch)
    assert isinstance(answer, pa.RecordBatch)
    assert answer.schema.names == ["id", "text", *SCHEMA.names]
    rows = answer.to_pylist()
    article = clean(TEXT)
    assert rows[0]["clean_text"] == article.text
    assert rows[0]["dateline"] == {
        "raw": "ROME (AP) -- ",
        "places": ["ROME"],
        "region": None,
        "agency": "AP",
        "date": None,
    }
    (removal,) = rows[0]["removed"]
    assert (removal["kind"], TEXT[removal["start"] : removal["end"]]) == ("share", "Share with others:")
    assert all(rows[1][name] is None for name in SCHEMA.names)
    assert rows[2]["headline"] == "Rain ends"
    assert rows[2]["removed"][0]["start"] is None
    assert "binary data" in rows[3]["error"]
    assert rows[3]["clean_text"] is None


@pytest.mark.parametrize(
    "column",
    [
        lambda values: pa.array(values, pa.large_string()),
        lambda values: pa.array(values).dictionary_encode(),
        lambda values: pa.array([value and value.encode() for value in values], pa.binary()),
        lambda values: pa.array([value and value.encode() for value in values], pa.large_binary()),
        lambda values: pa.array(["x", *values]).slice(1),
        lambda values: pa.array(values, pa.string_view()) if hasattr(pa, "string_view") else pa.array(values),
    ],
)
def test_every_kind_of_column_of_strings_will_do(column: Any) -> None:
    values = [TEXT, None, PAGE]
    expected = clean_arrow(pa.table({"text": values})).select(SCHEMA.names)
    assert clean_arrow(pa.table({"text": column(values)})).select(SCHEMA.names).equals(expected)


def test_tables_keep_chunks_and_may_be_empty() -> None:
    table = pa.table({"text": pa.chunked_array([[TEXT], [PAGE, None]])})
    assert clean_arrow(table).num_rows == 3
    empty = clean_arrow(table.slice(0, 0))
    assert (empty.num_rows, empty.schema) == (0, clean_arrow(table).schema)
    nulls = pa.table({"text": pa.nulls(2)})
    assert clean_arrow(nulls).column("error").to_pylist() == [None, None]


def test_urls_kind_options_and_prefix() -> None:
    table = pa.table({"page": [PAGE], "link": ["https://a.example/b"], "headline": ["mine"]})
    options = Options(headings=False)
    with pytest.raises(InputError, match="columns are there already: headline"):
        clean_arrow(table, column="page")
    answer = clean_arrow(table, column="page", url_column="link", kind="html", prefix="c_", options=options)
    (row,) = answer.to_pylist()
    assert (row["headline"], row["c_canonical_url"]) == ("mine", "https://a.example/b")
    assert row["c_clean_text"] == clean(PAGE, kind="html", headings=False).text


def test_wrong_columns_are_named() -> None:
    with pytest.raises(InputError, match=r"no column text \(there are page\)"):
        clean_arrow(pa.table({"page": [PAGE]}))
    with pytest.raises(InputError, match="column text is of type int64"):
        clean_arrow(pa.table({"text": [1]}))


def test_what_a_cluster_has_to_send_is_small() -> None:
    assert len(pickle.dumps((clean_arrow, Options()))) < 1_000
