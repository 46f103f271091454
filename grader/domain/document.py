"""What was written for people, as lines of text that can be pointed at."""

from __future__ import annotations

from dataclasses import dataclass, field

OUTPUT = "output"
"""The kind of what a notebook has stored as printed: claims of its author, and no work of hand."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in points, from the page's left and top edge."""


@dataclass(frozen=True)
class DocumentLine:
    """One line. `page` and `number` count from 1; a text without pages is one page, and has no boxes.

    A raised 2 is written ``^2``, and a wide gap, as between the columns of a table, as a tab.
    """

    page: int
    number: int
    text: str
    box: Box | None = None


@dataclass(frozen=True)
class Picture:
    """Something on a page that is no text, drawn by the intake. `jpeg` is base64; sizes in pixels."""

    page: int
    width: int
    height: int
    jpeg: str = field(repr=False)


@dataclass(frozen=True)
class Document:
    """A file's lines in reading order.

    `pictures` are the pages that hold next to no text, `images` counts the
    pictures that stand on all its pages.
    """

    path: str
    kind: str
    pages: int
    lines: tuple[DocumentLine, ...] = ()
    pictures: tuple[int, ...] = ()
    images: int = 0
    shown: tuple[Picture, ...] = ()
    """The first of those pictures and pages, for a person to look at."""


@dataclass(frozen=True)
class Place:
    """Where in a document something stands."""

    path: str
    page: int
    line: int
    text: str
    """The line or lines as written."""
    box: Box | None = None
