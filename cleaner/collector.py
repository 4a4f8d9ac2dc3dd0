"""How often Python's garbage collector comes, in processes of our own."""

from __future__ import annotations

import gc

OBJECTS = 50_000
"""New containers after which it comes. A page makes some thousands, and leaves nothing for it to do; as Python has it,
every 700, it takes a tenth of the time, and some 50 ms of every fiftieth page."""


def relax() -> None:
    """For the process as a whole: for programs, not for libraries to call."""
    gc.set_threshold(OBJECTS)
