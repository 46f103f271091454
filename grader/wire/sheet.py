"""The file of test images as two zones read it: bytes of all images, then those of their perturbed copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LOGITS = "logits"
"""The key, and the prefix of the blobs, of scores that the student's process gives."""


def sheet_shape(message: Mapping[str, Any]) -> tuple[int, ...]:
    """Copies (2 with perturbed images, else 1), images, channels, height, width; the parent's own numbers."""
    return (2 if message["perturbed"] else 1, message["n"], *message["image_shape"])
