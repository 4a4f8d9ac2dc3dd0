"""What a run has done, on disk: after any end of the process, or of the machine, the same command goes on from it.

Outputs are brought to the disk first, then one transaction says how far they count; what stands behind that is cut off
when the run is resumed. Since documents are written in the order of the sources, how many are done says which are.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from cleaner.batch.jobs import Job
from cleaner.errors import CleanerError


class LedgerError(CleanerError):
    """A run can't be resumed: its options or sources have changed, or the ledger is damaged."""


@dataclass(frozen=True, slots=True)
class State:
    """How far a run has come."""

    done: int = 0
    """Documents."""
    written: int = 0
    """Those that were written, failures aside."""
    digest: str = ""
    """Of the names and stamps of the documents that are done."""
    offsets: Mapping[str, int] = field(default_factory=dict)
    """Bytes that count of each output file."""
    summary: Mapping[str, Any] = field(default_factory=dict)
    complete: bool = False


class Digest:
    """Of the documents of a run, in their order."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, job: Job) -> None:
        self._hash.update(f"{job.key}\0{job.stamp}\n".encode(errors="surrogateescape"))

    def __str__(self) -> str:
        return self._hash.hexdigest()


class Ledger:
    """The SQLite file that holds the state of a run. Raises LedgerError."""

    def __init__(self, path: Path, command: str) -> None:
        """`command` is what must not change from one run to the next."""
        self.path, self.command = path, command
        try:
            asked = "select command, state from run where id = 1"
            row = self._base.execute(asked).fetchone() if path.exists() else None
            self.state = State(**json.loads(row[1])) if row else State()
        except sqlite3.OperationalError as error:
            todo = "write the output to a folder that can be written"
            raise LedgerError(f"can't be written: {error}", where=str(path), todo=todo) from error
        except (sqlite3.Error, ValueError, TypeError) as error:
            todo = "delete it and the unfinished output to begin again"
            raise LedgerError(f"damaged: {error}", where=str(path), todo=todo) from error
        self.is_new = row is None
        if row and row[0] != command:
            todo = "give the same options, or delete the ledger and the unfinished output to begin again"
            raise LedgerError("the run was begun with other options or sources", where=str(path), todo=todo)

    @cached_property
    def _base(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.path, isolation_level=None)
        base.execute("pragma synchronous = full")
        base.execute("create table if not exists run (id integer primary key, command text, state text)")
        return base

    def commit(self, state: State) -> None:
        try:
            self._base.execute("insert or replace into run values (1, ?, ?)", (self.command, json.dumps(asdict(state))))
        except sqlite3.Error as error:
            raise LedgerError(f"can't be written: {error}", where=str(self.path)) from error
        self.state = state
