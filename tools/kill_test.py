"""Kills a batch run, its parent or one of its workers, at random moments, goes on with the same command, and compares
the outputs with those of an undisturbed run, byte for byte.

    python tools/kill_test.py --kills 50 --documents 4000
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from batch_bench import children, copies


def main(kills: int, documents: int, seed: int) -> int:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as there:
        source = Path(there, "in.jsonl")
        with source.open("w", encoding="utf8") as file:
            for suffix, text in copies(documents, None):
                file.write(json.dumps({"html" if suffix == ".html" else "text": text}) + "\n")
        command = [sys.executable, "-m", "cleaner", "clean", str(source), "-f", "jsonl", "-j", "2", "--resume", "-q"]

        def outputs(name: str) -> list[Path]:
            return [Path(there, f"{name}.jsonl"), Path(there, f"{name}.removed")]

        def with_outputs(name: str) -> list[str]:
            target, removed = outputs(name)
            return [*command, "-o", str(target), "--removed", str(removed)]

        start = time.monotonic()
        subprocess.run(with_outputs("whole"), check=True)
        span = time.monotonic() - start
        killed = {"parent": 0, "worker": 0}
        process = subprocess.Popen(with_outputs("killed"))
        while sum(killed.values()) < kills and process.poll() is None:
            time.sleep(chance.uniform(0.2, 1.5 + span / kills))
            workers = children(process.pid)
            if process.poll() is None and workers and chance.random() < 0.5:
                os.kill(chance.choice(workers), signal.SIGKILL)
                killed["worker"] += 1
            elif process.poll() is None:
                process.kill()
                process.wait()
                killed["parent"] += 1
                process = subprocess.Popen(with_outputs("killed"))
        process.wait()
        same = all(a.read_bytes() == b.read_bytes() for a, b in zip(outputs("whole"), outputs("killed"), strict=True))
        records = sum(1 for _ in outputs("killed")[0].open("rb"))
        print(f"{killed['parent']} times the parent, {killed['worker']} times a worker killed; "
              f"{records} records of {documents}; {'the same bytes' if same else 'OTHER BYTES'}")  # fmt: skip
        return 0 if same and records == documents else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--documents", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    raise SystemExit(main(asked.kills, asked.documents, asked.seed))
