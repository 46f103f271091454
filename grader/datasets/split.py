"""Deterministic stratified splits, the same on every machine and with every version of numpy."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.int64]


def stratified_split(labels: Labels, held_out: int, seed: str) -> tuple[Indices, Indices]:
    """Indices of the kept and of the held-out images: of each class, one in `held_out` is held out.

    Both parts are in a fixed mixed order, so that a prefix holds all classes.
    """
    order = mixed_order(len(labels), seed)
    chosen = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        chosen[members[: len(members) // held_out]] = True
    return order[~chosen[order]], order[chosen[order]]


def mixed_order(n: int, seed: str) -> Indices:
    """The numbers 0 .. n-1 ordered by their hashes; numpy's own streams may change between versions."""
    key = hashlib.sha256(seed.encode("utf-8")).digest()
    hashes = [hashlib.blake2b(index.to_bytes(8, "little"), key=key, digest_size=8).digest() for index in range(n)]
    return np.array(sorted(range(n), key=hashes.__getitem__), dtype=np.int64)
