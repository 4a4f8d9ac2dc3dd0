"""Worker processes: whatever a document does to one, the others are done, and each has its answer."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cleaner import Failure, clean
from cleaner.batch.jobs import Clean, Job
from cleaner.batch.workers import ATTEMPTS, Pool, WorkerError, Workers, _Task, _Worker, run_in_order
from cleaner.errors import CleanerError, InputError
from cleaner.options import Options

TEXT = "Rain ends\n\nShare with others:\n\nThe rain had stopped by noon, and the river began to fall in the afternoon."


@dataclass(frozen=True)
class Misbehave:
    """Does what a document says; a file counts how often a document has been begun."""

    folder: Path

    def __call__(self, job: Job) -> str:
        said = job.source.decode() if isinstance(job.source, bytes) else str(job.source)
        with (self.folder / job.key).open("a") as file:
            file.write("x")
        match said:
            case "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "exit":
                os._exit(3)
            case "crash once" if (self.folder / job.key).stat().st_size == 1:
                os._exit(3)
            case "hang":
                while True:
                    time.sleep(60)
            case "eat":
                return str(len(b"x" * 4_000_000_000))
            case "error":
                raise ValueError("no such thing")
            case "refuse":
                raise InputError("binary data")
        return said


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    pool = Pool(Misbehave(tmp_path), jobs=2, timeout=3.0, memory_limit=1_000_000_000)
    yield pool
    pool.close()


def answers(pool: Pool, said: list[str]) -> list[str]:
    jobs = [Job(f"{n}", text.encode()) for n, text in enumerate(said)]
    return [str(answer.error.what if isinstance(answer, Failure) else answer) for _, answer in run_in_order(pool, jobs)]


def test_answers_come_in_order_whatever_documents_do(pool: Pool, tmp_path: Path) -> None:
    said = ["a", "crash", "b", "exit", "c", "hang", "d", "eat", "e", "error", "f", "refuse", "crash once", "g"]
    assert answers(pool, said) == [
        "a", f"ended its worker {ATTEMPTS} times, signal 11", "b", f"ended its worker {ATTEMPTS} times, exit code 3",
        "c", "took over 3 s", "d", "needs more memory than 1000 MB", "e", "internal error: ValueError: no such thing",
        "f", "binary data", "crash once", "g",
    ]  # fmt: skip
    assert (tmp_path / "5").read_text() == "x", "what hangs is not tried again"


def test_a_worker_killed_from_outside_costs_no_document(pool: Pool) -> None:
    jobs = (Job(f"{n}", b"x") for n in range(200))
    done = 0
    for _, answer in run_in_order(pool, jobs):
        done += answer == "x"
        if done in (20, 60, 100, 140):
            os.kill(pool.workers[0].process.pid, signal.SIGKILL)
    assert done == 200


def test_jobs_are_taken_as_they_are_needed(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.batch.workers.WINDOW", 30)
    taken = 0

    def endless() -> Iterator[Job]:
        nonlocal taken
        while True:
            taken += 1
            yield Job(f"{taken}", b"x")

    for _, (job, _) in zip(range(50), run_in_order(pool, endless()), strict=False):
        assert taken - int(job.key) <= 30


def test_workers_are_replaced(tmp_path: Path) -> None:
    pool = Pool(Misbehave(tmp_path), recycle=3)
    pids = set()
    for _, _ in run_in_order(pool, [Job(f"{n}", b"x") for n in range(7)]):
        pids |= {worker.process.pid for worker in pool.workers}
    pool.close()
    assert len(pids) == 3


def test_an_article_from_a_worker_is_the_article(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    with Workers(Options(headings=False), jobs=1) as workers:
        futures = [
            workers.submit(Job("a", tmp_path / "a.txt")),
            workers.submit(Job("b", TEXT)),
            workers.submit(Job("c", b"\x00\x01\x02\x03")),
            workers.submit(Job("d", tmp_path / "none.txt")),
        ]
        a, b, c, d = [future.result(timeout=60) for future in futures]
    assert a == b == clean(TEXT, headings=False)
    assert isinstance(c, Failure)
    assert isinstance(d, Failure)
    assert "no such file" in str(d)


def test_closed_workers_say_so() -> None:
    workers = Workers()
    workers.close()
    with pytest.raises(CleanerError, match="closed"):
        workers.submit(Job("a", TEXT))


def test_work_that_can_not_be_started_is_an_error(tmp_path: Path) -> None:
    pool = Pool(Unknown(), jobs=1)
    with pytest.raises(WorkerError, match="can't be started"):
        list(run_in_order(pool, [Job("a", b"x")]))
    pool.close()


class Unknown:
    """Can be sent, and not be received."""

    def __call__(self, job: Job) -> None: ...

    def __reduce__(self) -> tuple[object, ...]:
        return _missing, ()


def _missing() -> None:
    raise ImportError("no module of that name")


def test_the_default_work_reads_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    assert Clean(Options())(Job("a", tmp_path / "a.txt")) == clean(TEXT)


def test_nothing_waits_behind_a_large_file(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"x" * 10_000)
    (tmp_path / "large").write_bytes(b"x" * 3_000_000)
    small, large = (Job(name, tmp_path / name) for name in ("small", "large"))
    worker = _Worker(process=None, pipe=None)  # type: ignore[arg-type]
    worker.tasks.append(_Task(small, 0))
    assert worker.takes(_Task(large, 1))
    worker.tasks.append(_Task(large, 1))
    assert not worker.takes(_Task(small, 2))
