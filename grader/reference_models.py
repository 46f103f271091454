"""The reference networks of the lectures, as counted by reference/write_models_table.py; no torch."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any

from grader.bundled import bundled
from grader.errors import GraderError


@dataclass(frozen=True)
class ReferenceModel:
    """One network with its counts.

    `printed` is what the lecture prints of its size, "" when it prints nothing;
    `erratum` is the id in docs/errata.md when that is wrong.
    """

    slug: str
    title: str
    source: str
    input_shape: tuple[int, ...]
    params: int
    macs: int
    printed: str = ""
    erratum: str = ""

    @property
    def holds(self) -> str:
        """The lecture's number and whether it holds, in a few words; "" when it prints none."""
        if not self.printed:
            return ""
        return f"{self.printed}: {f'erratum {self.erratum}' if self.erratum else 'holds'}"


def load_reference_models() -> tuple[ReferenceModel, ...]:
    """All of them, in the order of the lectures.

    Raises:
        GraderError: when the table did not come with the package, or is damaged.
    """
    path = bundled("reference") / "results" / "models.toml"
    try:
        tables = tomllib.loads(path.read_text("utf-8"))["model"]
        return tuple(_as_model(table) for table in tables)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GraderError(f"{path}: is damaged ({error}); install the grader again") from None


def _as_model(table: dict[str, Any]) -> ReferenceModel:
    return ReferenceModel(**{**table, "input_shape": tuple(table["input_shape"])})
