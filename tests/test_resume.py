"""Runs that go on: nothing that was there is lost, nothing is written twice, and what has changed is noticed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cases import ROOT
from typer.testing import CliRunner, Result

from cleaner import Failure
from cleaner.batch import run as batch
from cleaner.batch.jobs import Job
from cleaner.batch.workers import Pool, run_in_order
from cleaner.cli import app

COUNT = 24


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["clean", *map(str, arguments), "-q"])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(COUNT):
        (folder / f"{n:03}.txt").write_text(f"Rain ends in {n}\n\nThe rain in town {n} had stopped by noon, at last.\n")
    return folder


@pytest.fixture
def breaks_off(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, BaseException], None]:
    """Lets so many documents be written, and then the run end with an error; 0 documents: none does any more."""
    left: list[tuple[int, BaseException] | None] = [None]
    written = batch._write

    def write(*arguments: object) -> object:
        if left[0] is not None:
            count, error = left[0]
            if count == 0:
                raise error
            left[0] = count - 1, error
        return written(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "_write", write)
    monkeypatch.setattr(batch, "COMMIT_SECONDS", 0.0)

    def arm(count: int, error: BaseException) -> None:
        left[0] = (count, error) if count else None

    return arm


GONE = OSError(5, "the disk went away")


def sources(path: Path) -> list[str]:
    return [Path(json.loads(line)["source"]).name for line in path.read_text().splitlines()]


def test_a_file_that_was_there_is_never_replaced(corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.jsonl"
    target.write_text("precious")
    for _ in range(3):
        assert "exists already" in run(corpus, "-f", "jsonl", "-o", target, "--resume").stderr
    assert target.read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "in"]


def test_a_file_of_somebody_else_in_the_folder_stays_when_a_run_goes_on(
    corpus: Path, tmp_path: Path, breaks_off: Callable[[int, BaseException], None]
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "015.txt.txt").write_text("mine")
    command = (corpus, "-o", target, "--resume")
    breaks_off(10, GONE)
    assert run(*command).exit_code == 1
    (target / "010.txt.txt").write_bytes(b"")  # as after a power cut
    (target / "011.txt.txt").write_text("The rain in town 11")
    breaks_off(0, GONE)
    done = run(*command)
    assert done.exit_code == 1
    assert "015.txt.txt exists already" in done.stderr and done.stderr.count("error") == 1
    assert (target / "015.txt.txt").read_text() == "mine"
    assert all("had stopped" in path.read_text() for path in target.iterdir() if path.name != "015.txt.txt")


def test_an_interrupt_writes_no_document_twice(
    corpus: Path, tmp_path: Path, breaks_off: Callable[[int, BaseException], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.jsonl"
    command = (corpus, "-f", "jsonl", "-o", target, "--resume")
    added = batch.Digest.add
    count = [0]

    def add(digest: batch.Digest, job: Job) -> None:
        count[0] += 1
        if count[0] == 12:
            raise KeyboardInterrupt
        added(digest, job)

    monkeypatch.setattr(batch.Digest, "add", add)
    assert run(*command).exit_code == 130
    assert run(*command).exit_code == 0
    assert sources(target) == [f"{n:03}.txt" for n in range(COUNT)]


def test_what_a_complete_run_was_of_is_looked_at_again(corpus: Path, tmp_path: Path) -> None:
    target, failures = tmp_path / "a.jsonl", tmp_path / "failures.jsonl"
    command = (corpus, "-f", "jsonl", "-o", target, "--resume")
    assert run(*command).exit_code == 0
    assert "complete already" in run(*command).stderr
    assert "other options" in run(*command, "--failures", failures).stderr
    (corpus / "002.txt").write_text("another text")
    changed = run(*command)
    assert changed.exit_code == 2 and "the sources have changed" in changed.stderr
    target.unlink()
    gone = run(*command)
    assert gone.exit_code == 2 and "gone since" in gone.stderr


def test_other_rules_under_the_same_name_are_noticed(
    corpus: Path, tmp_path: Path, breaks_off: Callable[[int, BaseException], None]
) -> None:
    rules = tmp_path / "mine.toml"
    text = (
        '[[rule]]\nname = "mine.other.x"\nkind = "other"\nwhy = "a test"\npattern = "NAME"\nscore = 1.0\n'
        'hits = ["NAME"]\nmisses = ["The rain."]\nseen = "here"\n'
    )
    rules.write_text(text.replace("NAME", "the voice of the coast"))
    command = (corpus, "-f", "jsonl", "-o", tmp_path / "a.jsonl", "--resume", "--rules", rules)
    breaks_off(5, GONE)
    assert run(*command).exit_code == 1
    breaks_off(0, GONE)
    rules.write_text(text.replace("NAME", "the voice of the hills"))
    from cleaner.rules import rules_at

    rules_at.cache_clear()
    assert "other options" in run(*command).stderr


def test_an_output_that_has_lost_something_is_not_gone_on_with(
    corpus: Path, tmp_path: Path, breaks_off: Callable[[int, BaseException], None]
) -> None:
    target = tmp_path / "a.jsonl"
    command = (corpus, "-f", "jsonl", "-o", target, "--resume")
    breaks_off(10, GONE)
    assert run(*command).exit_code == 1
    breaks_off(0, GONE)
    partial = tmp_path / "a.jsonl.partial"
    partial.write_bytes(partial.read_bytes()[:500])
    again = run(*command)
    assert again.exit_code == 2 and "is shorter than the ledger says" in again.stderr
    assert partial.stat().st_size == 500


def test_two_runs_do_not_write_the_same_output(corpus: Path, tmp_path: Path) -> None:
    from cleaner.batch.formats import Format
    from cleaner.batch.sinks import Folder, Stream

    stream = Stream(tmp_path / "a.jsonl")
    stream.write(b"{}\n")
    other = run(corpus, "-f", "jsonl", "-o", tmp_path / "a.jsonl")
    assert other.exit_code == 2 and "another run is writing it" in other.stderr
    stream.finish()
    assert (tmp_path / "a.jsonl").read_bytes() == b"{}\n"
    folder = Folder(tmp_path / "out", Format.text, overwrite=False)
    assert "another run is writing it" in run(corpus, "-o", tmp_path / "out").stderr
    folder.finish()
    assert run(corpus, "-o", tmp_path / "out").exit_code == 0


def test_a_source_is_never_taken_for_an_output(tmp_path: Path) -> None:
    text = "Rain ends\n\nThe rain had stopped by noon, and the river fell.\n"
    for name in ("a.txt", "a.txt.txt", "b.txt.partial"):
        (tmp_path / name).write_text(text)
    listed = tmp_path / "names"
    listed.write_text(f"{tmp_path / 'a.txt'}\n{tmp_path / 'a.txt.txt'}\n")
    for command in (
        (tmp_path / "b.txt.partial", "-o", tmp_path / "b.txt"),
        (tmp_path / "a.txt", tmp_path / "a.txt.txt", "-o", tmp_path, "--overwrite"),
        ("--files-from", listed, "-o", tmp_path, "--overwrite"),
        ("--files-from", listed, "-o", tmp_path / "a.txt", "--overwrite"),
        (tmp_path / "a.txt", "-o", tmp_path / "c.jsonl", "--removed", tmp_path / "c.jsonl.partial"),
        (tmp_path / "*.txt", "-o", tmp_path / "a.txt", "--overwrite"),
        (tmp_path / "*.txt", "-o", tmp_path / "c.jsonl", "--removed", tmp_path / "a.txt", "--overwrite"),
        (tmp_path / "*", "-o", tmp_path / "b.txt"),
        (tmp_path / "*", "-o", tmp_path, "--overwrite"),
        (tmp_path.parent / "*", "-o", tmp_path.parent, "--overwrite"),
        (tmp_path.parent / "*", "-o", tmp_path / "c.jsonl"),
    ):
        assert run(*command).exit_code == 2, command
    assert {path.name: path.read_text() for path in tmp_path.glob("*.txt*")} == {
        "a.txt": text, "a.txt.txt": text, "b.txt.partial": text
    }  # fmt: skip


def test_an_unforeseen_error_is_a_failure_of_its_document(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cleaner.batch.render import Render

    def work(self: Render, job: Job) -> object:
        raise MemoryError if job.key.endswith("1.txt") else ValueError("unforeseen")

    monkeypatch.setattr(Render, "__call__", work)
    result = run(corpus / "001.txt", corpus / "002.txt", "-f", "jsonl", "-o", tmp_path / "a.jsonl")
    assert result.exit_code == 1
    assert "MemoryError" in result.stderr and "ValueError: unforeseen" in result.stderr


def test_a_plan_says_what_can_not_be_read(corpus: Path) -> None:
    plan = CliRunner().invoke(app, ["clean", str(corpus / "001.txt"), str(corpus / "missing.txt"), "--dry-run"])
    assert plan.exit_code == 1
    assert plan.stdout == f"{corpus / '001.txt'}\n"
    assert "missing.txt: no such file" in plan.stderr and "2 documents, 1 of which" in plan.stderr


def test_documents_are_not_held_with_answers_that_wait_for_their_turn() -> None:
    class Answers(Pool):
        """Answers every job at once but the first, which it answers last."""

        def __init__(self) -> None:
            self.tokens: list[int] = []

        has_room = True
        is_busy = property(lambda self: bool(self.tokens))  # type: ignore[assignment]

        def feed(self, job: Job, token: int) -> None:
            self.tokens.append(token)

        def poll(self, *, wake: object = None) -> list[tuple[int, object]]:
            told, self.tokens = self.tokens, []
            return [(token, Failure(str(token), ValueError())) for token in told]

    def jobs() -> Iterator[Job]:
        yield from (Job(str(n), b"x" * 1_000) for n in range(5))

    given = [job for job, _ in run_in_order(Answers(), jobs())]
    assert given == [replace(job, source=b"") for job in jobs()]


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs Linux")
def test_a_signal_to_end_leaves_no_worker_behind(tmp_path: Path) -> None:
    slow = tmp_path / "in"
    slow.mkdir()
    for n in range(400):
        (slow / f"{n:03}.txt").write_text("The rain had stopped by noon, and the river began to fall. " * 2_000)
    command = [sys.executable, "-m", "cleaner", "clean", str(slow), "-j", "2", "-f", "jsonl", "-o"]
    for number in (signal.SIGTERM, signal.SIGKILL):
        process = subprocess.Popen([*command, str(tmp_path / f"{number}.jsonl")], cwd=ROOT, stderr=subprocess.DEVNULL)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        deadline = time.monotonic() + 60
        while len(workers := children.read_text().split()) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(1)  # until they are at work
        os.kill(process.pid, number)
        assert process.wait(30) == (130 if number == signal.SIGTERM else -signal.SIGKILL)
        deadline = time.monotonic() + 20
        while any(alive(pid) for pid in workers) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not [pid for pid in workers if alive(pid)]


def alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
