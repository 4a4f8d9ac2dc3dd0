"""Puts load on a running service, `cleaner serve`, and tells how long answers take.

cleaner serve -j 2 &
python tools/serve_load.py http://127.0.0.1:8321 --clients 1 2 4 8 16 --seconds 10
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections import Counter
from pathlib import Path

import httpx

SEED = next((Path(__file__).parents[1] / "seeds").glob("*.txt"))


async def client(address: str, until: float, took: list[float], statuses: Counter[int]) -> None:
    text = SEED.read_text("utf8")
    async with httpx.AsyncClient(timeout=60) as http:
        while time.monotonic() < until:
            start = time.monotonic()
            answer = await http.post(f"{address}/clean", json={"text": text})
            statuses[answer.status_code] += 1
            if answer.status_code == 200:  # refusals are quick
                took.append(time.monotonic() - start)


async def load(address: str, clients: int, seconds: float) -> None:
    took: list[float] = []
    statuses: Counter[int] = Counter()
    until = time.monotonic() + seconds
    await asyncio.gather(*(client(address, until, took, statuses) for _ in range(clients)))
    cuts = statistics.quantiles(took, n=100)
    print(f"{clients:4} clients: {len(took) / seconds:7.1f} answers/s, p50 {1000 * cuts[49]:6.0f} ms, "
          f"p99 {1000 * cuts[98]:6.0f} ms, {dict(statuses)}", flush=True)  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    for number in asked.clients:
        asyncio.run(load(asked.address, number, asked.seconds))
