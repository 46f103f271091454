"""Copies of a network's tensors after some of its epochs, for an accuracy curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from grader.inside.student import anatomy
from grader.inside.student.recorder import Recording
from grader.inside.student.values import tensor_bytes

MOST_BYTES = 64 << 20


class Snapshots:
    """At most `most` copies, evenly spread over the epochs and within 64 MiB together.

    The last epoch needs no copy: its state is the trained network itself.
    """

    def __init__(self, network: nn.Module, epochs: int, most: int) -> None:
        self.network = network
        self.blobs: dict[str, bytes] = {}
        self.taken: list[dict[str, Any]] = []
        size = sum(anatomy.numel_of(held.tensor) * 4 for held in anatomy.tensors_of(network))
        room = min(max(most - 1, 0), MOST_BYTES // max(size, 1))
        self._wanted = evenly(epochs, room)

    def take(self, epoch: int) -> None:
        """Copy the state if this epoch is one of those to keep."""
        if epoch not in self._wanted or any(snapshot["epoch"] == epoch for snapshot in self.taken):
            return
        names: dict[str, str] = {}
        for number, held in enumerate(anatomy.tensors_of(self.network)):
            names[held.names[0][:500]] = blob = f"s/{epoch}/{number}"
            self.blobs[blob] = tensor_bytes(held.tensor)
        self.taken.append({"epoch": epoch, "blobs": names})


def evenly(epochs: int, room: int) -> frozenset[int]:
    """At most `room` of the epochs before the last, evenly spread."""
    before = epochs - 1
    if before <= room:
        return frozenset(range(1, epochs))
    return frozenset(round((position + 1) * epochs / (room + 1)) for position in range(room))


def final_snapshot(trained: Recording, epoch: int) -> Mapping[str, Any]:
    """The trained network's own tensors as the state after its last epoch."""
    tensors = [tensor for tensor in trained.tape.tensors if tensor.kind in ("parameter", "buffer")]
    return {"epoch": epoch, "blobs": {tensor.names[0]: tensor.blob for tensor in tensors}}
