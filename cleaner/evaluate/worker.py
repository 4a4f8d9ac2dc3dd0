"""Runs a system in a child process of its own, which is killed where a page takes too long.

The child answers one page at a time over a pipe. It is spawned, not forked, so that each system starts from a clean
interpreter. Whatever a page does to the child, the parent gets an Outcome and starts another child for the next page.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
import warnings
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType

from cleaner.batch.worker import ONE_THREAD
from cleaner.errors import CleanerError, told
from cleaner.evaluate.systems import Extract, Outcome, System, Task, outcome_of

START_SECONDS = 60.0
"""A system has this long to be imported."""


class SystemMissingError(CleanerError):
    """A system can't be run at all: not installed, or broken on import."""


class Runner:
    """A system in a child process; a context manager that ends the child.

    `timeout` is in seconds for one page. Entering raises SystemMissingError.
    """

    def __init__(self, system: System, *, timeout: float, warm_up: Task | None = None) -> None:
        self.system, self.timeout, self.warm_up = system, timeout, warm_up
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Runner:
        try:
            self._start()
        except BaseException:  # an interrupt too: nobody calls __exit__ then, and Python would wait for the child
            self._kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._kill()

    def run(self, task: Task) -> Outcome:
        """What the system gives for a page. A page that raises, ends the process or takes too long has an error."""
        if not self._pipe:
            try:
                self._start()
            except SystemMissingError as error:
                return Outcome(error=error.what)
        return self._ask(task)

    def _start(self) -> None:
        """A new child, warmed up: lazy imports and caches are not counted."""
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, self.system))
        self._process.start()
        theirs.close()
        try:
            reason = self._pipe.recv() if self._pipe.poll(START_SECONDS) else f"not there after {START_SECONDS:.0f} s"
        except (EOFError, OSError):
            self._process.join()
            reason = f"ended on import, exit code {self._process.exitcode}"
        if reason:
            self._kill()
            raise SystemMissingError(reason, where=self.system.name)
        if self.warm_up and self._ask(self.warm_up).error:
            self.warm_up = None  # whatever it does, it shall do it once only
        if not self._pipe:
            self._start()

    def _ask(self, task: Task) -> Outcome:
        assert self._pipe and self._process
        begin = time.monotonic()
        try:
            self._pipe.send(task)
            if self._pipe.poll(self.timeout):
                outcome: Outcome = self._pipe.recv()
                return outcome
            error = f"over {self.timeout:g} s"
        except (EOFError, OSError):
            self._process.join()
            error = f"the process ended, exit code {self._process.exitcode}"
        self._kill()
        return Outcome(ms=1000 * (time.monotonic() - begin), error=error)

    def _kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.join()
        if self._pipe:
            self._pipe.close()
        self._process = self._pipe = None


# --- in the child -----------------------------------------------------------------------------------


def serve(pipe: Connection, system: System) -> None:
    """Answer pages until the pipe is closed. First of all, send "" or why the system can't be run."""
    _keep_quiet()
    try:
        extract = system.load()
    except (Exception, SystemExit) as error:
        pipe.send(told(error))
        return
    pipe.send("")
    try:
        while True:
            pipe.send(_outcome(extract, pipe.recv()))
    except (EOFError, OSError, KeyboardInterrupt):
        return


def _outcome(extract: Extract, task: Task) -> Outcome:
    begin = time.process_time()
    try:
        answer = extract(task)
        return outcome_of(answer, ms=1000 * (time.process_time() - begin))
    except (Exception, SystemExit) as error:
        return Outcome(ms=1000 * (time.process_time() - begin), error=told(error))


def _keep_quiet() -> None:
    """One thread; no logs and warnings of peers; what they print goes to standard error, since data goes to stdout."""
    os.environ.update(ONE_THREAD)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with suppress(OSError):  # closed streams
        os.dup2(2, 1)
