"""A small model of the detector with weights drawn at random, for tests that need one and no trained one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cleaner.detect.features import FEATURES, HEADS, Tables
from cleaner.detect.learned import Judge, Model, save_model
from cleaner.detect.network import Network


def random_arrays(seed: int = 0, width: int = 16, layers: int = 5) -> dict[str, NDArray[np.float32]]:
    """The arrays of a network, as training gives them."""
    chance = np.random.default_rng(seed)
    size = len(FEATURES)

    def drawn(*shape: int) -> NDArray[np.float32]:
        return (chance.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32)

    arrays = {"mean": drawn(size), "scale": 1 + np.abs(drawn(size)), "first": drawn(size, width),
              "first_bias": drawn(width), "pool": drawn(2 * width, width), "pool_bias": drawn(width),
              "last": drawn(width, 1), "last_bias": drawn(1)}  # fmt: skip
    for n in range(layers):
        arrays |= {f"conv{n}": drawn(3 * width, width), f"conv{n}_bias": drawn(width)}
    return arrays


def random_tables(seed: int = 0) -> Tables:
    chance = np.random.default_rng(seed)
    words = chance.integers(-127, 128, (1 << 12, HEADS)).astype(np.int8)
    elements = chance.standard_normal((1 << 8, 2)).astype(np.float32)
    return Tables(words, np.full(HEADS, 0.02, np.float32), np.zeros(HEADS, np.float32), elements, 0.25)


def random_judge(networks: int, layers: int, seed: int) -> Judge:
    drawn = tuple(Network.of(random_arrays(seed + n, layers=layers)) for n in range(networks))
    return Judge(drawn, np.random.default_rng(seed).standard_normal(len(FEATURES)).astype(np.float32))


def random_model(networks: int = 2) -> Model:
    return Model(
        random_tables(), Network.of(random_arrays(8)), random_judge(networks, 5, 9), random_judge(networks, 6, 19)
    )


def written(model: Model, path: Path) -> Path:
    with path.open("wb") as file:
        save_model(file, model, {"credit": "nobody"})
    return path
