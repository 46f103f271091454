"""The order and the small changes in which a submission meets the test images, drawn from DIR's secret."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import numpy.typing as npt

from grader.datasets.layout import Images
from grader.datasets.split import Indices

NOISE = 3
"""Largest change of a grey level out of 255, so below 4/255."""

SHIFT = 1
"""Largest shift in pixels, each way."""


def derive(secret: bytes, *parts: str) -> bytes:
    """32 bytes that nobody can tell without the secret; each list of parts has its own."""
    message = b"".join(len(part).to_bytes(8, "little") + part for part in (text.encode("utf-8") for text in parts))
    return hmac.new(secret, message, hashlib.sha256).digest()


def secret_order(n: int, key: bytes) -> Indices:
    """A permutation of 0 .. n-1."""
    return _generator(key, "order").permutation(n)


def perturb(images: Images, key: bytes) -> Images:
    """Each image moved by at most one pixel each way, its edge repeated, with noise below 4/255."""
    generator = _generator(key, "perturb")
    n, height, width = images.shape
    down, right = generator.integers(-SHIFT, SHIFT + 1, size=(2, n, 1))
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    moved = images[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]
    noise = generator.integers(-NOISE, NOISE + 1, size=images.shape, dtype=np.int16)
    changed: npt.NDArray[np.int16] = np.clip(moved.astype(np.int16) + noise, 0, 255)
    return changed.astype(np.uint8)


def _generator(key: bytes, what: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(int.from_bytes(derive(key, what), "little")))
