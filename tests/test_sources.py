"""Sources: what is read of them, what is said of the rest, and that reading them takes little and comes to an end."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cleaner.batch.jobs import Job
from cleaner.batch.reading import Reading
from cleaner.batch.sources import jobs_of
from cleaner.cli import app
from cleaner.errors import CleanerError

RAIN = "The rain in {} had stopped by noon, and the river began to fall."
PAGE = b"<html><body><h1>Rain ends</h1><p>The rain had stopped by noon, and the river fell.</p></body></html>"


def found(*names: str | Path, reading: Reading | None = None) -> list[Job]:
    return list(jobs_of(map(str, names), reading or Reading()))


def told(job: Job) -> str:
    """What a document is, or why there is none."""
    try:
        content = job.content()
    except CleanerError as error:
        return str(error)
    return content if isinstance(content, str) else content.decode()


def by_name(*names: str | Path) -> dict[str, str]:
    """What is told of each document, by the last part of its path."""
    return {Path(job.key).name: told(job) for job in found(*names)}


def lines(*towns: str) -> bytes:
    return b"".join(json.dumps({"text": RAIN.format(town)}).encode() + b"\n" for town in towns)


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["clean", *map(str, arguments)], input=stdin)


def write_tar(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def write_zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


# --- compressed -----------------------------------------------------------------------------------------


def test_all_frames_of_a_zstandard_file_are_read(tmp_path: Path) -> None:
    zst = pytest.importorskip("zstandard").compress
    (tmp_path / "a.txt.zst").write_bytes(zst(b"one ") + zst(b"two"))
    (tmp_path / "b.jsonl.zst").write_bytes(zst(lines("Rome")) + zst(lines("Oslo")))
    (tmp_path / "c.txt.zst").write_bytes(zst(b"one ") + zst(b"two" * 1000)[:-2])
    (tmp_path / "d.txt.zst").write_bytes(b"nothing of the kind")
    assert by_name(tmp_path) == {
        "a.txt.zst": "one two",
        "b.jsonl.zst:1": RAIN.format("Rome"),
        "b.jsonl.zst:2": RAIN.format("Oslo"),
        "c.txt.zst": f"{tmp_path}/c.txt.zst: can't be read: it ends in the middle of a frame",
        "d.txt.zst": f"{tmp_path}/d.txt.zst: can't be read: zstd decompressor error: Unknown frame descriptor",
    }


# --- archives -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_files_of_records_in_archives_are_read(tmp_path: Path, write: object) -> None:
    path = tmp_path / ("a.zip" if write is write_zip else "a.tar")
    members = {
        "data.jsonl": lines("Rome", "Oslo"),
        "more/data.jsonl.gz": gzip.compress(lines("Riga")),
        "t.csv": b"text,url\nA story of rain,https://a.example/1\n",
        "inner.zip": b"PK",
        "picture.png": b"\x89PNG",
    }
    write(path, members)  # type: ignore[operator]
    assert {job.key.partition("!")[2]: told(job) for job in found(path)} == {
        "data.jsonl:1": RAIN.format("Rome"),
        "data.jsonl:2": RAIN.format("Oslo"),
        "more/data.jsonl.gz:1": RAIN.format("Riga"),
        "t.csv:1": "A story of rain",
        "inner.zip": f"{path}!inner.zip: an archive in an archive (unpack it first)",
    }


def test_parquet_and_web_archives_in_archives_are_read(tmp_path: Path) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pytest.importorskip("fastwarc")
    table = io.BytesIO()
    parquet.write_table(pa.table({"text": ["one", "two"], "id": [7, 8]}), table)
    write_tar(tmp_path / "a.tar", {"t.parquet": table.getvalue(), "w.warc.gz": gzip.compress(record("resource", PAGE))})
    jobs = found(tmp_path / "a.tar")
    assert [told(job) for job in jobs] == ["one", "two", PAGE.decode()]
    assert [job.identity for job in jobs] == [("id", 7), ("id", 8), None]
    write_zip(tmp_path / "b.wacz", {"archive/w.warc": record("resource", PAGE), "pages/pages.jsonl": lines("Rome")})
    assert [job.relative for job in found(tmp_path / "b.wacz")] == ["b.wacz/archive/w.warc/1"]


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_a_broken_member_does_not_end_its_archive(tmp_path: Path, write: object) -> None:
    zst = pytest.importorskip("zstandard").compress
    path = tmp_path / ("a.zip" if write is write_zip else "a.tar")
    members = {
        "1.txt": b"one",
        "2.txt.gz": b"\x1f\x8bno",
        "3.txt.zst": zst(b"three"),
        "4.txt.bz2": bz2.compress(b"four")[:-9],
        "5.jsonl.xz": lzma.compress(lines("Rome")),
        "6.csv": b"title\nno document\n",
        "7.txt": b"seven",
    }
    write(path, members)  # type: ignore[operator]
    said = {job.key.partition("!")[2]: told(job).removeprefix(f"{job.key}: ") for job in found(path)}
    assert said.pop("2.txt.gz").startswith("can't be read: ")
    assert said.pop("4.txt.bz2").startswith("can't be read: ")
    assert said.pop("6.csv:1").startswith("none of html, text")
    assert said == {"1.txt": "one", "3.txt.zst": "three", "5.jsonl.xz:1": RAIN.format("Rome"), "7.txt": "seven"}


def test_a_tar_that_is_broken_in_its_middle_says_so(tmp_path: Path) -> None:
    write_tar(tmp_path / "a.tar", {f"{n}.txt": b"rain" for n in range(4)})
    data = bytearray((tmp_path / "a.tar").read_bytes())
    data[2 * 1024] ^= 255
    (tmp_path / "a.tar").write_bytes(data)
    assert by_name(tmp_path / "a.tar") == {
        "a.tar!0.txt": "rain", "a.tar!1.txt": "rain",
        "a.tar": f"{tmp_path}/a.tar: broken off after 2 documents: a broken header",
    }  # fmt: skip


def test_members_of_one_name_have_outputs_of_their_own(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, pytest.warns(UserWarning):
        for name in ("x.txt", "x.txt", "a:b.txt", "a/b.txt"):
            archive.writestr(name, b"rain")
    assert [job.relative for job in found(tmp_path / "a.zip")] == [
        "a.zip/x.txt", "a.zip/x.txt~2", "a.zip/a:b.txt", "a.zip/a/b.txt",
    ]  # fmt: skip


def test_names_that_are_too_long_for_a_file_are_shortened(tmp_path: Path) -> None:
    long = "ü" * 150
    write_zip(tmp_path / "a.zip", {f"{long}1.txt": b"The rain had stopped.", f"{long}2.txt": b"The river fell."})
    one, two = (job.relative for job in found(tmp_path / "a.zip"))
    assert one != two
    assert one == found(tmp_path / "a.zip")[0].relative
    assert run(tmp_path / "a.zip", "-o", tmp_path / "out").exit_code == 0


# --- what must not hang, nor take all memory --------------------------------------------------------------


def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    for name in ("p.jsonl", "q.txt.gz", "r.zip", "s.tar", "t.parquet"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "z.jsonl").symlink_to("/dev/zero")
    jobs = found(tmp_path)
    assert [told(job) for job in jobs] == [f"{job.key}: not a regular file" for job in jobs]
    assert len(jobs) == 6


@pytest.mark.usefixtures("small")
def test_a_wide_row_is_refused(tmp_path: Path) -> None:
    good = b"text\nA story of rain\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(good + b"a" * 9_000_000))
    (tmp_path / "b.csv").write_bytes(good + b'"' + b"a line in quotes\n" * 90_000)
    said = by_name(tmp_path)
    for name in ("a.csv.gz", "b.csv"):
        assert said[f"{name}:1"] == "A story of rain"
        assert "row 2 is larger than 1 MB (the rows behind it are not read)" in said[name]


def test_a_row_of_nothing_but_commas_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.batch.records.MOST_CELLS", 1000)
    (tmp_path / "a.csv").write_bytes(b"text,url\nrain,\n" + b"," * 2000)
    assert "row 2 is larger than 1,000 cells" in by_name(tmp_path)["a.csv"]


def test_rows_may_end_as_on_old_computers(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'text,url\r"one\rline",b\rtwo,c\r')
    assert [told(job) for job in found(tmp_path)] == ["one\rline", "two"]


def test_a_header_of_a_tar_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.batch.archives.MOST_HEADER", 1_000_000)
    head = tarfile.TarInfo("x")
    head.type, head.size = tarfile.XHDTYPE, 4_000_000_000
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(head.tobuf(tarfile.GNU_FORMAT) + b"a" * 5_000_000))
    assert by_name(tmp_path) == {"a.tar.gz": f"{tmp_path}/a.tar.gz: a header larger than 1 MB"}


@pytest.mark.usefixtures("small")
def test_a_table_that_repeats_a_large_value_is_refused_value_by_value(tmp_path: Path) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    values = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int32()), pa.array(["a" * 2_000_000, "rain"]))
    for stored in (True, False):  # as a dictionary, and as text that is one in the file only
        parquet.write_table(pa.table({"text": values}), tmp_path / "a.parquet", store_schema=stored)
        assert by_name(tmp_path) == {
            "a.parquet:1": f"{tmp_path}/a.parquet:1: larger than 1 MB (split it)",
            "a.parquet:2": "rain",
            "a.parquet:3": f"{tmp_path}/a.parquet:3: larger than 1 MB (split it)",
        }


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    large = "a" * 10_000_000
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 50, pa.int32()), pa.array([large]))
    parquet.write_table(pa.table({"text": values}), tmp_path / "a.parquet", store_schema=False, write_statistics=False)
    before = pa.total_allocated_bytes()
    assert told(next(jobs_of([str(tmp_path / "a.parquet")], Reading()))) == large
    jobs = jobs_of([str(tmp_path / "a.parquet")], Reading())
    next(jobs)
    assert pa.total_allocated_bytes() - before < 100_000_000


def test_columns_without_texts_are_left_out(tmp_path: Path) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    kinds = {"large": pa.large_string(), "bytes": pa.binary(), "plain": pa.string()}
    for name, kind in kinds.items():
        table = pa.table({"html": [["a", "list"]], "text": pa.array(["rain"], kind), "id": [1.5]})
        parquet.write_table(table, tmp_path / f"{name}.parquet")
    assert set(by_name(tmp_path).values()) == {"rain"}
    parquet.write_table(pa.table({"html": [["a"]], "title": ["x"]}), tmp_path / "none.parquet")
    assert "none of html, text, content, body, raw_content among title" in by_name(tmp_path)["none.parquet"]


@pytest.mark.usefixtures("small")
def test_a_member_that_says_it_is_too_large_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_zip(tmp_path / "a.zip", {"large.txt": b"a" * 2_000_000, "b.txt": b"rain"})
    monkeypatch.setattr("cleaner.batch.records.read_all", lambda stream, name: stream.read())
    assert by_name(tmp_path) == {
        "a.zip!large.txt": f"{tmp_path}/a.zip!large.txt: larger than 1 MB (split it)", "a.zip!b.txt": "rain",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("error", "said"), [(MemoryError(), "not enough memory"), (OSError(5, "Input/output error"), "Input/output error")]
)
def test_a_source_that_breaks_its_reader_does_not_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines("Rome"))
    (tmp_path / "b.txt").write_bytes(b"rain")

    def breaks(stream: object) -> bytes:
        raise error

    monkeypatch.setattr("cleaner.batch.records.next_line", breaks)
    assert by_name(tmp_path) == {"a.jsonl": f"{tmp_path}/a.jsonl: can't be read: {said}", "b.txt": "rain"}


# --- folders and patterns ---------------------------------------------------------------------------------


def test_folders_that_cannot_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a/1.txt", "locked/2.txt", "z/3.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"rain")
    scandir = os.scandir

    def refuses(path: Path) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuses)
    locked = f"{tmp_path}/locked: can't be read: Permission denied"
    assert by_name(tmp_path) == {"1.txt": "rain", "locked": locked, "3.txt": "rain"}
    assert by_name(tmp_path / "locked", tmp_path / "z") == {"locked": locked, "3.txt": "rain"}


def test_patterns_are_read_by_name(tmp_path: Path) -> None:
    for name in ("b/2.txt", "a/2.txt", "a/1.txt", "a/deep/3.txt", "a/no.png", "[x].txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    assert [told(job) for job in found(tmp_path / "*/*.txt")] == ["a/1.txt", "a/2.txt", "b/2.txt"]
    assert [job.relative for job in found(tmp_path / "*/2.txt")] == ["a/2.txt", "b/2.txt"]
    assert [told(job) for job in found(tmp_path / "**/*.txt")] == [
        "[x].txt", "a/1.txt", "a/2.txt", "a/deep/3.txt", "b/2.txt",
    ]  # fmt: skip
    assert [job.relative for job in found(tmp_path / "a*" / "**")] == ["a/1.txt", "a/2.txt", "a/deep/3.txt"]
    assert [told(job) for job in found(tmp_path / "[x].txt")] == ["[x].txt"]
    assert told(found(tmp_path / "*.html")[0]) == f"{tmp_path}/*.html: no file matches"
    assert [path.name for path in output_of(tmp_path, tmp_path / "*/2.txt")] == ["2.txt.txt", "2.txt.txt"]


def output_of(tmp_path: Path, name: Path) -> list[Path]:
    assert run(name, "-o", tmp_path / "out", "-q").exit_code == 0
    return sorted((tmp_path / "out").rglob("*.txt"))


# --- standard input ---------------------------------------------------------------------------------------


def test_standard_input_may_be_records() -> None:
    said = run("--from", "jsonl", "-f", "jsonl", stdin=lines("Rome", "Oslo"))
    assert [json.loads(line)["source"] for line in said.stdout.splitlines()] == ["-:1", "-:2"]
    said = run("-", "--from", "csv", "--column", "page", "-f", "json", stdin=b"page\nThe rain had stopped by noon.\n")
    assert len(json.loads(said.stdout)) == 1
    assert run("a.txt", "--from", "csv").exit_code == 2


def test_standard_input_may_be_compressed() -> None:
    text = b"The rain had stopped by noon, and the river began to fall."
    packs = [gzip.compress, bz2.compress, lzma.compress, pytest.importorskip("zstandard").compress]
    for pack in packs:
        assert "the river began to fall" in run("-", stdin=pack(text)).stdout
        assert run("--from", "jsonl", "-f", "jsonl", stdin=pack(lines("Rome"))).exit_code == 0
    assert "can't be read" in run("-", stdin=gzip.compress(text)[:-9]).stderr
    assert "-: empty file" in run("-", stdin=b"").stderr


def test_standard_input_may_be_a_web_archive() -> None:
    pytest.importorskip("fastwarc")
    for data in (record("resource", PAGE), gzip.compress(record("resource", PAGE))):
        (row,) = run("--from", "warc", "-f", "jsonl", stdin=data).stdout.splitlines()
        assert json.loads(row)["headline"] == "Rain ends"


# --- web archives -----------------------------------------------------------------------------------------


def record(kind: str, block: bytes, said: str = "text/html") -> bytes:
    """A record of a WARC."""
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://news.example/rain\r\n"
        "WARC-Date: 2024-03-04T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        f"Content-Type: {said}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def response(body: bytes, *headers: str) -> bytes:
    http = "".join(f"{header}\r\n" for header in ("HTTP/1.1 200 OK", *headers)).encode() + b"\r\n" + body
    return record("response", http, "application/http; msgtype=response")


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n%x;more\r\n%s\r\n0\r\n\r\n" % (5, body[:5], len(body) - 5, body[5:])


def test_encodings_of_web_archives_are_undone(tmp_path: Path) -> None:
    zst = pytest.importorskip("zstandard").compress
    pytest.importorskip("fastwarc")
    html = "Content-Type: text/html"
    raw = zlib.compressobj(wbits=-15)
    bodies = [
        response(gzip.compress(PAGE), html, "Content-Encoding: gzip"),
        response(PAGE, html, "Content-Encoding: gzip"),  # undone by the archive
        response(PAGE, html, "Content-Encoding: deflate"),
        response(zlib.compress(PAGE), html, "Content-Encoding: deflate"),
        response(raw.compress(PAGE) + raw.flush(), html, "Content-Encoding: deflate"),
        response(zst(PAGE), html, "Content-Encoding: zstd"),
        response(chunked(PAGE), html, "Transfer-Encoding: chunked"),
        response(PAGE, html, "Transfer-Encoding: chunked"),
        response(chunked(gzip.compress(PAGE)), html, "Transfer-Encoding: chunked", "Content-Encoding: gzip"),
    ]
    (tmp_path / "a.warc").write_bytes(b"".join(bodies))
    assert [told(job) for job in found(tmp_path / "a.warc")] == [PAGE.decode()] * 9
    (tmp_path / "b.warc").write_bytes(
        response(gzip.compress(PAGE)[:-12], html, "Content-Encoding: gzip") + response(PAGE, html)
    )
    broken, whole = found(tmp_path / "b.warc")
    assert "b.warc:1: can't be read: " in told(broken)
    assert told(whole) == PAGE.decode()


def test_resources_conversions_and_pages_without_a_type_are_read(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    records = [
        record("warcinfo", b"format: WARC\r\n", "application/warc-fields"),
        record("resource", PAGE),
        record("resource", b"\x89PNG", "image/png"),
        record("response", b"news.example. 300 IN A 192.0.2.1", "text/dns"),
        response(PAGE),
        response(b""),
        record("conversion", b"The rain had stopped.", "text/plain"),
    ]
    (tmp_path / "a.warc").write_bytes(b"".join(records))
    assert [(job.key[-2:], job.kind, told(job)) for job in found(tmp_path / "a.warc")] == [
        (":1", "html", PAGE.decode()), (":4", None, PAGE.decode()), (":6", "text", "The rain had stopped."),
    ]  # fmt: skip


# --- charsets ---------------------------------------------------------------------------------------------


def test_tables_may_be_in_another_charset(tmp_path: Path) -> None:
    text = "The café — “closed” since noon — opens again."
    (tmp_path / "a.csv").write_bytes(f'text,id\n"{text}",Zoë\n'.encode("cp1252"))
    (row,) = run(tmp_path / "a.csv", "-f", "jsonl").stdout.splitlines()
    assert text in row
    for encoding in ("utf-16", "utf-8-sig"):
        (tmp_path / "b.csv").write_bytes(f'text,id\n"{text}",7\n'.encode(encoding))
        (tmp_path / "c.jsonl").write_bytes(json.dumps({"text": text}, ensure_ascii=False).encode(encoding))
        assert by_name(tmp_path / "b.csv", tmp_path / "c.jsonl") == {"b.csv:1": text, "c.jsonl:1": text}
