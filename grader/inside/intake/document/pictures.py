"""What a page shows that is no text, drawn anew as a small grey JPEG: a scanned page, a screenshot."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from itertools import islice

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from grader.domain.document import Picture

MOST_PICTURES = 4
"""Of one document."""
_WIDTH = 900
_MOST_BYTES = 120_000
_QUALITIES = (60, 40, 25)
_MOST_OBJECTS = 500
_SMALLEST = 60.0, 12.0
"""Width and height, in points, from which a picture may hold a line of text."""
_WORTH_SHOWING = 120.0, 40.0


def images_on(page: pypdfium2.PdfPage) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right and top of the pictures of a page that may hold a line of text."""
    objects = islice(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3), _MOST_OBJECTS)
    boxes = (image.get_bounds() for image in objects)
    return [box for box in boxes if box[2] - box[0] >= _SMALLEST[0] and box[3] - box[1] >= _SMALLEST[1]]


def pictures_of(page: pypdfium2.PdfPage, number: int, *, whole: bool, most: int) -> Iterator[Picture]:
    """The page itself when it is all picture, else its larger pictures, as they are seen on it."""
    width, height = page.get_size()
    if most <= 0 or not 1 <= width <= 5000 or not 1 <= height <= 5000:
        return
    if whole:
        yield _drawn(page, number, (0, 0, 0, 0), width)
        return
    shown = [
        box for box in images_on(page) if box[2] - box[0] >= _WORTH_SHOWING[0] and box[3] - box[1] >= _WORTH_SHOWING[1]
    ]
    for left, bottom, right, top in shown[:most]:
        margins = (max(left, 0), max(bottom, 0), max(width - right, 0), max(height - top, 0))
        if width - margins[0] - margins[2] > 1 and height - margins[1] - margins[3] > 1:
            yield _drawn(page, number, margins, width - margins[0] - margins[2])


def _drawn(page: pypdfium2.PdfPage, number: int, margins: tuple[float, float, float, float], width: float) -> Picture:
    image = page.render(scale=min(_WIDTH / width, 3.0), crop=margins, grayscale=True).to_pil().convert("L")
    image.thumbnail((_WIDTH, 2 * _WIDTH), Image.Resampling.LANCZOS)
    data = b""
    for quality in _QUALITIES:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=quality)
        data = stream.getvalue()
        if len(data) <= _MOST_BYTES:
            break
    return Picture(number, image.width, image.height, base64.b64encode(data).decode("ascii"))
