"""Templates and page pieces in this process: everything that is not ours is escaped, nothing is fetched."""

from __future__ import annotations

import base64
from dataclasses import asdict, replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from grader.inside.render.code import MARK, highlighted
from grader.inside.render.pictures import digit_uri, svg_uri
from grader.inside.render.serve import read_back, render_html, render_pdf
from grader.report.catalogue import load_catalogue
from grader.report.page_types import StudentPage
from grader.report.student_page import student_page
from tests.assignments.hw4_graded import HW4
from tests.report.samples import grade_of, manual, slip

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
HOSTILE = (
    "<script>alert(1)</script>",
    "</pre></td><iframe src=//evil.example>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% for x in ().__class__.__mro__ %}",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=file:///etc/passwd>",
    "&lt;b&gt;",
)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text.append(data)


def elements(html: str) -> Elements:
    """The page, parsed."""
    parser = Elements()
    parser.feed(html)
    return parser


def sample() -> StudentPage:
    """The page of the student with one slip."""
    found = slip()
    return student_page(grade_of(found, manual()), found, HW4.info, load_catalogue())


def with_text(value: Any, text: str) -> Any:
    """The page data with `text` in every place that a student's own words can reach, and in all others."""
    if isinstance(value, dict):
        return {key: with_text(each, text) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [with_text(each, text) for each in value]
    return f"{value}{text}" if isinstance(value, str) else value


def rendered(page: dict[str, Any]) -> str:
    """The student template with this data."""
    return render_html({"template": "student.html.j2", "page": page}, TEMPLATES)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_anywhere_becomes_markup(text: str) -> None:
    """With hostile text in every answer, name, check and code line, the page has the very elements it has without."""
    page = asdict(sample())
    plain = elements(rendered(page))
    for place in ("heading", "lost", "waiting", "steps", "works", "fix", "then", "document", "foot"):
        hostile = page | {place: with_text(page[place], text)}
        # Charts are ours; their text is escaped when they are drawn, and a broken one is not the template's matter.
        hostile["heading"] = {**hostile["heading"], "ring": page["heading"]["ring"]}
        found = elements(rendered(hostile))
        assert [tag for tag, _ in found.found] == [tag for tag, _ in plain.found], place


@pytest.mark.parametrize("text", HOSTILE)
def test_code_essay_and_checks_are_escaped(text: str) -> None:
    """The same for what stands in a question's section; the text itself can be read on the page."""
    page = sample()
    q1, q2, q3 = page.sections
    assert q2.code is not None
    q1 = replace(q1, answers=tuple(replace(answer, text=text) for answer in q1.answers))
    q2 = replace(
        q2,
        code=replace(q2.code, text=f"x = 1\n{text}\ny = 2", place=text),
        checks=tuple(replace(check, rationale=text, help=text, notes=(text,)) for check in q2.checks),
        hand=tuple(replace(row, working=text, layer=text) for row in q2.hand),
    )
    found = elements(rendered(asdict(replace(page, sections=(q1, q2, q3)))))
    assert {tag for tag, _ in found.found}.isdisjoint({"script", "iframe", "object", "form"})
    assert not [attributes for _, attributes in found.found if any(name.startswith("on") for name in attributes)]
    assert text in "".join(found.text)


def test_page_needs_nothing_but_itself() -> None:
    """Pictures are data, links stay on the page, and a policy forbids the rest."""
    found = elements(rendered(asdict(sample())))
    for tag, attributes in found.found:
        assert tag not in ("script", "link"), attributes
        assert (attributes.get("src") or "data:").startswith("data:")
        assert (attributes.get("href") or "#").startswith("#")
    policy = [a.get("content") for tag, a in found.found if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_every_picture_says_in_words_what_it_shows() -> None:
    """No image without an alternative text."""
    pictures = [attributes for tag, attributes in elements(rendered(asdict(sample()))).found if tag == "img"]
    assert len(pictures) >= 10
    assert all(attributes.get("alt") for attributes in pictures)


def test_missing_page_field_is_an_error_and_no_blank() -> None:
    """A template that asks for what is not there fails instead of printing nothing."""
    from jinja2 import UndefinedError

    page = asdict(sample())
    del page["lost_note"]
    with pytest.raises(UndefinedError):
        rendered(page)


def test_pdf_fetches_nothing(tmp_path: Path) -> None:
    """A file on this machine, named in the page by a bug of ours, does not get into the PDF."""
    secret = tmp_path / "secret.png"
    Image.new("RGB", (8, 8), "red").save(secret)
    html = '<html lang="en"><title>t</title><h1>Only text</h1><img alt="a" src="{}"></html>'
    pdf = render_pdf(html.format(secret.as_uri()), "0" * 32)
    assert b"/Subtype /Image" not in pdf
    data = base64.b64encode(secret.read_bytes()).decode()
    assert b"/Subtype /Image" in render_pdf(html.format(f"data:image/png;base64,{data}"), "0" * 32)
    assert "Only text" in read_back(pdf)[0]


def test_equal_pages_have_equal_bytes() -> None:
    """No clock and no chance in a PDF."""
    html = '<html lang="en"><title>t</title><h1>Same</h1></html>'
    assert render_pdf(html, "a" * 64) == render_pdf(html, "a" * 64)


def test_code_has_numbers_marks_and_every_character() -> None:
    """Line numbers from the file, a mark at the line that is spoken of, and the code itself unchanged."""
    code = 'class A:\n    """<doc> & more\n    """\n\n    x = "\u4e2d"  # end'
    found = elements(str(highlighted(code, 41, [42])))
    lines = "".join(found.text).split("\n")
    assert len(lines) == 5
    assert lines[0].strip().startswith("41")
    assert lines[1].startswith(f"{MARK}42")
    assert [line[5:] for line in lines] == code.split("\n")


@pytest.mark.parametrize(
    "code", ["", "\n\n", "def f(:\n  ''' never closed", "x" * 5000, "\x0c\ttab", "'''</span><script>'''"]
)
def test_code_that_is_no_python_is_still_shown(code: str) -> None:
    """Nothing is lost and nothing is markup, whatever the text."""
    found = elements(str(highlighted(code)))
    assert {tag for tag, _ in found.found} <= {"span", "b"}
    shown = [line[4:] for line in "".join(found.text).split("\n")]
    assert "".join("".join(shown).split()) == "".join(code.split())


def test_digit_is_a_picture_of_its_pixels() -> None:
    """Grey levels as they are, three times as large."""
    pixels = [0, 255, 128, 7]
    uri = digit_uri(pixels, 2)
    image = Image.open(BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"))))
    assert image.size == (6, 6)
    assert [image.getpixel((x, y)) for y in (1, 4) for x in (1, 4)] == pixels
    assert svg_uri("<svg/>") == "data:image/svg+xml;base64,PHN2Zy8+"
