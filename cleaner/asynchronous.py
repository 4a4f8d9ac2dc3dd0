"""Cleaning from asynchronous code: the work is done in worker processes, so that the event loop goes on."""

from __future__ import annotations

import asyncio
import atexit
import os
from functools import cache
from typing import Any

from cleaner.batch.jobs import Job
from cleaner.batch.workers import Workers
from cleaner.model import Article, Failure, SourceKind
from cleaner.options import Options


async def clean_async(
    source: str | bytes, *, url: str | None = None, kind: SourceKind | None = None, **options: Any
) -> Article:
    """What `cleaner.clean` gives, worked out in another process; the processes, one a core, are started when the first
    document comes, and serve all that follow.

    Raises what `cleaner.clean` raises, and WorkerError (a CleanerError) for a document that takes over a minute or ends
    its process.

    >>> import asyncio
    >>> article = asyncio.run(clean_async("Rain ends\\n\\nThe rain had stopped by noon, and the river fell."))
    >>> article.headline
    'Rain ends'
    """
    job = Job("document", source, url, kind, options=Options.of(**options))
    answer = await asyncio.wrap_future(_workers().submit(job))
    if isinstance(answer, Failure):
        raise answer.error
    return answer


@cache
def _workers() -> Workers:
    workers = Workers(jobs=os.cpu_count() or 1)
    atexit.register(workers.close)
    return workers
