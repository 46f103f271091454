"""review.csv as rows of text, whatever program a human saved it with."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import OutputError
from grader.export.formula_safe import plain_cell, safe_cell

COLUMNS = (
    "student_id",
    "name",
    "question",
    "item",
    "title",
    "max_points",
    "points",
    "comment",
    "reviewer",
    "excerpt",
)
NEEDED = ("student_id", "question", "item", "points")

_SEPARATORS = (",", ";", "\t")
_MOST_BYTES = 64 << 20
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Row:
    """One row: its number in a spreadsheet, where the header is 1, and its cells by column."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell without blanks around it, empty when the row is too short for it."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True)
class Table:
    """The columns in their order, and the rows in theirs."""

    columns: tuple[str, ...] = COLUMNS
    rows: tuple[Row, ...] = ()


def read_table(path: Path) -> Table | None:
    """The file's rows, None when there is no file or nothing in it.

    Raises:
        OutputError: when it cannot be read, or a needed column is missing.
    """
    text = _text(path)
    if text is None or not text.strip():
        return None
    lines, separator = _separated(text)
    try:
        header, *rows = csv.reader(io.StringIO(lines, newline=""), delimiter=separator)
    except csv.Error as error:
        raise OutputError(f"{path}: is no CSV file ({error})") from None
    columns = tuple(column.strip().lower() for column in header)
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise OutputError(f"{path}: has no column {missing[0]!r}; want {', '.join(COLUMNS)}")
    double = next((column for column in COLUMNS if columns.count(column) > 1), None)
    if double:
        raise OutputError(f"{path}: has two columns {double!r}")
    return Table(columns, tuple(_rows(columns, rows)))


def table_text(table: Table) -> bytes:
    """The file: UTF-8 with a mark for Excel, CRLF, and no cell that a spreadsheet would calculate."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(map(safe_cell, table.columns))
    for row in table.rows:
        writer.writerow(safe_cell(row.cells.get(column, "")) for column in table.columns)
    return codecs.BOM_UTF8 + stream.getvalue().encode("utf-8", "replace")


def _rows(columns: tuple[str, ...], rows: Iterable[list[str]]) -> Iterable[Row]:
    for number, cells in enumerate(rows, 2):
        if any(cell.strip() for cell in cells):
            yield Row(number, {column: plain_cell(cell) for column, cell in zip(columns, cells, strict=False)})


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"{path}: cannot be read ({error.strerror})") from None
    if len(data) > _MOST_BYTES:
        raise OutputError(f"{path}: is larger than {_MOST_BYTES >> 20} MiB")
    try:
        return data.decode("utf-16" if data.startswith(_WIDE) else "utf-8-sig").replace("\0", "")
    except UnicodeError:
        raise OutputError(f"{path}: is not UTF-8; in Excel save it as 'CSV UTF-8 (Comma delimited)'") from None


def _separated(text: str) -> tuple[str, str]:
    """The text from its header on, and what stands between its cells."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.rstrip("\r")) == len("sep=,"):
        return rest, first[len("sep=")]
    return text, max(_SEPARATORS, key=first.count)
