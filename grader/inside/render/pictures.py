"""Pictures as data URIs, so that a page needs nothing but itself."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from io import BytesIO


def svg_uri(svg: str) -> str:
    """An SVG chart of ours as a data URI."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def digit_uri(pixels: Sequence[int], side: int) -> str:
    """Grey levels, row by row, as a PNG data URI; three times as large, with hard edges."""
    from PIL import Image

    image = Image.frombytes("L", (side, side), bytes(pixels)).resize((side * 3, side * 3), Image.Resampling.NEAREST)
    stream = BytesIO()
    image.save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
