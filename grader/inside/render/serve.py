"""render.report: one page as HTML and, from the same template, as a tagged PDF whose text is read back."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from grader.inside.context import Context, Handler
from grader.inside.render.code import highlighted
from grader.inside.render.pictures import digit_uri, svg_uri
from grader.wire.frames import Frame

PRELOAD = (
    "jinja2.sandbox",
    "weasyprint",
    "pygments.lexers.python",
    "pygments.formatters.html",
    "PIL.Image",
    "pypdfium2",
)


def report(frame: Frame, context: Context) -> Frame:
    """Render the page of the message; the reply holds the PDF's text as a reader finds it."""
    message = frame.message
    html = render_html(message, context.shares["templates"])
    blobs = {"html": html.encode("utf-8", "replace")}
    text, pages = "", 0
    if message["pdf"]:
        blobs["pdf"] = render_pdf(html, str(message["identifier"]))
        text, pages = read_back(blobs["pdf"])
    return Frame({"text": text, "pages": pages}, blobs)


def render_html(message: Mapping[str, Any], templates: Path) -> str:
    """The page as HTML. Templates are ours, but what they show is not: everything is escaped."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        loader=FileSystemLoader(templates),
        # select_autoescape would leave names ending in .j2 unescaped.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"svg_uri": svg_uri, "digit_uri": digit_uri, "highlighted": highlighted}
    page = message["page"]
    return environment.get_template(message["template"]).render(p=page, w=page["words"])


def render_pdf(html: str, identifier: str) -> bytes:
    """A tagged PDF; equal pages give equal bytes, because the identifier is the page's hash."""
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    class DataOnly(URLFetcher):  # type: ignore[misc]
        """Fetches nothing but what stands in the page itself."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols={"data"})

    document = HTML(string=html, base_url=None, url_fetcher=DataOnly())
    stream = BytesIO()
    document.write_pdf(
        stream,
        font_config=FontConfiguration(),
        pdf_variant="pdf/ua-1",
        pdf_identifier=identifier[:32].encode("ascii"),
    )
    return stream.getvalue()


def read_back(pdf: bytes) -> tuple[str, int]:
    """The text of a PDF as another program reads it, and its number of pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument(BytesIO(pdf))
    try:
        texts = []
        for page in document:
            textpage = page.get_textpage()
            texts.append(textpage.get_text_bounded())
            textpage.close()
            page.close()
        return unicodedata.normalize("NFKC", "\n".join(texts)), len(texts)
    finally:
        document.close()


HANDLERS: Mapping[str, Handler] = {"report": report}
