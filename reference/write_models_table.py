"""Counts every network of the catalogue and writes reference/results/models.toml for `grader models`.

    python -m reference.write_models_table

The command itself must not import torch, so it reads this file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from reference.counting import count_macs, count_params
from reference.facts import Fact, load_facts
from reference.models.catalogue import CATALOGUE, Entry
from reference.write_errata import shown

MODELS = Path(__file__).resolve().parent / "results" / "models.toml"


def printed_number(fact: Fact) -> str:
    """What the lecture prints of the network's size, with its unit: "3.6e9 MACs", "138,423,208 parameters"."""
    unit = {"params": "parameters", "stack_params": "weights"}.get(fact.by, "MACs")
    scale = {1e6: " million", 1e9: "e9"}[fact.rounding.unit] if fact.rounding else ""
    return f"{shown(fact.printed)}{scale} {unit}"


def as_toml(entry: Entry, facts: Mapping[str, Fact]) -> str:
    """One [[model]] table."""
    network, fact = entry.network(), facts.get(entry.fact)
    values = {
        "slug": entry.slug,
        "title": entry.title,
        "source": entry.source,
        "input_shape": list(entry.input_shape),
        "params": count_params(network),
        "macs": count_macs(network, entry.input_shape),
        "printed": printed_number(fact) if fact else "",
        "erratum": fact.id if fact and fact.is_erratum else "",
    }
    # JSON's strings, whole numbers and lists of them are TOML's.
    return "[[model]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def models_table(entries: Iterable[Entry], facts: Mapping[str, Fact]) -> str:
    """The whole file."""
    head = "# Written by reference/write_models_table.py; not by hand.\n"
    return "\n".join((head, *(as_toml(entry, facts) for entry in entries)))


def main() -> int:
    """Write the file."""
    MODELS.write_text(models_table(CATALOGUE.values(), load_facts().by_id), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
