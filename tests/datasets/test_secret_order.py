"""Orders and perturbations that only the secret's owner can tell."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.datasets.secret_order import derive, perturb, secret_order

KEY = b"k" * 32


@given(st.lists(st.text(max_size=4), max_size=3), st.lists(st.text(max_size=4), max_size=3))
def test_derived_keys_are_apart(one: list[str], other: list[str]) -> None:
    """Different lists of parts give different keys, however their texts would join."""
    assert (derive(KEY, *one) == derive(KEY, *other)) == (one == other)


def test_derived_key_is_an_hmac() -> None:
    """HMAC-SHA256 over the parts with their lengths, so knowing some keys tells nothing of others."""
    message = (4).to_bytes(8, "little") + b"exam" + (3).to_bytes(8, "little") + "試".encode()
    assert derive(KEY, "exam", "試") == hmac.new(KEY, message, hashlib.sha256).digest()


@pytest.mark.parametrize("n", [0, 1, 2, 1000])
def test_order_is_a_permutation_of_its_key(n: int) -> None:
    """Every image once, the same order each time, another one for another key."""
    order = secret_order(n, KEY)
    assert sorted(order.tolist()) == list(range(n))
    assert np.array_equal(order, secret_order(n, KEY))
    assert n < 3 or not np.array_equal(order, secret_order(n, b"j" * 32))


def test_perturbed_images_are_shifted_by_at_most_a_pixel() -> None:
    """Each image equals one of its nine shifts with repeated edges, give or take noise below 4 of 255."""
    images = np.random.default_rng(0).integers(0, 256, size=(200, 9, 9), dtype=np.uint8)
    changed = perturb(images, KEY)
    assert changed.dtype == np.uint8 and changed.shape == images.shape
    assert np.array_equal(changed, perturb(images, KEY)) and not np.array_equal(changed, images)
    used = set()
    for before, after in zip(images.astype(int), changed.astype(int), strict=True):
        padded = np.pad(before, 1, mode="edge")
        shifts = {(y, x): padded[1 - y : 10 - y, 1 - x : 10 - x] for y in (-1, 0, 1) for x in (-1, 0, 1)}
        fitting = [shift for shift, moved in shifts.items() if np.abs(moved - after).max() < 4]
        assert len(fitting) == 1
        used.add(fitting[0])
    assert len(used) == 9


def test_perturbed_grey_levels_do_not_wrap() -> None:
    """Black stays nearly black and white nearly white."""
    for level in (0, 255):
        images = np.full((20, 4, 4), level, dtype=np.uint8)
        assert np.abs(perturb(images, KEY).astype(int) - level).max() < 4
