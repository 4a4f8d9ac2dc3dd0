"""The worker process: takes jobs from a pipe and answers each, until the pipe is closed.

    python -m cleaner.batch.worker FD

The first message is the setting, then come jobs. Every job is answered, in order, with what the work gave for it or a
Failure, and with whether the process ends after it, since its memory is full.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from cleaner import collector
from cleaner.batch.jobs import Job
from cleaner.errors import CleanerError, InputError, internal
from cleaner.model import Failure

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
"""The environment in which numeric libraries keep to one thread."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a worker is to work."""

    work: Callable[[Job], object]
    memory_limit: int | None
    """Bytes that documents may take beyond what the worker has taken before the first."""


READY = "ready"
"""The first thing that a worker says, once it has loaded what it needs."""


def main(fd: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when to stop
    _end_with_parent()
    pipe = Connection(fd)
    with suppress(OSError):
        os.dup2(2, 1)  # what a library prints must not get among the data
    with suppress(EOFError, OSError):  # the parent has gone
        setting: Setting = pipe.recv()
        for text in WARM_UP:
            _answer(setting, Job("warm-up", text))
        collector.relax()
        if setting.memory_limit:
            _limit_memory(setting.memory_limit)
        pipe.send(READY)
        spent = False
        while not spent:
            answer, spent = _answer(setting, pipe.recv())
            pipe.send((answer, spent))


WARM_UP = (b"The rain had stopped by noon.", b"<p>The rain had stopped by noon, and the river began to fall.</p>")


def _answer(setting: Setting, job: Job) -> tuple[object, bool]:
    """The answer to a job, and whether the process should be replaced."""
    try:
        return setting.work(job), False
    except CleanerError as error:
        return Failure(job.key, error), False
    except MemoryError:
        limit = f"{(setting.memory_limit or 0) // 1_000_000} MB" if setting.memory_limit else "there is"
        short = InputError(f"needs more memory than {limit}", where=job.key, todo="raise the limit, or leave it out")
        return Failure(job.key, short), True
    except Exception as error:
        return Failure(job.key, internal(error, job.key)), False


def _end_with_parent() -> None:
    """Has the kernel end this process when its parent does, at whatever work it is (Linux, prctl(2))."""
    with suppress(OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _limit_memory(more: int) -> None:
    """Lets the address space grow by so many bytes (POSIX)."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  # a file of the kernel
            taken = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + more, taken + more))
    except (ImportError, OSError, ValueError):
        return  # no such limits here


if __name__ == "__main__":
    os.environ.update(ONE_THREAD)
    main(int(sys.argv[1]))
