"""Runs a checked tape on images, batch by batch: the logits that the network gives."""

from __future__ import annotations

import torch

from grader.inside.measure.graph import Graph
from grader.inside.measure.perform import flat, perform
from grader.inside.measure.pooling import is_plain, pooled
from grader.inside.measure.refused import malformed
from grader.inside.measure.values import dtype_named
from grader.inside.measure.weights import Tensors

_CPU = torch.device("cpu")


def logits_of(graph: Graph, weights: Tensors, images: torch.Tensor, *, seed: int) -> torch.Tensor:
    """Float32 logits of uint8 images of shape (n, channels, height, width); the weights are used up.

    A tape's sizes are those of its batch, so the last batch is filled up and its
    result cut. Steps that write into weights do so batch after batch, as they
    would have in the student's process.

    Raises:
        Refused: when a call does not run, or does not make what it made in the dry run.
    """
    torch.manual_seed(seed)
    batch, dtype = graph.tape.batch, dtype_named(graph.given[graph.tape.input].dtype)
    made: list[torch.Tensor] = []
    with torch.inference_mode():
        for start in range(0, len(images), batch):
            part = images[start : start + batch]
            given = part.to(dtype).div_(255)
            if len(part) < batch:
                given = torch.cat([given, given.new_zeros((batch - len(part), *part.shape[1:]))])
            made.append(_run(graph, weights, given)[: len(part)].flatten(1).to(torch.float32))
    return torch.cat(made)


def _run(graph: Graph, weights: Tensors, given: torch.Tensor) -> torch.Tensor:
    tensors = {**weights, graph.tape.input: given}
    for step in graph.steps:
        try:
            results = pooled(step, tensors) if is_plain(step) else flat(perform(step, tensors, _CPU))
        except Exception as error:
            # Indices out of range and the like show only on real elements.
            words = " ".join(str(error).split())[:120]
            raise malformed(f"{step.name} does not run: {words}") from None
        for ref, result in zip(step.results, results, strict=True):
            if ref is not None:
                tensors[ref.id] = result
        for number in step.expired:
            del tensors[number]
    output = tensors[graph.output.id]
    if output.shape != graph.output.shape:
        raise malformed("the replay's result has another shape than the dry run's")
    return output
