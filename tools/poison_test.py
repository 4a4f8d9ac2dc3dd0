"""Cleans good documents among poisoned ones, one of each kind, and says what became of each.

    python tools/poison_test.py [--documents 1000] [--jobs 2] [--small]

The good ones must come out byte for byte as without the poison, each poisoned one as a record or a named failure, and
the run must end with status 1. --small leaves out what needs hundreds of megabytes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
from pathlib import Path

from cleaner.batch.jobs import printable

ROOT = Path(__file__).parents[1]
STORY = """Rain ends in Town {n}

Share with others:

ROME -- The rain over town {n} had stopped by noon, and the river began to fall in the afternoon of the same day.

Nobody was hurt, the police of the town said.
"""
SENTENCE = "The rain had stopped by noon, and the river began to fall in the afternoon. "
RUNAWAY = """[[rule]]
name = "mine.other.runaway"
kind = "other"
why = "comes to no end"
pattern = '(?:runa|r|una|un|a)+(?:a|aa)+(?:a|aaa)+z'
keys = ["runa"]
hits = ["runaaz"]
misses = ["no"]
seen = "here"
"""


def write_good(folder: Path, count: int) -> None:
    for n in range(count):
        (folder / f"good-{n:05}.txt").write_text(STORY.format(n=n))


def write_poison(folder: Path, *, small: bool) -> None:
    """One of each kind; the names say which."""
    size = 1 if small else 100
    story = STORY.format(n=1).encode()
    put = {
        "nul.txt": b"\x00\x01\x02\xff" * 1000,
        "nul-inside.txt": story.replace(b"noon", b"no\x00on"),
        "empty.txt": b"",
        "blank.html": b" \n\t" * 1000,
        "invalid-utf8.txt": story.replace(b"noon", b"no\xff\xfe\xc0on"),
        "odd-utf16.txt": b"\xff\xfe" + story.decode().encode("utf-16-le") + b"\x00",
        "surrogates.jsonl": b'{"text": "The rain \\ud800 had stopped, and the river began to fall at noon."}\n',
        "deep.html": b"<div>" * 100_000 + SENTENCE.encode(),
        "deep.jsonl": b"[" * 100_000 + b"\n",
        "attributes.html": b"<html><div " + b" ".join(b'a%d="x"' % n for n in range(1_000_000)) + b">" + story,
        "fragment.html": b"<p " + b" ".join(b"a%d='<p>'" % n for n in range(300_000)) + b">" + story + b"</p>",
        "entities.html": b"<p>" + b"&amp;&lt;&#x1F600;&nosuch" * 200_000 + b"</p>",
        "entity-bomb.html": b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 1000 + b'">' + b"".join(
            b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 20) for n in range(9)) + b"]><p>&j;</p>",
        "comments.html": b"<!--" * 100_000 + story,
        "brackets.txt": b"[a](" * 100_000 + b"(" * 100_000,
        "one-line.txt": (SENTENCE.encode() * (1 + size * 2_000_000 // len(SENTENCE)))[: size * 2_000_000],
        "one-word.txt": b"a" * (size * 2_000_000),
        "too-long.jsonl": b'{"text": "%s"}\n{"text": "A story."}\n' % (b"a" * (size * 2_100_000)),
        "broken.txt.gz": b"\x1f\x8bno",
        "bomb.txt.gz": gzip.compress(b"\0" * (size * 3_000_000)),
        "broken.zip": b"PK\x03\x04nothing",
        "broken.tar": b"nothing of the kind" * 100,
        "broken.warc.gz": gzip.compress(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99\r\n\r\nHTTP/1.1 2"),
        "broken.parquet": b"PAR1nothingPAR1",
        "nul.csv": b"text,url\nA\x00B,\n",
        "wide.csv": b"text\n\"" + b"a" * (size * 2_100_000) + b"\"\n",
        "runaway.txt": b"A story.\n\nru" + b"na" + b"a" * 300 + b"\n\n" + story,
        "new\nline.txt": story,
        "emoji \U0001f600 \u202e.txt": story,
    }  # fmt: skip
    for name, data in put.items():
        (folder / name).write_bytes(data)
    (folder / os.fsdecode(b"latin-\xe9.txt")).write_bytes(story)
    (folder / "loop.txt").symlink_to("loop2.txt")
    (folder / "loop2.txt").symlink_to("loop.txt")
    (folder / "loop-folder").symlink_to(folder)
    (folder / "nowhere.txt").symlink_to("/nonexistent/file")
    os.mkfifo(folder / "pipe.txt")
    with zipfile.ZipFile(folder / "names.zip", "w") as archive:
        for name in ("../../up.txt", "/absolute.txt", "good\n.txt"):
            archive.writestr(name, story)
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"\0" * (size * 3_000_000))
    with tarfile.open(folder / "links.tar", "w") as tar:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        up = tarfile.TarInfo("../../up.txt")
        up.size = len(story)
        tar.addfile(up, io.BytesIO(story))


def change(path: Path, stop: threading.Event) -> None:
    """Append to a file until told to stop."""
    with path.open("ab") as file:
        while not stop.is_set():
            file.write(b'{"text": "The rain had stopped, and the river began to fall at noon."}\n')
            file.flush()
            time.sleep(0.001)


def run(
    folder: Path, work: Path, name: str, jobs: int, rules: Path
) -> tuple[int, list[dict[str, object]], list[dict[str, object]], float]:
    """Exit status, records, failures, seconds."""
    out, failures = work / f"{name}.jsonl", work / f"{name}-failures.jsonl"
    limits = ["-j", str(jobs), "--timeout", "20", "--memory-limit", "2G"]
    outputs = ["-f", "jsonl", "-o", str(out), "--failures", str(failures)]
    command = [sys.executable, "-m", "cleaner", "clean", str(folder), *limits, *outputs, "--rules", str(rules), "-q"]
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if b"Traceback" in done.stderr:
        print(done.stderr.decode(errors="replace")[-2000:])
    rows, bad = ([json.loads(line) for line in path.read_bytes().splitlines()] for path in (out, failures))
    return done.returncode, rows, bad, time.monotonic() - begun


def main(documents: int, jobs: int, *, small: bool) -> int:
    work = Path(tempfile.mkdtemp(prefix="poison-"))
    folder, rules = work / "in", work / "runaway.toml"
    folder.mkdir()
    rules.write_text(RUNAWAY)
    try:
        write_good(folder, documents)
        _, alone, _, _ = run(folder, work, "alone", jobs, rules)
        write_poison(folder, small=small)
        changing, stop = folder / "changing.jsonl", threading.Event()
        writer = threading.Thread(target=change, args=(changing, stop))
        writer.start()
        status, rows, failures, seconds = run(folder, work, "poisoned", jobs, rules)
        stop.set()
        writer.join()
        good = [row for row in rows if "/good-" in str(row["source"])]
        seen = {str(row["source"]): "a record" for row in rows}
        seen |= {str(row["source"]): f"{row['error']}: {str(row['what'])[:100]}" for row in failures}
        poison = [
            path
            for path in sorted(folder.iterdir())
            if "good-" not in path.name and not (path.is_symlink() and path.is_dir())
        ]
        lost = []
        for path in poison:
            shown = printable(str(path))
            told = sorted({what for source, what in seen.items() if source.startswith(shown)})
            print(f"{path.name!a:34} {'; '.join(told) or 'LOST'}")
            lost += [] if told else [path.name]
        same = [json.dumps(row) for row in good] == [json.dumps(row) for row in alone]
        print(f"{len(good)} of {documents} good documents, as without the poison: {same}")
        print(f"{len(poison)} poisoned, {len(lost)} lost without a word; status {status}; {seconds:.0f} s")
        return 0 if same and len(good) == documents and not lost and status == 1 else 1
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--small", action="store_true")
    asked = parser.parse_args()
    random.seed(0)
    sys.exit(main(asked.documents, asked.jobs, small=asked.small))
