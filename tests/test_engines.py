"""Every engine gives the same articles: that of `clean`, to the last byte.

`CLEANER_ENGINE_DOCUMENTS=500` makes it more documents; `-m "not engines"` leaves out those that take long to start.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cases import ROOT, load_cases

from cleaner import Cleaner, clean

pa = pytest.importorskip("pyarrow")
from cleaner.arrow import SCHEMA, article_row, clean_arrow  # noqa: E402  # needs the extra
from cleaner.read.text import read_text  # noqa: E402
from cleaner.sites import learn  # noqa: E402

COUNT = int(os.environ.get("CLEANER_ENGINE_DOCUMENTS", "40"))
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def table() -> Any:
    """Documents: cases with some words changed, and one that is not there."""
    chance = random.Random(1)
    cases = load_cases()
    words = sorted({word for case in cases for word in case.source.split() if word.isalpha()})
    texts: list[str | None] = [None]
    for n in range(COUNT - 1):
        pieces = cases[7 * n % len(cases)].source.split(" ")
        pieces[chance.randrange(len(pieces))] = chance.choice(words)
        texts.append(" ".join(pieces))
    return pa.table({"id": list(range(len(texts))), "text": texts})


@pytest.fixture(scope="module")
def expected(table: Any) -> Rows:
    answers = Cleaner().clean_batch([text or "" for text in table.column("text").to_pylist()])
    return [
        dict.fromkeys(SCHEMA.names) if text is None else article_row(answer)
        for text, answer in zip(table.column("text").to_pylist(), answers, strict=True)
    ]


def arrow(table: Any, folder: Path) -> Rows:
    return clean_arrow(table).to_pylist()  # type: ignore[no-any-return]


def pandas(table: Any, folder: Path) -> Rows:
    pytest.importorskip("pandas")
    from cleaner.integrations.pandas import clean_frame

    frame = clean_frame(table.to_pandas())
    return [{name: row[name] for name in ("id", *SCHEMA.names)} for row in frame.to_dict("records")]


def polars(table: Any, folder: Path) -> Rows:
    pl = pytest.importorskip("polars")
    from cleaner.integrations.polars import clean_frame

    eager = clean_frame(pl.from_arrow(table))
    lazy = clean_frame(pl.from_arrow(table).lazy()).collect()
    assert lazy.equals(eager)
    return eager.to_dicts()  # type: ignore[no-any-return]


def duckdb(table: Any, folder: Path) -> Rows:
    engine = pytest.importorskip("duckdb")
    from cleaner.integrations.duckdb import clean_relation

    with engine.connect() as connection:
        articles = clean_relation(connection.from_arrow(table))
        return connection.cursor().from_arrow(articles).to_arrow_table().to_pylist()  # type: ignore[no-any-return]


def daft(table: Any, folder: Path) -> Rows:
    engine = pytest.importorskip("daft")
    from cleaner.integrations.daft import clean_dataframe

    return clean_dataframe(engine.from_arrow(table)).to_arrow().to_pylist()  # type: ignore[no-any-return]


def ray_tasks(table: Any, folder: Path) -> Rows:
    return ray_rows(table, None)


def ray_actors(table: Any, folder: Path) -> Rows:
    return ray_rows(table, 1)


def ray_rows(table: Any, concurrency: int | None) -> Rows:
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    from cleaner.integrations.ray import clean_dataset

    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"
    ray.init(num_cpus=2, object_store_memory=200_000_000, include_dashboard=False, log_to_driver=False,
             ignore_reinit_error=True)  # fmt: skip
    try:
        dataset = clean_dataset(ray.data.from_arrow(table), batch_size=16, concurrency=concurrency)
        rows: list[Any] = [row for batch in dataset.iter_batches(batch_format="pyarrow") for row in batch.to_pylist()]
        return sorted(rows, key=lambda row: row["id"])
    finally:
        ray.shutdown()


def spark(table: Any, folder: Path) -> Rows:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("no Java")
    from pyarrow import parquet
    from pyspark.sql import SparkSession

    from cleaner.integrations.spark import clean_dataframe

    parquet.write_table(table, folder / "in.parquet")
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        frame = clean_dataframe(session.read.parquet(str(folder / "in.parquet")))
        frame.write.parquet(str(folder / "out"))
        return sorted(parquet.read_table(folder / "out").to_pylist(), key=lambda row: row["id"])
    finally:
        session.stop()


def datasets(table: Any, folder: Path) -> Rows:
    engine = pytest.importorskip("datasets")
    from cleaner.integrations.datasets import clean_dataset

    dataset = engine.Dataset(table)
    rows: Rows = clean_dataset(dataset, num_proc=2).to_list()
    assert list(clean_dataset(dataset.to_iterable_dataset())) == rows
    return rows


ENGINES: list[Any] = [arrow, pandas, polars, duckdb, daft]
SLOW: list[Any] = [ray_tasks, ray_actors, spark, datasets]


@pytest.mark.parametrize("engine", [*ENGINES, *(pytest.param(engine, marks=pytest.mark.engines) for engine in SLOW)])
def test_every_engine_gives_the_same_bytes(
    engine: Callable[[Any, Path], Rows], table: Any, expected: Rows, tmp_path: Path
) -> None:
    rows = engine(table, tmp_path)
    assert [row["id"] for row in rows] == list(range(COUNT))
    for row, wanted in zip(rows, expected, strict=True):
        found = {name: row[name] for name in SCHEMA.names}
        assert json.dumps(found, default=list, sort_keys=True) == json.dumps(wanted, sort_keys=True)


def test_datatrove_steps_clean_and_count() -> None:
    pytest.importorskip("datatrove")
    from datatrove.data import Document

    from cleaner.integrations.datatrove import ArticleCleaner, HtmlCleaner

    def documents() -> Iterator[Any]:
        yield Document(text="Rain ends\n\nShare with others:\n\nThe rain had stopped, and the river fell.", id="a")
        yield Document(text="The rain had stopped. " * 10, id="b")

    step = ArticleCleaner(max_chars=100)
    (document,) = step.run(documents())
    assert document.text == "The rain had stopped, and the river fell."
    assert document.metadata["article"]["headline"] == "Rain ends"
    stats = step.stats.to_dict()["stats"]
    assert [stats[name] if isinstance(stats[name], int) else stats[name]["total"] for name in (
        "total", "failed", "removed_share")] == [2, 1, 1]  # fmt: skip
    assert len(list(ArticleCleaner(keep_failed=True, max_chars=100).run(documents()))) == 2
    page = Document(text="<h1>Rain ends</h1><p>The rain had stopped, and the river fell.</p><nav>Home</nav>", id="c")
    assert [document.text for document in HtmlCleaner().run([page])] == ["The rain had stopped, and the river fell."]


@pytest.mark.engines
def test_a_run_on_a_cluster_survives_the_death_of_a_worker_and_goes_on(
    table: Any, expected: Rows, tmp_path: Path
) -> None:
    psutil = pytest.importorskip("psutil")
    pytest.importorskip("ray")
    from pyarrow import parquet

    (tmp_path / "in").mkdir()
    for n in range(4):
        parquet.write_table(table.slice(n * 10, 10), tmp_path / "in" / f"{n}.parquet")
    command = [
        sys.executable,
        "-m",
        "cleaner",
        "ray",
        str(tmp_path / "in"),
        str(tmp_path / "out"),
        "--files-per-part",
        "2",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    killed = 0
    while process.poll() is None:
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if killed == 0 and "MapBatches" in " ".join(child.cmdline()):
                    child.kill()
                    killed += 1
        time.sleep(0.02)
    assert process.stderr is not None
    assert "2 parts written, 0 were there" in process.stderr.read()
    if not killed:
        pytest.skip("no worker was caught at work")
    rows = parquet.read_table(tmp_path / "out", filters=None).to_pylist()
    rows.sort(key=lambda row: row["id"])
    assert [{name: row[name] for name in SCHEMA.names} for row in rows] == expected[:40]
    (tmp_path / "out" / "part-00001" / "_SUCCESS").unlink()
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "1 parts written, 1 were there" in again.stderr
    assert parquet.read_table(tmp_path / "out").num_rows == len(rows)


@pytest.mark.engines
def test_a_cluster_reads_warc_and_is_sent_the_files_of_options(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    pytest.importorskip("fastwarc")
    from pyarrow import parquet

    (tmp_path / "in").mkdir()
    slogan = "The voice of the coast since 1881"
    page = f"<h1>Rain ends</h1><p>The rain had stopped by noon, and the river began to fall.</p><p>{slogan}</p>"
    for n in range(2):
        http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}".encode()
        head = (
            "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://news.example/rain\r\n"
            f"WARC-Date: 2024-03-04T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-00000000000{n}>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        (tmp_path / "in" / f"{n}.warc.gz").write_bytes(gzip.compress(head.encode() + http + b"\r\n\r\n"))
    rules = tmp_path / "mine.toml"
    rules.write_text(
        '[[rule]]\nname = "mine.other.slogan"\nkind = "other"\nwhy = "a slogan"\nscore = 1.0\nphrases = ["the voice of'
        ' the coast since 1881"]\nhits = ["The voice of the coast since 1881"]\nmisses = ["x"]\nseen = "here"\n'
    )
    memory = tmp_path / "sites.db"
    learn(memory, [(read_text("The voice of the coast"), "news.example")])
    command = [sys.executable, "-m", "cleaner", "ray", str(tmp_path / "in"), str(tmp_path / "out")]
    options = ["--rules", str(rules), "--sites", str(memory)]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = parquet.read_table(tmp_path / "out").to_pylist()
    wanted = clean(page, url="https://news.example/rain", kind="html", rules=(str(rules),), sites=str(memory))
    assert [row["clean_text"] for row in rows] == [wanted.text] * 2
    assert [row["removed"][-1]["rule"] for row in rows] == ["mine.other.slogan"] * 2
