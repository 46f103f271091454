"""Splits that are the same everywhere."""

from __future__ import annotations

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.datasets.split import mixed_order, stratified_split


@given(st.lists(st.integers(0, 9), max_size=200), st.integers(2, 10))
def test_split_is_stratified_and_complete(classes: list[int], held_out: int) -> None:
    """Every image is in one part; of each class exactly one in `held_out`, rounded down, is held out."""
    labels = np.array(classes, dtype=np.uint8)
    kept, out = stratified_split(labels, held_out, "seed")
    assert sorted([*kept.tolist(), *out.tolist()]) == list(range(len(labels)))
    for label in set(classes):
        assert int((labels[out] == label).sum()) == classes.count(label) // held_out


def test_order_follows_keyed_hashes() -> None:
    """The order is that of BLAKE2b keyed with the seed, which no version of numpy can change."""
    key = hashlib.sha256(b"seed").digest()
    expected = sorted(
        range(50), key=lambda n: hashlib.blake2b(n.to_bytes(8, "little"), key=key, digest_size=8).hexdigest()
    )
    assert mixed_order(50, "seed").tolist() == expected
    assert mixed_order(50, "other").tolist() != expected
