"""Judges blocks by a model trained on pages with gold: hashed words, shape, markup and page, read by a small network.

The weights are an array file beside the rules, read once, when first needed. Training is `cleaner.train`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cleaner.detect.encode import Floats
from cleaner.detect.features import COLUMN, FEATURES, Batch, Tables, features
from cleaner.detect.network import Network
from cleaner.errors import InputError

if TYPE_CHECKING:
    from cleaner.model import Document

WEIGHTS = "learned.npz"
"""In `cleaner/rules/data`."""
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Model:
    """What is trained."""

    tables: Tables
    networks: tuple[Network, ...]
    """Their log-odds are averaged."""
    surrogate: Floats
    """(features,) weights of the linear model nearest to the networks; it names what weighed."""

    def batch(self, documents: Sequence[Document]) -> Batch:
        return features(documents, self.tables)

    def judge(self, batch: Batch) -> Floats:
        """(rows,) log-odds that each block is content."""
        total = self.networks[0](batch.x, batch.bounds)
        for network in self.networks[1:]:
            total = total + network(batch.x, batch.bounds)
        return total / np.float32(len(self.networks))


@cache
def default_model() -> Model:
    """The model that comes with the package."""
    with (resources.files("cleaner.rules") / "data" / WEIGHTS).open("rb") as file:
        return load_model(file, WEIGHTS)


@cache
def model_at(path: str) -> Model:
    """A model of the user's own. Raises InputError where the file is none."""
    try:
        with Path(path).open("rb") as file:
            return load_model(file, path)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=path) from error


def load_model(file: BinaryIO, name: str) -> Model:
    """A model from an array file; nothing in it can run code. Raises InputError where it is not one of this version."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            held: Mapping[str, NDArray[Any]] = {key: arrays[key] for key in arrays.files}
        if int(held["format"]) != FORMAT or tuple(held["features"].tolist()) != FEATURES:
            raise InputError("weights of another version", where=name, todo="train them again with `cleaner train`")
        tables = Tables(held["words"], held["word_scale"], held["word_bias"], held["elements"].astype(np.float32),
                        float(held["element_bias"]))  # fmt: skip
        networks = tuple(Network.of(held, f"net{n}.") for n in range(int(held["networks"])))
        return Model(tables, networks, held["surrogate"].astype(np.float32))
    except (ValueError, KeyError, OSError, EOFError) as error:
        raise InputError(f"no weights of cleaner: {error}", where=name, todo="give a file made by `cleaner train`") from error


def save_model(file: BinaryIO, model: Model, about: Mapping[str, str]) -> None:
    """Writes a model: networks as 16-bit, tables as they are. `about` holds credit and figures, for people."""
    arrays: dict[str, NDArray[Any]] = {
        "format": np.array(FORMAT), "features": np.array(FEATURES), "networks": np.array(len(model.networks)),
        "words": model.tables.words, "word_scale": model.tables.word_scale, "word_bias": model.tables.word_bias,
        "elements": model.tables.elements.astype(np.float16), "element_bias": np.array(model.tables.element_bias),
        "surrogate": model.surrogate.astype(np.float16),
    }  # fmt: skip
    for n, network in enumerate(model.networks):
        arrays |= {f"net{n}.{name}": value for name, value in network.arrays().items()}
    for name, value in about.items():
        arrays[f"about.{name}"] = np.array(value)
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def with_opinion(batch: Batch, keeps: Sequence[bool]) -> Batch:
    """The features of one document with what a second extractor would keep."""
    x = batch.x.copy()
    kept = np.asarray(keeps, np.float32)
    x[:, COLUMN["opinion_known"]] = 1
    x[:, COLUMN["opinion_keeps"]] = kept * 2 - 1
    x[:, COLUMN["opinion_share"]] = kept.mean()
    return Batch(batch.bounds, batch.document, x)
