"""Measures batch runs: throughput with one worker and two, beside trafilatura's own batch command on the same folder,
and the memory of a long run.

    python tools/batch_bench.py --pages FOLDER --folder 3000
    python tools/batch_bench.py --long 200000

Documents are copies of `fixtures/` (and of the pages of FOLDER) with some words changed, the same ones each time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARE = 0.03
"""Words that are changed."""


def originals(pages: Path | None, *, html_only: bool) -> list[tuple[str, str]]:
    """(suffix, text) of the documents that are copied."""
    wanted = (".html",) if html_only else (".html", ".txt")
    own = [path for path in sorted((ROOT / "fixtures").rglob("*")) if path.suffix in wanted]
    found = [(path.suffix, path.read_text("utf8")) for path in own]
    for path in sorted(pages.rglob("*.html*")) if pages else ():
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found.append((".html", data.decode("utf8", "replace")))
    return found


def copies(count: int, pages: Path | None, *, html_only: bool = False) -> Iterator[tuple[str, str]]:
    """(suffix, text) of so many documents, each with other words changed."""
    chance = random.Random(0)
    known = originals(pages, html_only=html_only)
    words = sorted({word for _, text in known[:200] for word in text.split() if word.isalpha()})
    for n in range(count):
        suffix, text = known[n % len(known)]
        pieces = text.split(" ")
        for at in chance.sample(range(len(pieces)), max(1, int(SHARE * len(pieces)))):
            if pieces[at].isalpha():
                pieces[at] = chance.choice(words)
        yield suffix, " ".join(pieces)


def timed(name: str, command: list[str]) -> None:
    """Run a command; its wall time, and the CPU time of it and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:28} {wall:8.1f} s  {cpu:8.1f} CPU s  exit {done.returncode}", flush=True)


def on_a_folder(count: int, pages: Path | None) -> None:
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there, "in")
        folder.mkdir()
        for n, (suffix, text) in enumerate(copies(count, pages, html_only=True)):
            (folder / f"{n:06}{suffix}").write_text(text, "utf8")
        print(f"{count} pages, {sum(path.stat().st_size for path in folder.iterdir()) / 1e6:.0f} MB")
        for jobs in (1, 2):
            out = Path(there, f"out{jobs}")
            command = [sys.executable, "-m", "cleaner", "clean", str(folder), "-f", "json", "-j", str(jobs), "-q"]
            timed(f"cleaner, {jobs} workers", [*command, "-o", str(out)])
            timed(f"cleaner, {jobs}, never", [*command, "--opinion", "never", "-o", str(out) + "n"])
        trafilatura = shutil.which("trafilatura", path=str(Path(sys.executable).parent)) or "trafilatura"
        for jobs in (1, 2):
            out = Path(there, f"peer{jobs}")
            out.mkdir()
            command = [trafilatura, "--input-dir", str(folder), "--output-dir", str(out), "--parallel", str(jobs)]
            timed(f"trafilatura, {jobs} workers", [*command, "--json"])
            print(f"{'':28} {sum(1 for path in out.rglob('*.json'))} of {count} written")


def long_run(count: int, pages: Path | None, jobs: int) -> None:
    """A run over one file of records; the memory of the largest worker and of the parent, ten times."""
    with tempfile.TemporaryDirectory() as there:
        source, target = Path(there, "in.jsonl"), Path(there, "out.jsonl")
        with source.open("w", encoding="utf8") as file:
            for suffix, text in copies(count, pages):
                file.write(json.dumps({"html" if suffix == ".html" else "text": text}) + "\n")
        print(f"{count} documents, {source.stat().st_size / 1e6:.0f} MB", flush=True)
        command = [sys.executable, "-m", "cleaner", "clean", str(source), "-f", "jsonl", "-j", str(jobs), "--resume"]
        start = time.monotonic()
        process = subprocess.Popen([*command, "-o", str(target)], stderr=subprocess.PIPE, text=True)
        seen: list[tuple[float, int, int]] = []
        while process.poll() is None:
            time.sleep(1)
            seen.append(
                (time.monotonic() - start, memory(process.pid), max(map(memory, children(process.pid)), default=0))
            )
        wall = time.monotonic() - start
        lines = sum(1 for _ in target.open("rb")) if target.exists() else 0
        print(f"{lines} records, {wall:.0f} s, {count / wall:.1f} documents/s, exit {process.returncode}")
        for part in range(10):
            rows = seen[len(seen) * part // 10 : len(seen) * (part + 1) // 10]
            if rows:
                parent, worker = (max(row[n] for row in rows) / 1e6 for n in (1, 2))
                print(f"  tenth {part + 1:2}: parent {parent:6.0f} MB, largest worker {worker:6.0f} MB")
        if process.stderr:
            print(process.stderr.read()[-2_000:])


def memory(pid: int) -> int:
    """Resident bytes of a process."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, help="a folder with more pages to be copied")
    parser.add_argument("--folder", type=int, default=0, help="pages for the comparison on a folder")
    parser.add_argument("--long", type=int, default=0, help="documents of the long run")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    if asked.folder:
        on_a_folder(asked.folder, asked.pages)
    if asked.long:
        long_run(asked.long, asked.pages, asked.jobs)
