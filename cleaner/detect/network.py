"""The sequence network of the learned detector: dilated convolutions over the blocks of documents, in NumPy.

Blocks see their neighbours through convolutions with growing gaps (Yu and Koltun, "Multi-scale context aggregation by
dilated convolutions", ICLR 2016) and the page through its mean and maximum.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaner.detect.encode import Floats, Ints

POOL_AFTER = 3
"""Layers before the page's mean and maximum are added."""
WIDTH = 64


@dataclass(frozen=True, slots=True)
class Network:
    """The weights of one network; names are those of the weights file."""

    mean: Floats
    scale: Floats
    """(features,) what makes the features' spread one."""
    first: Floats
    """(features, width)"""
    first_bias: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    """((3 × width, width), (width,)) of each convolution; each sees twice as far as the one before."""
    pool: Floats
    """(2 × width, width)"""
    pool_bias: Floats
    last: Floats
    """(width, 1)"""
    last_bias: Floats

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], prefix: str = "") -> Network:
        """From the arrays of a weights file."""

        def get(name: str) -> Floats:
            return np.ascontiguousarray(arrays[prefix + name], dtype=np.float32)

        depth = sum(1 for name in arrays if re.fullmatch(rf"{re.escape(prefix)}conv\d+", name))
        layers = tuple((get(f"conv{n}"), get(f"conv{n}_bias")) for n in range(depth))
        return cls(get("mean"), get("scale"), get("first"), get("first_bias"), layers, get("pool"), get("pool_bias"),
                   get("last"), get("last_bias"))  # fmt: skip

    def arrays(self) -> dict[str, NDArray[np.float16] | Floats]:
        """The arrays of a weights file; mean and scale keep 32 bits."""
        held = {"first": self.first, "first_bias": self.first_bias, "pool": self.pool, "pool_bias": self.pool_bias,
                "last": self.last, "last_bias": self.last_bias}  # fmt: skip
        for n, (weight, bias) in enumerate(self.layers):
            held |= {f"conv{n}": weight, f"conv{n}_bias": bias}
        small = {name: value.astype(np.float16) for name, value in held.items()}
        return {**small, "mean": self.mean, "scale": self.scale}

    def __call__(self, x: Floats, bounds: Ints) -> Floats:
        """(rows,) log-odds that each block is content, to the last bit the same in whatever company. `bounds` are the
        first rows of the documents and the end."""
        margin = margin_of(len(self.layers))
        rows, real = with_margins(bounds, margin, TILE)
        inside = slice(margin, rows - margin)
        width = self.first.shape[1]
        between = np.ones(rows - 2 * margin, bool)
        between[real - margin] = False
        spread = np.zeros((rows - 2 * margin, x.shape[1]), np.float32)
        spread[real - margin] = x
        spread -= self.mean
        spread *= self.scale
        np.clip(spread, -5, 5, out=spread)
        h = np.zeros((rows, width), np.float32)
        # all layers share two arrays: new ones of this size cost more than the products that fill them
        out, part = np.empty((2, rows - 2 * margin, width), np.float32)
        _multiply(spread, self.first, out)
        out += self.first_bias
        np.maximum(out, 0, out=h[inside])
        h[inside][between] = 0
        for n, (weight, bias) in enumerate(self.layers):
            gap = gap_of(n)
            _multiply(h[inside], weight[width : 2 * width], out)
            out += _multiply(h[margin - gap : rows - margin - gap], weight[:width], part)
            out += _multiply(h[margin + gap : rows - margin + gap], weight[2 * width :], part)
            out += bias
            np.maximum(out, 0, out=out)
            out[between] = 0
            h[inside] += out
            if n + 1 == POOL_AFTER:
                h[real] += self._page(h[real], bounds)
        answer: Floats = np.einsum("ij,j->i", h[real], self.last[:, 0]) + self.last_bias  # `@` would take threads
        return answer

    def _page(self, h: Floats, bounds: Ints) -> Floats:
        """What each row is told of its whole document."""
        size = np.diff(bounds)
        mean = np.add.reduceat(h, bounds[:-1]) / size[:, None]
        page = np.concatenate([mean, np.maximum.reduceat(h, bounds[:-1])], axis=1).astype(np.float32)
        told = np.concatenate([page[n : n + 1] @ self.pool for n in range(len(page))])
        return np.repeat(np.maximum(told + self.pool_bias, 0), size, axis=0)


MOST_PRODUCTS = 1 << 18
"""Products of numbers up to which OpenBLAS takes one thread (`interface/gemm.c`). For matrices as small as these more
threads mostly spin and wait for each other: on two busy cores they took ten times the CPU time."""


TILE = 16
"""Rows in the places of which documents begin. The last bits of a product depend on the number of rows and, with some
processors, on the place of a row among them (OpenBLAS for Haswell and Zen): so each document has tiles of its own."""


def _multiply(x: Floats, weight: Floats, out: Floats) -> Floats:
    """`x @ weight`, into `out`, in portions of rows so small that no threads are started for them. The rows are whole
    tiles, which portions part evenly."""
    inner, width = weight.shape
    portion = TILE
    while portion > 1 and portion * inner * width > MOST_PRODUCTS:
        portion //= 2
    np.matmul(x.reshape(-1, portion, inner), weight, out=out.reshape(-1, portion, width))
    return out


def gap_of(layer: int) -> int:
    """Rows between the neighbours that a layer looks at."""
    return 1 << layer


def margin_of(layers: int) -> int:
    """Empty rows that must stand between documents, so that no layer sees one from another."""
    return gap_of(layers - 1)


def with_margins(bounds: Ints, margin: int, tile: int = 1) -> tuple[int, Ints]:
    """Rows when every document has empty rows before and after it, and the place of each real row. Behind the first
    empty rows each document has whole tiles."""
    sizes = np.diff(bounds)
    taken = -(-(sizes + margin) // tile) * tile
    first = margin + np.cumsum(taken) - taken
    return int(taken.sum()) + 2 * margin, np.arange(bounds[-1]) + np.repeat(first - bounds[:-1], sizes)
