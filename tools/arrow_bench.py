"""Measures `clean_arrow`: documents a second, beside a loop over `clean`, and in Ray with one worker and two.

python tools/arrow_bench.py --documents 2000 [--ray]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import pyarrow as pa
from batch_bench import copies

from cleaner import Cleaner
from cleaner.arrow import clean_arrow


def rate(name: str, count: int, work: Callable[[], object]) -> None:
    start = time.monotonic()
    work()
    seconds = time.monotonic() - start
    print(f"{name:24} {count / seconds:8.1f} documents/s", flush=True)


def in_ray(table: pa.Table, workers: int) -> None:
    import ray

    from cleaner.integrations.ray import clean_dataset

    ray.init(num_cpus=workers, object_store_memory=300_000_000, include_dashboard=False, log_to_driver=False)
    dataset = ray.data.from_arrow(table).repartition(16)
    clean_dataset(dataset.limit(64)).materialize()  # starts the workers
    rate(f"Ray, {workers} workers", len(table), lambda: clean_dataset(dataset).materialize())
    ray.shutdown()


def main(documents: int, *, ray: bool) -> None:
    texts = [text for _, text in copies(documents, None)]
    table = pa.table({"text": texts})
    cleaner = Cleaner()
    for text in texts[:200]:  # patterns are compiled when they are first needed
        cleaner.clean(text)
    rate("a loop over clean", documents, lambda: [cleaner.clean(text) for text in texts])
    rate("clean_arrow", documents, lambda: clean_arrow(table))
    if ray:
        for workers in (1, 2):
            in_ray(table, workers)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--ray", action="store_true")
    asked = parser.parse_args()
    main(asked.documents, ray=asked.ray)
