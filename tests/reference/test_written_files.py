"""What the scripts of reference/ wrote is what they would write now."""

from __future__ import annotations

from reference.facts import load_facts
from reference.models.catalogue import CATALOGUE
from reference.write_errata import ERRATA, errata_page
from reference.write_models_table import MODELS, models_table


def test_errata_page_is_up_to_date() -> None:
    """docs/errata.md is written from tests/facts.toml; python -m reference.write_errata writes it anew."""
    assert ERRATA.read_text("utf-8") == errata_page(load_facts().facts)


def test_models_table_is_up_to_date() -> None:
    """reference/results/models.toml is what counting gives; python -m reference.write_models_table writes it anew."""
    assert MODELS.read_text("utf-8") == models_table(CATALOGUE.values(), load_facts().by_id)
