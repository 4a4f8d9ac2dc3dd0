"""`cleaner train`: weights of your own."""

from __future__ import annotations

from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Annotated

import typer

from cleaner.cli.common import Output, UsageError, fail, fail_writing, refuse_overlap, say
from cleaner.errors import CleanerError, InputError


def train_command(
    gold: Annotated[
        list[Path], typer.Argument(help="Folders with gold, or .jsonl files, as `cleaner evaluate` reads.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The weights file, such as weights.npz.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file.")] = 0,
    networks: Annotated[int, typer.Option(min=1, max=9, help="Networks whose judgement is averaged.")] = 1,
    epochs: Annotated[int, typer.Option(min=1, help="Times that each example is learned from.")] = 5,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that read pages.")] = 2,
    without_fold: Annotated[
        int | None, typer.Option(min=0, max=4, help="Leave a fifth of the sites out, to measure on.")
    ] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="NAME=0.5: how much the pages of a gold count, by its file name.")
    ] = None,
    debris: Annotated[
        Path | None, typer.Option(help="JSON lines with `line` (and `domain`): more debris to put into pages.")
    ] = None,
    credit: Annotated[str, typer.Option(help="Whose pages these are; written into the file.")] = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an output file that exists.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Train weights of your own on pages with gold; needs PyTorch, with the extra `train` of article-cleaner.

    Exit status: 0 done, 1 the gold can't be read or is too little, 2 wrong usage.
    """
    try:
        from cleaner.train.fit import Settings, check_weights, train
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "torch":
            raise
        fail(UsageError("training needs PyTorch", todo="pip install 'article-cleaner[train]'"))
    settings = Settings(
        seed=seed, networks=networks, epochs=epochs, jobs=jobs, without_fold=without_fold, debris=debris, credit=credit,
        weights=dict(map(_gold_weight, weight or ())),
    )  # fmt: skip
    try:
        refuse_overlap(map(str, gold), [output])
        check_weights(gold, settings)
        file = Output(output, overwrite=overwrite, binary=True)
    except (InputError, UsageError) as error:
        fail(error)
    try:
        data = train(gold, settings, (lambda said: None) if quiet else say)
        file.stream.write(data)
        file.close()
    except CleanerError as error:
        say(f"error: {error}")
        raise typer.Exit(1) from None
    except OSError as error:
        fail_writing(error)
    finally:
        file.discard()
    if not quiet:
        say(f"{output}: {len(data) / 1e6:.1f} MB, SHA-256 {sha256(data).hexdigest()}")


def _gold_weight(text: str) -> tuple[str, float]:
    name, _, value = text.rpartition("=")
    try:
        weight = float(value)
    except ValueError:
        weight = 0.0
    if not name or not 0 < weight < inf:
        fail(UsageError(f"--weight {text}", todo="write NAME=0.5"))
    return name, weight
