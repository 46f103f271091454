"""`grader models`: the reference networks of the lectures, as a table."""

from __future__ import annotations

import sys

from grader.errors import EXIT_OK
from grader.reference_models import load_reference_models


def run_models() -> int:
    """Print the table and return the exit code."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("network", "input", "parameters", "MACs", "source", "the lecture's number"):
        table.add_column(title, justify="right" if title in ("parameters", "MACs") else "left")
    for model in load_reference_models():
        table.add_row(
            model.title,
            "x".join(map(str, model.input_shape)),
            f"{model.params:,}",
            f"{model.macs:,}",
            model.source,
            model.holds,
        )
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160).print(table)
    return EXIT_OK
