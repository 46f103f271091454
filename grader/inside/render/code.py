"""Python code as HTML: line numbers, a few colours, and a mark at the lines that are spoken of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

MARK = "\u25b8"


def highlighted(code: str, first: int = 1, marked: Sequence[int] = ()) -> str:
    """The code as safe HTML. Only what helps a reader is coloured: each colour is an element to lay out."""
    from markupsafe import Markup

    lines: list[list[str]] = [[]]
    for style, text in _tokens(code):
        for index, part in enumerate(text.split("\n")):
            if index:
                lines.append([])
            if part:
                lines[-1].append(f'<span class="{style}">{escape(part)}</span>' if style else escape(part))
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    width = len(str(first + len(lines)))
    rows = [_row(first + index, "".join(parts), width, first + index in marked) for index, parts in enumerate(lines)]
    # Every piece was escaped above; the markup around it is ours.
    return Markup("\n".join(rows))  # noqa: S704


def _row(number: int, html: str, width: int, is_marked: bool) -> str:
    if is_marked:
        return f'<span class="hit"><b>{MARK}{number:>{width}}</b>  {html}</span>'
    return f'<span class="n"> {number:>{width}}</span>  {html}'


def _tokens(code: str) -> Iterator[tuple[str, str]]:
    """Pieces of the code with a style each; neighbours of one style come as one piece."""
    from pygments.lexers.python import PythonLexer

    style, text = "", ""
    for kind, piece in PythonLexer(stripnl=False, ensurenl=False).get_tokens(code):
        found = _style(str(kind)) if piece.strip() else style
        if found != style and text:
            yield style, text
            text = ""
        style, text = found, text + piece
    yield style, text


def _style(kind: str) -> str:
    names = {
        "Token.Keyword": "k",
        "Token.Literal.String": "s",
        "Token.Comment": "c",
        "Token.Name.Function": "d",
        "Token.Name.Class": "d",
        "Token.Literal.Number": "m",
    }
    return next((style for name, style in names.items() if kind.startswith(name)), "")
