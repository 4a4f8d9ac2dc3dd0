"""Trains the sequence network of the learned detector (`detect/network.py`) with PyTorch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cleaner.detect.features import COLUMN
from cleaner.detect.network import POOL_AFTER, WIDTH, gap_of, margin_of, with_margins
from cleaner.train.examples import Example
from cleaner.train.labels import KEEP

ROWS = 12_000
"""Rows of a batch."""
RATE = 2e-3
DROPOUT = 0.15
OPINION = [COLUMN["opinion_known"], COLUMN["opinion_keeps"], COLUMN["opinion_share"]]


class Net(nn.Module):
    """The same as `cleaner.detect.network.Network`, to learn."""

    def __init__(
        self, mean: NDArray[np.float32], scale: NDArray[np.float32], layers: int, width: int = WIDTH
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("scale", torch.from_numpy(scale))
        self.first = nn.Linear(len(mean), width)
        self.convs = nn.ModuleList(nn.Linear(3 * width, width) for _ in range(layers))
        self.pool = nn.Linear(2 * width, width)
        self.last = nn.Linear(width, 1)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor, bounds: Tensor) -> Tensor:
        x = torch.clamp((x - self.mean) * self.scale, -5, 5)
        sizes = bounds.diff()
        margin = margin_of(len(self.convs))
        rows, places = with_margins(bounds.numpy(), margin)
        real = torch.from_numpy(places)
        document = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
        first = self.drop(torch.relu(self.first(x)))
        h = torch.zeros(rows, first.shape[1]).index_copy(0, real, first)
        mask = torch.zeros(rows, 1).index_fill(0, real, 1.0)[margin : rows - margin]
        for n, conv in enumerate(self.convs):
            gap = gap_of(n)
            width = h.shape[1]
            weight = conv.weight.T
            out = (torch.addmm(conv.bias, h[margin : rows - margin], weight[width : 2 * width])
                   + h[margin - gap : rows - margin - gap] @ weight[:width]
                   + h[margin + gap : rows - margin + gap] @ weight[2 * width :])  # fmt: skip
            out = self.drop(torch.relu(out)) * mask
            h = h + nn.functional.pad(out, (0, 0, margin, margin))
            if n + 1 == POOL_AFTER:
                own = h[real]
                mean = torch.zeros(len(sizes), width).index_add(0, document, own) / sizes[:, None]
                most = torch.zeros(len(sizes), width).index_reduce(0, document, own, "amax", include_self=False)
                told = torch.relu(self.pool(torch.cat([mean, most], 1)))[document]
                h = h.index_add(0, real, told)
        h = h[real]
        return self.last(h)[:, 0]

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The weights under the names that `Network.of` reads."""

        def give(value: Tensor) -> NDArray[np.float32]:
            return np.array(value.detach().numpy(), np.float32)

        made = {"mean": give(self.mean), "scale": give(self.scale), "first": give(self.first.weight.T),
                "first_bias": give(self.first.bias), "pool": give(self.pool.weight.T),
                "pool_bias": give(self.pool.bias), "last": give(self.last.weight.T),
                "last_bias": give(self.last.bias)}  # fmt: skip
        for n, conv in enumerate(self.convs):
            made[f"conv{n}"], made[f"conv{n}_bias"] = give(conv.weight.T), give(conv.bias)
        return made


def train_network(
    examples: Sequence[Example], *, layers: int, seed: int, epochs: int, width: int = WIDTH
) -> Net:
    """A network trained on the examples."""
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    some = np.concatenate([examples[n].x for n in chance.permutation(len(examples))[:600]]).astype(np.float32)
    mean, spread = some.mean(0), some.std(0)
    mean[OPINION], spread[OPINION] = 0, 1
    net = Net(mean, (1 / np.maximum(spread, 0.05)).astype(np.float32), layers, width)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.02)
    sizes = np.array([len(example.labels) for example in examples])
    steps = int(epochs * (sizes.sum() / ROWS + 1))
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 10 * epochs, pct_start=0.15)
    net.train()
    for _ in range(epochs):
        for batch in _batches(chance.permutation(len(examples)), sizes):
            chosen = [examples[n] for n in batch]
            x = torch.from_numpy(np.concatenate([example.x for example in chosen]).astype(np.float32))
            labels = torch.from_numpy(np.concatenate([example.labels for example in chosen]))
            weights = torch.from_numpy(np.concatenate([example.weights for example in chosen]))
            bounds = torch.from_numpy(np.concatenate(([0], np.cumsum(sizes[batch]))))
            score = net(x, bounds)
            target = (labels == KEEP).float() * 0.98 + 0.01
            each = nn.functional.binary_cross_entropy_with_logits(score, target, reduction="none")
            loss = (each * weights).sum() / weights.sum().clamp(min=1e-6)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            if plan.last_epoch < plan.total_steps - 1:
                plan.step()
    net.eval()
    return net


def _batches(order: NDArray[np.int64], sizes: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    batches, current, rows = [], [], 0
    for n in order:
        current.append(n)
        rows += sizes[n]
        if rows >= ROWS:
            batches.append(np.array(current))
            current, rows = [], 0
    if current:
        batches.append(np.array(current))
    return batches
