"""Measures what an installation takes: seconds and megabytes in a fresh virtual environment, of the core and of extras.

python tools/install_sizes.py core arrow serve scrapy
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHOSEN = ("beautifulsoup4", "trafilatura", "typer", "regex")
"""The packages that the core is built around; what they need themselves is measured as `chosen`."""


def measure(name: str) -> None:
    wanted = {"core": [str(ROOT)], "chosen": [*CHOSEN, "lxml-html-clean"]}.get(name, [f"{ROOT}[{name}]"])
    with tempfile.TemporaryDirectory() as there:
        venv.create(there, with_pip=True)
        before = size(Path(there))
        start = time.monotonic()
        subprocess.run([f"{there}/bin/pip", "install", "-q", *wanted], check=True, stderr=subprocess.DEVNULL)
        took = time.monotonic() - start
        print(f"{name:12} {took:6.0f} s {(size(Path(there)) - before) / 1e6:8.0f} MB", flush=True)


def size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


if __name__ == "__main__":
    for asked in sys.argv[1:] or ["chosen", "core"]:
        measure(asked)
