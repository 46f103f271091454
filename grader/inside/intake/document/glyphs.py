"""The characters of a PDF's pages with their places, as PDFium finds them."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

_SPACES = frozenset(" \t\r\n\u00a0\u2002\u2003\u2009\u202f\u3000")
_UNMAPPED = frozenset({0, 0xFFFD, 0xFFFE, 0xFFFF})


@dataclass(frozen=True)
class Glyph:
    """One visible character. Points from the page's left and top edge; `baseline` grows downwards like `top`."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    """The height of its font as it is drawn."""
    top: float
    bottom: float


@dataclass(frozen=True)
class GlyphPage:
    """A page's characters in the order of the file. `unmapped` counts those that say nothing about what they are."""

    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    unmapped: int


def glyphs_of(page: pypdfium2.PdfPage, most: int) -> GlyphPage:
    """At most so many characters of a page, turned upright when the page is shown turned."""
    textpage = page.get_textpage()
    try:
        width, height = page.get_size()
        found: list[Glyph] = []
        unmapped = 0
        for number in range(min(textpage.count_chars(), most)):
            code = pdfium.FPDFText_GetUnicode(textpage.raw, number)
            if code in _UNMAPPED:
                unmapped += 1
            elif pdfium.FPDFText_IsGenerated(textpage.raw, number) != 1:
                found += _glyph(textpage.raw, number, chr(code), page)
        return GlyphPage(width, height, tuple(found), unmapped)
    finally:
        textpage.close()


def _glyph(raw: pdfium.FPDF_TEXTPAGE, number: int, text: str, page: pypdfium2.PdfPage) -> Iterator[Glyph]:
    if text in _SPACES or not text.isprintable():
        return
    # The loose box is as wide as the font says; the drawn shape of a 1 leaves gaps on both sides.
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    if not pdfium.FPDFText_GetLooseCharBox(raw, number, box):
        return
    pdfium.FPDFText_GetCharOrigin(raw, number, x, y)
    scale = 1.0
    if pdfium.FPDFText_GetMatrix(raw, number, matrix):
        scale = math.hypot(matrix.c, matrix.d)
    size = pdfium.FPDFText_GetFontSize(raw, number) * scale
    corners = [_upright(box.left, box.top, page), _upright(box.right, box.bottom, page)]
    (x0, x1), (y0, y1) = (sorted(axis) for axis in zip(*corners, strict=True))
    baseline = _upright(x.value, y.value, page)[1]
    if not all(math.isfinite(value) for value in (x0, x1, y0, y1, baseline, size)):
        return
    yield Glyph(text, x0, x1, baseline, size if 0 < size < 1000 else max(y1 - y0, 1.0), y0, y1)


def _upright(x: float, y: float, page: pypdfium2.PdfPage) -> tuple[float, float]:
    """A point of the page as it is shown, from its left and top edge."""
    left, bottom, right, top = page.get_bbox()
    match page.get_rotation():
        case 90:
            return y - bottom, x - left
        case 180:
            return right - x, y - bottom
        case 270:
            return top - y, right - x
    return x - left, top - y
