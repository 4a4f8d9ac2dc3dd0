"""Batch runs: every kind of source, nothing lost, nothing twice, whatever happens on the way."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from cases import ROOT
from typer.testing import CliRunner, Result

from cleaner import clean
from cleaner.batch.jobs import Job
from cleaner.batch.ledger import Digest
from cleaner.batch.reading import Reading
from cleaner.batch.sources import jobs_of
from cleaner.cli import app

STORY = "Rain ends in {}\n\nShare with others:\n\nThe rain in {} had stopped by noon, and the river began to fall.\n"
PAGE = "<html><body><h1>Rain ends in {}</h1><p>The rain had stopped by noon, and the river fell.</p></body></html>"


def story(name: str) -> bytes:
    return STORY.format(name, name).encode()


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["clean", *map(str, arguments)], input=stdin)


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def cleaned(*arguments: str | Path) -> dict[str, object]:
    """Headline by source, of a run into standard output."""
    result = run(*arguments, "-f", "jsonl", "-q")
    return {str(row["source"]): row["headline"] for row in rows(result.stdout)}


# --- sources ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_files_are_read(tmp_path: Path, pack: object) -> None:
    suffix = {gzip.compress: ".gz", bz2.compress: ".bz2", lzma.compress: ".xz"}[pack]  # type: ignore[index]
    one, many = tmp_path / f"a.txt{suffix}", tmp_path / f"b.jsonl{suffix}"
    one.write_bytes(pack(story("Rome")))  # type: ignore[operator]
    lines = [json.dumps({"id": n, "text": story(f"Town {n}").decode()}) for n in range(3)]
    many.write_bytes(pack("\n".join(lines).encode()))  # type: ignore[operator]
    assert cleaned(tmp_path) == {
        str(one): "Rain ends in Rome",
        **{f"{many}:{n + 1}": f"Rain ends in Town {n}" for n in range(3)},
    }


def test_zstandard_and_parquet_are_read(tmp_path: Path) -> None:
    zstandard, pyarrow = pytest.importorskip("zstandard"), pytest.importorskip("pyarrow")
    from pyarrow import parquet

    (tmp_path / "a.txt.zst").write_bytes(zstandard.compress(story("Rome")))
    table = pyarrow.table({"html": [PAGE.format("Oslo"), None], "url": ["https://a.example/1", "https://a.example/2"]})
    parquet.write_table(table, tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(b"PAR1 not really")
    result = run(tmp_path, "-f", "jsonl")
    found = rows(result.stdout)
    assert [row["headline"] for row in found] == ["Rain ends in Rome", "Rain ends in Oslo"]
    assert found[1]["url"] == "https://a.example/1"
    assert "b.parquet:2: no" in result.stderr
    assert "c.parquet: can't be read" in result.stderr


def test_archives_are_read_without_being_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x/one.txt", story("Rome"))
        archive.writestr("x/two.html", PAGE.format("Oslo"))
        archive.writestr("x/picture.png", b"\x89PNG")
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as archive:
        add(archive, "three.txt", story("Riga"))
    before = sorted(tmp_path.rglob("*"))
    assert cleaned(tmp_path) == {
        f"{tmp_path}/a.zip!x/one.txt": "Rain ends in Rome",
        f"{tmp_path}/a.zip!x/two.html": "Rain ends in Oslo",
        f"{tmp_path}/b.tar.gz!three.txt": "Rain ends in Riga",
    }
    assert sorted(tmp_path.rglob("*")) == before


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def test_warc_responses_are_read(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE.format("Rome").encode()
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://news.example/rain\r\n"
        "WARC-Date: 2024-03-04T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    ).encode()
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(head + http + b"\r\n\r\n"))
    (row,) = rows(run(tmp_path, "-f", "jsonl").stdout)
    assert (row["headline"], row["url"]) == ("Rain ends in Rome", "https://news.example/rain")


def test_records_of_tables_keep_their_identity(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('key,page,link\n7,"' + PAGE.format("Rome").replace('"', '""') + '",https://a.b/c\n')
    result = run(tmp_path / "a.csv", "-f", "jsonl", "--column", "page", "--url-column", "link", "--id-column", "key")
    (row,) = rows(result.stdout)
    assert (row["key"], row["url"], row["headline"]) == ("7", "https://a.b/c", "Rain ends in Rome")


def test_names_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(story("Rome"))
    (tmp_path / "names").write_text(f"{tmp_path / 'a.txt'}\n\n{tmp_path / 'no.txt'}\n")
    result = run("--files-from", tmp_path / "names", "-f", "jsonl")
    assert result.exit_code == 1
    assert [row["headline"] for row in rows(result.stdout)] == ["Rain ends in Rome"]
    assert "no.txt: no such file" in result.stderr


# --- what goes wrong --------------------------------------------------------------------------------


def test_bad_lines_of_records_are_named_and_the_rest_is_cleaned(tmp_path: Path) -> None:
    good = json.dumps({"text": story("Rome").decode()})
    deep = "[" * 100_000
    (tmp_path / "a.jsonl").write_text("\n".join([good, "{", "[]", '{"title": "x"}', '{"text": 7}', deep, good]))
    result = run(tmp_path / "a.jsonl", "-f", "jsonl")
    assert result.exit_code == 1
    assert [row["source"] for row in rows(result.stdout)] == [f"{tmp_path}/a.jsonl:{n}" for n in (1, 7)]
    for number, complaint in (
        (2, "not JSON"),
        (3, "not a JSON object"),
        (4, "none of"),
        (5, "no text"),
        (6, "not JSON"),
    ):
        assert f"a.jsonl:{number}: {complaint}" in result.stderr


def test_broken_archives_are_named_and_what_is_whole_is_cleaned(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"text": story(f"{n}").decode() + os.urandom(200).hex()}) for n in range(300)).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines)[:-4000])
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 not really")
    (tmp_path / "c.tar").write_bytes(b"nothing of the kind" * 100)
    (tmp_path / "d.txt.xz").write_bytes(b"plain")
    (tmp_path / "e.txt").write_bytes(story("Rome"))
    result = run(tmp_path, "-f", "jsonl", "-q")
    sources = [str(row["source"]) for row in rows(result.stdout)]
    assert 100 < sum("a.jsonl.gz" in source for source in sources) < 300
    assert sources[-1].endswith("e.txt")
    assert "a.jsonl.gz: broken off after" in result.stderr
    for name in ("b.zip", "c.tar", "d.txt.xz"):
        assert f"{name}: can't be read" in result.stderr


@pytest.mark.usefixtures("small")
def test_a_bomb_is_refused_before_it_bursts(tmp_path: Path) -> None:
    zeros = b" a" * 5_000_000
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(zeros))
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", zeros)
        archive.writestr("fine.txt", story("Rome"))
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(zeros + b"\n" + json.dumps({"text": "x " * 40}).encode()))
    result = run(tmp_path, "-f", "jsonl")
    assert [str(row["source"])[-8:] for row in rows(result.stdout)] == ["fine.txt", "onl.gz:2"]
    for name in ("a.txt.gz", "b.zip!bomb.txt", "c.jsonl.gz:1"):
        assert f"{name}: larger than 1 MB" in result.stderr


def test_names_in_archives_never_lead_out_of_the_output_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("../out.txt", "/etc/absolute.txt", "fine.txt"):
            archive.writestr(name, story("Rome"))
    result = run(tmp_path / "a.zip", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.count("leads out of the output folder") == 1
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.txt")}
    assert files == {"out/a.zip/fine.txt.txt", "out/a.zip/etc/absolute.txt.txt"}


def test_loops_of_links_end(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_bytes(story("Rome"))
    (tmp_path / "in" / "deep" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self.txt").symlink_to(tmp_path / "in" / "self.txt")
    result = run(tmp_path / "in", "-f", "jsonl")
    assert [row["headline"] for row in rows(result.stdout)] == ["Rain ends in Rome"]
    assert "self.txt" in result.stderr


@pytest.mark.parametrize(
    "name", ["new\nline.txt", "\U0001f327 rain.txt", "sp ace'\".txt", b"by\xfftes.txt".decode(errors="surrogateescape")]
)
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    try:
        (tmp_path / name).write_bytes(story("Rome"))
    except OSError:
        pytest.skip("the file system takes no such name")
    assert list(cleaned(tmp_path).values()) == ["Rain ends in Rome"]
    assert run(tmp_path, "-o", tmp_path.with_name("out")).exit_code == 0


def test_a_source_that_changes_while_it_is_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    line = json.dumps({"text": story("Rome").decode()}) + "\n"
    path.write_text(line * 2)
    jobs = jobs_of([str(path)], Reading())
    next(jobs)
    with path.open("a") as file:
        file.write(line)
    *_, last = jobs
    with pytest.raises(Exception, match="changed while it was being read"):
        last.content()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(story("Rome") * 500)
    script = f"{sys.executable} -m cleaner clean {tmp_path}/a.txt > /dev/full"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert "can't write: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_poisoned_documents_among_good_ones() -> None:
    command = [sys.executable, str(ROOT / "tools" / "poison_test.py"), "--documents", "60", "--small"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "60 of 60 good documents, as without the poison: True" in done.stdout
    said = {line[:34].strip().strip("'"): line[34:].strip() for line in done.stdout.splitlines()}
    assert said["nul.txt"] == "InputError: binary data, not text"
    assert said["pipe.txt"] == "InputError: not a regular file"
    assert said["loop.txt"].startswith("InputError: can't be read: Too many levels")
    assert said["runaway.txt"].startswith("RuleError: no end after 2 s")
    assert said["attributes.html"] == said["entity-bomb.html"] == said["deep.html"] == "a record"
    assert said["changing.jsonl"].startswith("InputError: changed while it was being read")
    assert said["broken.warc.gz"] == "InputError: no document in it"


# --- outputs ----------------------------------------------------------------------------------------


def test_workers_give_what_one_process_gives(tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / f"{n:02}.txt").write_bytes(story(f"Town {n}"))
    alone = run(tmp_path, "-f", "jsonl")
    assert run(tmp_path, "-f", "jsonl", "-j", "2").stdout == alone.stdout
    assert rows(alone.stdout)[3] == {
        "source": f"{tmp_path}/03.txt", **clean(story("Town 3")).to_dict(),
    }  # fmt: skip


def test_spans_are_given_as_dolma_has_them(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(story("Rome"))
    (row,) = rows(run(tmp_path / "a.txt", "-f", "dolma").stdout)
    ((start, end, _),) = row["attributes"]["cleaner__share"]  # type: ignore[index]
    assert story("Rome").decode()[start:end] == "Share with others:"


@pytest.mark.parametrize("form", ["jsonl", "dolma"])
def test_records_are_told_apart_by_the_column_that_is_named(tmp_path: Path, form: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps({"number": 7, "id": 8, "text": story("Rome").decode()}) + "\n")
    (row,) = rows(run(file, "-f", form, "--id-column", "number").stdout)
    assert (row.get("number"), row.get("id")) == ((7, None) if form == "jsonl" else (None, "7"))


def test_a_summary_counts_all(tmp_path: Path) -> None:
    for n in range(3):
        (tmp_path / f"{n}.txt").write_bytes(story(f"Town {n}"))
    (tmp_path / "none.txt").write_bytes(b"")
    target = tmp_path / "out" / "summary.json"
    target.parent.mkdir()
    run(*sorted(tmp_path.glob("*.txt")), "--summary", target)
    summary = json.loads(target.read_text())
    assert (summary["documents"], summary["cleaned"], summary["failed"]) == (4, 3, 1)
    assert summary["removed_words"]["share"] == 9
    assert summary["failures"] == {"empty file": 1}


def test_a_sample_and_a_plan(tmp_path: Path) -> None:
    for n in range(30):
        (tmp_path / f"{n:02}.txt").write_bytes(story(f"Town {n}"))
    plan = run(tmp_path, "--sample", "5", "--dry-run")
    assert (len(plan.stdout.splitlines()), plan.exit_code) == (5, 0)
    assert plan.stdout == run(tmp_path, "--sample", "5", "--dry-run").stdout
    assert list(cleaned(tmp_path, "--sample", "5")) == plan.stdout.splitlines()


def test_strictness_makes_a_failure_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<nav>Home</nav>")
    assert run(tmp_path / "a.html").exit_code == 0
    assert "nothing of it reads as an article" in run(tmp_path / "a.html", "--strict").stderr


def test_bad_limits_are_wrong_usage(tmp_path: Path) -> None:
    for arguments in (["--memory-limit", "lots"], ["-j", "-1"], ["--resume"], ["--files-from", tmp_path / "no"],
                      ["--files-from", tmp_path / "no", "-j", "1"]):  # fmt: skip
        assert run(*arguments, stdin=b"x").exit_code == 2, arguments


# --- runs that break off ----------------------------------------------------------------------------


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(150):
        (folder / f"{n:03}.txt").write_bytes(story(f"Town {n}") if n % 50 else b"")
    return folder


COMMAND = ("-f", "jsonl", "-j", "2", "--resume", "-q")
SLOWED = """  # on a quick machine a run would be over before it is killed
import time
import cleaner.batch.run as batch
from cleaner.cli import app

write, batch.COMMIT_SECONDS = batch._write, 0.02
batch._write = lambda *arguments: time.sleep(0.01) or write(*arguments)
app()
"""


def test_a_run_that_is_killed_again_and_again_ends_as_an_undisturbed_one(corpus: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    run(corpus, *COMMAND, "-o", whole, "--removed", tmp_path / "whole.removed")
    target, removed, failures = tmp_path / "a.jsonl", tmp_path / "a.removed", tmp_path / "a.failures"
    command = [
        sys.executable, "-c", SLOWED,
        "clean", str(corpus), *COMMAND, "-o", str(target), "--removed", str(removed), "--failures", str(failures),
    ]  # fmt: skip
    chance = random.Random(7)
    partial = target.with_name("a.jsonl.partial")
    kills = 0
    while kills < 5:
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        wanted = (partial.stat().st_size if partial.exists() else 0) + chance.randrange(1, 30_000)
        while process.poll() is None and not (partial.exists() and partial.stat().st_size >= wanted):
            time.sleep(0.005)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills >= 3
    assert subprocess.run(command, cwd=ROOT, stderr=subprocess.DEVNULL, check=False).returncode == 1
    assert target.read_bytes() == whole.read_bytes()
    assert removed.read_bytes() == (tmp_path / "whole.removed").read_bytes()
    assert [Path(str(row["source"])).name for row in rows(failures.read_text())] == ["000.txt", "050.txt", "100.txt"]
    again = run(corpus, *COMMAND, "-o", target, "--removed", removed, "--failures", failures)
    assert again.exit_code == 1
    assert "complete already" in again.stderr


def test_changed_options_and_sources_are_noticed(corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.jsonl"
    run(corpus, *COMMAND, "-o", target)
    assert "begun with other options" in run(corpus, *COMMAND, "-o", target, "--no-headings").stderr
    digest, changed = Digest(), Digest()
    digest.add(Job("a", b"", stamp="1"))
    changed.add(Job("a", b"", stamp="2"))
    assert str(digest) != str(changed)


def test_a_changed_source_stops_a_resumed_run(corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.jsonl"
    command = [
        sys.executable, "-c", SLOWED,
        "clean", str(corpus), *COMMAND, "-o", str(target),
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    partial = target.with_name("a.jsonl.partial")
    while not (partial.exists() and partial.stat().st_size > 10_000):
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()
    process.wait()
    (corpus / "001.txt").write_bytes(story("another town"))
    result = run(corpus, *COMMAND, "-o", target)
    assert result.exit_code == 2
    assert "the sources have changed" in result.stderr


def test_parquet_has_one_schema_and_goes_on_where_it_broke_off(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    from cleaner.arrow import SCHEMA
    from cleaner.batch import run as batch

    monkeypatch.setattr("cleaner.batch.sinks.Parquet.ROWS", 40)
    monkeypatch.setattr(batch, "COMMIT_SECONDS", 0.0)
    target = tmp_path / "out"
    written = batch._write
    left = [100]

    def breaks_off(*arguments: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(5, "the disk went away")
        return written(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "_write", breaks_off)
    command = [corpus, "-f", "parquet", "-o", target, "--resume", "-q"]
    assert run(*command).exit_code == 1
    first = sorted(path.name for path in target.iterdir())
    assert first == ["part-00000.parquet", "part-00001.parquet"]
    left[0] = 1_000
    assert run(*command).exit_code == 1, "three documents are empty"
    table = parquet.read_table(target)
    assert table.schema.names == ["source", "id", *SCHEMA.names]
    assert [Path(name).name for name in table.column("source").to_pylist()] == [
        f"{n:03}.txt" for n in range(150) if n % 50
    ]
    assert table.column("headline").to_pylist()[0] == "Rain ends in Town 1"
    assert run(corpus, "-f", "parquet", "-o", target).exit_code == 2
    assert run(corpus, "-f", "parquet").exit_code == 2


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no such device")
def test_a_device_is_written_to_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(story("Rome"))
    assert run(tmp_path / "a.txt", "-f", "jsonl", "-o", "/dev/null").exit_code == 0
    assert not Path("/dev/null.partial").exists()
