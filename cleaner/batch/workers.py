"""Processes that work on documents, are replaced from time to time, and can be killed.

Time limits are kept by the parent, which kills a worker that is over its time: signals don't interrupt C code, and
threads can't be ended. A document that ends its worker is tried again, since the worker may have been killed by
somebody else; after ATTEMPTS it is a Failure, and so is one that takes too long or too much memory. The rest goes on.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import Any

from cleaner.batch.jobs import Clean, Job
from cleaner.batch.worker import READY, Setting
from cleaner.errors import CleanerError, InputError
from cleaner.model import Article, Failure
from cleaner.options import Options

ATTEMPTS = 3
"""Times that a document may end its worker."""
AHEAD, AHEAD_BYTES = 8, 32_000
"""Jobs, and bytes of them, that wait in the pipe of a worker that is at work: less than a pipe holds, so that the
parent never waits for a worker that waits for it."""
LONG_BYTES = 1_000_000
"""Of a file, from which no other job waits behind it for the same worker."""
START_SECONDS, START_ATTEMPTS = 120.0, 3
"""What a worker has to load what it needs, and how many may fail to in a row."""
WINDOW, WINDOW_BYTES = 4_096, 256_000_000
"""Answers, and bytes of them, that are held back until those before them are there."""
RECYCLE = 5_000


class WorkerError(CleanerError):
    """A document took too long, or ended the process that worked on it."""


@dataclass
class _Task:
    job: Job
    token: Any
    attempts: int = 0

    @cached_property
    def is_long(self) -> bool:
        """Whether others must not wait behind it; of a document in the pipe its size says so."""
        try:
            return isinstance(self.job.source, Path) and self.job.source.stat().st_size > LONG_BYTES
        except (OSError, ValueError):  # whoever reads it will say why it can't be
            return False

    @property
    def size(self) -> int:
        return 500 + (len(self.job.source) if isinstance(self.job.source, str | bytes) else 0)


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    pipe: Connection
    tasks: deque[_Task] = field(default_factory=deque)
    """Those it has been sent, the one it works on first."""
    since: float = field(default_factory=time.monotonic)
    """When it began the first."""
    ready: bool = False
    spent: bool = False
    """Ends by itself, since its memory is full."""
    done: int = 0

    def takes(self, task: _Task) -> bool:
        """Whether a task can be sent without waiting."""
        if not self.tasks:
            return True
        if len(self.tasks) >= AHEAD or any(held.is_long for held in self.tasks):
            return False
        return sum(held.size for held in self.tasks) + task.size <= AHEAD_BYTES


class Pool:
    """Workers, driven by calls of `feed` and `poll` from one thread."""

    def __init__(
        self, work: Callable[[Job], Any], *, jobs: int = 1, timeout: float | None = 60.0,
        memory_limit: int | None = None, recycle: int = RECYCLE,
    ) -> None:  # fmt: skip
        if jobs < 1:
            raise InputError(f"{jobs} workers", todo="give 1 or more")
        if os.name != "posix":
            raise CleanerError("worker processes need a POSIX system", todo="use WSL, or clean in one process")
        self.setting = Setting(work, memory_limit)
        self.jobs, self.timeout, self.recycle = jobs, timeout, recycle
        self.failed_starts = 0
        self.workers: list[_Worker] = []
        self.waiting: deque[_Task] = deque()

    @property
    def has_room(self) -> bool:
        """Whether more tasks would keep the workers busy."""
        return len(self.waiting) < self.jobs

    @property
    def is_busy(self) -> bool:
        return bool(self.waiting) or any(worker.tasks for worker in self.workers)

    def feed(self, job: Job, token: Any) -> None:
        """Give a job to the pool; its answer will come with the token."""
        self.waiting.append(_Task(job, token))

    def poll(self, *, wake: Connection | None = None) -> list[tuple[Any, Any]]:
        """Hand out what waits, and wait for answers: (token, what the work gave or a Failure) of some jobs, or none
        where `wake` can be read. Raises CleanerError where no worker can be started."""
        self._hand_out()
        busy = {worker.pipe: worker for worker in self.workers if worker.tasks}
        if not busy and wake is None:
            return []
        answers: list[tuple[Any, Any]] = []
        for ready in wait([*busy, *([wake] if wake else [])], self._patience(busy.values())):
            if ready is not wake:
                answers += self._receive(busy[ready])  # type: ignore[index]
        now = time.monotonic()
        for worker in busy.values():
            if worker.tasks and now > self._due(worker):
                answers += self._overdue(worker) if worker.ready else self._lost(worker)
        return answers

    def close(self) -> None:
        """End all workers, whatever they do."""
        for worker in self.workers:
            _kill(worker)
        self.workers.clear()

    def _due(self, worker: _Worker) -> float:
        """When a worker must have answered."""
        if not worker.ready:
            return worker.since + START_SECONDS
        return worker.since + self.timeout if self.timeout else inf

    def _patience(self, busy: Iterable[_Worker]) -> float | None:
        due = min(map(self._due, busy), default=inf)
        return None if due == inf else max(0.0, due - time.monotonic()) + 0.01

    def _hand_out(self) -> None:
        while self.waiting:
            task = self.waiting[0]
            fresh = [w for w in self.workers if w.takes(task) and w.done + len(w.tasks) < self.recycle]
            worker = min(fresh, key=lambda worker: len(worker.tasks), default=None)
            if (worker is None or worker.tasks) and len(self.workers) < self.jobs:
                worker = self._start()
            if worker is None:
                if not self._retire():
                    return
                continue
            self.waiting.popleft()
            if worker.ready and not worker.tasks:
                worker.since = time.monotonic()
            worker.tasks.append(task)
            with suppress(OSError):  # it is gone; the answer that does not come will tell
                worker.pipe.send(task.job)

    def _retire(self) -> bool:
        """End a worker that has nothing to do and has done enough."""
        for worker in self.workers:
            if not worker.tasks and worker.done >= self.recycle:
                self._end(worker)
                return True
        return False

    def _start(self) -> _Worker:
        ours, theirs = Pipe()
        command = [sys.executable, "-m", "cleaner.batch.worker", str(theirs.fileno())]
        paths = [path for path in sys.path if path]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=environment)
        theirs.close()
        worker = _Worker(process, ours)
        self.workers.append(worker)
        with suppress(OSError):
            ours.send(self.setting)
        return worker

    def _receive(self, worker: _Worker) -> list[tuple[Any, Any]]:
        answers: list[tuple[Any, Any]] = []
        try:
            while worker.tasks and worker.pipe.poll():
                answer = worker.pipe.recv()
                worker.since = time.monotonic()
                if not worker.ready and answer == READY:
                    worker.ready, self.failed_starts = True, 0
                    continue
                answer, worker.spent = answer
                answers.append((worker.tasks.popleft().token, answer))
                worker.done += 1
        except (EOFError, OSError):
            return answers + self._lost(worker)
        return answers

    def _lost(self, worker: _Worker) -> list[tuple[Any, Any]]:
        """A worker has ended: its first document, which may be to blame, is tried again, or a Failure."""
        tasks = self._end(worker)
        code = worker.process.returncode
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        if not worker.ready:
            self.failed_starts += 1
            if self.failed_starts >= START_ATTEMPTS:
                raise WorkerError(f"worker processes can't be started, {how}")
        elif tasks and not worker.spent:
            tasks[0].attempts += 1
            if tasks[0].attempts >= ATTEMPTS:
                job = tasks[0].job
                error = WorkerError(f"ended its worker {ATTEMPTS} times, {how}", where=job.key, todo="leave it out")
                token = tasks.popleft().token
                self.waiting.extendleft(reversed(tasks))
                return [(token, Failure(job.key, error))]
        self.waiting.extendleft(reversed(tasks))
        return []

    def _overdue(self, worker: _Worker) -> list[tuple[Any, Any]]:
        tasks = self._end(worker)
        first = tasks.popleft()
        self.waiting.extendleft(reversed(tasks))
        error = WorkerError(f"took over {self.timeout:g} s", where=first.job.key, todo="give it more time")
        return [(first.token, Failure(first.job.key, error))]

    def _end(self, worker: _Worker) -> deque[_Task]:
        """End a worker; what it leaves undone."""
        _kill(worker)
        self.workers.remove(worker)
        left, worker.tasks = worker.tasks, deque()
        return left


def _kill(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.wait()
    worker.pipe.close()


def run_in_order(pool: Pool, jobs: Iterable[Job]) -> Iterator[tuple[Job, Any]]:
    """Each job, without its document, with its answer, in order. Jobs are taken from the iterable as workers need them;
    of the answers that come before their turn at most WINDOW are held, so that memory stays bounded."""
    source = iter(jobs)
    held: dict[int, tuple[Job, Any]] = {}
    kept: dict[int, Job] = {}
    held_bytes, fed, due, more = 0, 0, 0, True
    while more or pool.is_busy:
        while more and pool.has_room and fed - due < WINDOW and held_bytes < WINDOW_BYTES:
            job = next(source, None)
            if job is None:
                more = False
                break
            pool.feed(job, fed)
            kept[fed] = replace(job, source=b"")
            fed += 1
        for number, answer in pool.poll():
            held[number] = kept.pop(number), answer
            held_bytes += _weight(answer)
        while due in held:
            job, answer = held.pop(due)
            held_bytes -= _weight(answer)
            due += 1
            yield job, answer


def _weight(answer: Any) -> int:
    return getattr(answer, "size", 1_000)


class Workers:
    """Worker processes for Articles, for servers and other callers with threads; a context manager.

    `timeout` is in seconds for one document, `memory_limit` in bytes beyond what a worker needs itself; after `recycle`
    documents a worker is replaced.
    """

    def __init__(
        self, options: Options | None = None, *, jobs: int = 1, timeout: float | None = 60.0,
        memory_limit: int | None = None, recycle: int = RECYCLE,
    ) -> None:  # fmt: skip
        self._pool = Pool(
            Clean(options or Options()), jobs=jobs, timeout=timeout, memory_limit=memory_limit, recycle=recycle
        )
        self._queue: SimpleQueue[tuple[Job, Future[Article | Failure]]] = SimpleQueue()
        self._theirs, self._wake = Pipe(duplex=False)
        self._lock = Lock()
        self._closed = False
        self._thread = Thread(target=self._drive, name="cleaner-workers", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> Future[Article | Failure]:
        """The Article of a document, or a Failure, as a Future. Can be called from any thread."""
        future: Future[Article | Failure] = Future()
        with self._lock:
            if self._closed:
                raise CleanerError("the workers have been closed", where=job.key)
            self._queue.put((job, future))
            self._wake.send_bytes(b"!")
        return future

    def close(self) -> None:
        """End the workers; documents that are not done become Failures."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._wake.send_bytes(b".")
        self._thread.join()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _drive(self) -> None:
        open_: dict[int, tuple[Job, Future[Article | Failure]]] = {}
        number = 0
        while not self._closed:
            for token, answer in self._pool.poll(wake=self._theirs):
                open_.pop(token)[1].set_result(answer)
            while self._theirs.poll():
                self._theirs.recv_bytes()
            with suppress(Empty):
                while True:
                    job, future = self._queue.get_nowait()
                    if future.set_running_or_notify_cancel():
                        open_[number] = job, future
                        self._pool.feed(job, number)
                        number += 1
        self._pool.close()
        with suppress(Empty):
            while True:
                open_[number] = self._queue.get_nowait()
                number += 1
        for job, future in open_.values():
            if not future.done():
                future.set_result(Failure(job.key, WorkerError("not done: the workers were closed", where=job.key)))
        self._theirs.close()
        self._wake.close()
