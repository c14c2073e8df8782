"""The loop that trains a whole detector, whether from nothing or from weights that it has."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from turbo_cli.boxes import Targets
from turbo_cli.progress import Track, untracked
from turbo_cli.training import checkpoint
from turbo_cli.training.descent import descend
from turbo_cli.training.memory import within_memory
from turbo_cli.training.options import Report, TrainingOptions
from turbo_cli.training.pairs import DegradedPairs, Pairs, batches
from turbo_cli.training.samples import Batch
from turbo_cli.training.schedule import learning_rate_factor, moving_average, set_learning_rate

WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 10.0

Loss = Callable[[Tensor, Sequence[Targets]], Tensor]
"""Images (B, 3, height, width) float32 in [0, 1] and their ground truth in the same pixels → a scalar."""


def fit(
    network: nn.Module,
    loss: Loss,
    pairs: DegradedPairs,
    options: TrainingOptions,
    settings: Mapping[str, Any],
    track: Track = untracked,
    report: Report | None = None,
) -> None:
    """Train the parameters of `network` that `loss` depends on; it ends as the moving average of its weights.

    settings: what a resumed run must share with this one. Same options, same thread count, same bits on the
    CPU, whether resumed or not. Raises `TurboError` if the loss is not finite, memory runs out, or the
    checkpoint is of other settings.
    """
    network.to(memory_format=torch.channels_last)  # a fifth faster on the CPU
    average = moving_average(network)
    optimizer = AdamW(network.parameters(), options.learning_rate, weight_decay=WEIGHT_DECAY)
    parts: dict[str, checkpoint.Stateful] = {"network": network, "average": average, "optimizer": optimizer}
    start = checkpoint.begin(options.checkpoint, parts, settings, options.resume)
    steps = range(start, options.iterations)
    feed = batches(pairs, start, options.iterations, options.batch_size, options.workers, options.device)
    for step, batch in zip(track(steps, "training", len(steps)), feed, strict=True):
        set_learning_rate(optimizer, options.learning_rate * learning_rate_factor(step, options.iterations))
        named = Batch(step, options.batch_size, [pairs])
        learn = partial(_learn, loss, optimizer, batch, options, named)
        value = within_memory(learn, options.batch_size)
        average.update_parameters(network)
        if report and (step + 1) % options.report_every == 0:
            report(f"step {step + 1} of {options.iterations}: loss {value.item():.3f}")
        if (step + 1) % options.save_every == 0:
            checkpoint.write(options.checkpoint, parts, step + 1, settings)
    network.load_state_dict(average.module.state_dict())
    network.to(memory_format=torch.contiguous_format)


def _learn(
    loss: Loss, optimizer: Optimizer, pairs: Pairs, options: TrainingOptions, batch: Batch, size: int
) -> Tensor:
    """One step on the first `size` pairs."""
    shown = pairs.first(size)
    with options.autocast():
        value = loss(shown.degraded.to(memory_format=torch.channels_last), shown.targets)
    descend(optimizer, {"detection": value}, batch, LARGEST_GRADIENT)
    return value
