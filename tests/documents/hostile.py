"""PDFs that nobody would write by hand: claims, loops and bombs."""

from __future__ import annotations

from collections.abc import Sequence

_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] >>"


def pdf(objects: Sequence[bytes]) -> bytes:
    """A file of these objects, the first of which is its root."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (count, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + end


def _stream(dictionary: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(content), content)


def million_pages() -> bytes:
    """One page that claims to be a million, with a script that would run for ever."""
    root = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (while(1){}) >> >>"
    return pdf([root, b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>", _PAGE])


def endless_tree() -> bytes:
    """A tree of pages that is its own branch."""
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 100 >>"])


def bomb(depth: int = 14, width: int = 12) -> bytes:
    """Drawings that draw each other twelve times, fourteen deep."""
    fonts = b"/Font << /F 5 0 R >>"
    drawn = b"/Contents 4 0 R /Resources << %s /XObject << /X 6 0 R >> >> >>"
    page = _PAGE.removesuffix(b">>") + drawn
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page % fonts,
        _stream(b"", b"/X Do " * width),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for level in range(depth):
        inner = b"/XObject << /X %d 0 R >>" % (7 + level) if level < depth - 1 else b""
        form = b"/Type /XObject /Subtype /Form /BBox [0 0 300 300] /Resources << %s %s >>" % (fonts, inner)
        objects.append(_stream(form, b"BT /F 9 Tf (a) Tj ET " + (b"/X Do " * width if inner else b"")))
    return pdf(objects)
